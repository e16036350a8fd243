"""The fence around a restored agency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("cut_at", sa.DateTime(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("lowered_at", sa.DateTime(), nullable=True),
        sa.Column("lowered_by", sa.String(length=36), nullable=True),
        sa.Column("decided", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fence")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_fence_agency_id")),
    )
    op.create_index(
        "uq_fence_raised",
        "fence",
        ["agency_id"],
        unique=True,
        sqlite_where=sa.text("lowered_at IS NULL"),
        postgresql_where=sa.text("lowered_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("fence")
