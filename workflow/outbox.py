"""Outbox messages: what must still be told or given, written in the transaction of the fact itself."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

outbox = sa.Table(
    "outbox_message",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # notice | start | answer | child_moved | parent | hold
    sa.Column("recipient", sa.String(120), nullable=False),  # person:ID, case:ID, desk:ROLE
    sa.Column("topic", sa.String(120), nullable=False, server_default=""),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("dedupe_key", sa.String(200), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # new | leased | done | failed | withdrawn
    sa.Column("not_before", UtcDateTime, nullable=False),  # business time: a person's decision may still be undone
    sa.Column("retry_at", UtcDateTime),  # wall time
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", UtcDateTime),  # wall time
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "dedupe_key"),
    sa.Index("ix_outbox_status", "status", "not_before"),
    sa.Index("ix_outbox_order", "case_id", "recipient", "status"),
)

delivery = sa.Table(
    "delivery_log",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    Id("item_id"),
    Id("person_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # sent | dropped | outbox_page | digest …
    sa.Column("topic", sa.String(120), nullable=False, server_default=""),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_delivery_case", "case_id", "at"),
)
