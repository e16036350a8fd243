"""People and subjects who turned out to be one, and who was forgotten by whose decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0027"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _by_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], ["person.agency_id", "person.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "twin",
        *map(_id, ("id", "agency_id")),
        sa.Column("noun", sa.String(16), nullable=False),
        *map(_id, ("gone_id", "into_id")),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("moved", sa.JSON, nullable=False),
        _id("decided_by"),
        sa.Column("done_at", sa.DateTime, nullable=False),
        _id("parted_by", nullable=True),
        sa.Column("parted_at", sa.DateTime),
        sa.Column("parted_why", sa.String(300), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_twin"),
        _agency("twin"),
        _by_person("twin", "decided_by"),
    )
    living = sa.text("parted_at IS NULL")
    op.create_index(
        "uq_twin_live", "twin", ["agency_id", "noun", "gone_id"], unique=True, sqlite_where=living,
        postgresql_where=living,
    )  # fmt: skip
    op.create_table(
        "erasure",
        *map(_id, ("id", "agency_id")),
        sa.Column("noun", sa.String(16), nullable=False),
        _id("erased_id"),
        sa.Column("ground", sa.String(300), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        _id("decided_by"),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        _agency("erasure"),
        _by_person("erasure", "decided_by"),
    )
    op.create_index("ix_erasure_agency", "erasure", ["agency_id", "decided_at"])


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("twin")
