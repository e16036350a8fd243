"""Who outside is told of what, and each telling until it is over."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflow import announcing as kinds
from workflow.db import Id, UtcDateTime, agency_id, metadata, where

PAPER = "paper.issued"
TRIAL = "trial"
KINDS = (
    kinds.MOVED, kinds.DECIDED, kinds.RECOGNIZED, kinds.RETURNED, kinds.REVOKED, kinds.ENDED, kinds.MISSED,
    kinds.CLOSED, PAPER,
)  # fmt: skip
"""What one may ask to be told of."""
ACTIVE, PAUSED, ENDED = "active", "paused", "ended"
WAITING, DONE, ASIDE, DROPPED = "waiting", "done", "aside", "taken_back"

webhook = sa.Table(
    "webhook",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("address", sa.String(1000), nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),  # of KINDS
    sa.Column("status", sa.String(16), nullable=False),  # active | paused | ended
    sa.Column("why", sa.String(16), nullable=False, server_default=""),  # gone: it said itself that it is no more
    sa.Column("sealed", sa.Text, nullable=False),  # secret, and the one before it while both sign
    sa.Column("both_until", UtcDateTime),  # wall time
    Id("made_by", nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    # Its queue, in one pair of hands at a time; all of it wall time.
    sa.Column("last_number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # one after the other
    sa.Column("failing_since", UtcDateTime),
    sa.Column("retry_at", UtcDateTime),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("tried_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.ForeignKeyConstraint(["agency_id", "made_by"], ["person.agency_id", "person.id"]),
    sa.Index("ix_webhook_active", "agency_id", **where("status = 'active'")),
)

telling = sa.Table(
    "webhook_telling",
    metadata,
    Id(primary_key=True),  # what a receiver knows a repeat by
    agency_id(),
    Id("webhook_id", nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # 1, 2, 3 … of this receiver
    Id("message_id", nullable=False),  # the outbox message it comes from: once for each receiver
    Id("case_id"),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # word for word as it is signed and sent
    sa.Column("status", sa.String(16), nullable=False),  # waiting | done | aside | taken_back
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("retry_at", UtcDateTime),  # wall time, as all that follows
    sa.Column("give_up_at", UtcDateTime, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("tried_at", UtcDateTime),
    sa.Column("over_at", UtcDateTime),
    sa.Column("last_status", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_words", sa.String(200), nullable=False, server_default=""),
    sa.Column("last_ms", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("webhook_id", "number"),
    sa.UniqueConstraint("webhook_id", "message_id"),
    sa.ForeignKeyConstraint(["agency_id", "webhook_id"], ["webhook.agency_id", "webhook.id"]),
    sa.Index("ix_webhook_telling_waiting", "webhook_id", "number", **where("status = 'waiting'")),
    sa.Index("ix_webhook_telling_case", "webhook_id", "case_id", "number", **where("status = 'waiting'")),
    sa.Index("ix_webhook_telling_aside", "webhook_id", **where("status = 'aside'")),
    sa.Index("ix_webhook_telling_over", "over_at"),
)


def is_listened(agency: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether anybody is told of what happens in the agency of this column, now or once they are resumed."""
    return sa.exists().where(webhook.c.agency_id == agency, webhook.c.status != sa.literal_column(f"'{ENDED}'"))


def register(registry: Any) -> None:
    """Have the engine write down what somebody listens to."""
    registry.listened = is_listened
