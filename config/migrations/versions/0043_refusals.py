"""Every no that a person met, under a short reference, for thirty days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0038"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "refusal",
        *map(_id, ("id", "agency_id", "person_id")),
        sa.Column("ref", sa.String(16), nullable=False),
        _id("case_id", nullable=True),
        sa.Column("what", sa.String(120), nullable=False, server_default=""),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusal"),
        sa.UniqueConstraint("agency_id", "ref", name="uq_refusal_agency_id_ref"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_refusal_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name="fk_refusal_agency_id_person_id"
        ),
    )
    op.create_index("ix_refusal_person", "refusal", ["agency_id", "person_id", "at"])
    op.create_index("ix_refusal_at", "refusal", ["at"])


def downgrade() -> None:
    op.drop_table("refusal")
