"""Other systems told of what happens, and each telling until it is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0038"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime, nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _in_agency(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=name)


def _some(name: str, table: str, columns: list[str], condition: str) -> None:
    where = {f"{dialect}_where": sa.text(condition) for dialect in ("sqlite", "postgresql")}
    op.create_index(name, table, columns, **where)


def upgrade() -> None:
    op.create_table(
        "webhook",
        *map(_id, ("id", "agency_id")),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("why", sa.String(16), nullable=False, server_default=""),
        sa.Column("sealed", sa.Text, nullable=False),
        _time("both_until"),
        _id("made_by"),
        _time("made_at", nullable=False),
        *map(_count, ("last_number", "failures")),
        *map(_time, ("failing_since", "retry_at")),
        _count("fence"),
        *map(_time, ("lease_until", "tried_at")),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("agency_id", "id", name="uq_webhook_agency_id_id"),
        _agency("webhook"),
        _in_agency("webhook", "made_by", "person"),
    )
    _some("ix_webhook_active", "webhook", ["agency_id"], "status = 'active'")
    op.create_table(
        "webhook_telling",
        *map(_id, ("id", "agency_id", "webhook_id")),
        sa.Column("number", sa.Integer, nullable=False),
        _id("message_id"),
        _id("case_id", nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        _count("attempts"),
        _time("retry_at"),
        *(_time(name, nullable=False) for name in ("give_up_at", "created_at")),
        *map(_time, ("tried_at", "over_at")),
        _count("last_status"),
        sa.Column("last_words", sa.String(200), nullable=False, server_default=""),
        _count("last_ms"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_telling"),
        sa.UniqueConstraint("webhook_id", "number", name="uq_webhook_telling_webhook_id_number"),
        sa.UniqueConstraint("webhook_id", "message_id", name="uq_webhook_telling_webhook_id_message_id"),
        _agency("webhook_telling"),
        _in_agency("webhook_telling", "webhook_id", "webhook"),
    )
    _some("ix_webhook_telling_waiting", "webhook_telling", ["webhook_id", "number"], "status = 'waiting'")
    _some("ix_webhook_telling_case", "webhook_telling", ["webhook_id", "case_id", "number"], "status = 'waiting'")
    _some("ix_webhook_telling_aside", "webhook_telling", ["webhook_id"], "status = 'aside'")
    op.create_index("ix_webhook_telling_over", "webhook_telling", ["over_at"])


def downgrade() -> None:
    op.drop_table("webhook_telling")
    op.drop_table("webhook")
