"""Running cases brought under another version of their plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0034"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _in_agency(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=name)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "revision",
        *map(_id, ("id", "agency_id")),
        sa.Column("number", sa.Integer, nullable=False),
        _id("to_plan"),
        sa.Column("states", sa.JSON, nullable=False),
        _id("back_of", nullable=True),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("agency_id", "id", name="uq_revision_agency_id_id"),
        sa.UniqueConstraint("agency_id", "number", name="uq_revision_agency_id_number"),
        _agency("revision"),
        _of("revision", "to_plan", "plan_version"),
        _in_agency("revision", "back_of", "revision"),
    )
    op.create_table(
        "revision_case",
        *map(_id, ("revision_id", "case_id", "agency_id", "from_definition", "to_definition")),
        sa.Column("state_from", sa.String(64), nullable=False),
        sa.Column("state_to", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("revision_id", "case_id", name="pk_revision_case"),
        _agency("revision_case"),
        _of("revision_case", "from_definition", "definition_version"),
        _of("revision_case", "to_definition", "definition_version"),
        _in_agency("revision_case", "revision_id", "revision"),
        _in_agency("revision_case", "case_id", "case_"),
    )


def downgrade() -> None:
    op.drop_table("revision_case")
    op.drop_table("revision")
