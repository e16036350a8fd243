"""New versions of plans brought by hand: found sound, tried on running cases, put in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
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
        "plan_change",
        *map(_id, ("id", "agency_id")),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        _id("base_plan"),
        _id("plan_id", nullable=True),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("states", sa.JSON, nullable=False),
        sa.Column("trial", sa.JSON, nullable=False),
        _id("trial_back", nullable=True),
        _id("tried_by", nullable=True),
        sa.Column("tried_at", sa.DateTime),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("starts_on", sa.Date),
        sa.Column("moves", sa.Boolean, nullable=False, server_default=sa.false()),
        _id("made_by"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        _id("proposed_by", nullable=True),
        _id("approved_by", nullable=True),
        sa.Column("approved_at", sa.DateTime),
        sa.Column("in_force_at", sa.DateTime),
        _id("run_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_plan_change"),
        sa.UniqueConstraint("agency_id", "id", name="uq_plan_change_agency_id_id"),
        sa.UniqueConstraint("agency_id", "number", name="uq_plan_change_agency_id_number"),
        _agency("plan_change"),
        _of("plan_change", "base_plan", "plan_version"),
        _of("plan_change", "plan_id", "plan_version"),
        _in_agency("plan_change", "made_by", "person"),
    )
    op.create_table(
        "plan_change_case",
        *map(_id, ("change_id", "case_id", "agency_id")),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("timers", sa.JSON, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "case_id", name="pk_plan_change_case"),
        _agency("plan_change_case"),
        _in_agency("plan_change_case", "change_id", "plan_change"),
        _in_agency("plan_change_case", "case_id", "case_"),
    )


def downgrade() -> None:
    op.drop_table("plan_change_case")
    op.drop_table("plan_change")
