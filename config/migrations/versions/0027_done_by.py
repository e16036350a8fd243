"""Who claimed or closed an item is looked up by person wherever it is asked who may see a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = ("claimed_by", "closed_by")


def upgrade() -> None:
    for column in COLUMNS:
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_work_item_{column}", "work_item", ["agency_id", column, "case_id"],
            sqlite_where=some, postgresql_where=some,
        )  # fmt: skip


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_work_item_{column}", "work_item")
