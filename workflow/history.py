"""A case's history: events chained by hash, never changed; what is personal stands beside, under a key of its own."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

event = sa.Table(
    "event",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # the chained part: ids, codes, numbers; schema 1
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    Id("actor_id"),
    sa.UniqueConstraint("case_id", "seq"),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
)

event_detail = sa.Table(
    "event_detail",
    metadata,
    Id("event_id", primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("key", sa.String(64)),  # NULL once erased; the chain stays green
    sa.Column("inputs", sa.JSON),
    sa.Index("ix_event_detail_case", "case_id"),
)
