"""Indexes that hold what is waited for and nothing else: they stay small however much is done already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = (
    ("ix_timer_due", "timer", ["status", "due_at"]),
)  # fmt: skip
AFTER = (
    ("ix_timer_due", "timer", ["due_at", "id"], "status = 'armed'"),
)  # fmt: skip


def upgrade() -> None:
    for name, table, _ in BEFORE:
        op.drop_index(name, table)
    for name, table, columns, condition in AFTER:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in AFTER:
        op.drop_index(name, table)
    for name, table, columns in BEFORE:
        op.create_index(name, table, columns)
