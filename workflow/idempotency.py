"""The same request sent twice has one effect and one answer, for 72 hours."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, metadata

idempotency = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("key", sa.String(100), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_idempotency_at", "at"),
)
