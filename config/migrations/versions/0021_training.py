"""Who attended which course."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("course", sa.String(length=300), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_training_agency_id")),
        sa.UniqueConstraint("agency_id", "case_id", "person_id", name=op.f("uq_training_agency_id_case_id_person_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"],
            name=op.f("fk_training_agency_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"],
            name=op.f("fk_training_agency_id_case_id"), deferrable=True, initially="DEFERRED",
        ),
    )  # fmt: skip
    op.create_index("ix_training_person", "training", ["agency_id", "person_id"])


def downgrade() -> None:
    op.drop_index("ix_training_person", "training")
    op.drop_table("training")
