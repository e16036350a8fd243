"""Indexes that hold what is waited for and nothing else: they stay small however much is done already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = (
    ("ix_timer_due", "timer", ["status", "due_at"]),
    (
        "ix_candidate_role",
        "work_item_candidate",
        ["agency_id", "is_open", "role", "unit_id", "sort_due_at", "item_id"],
    ),
    ("ix_candidate_person", "work_item_candidate", ["agency_id", "is_open", "person_id", "sort_due_at", "item_id"]),
    ("ix_outbox_status", "outbox_message", ["status", "not_before"]),
    ("ix_outbox_order", "outbox_message", ["recipient", "status", "case_id"]),
)
WAITS = "status IN ('new', 'leased')"
AFTER = (
    ("ix_timer_due", "timer", ["due_at", "id"], "status = 'armed'"),
    (
        "ix_candidate_role",
        "work_item_candidate",
        ["agency_id", "role", "unit_id", "is_open", "sort_due_at", "item_id"],
        "person_id IS NULL",
    ),
    (
        "ix_candidate_person",
        "work_item_candidate",
        ["agency_id", "person_id", "is_open", "sort_due_at", "item_id"],
        "person_id IS NOT NULL",
    ),
    ("ix_outbox_waiting", "outbox_message", ["created_at", "id"], WAITS),
    ("ix_outbox_recipient", "outbox_message", ["recipient", "created_at", "id"], WAITS),
    ("ix_outbox_case", "outbox_message", ["case_id"], WAITS),
    ("ix_outbox_leased", "outbox_message", ["lease_until"], "status = 'leased'"),
    ("ix_outbox_failed", "outbox_message", ["agency_id", "created_at"], "status = 'failed'"),
    ("ix_event_actor", "event", ["agency_id", "actor_id", "at"], "actor_id IS NOT NULL"),
)


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
