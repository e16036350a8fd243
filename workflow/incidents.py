"""What a person must repair: an effect that failed for good, a case that cannot move."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

incident = sa.Table(
    "incident",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    Id("message_id"),
    Id("timer_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # delivery | unfit_answer | no_owner | timer | loop
    sa.Column("reason", sa.JSON, nullable=False),  # {key, params} of a Message
    sa.Column("status", sa.String(16), nullable=False),  # open | repaired
    sa.Column("dedupe_key", sa.String(200), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("repaired_at", UtcDateTime),
    Id("repaired_by"),
    sa.UniqueConstraint("agency_id", "dedupe_key"),
    sa.Index("ix_incident_status", "agency_id", "status"),
)
