"""Timers: at `due_at`, take this action or send this reminder on that case."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from workflow.clock import business_now
from workflow.db import Id, UtcDateTime, agency_id, metadata, where, word
from workflow.fence import is_fenced

ARMED = word("armed")
"""Written out where an index holds only these: of a parameter no database knows that it fits."""

WAITING = ("armed", "paused")
"""A timer is changed while it waits: when one has fired in between, nothing is written."""

timer = sa.Table(
    "timer",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    Id("item_id"),
    Id("ask_id"),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # remind | due | escalate | rhythm | after
    sa.Column("name", sa.String(64), nullable=False, server_default=""),  # of the ask, or which reminder
    sa.Column("detail", sa.JSON, nullable=False),  # offset, escalation step, rule: what firing needs
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # armed | fired | cancelled | dropped
    sa.Column("done_at", UtcDateTime),
    sa.Column("armed_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_timer_due", "due_at", "id", **where("status = 'armed'")),
    sa.Index("ix_timer_case", "case_id", "status"),
)


def due(connection: sa.Connection, limit: int) -> list[tuple[str, str]]:
    """(timer, case) of what should have fired by now, longest overdue first; nothing of a fenced agency."""
    ripe = connection.execute(_DUE, {"now": business_now(connection), "most": limit})
    return [(row.id, row.case_id) for row in ripe]


def is_armed(connection: sa.Connection, timer_id: str) -> bool:
    """Whether a timer still waits."""
    return connection.scalar(sa.select(timer.c.status).where(timer.c.id == timer_id)) == "armed"


def waiting() -> sa.ColumnElement[bool]:
    """Timers something may still come of."""
    return timer.c.status.in_([word(one) for one in WAITING])


def ripe(connection: sa.Connection, timer_ids: Sequence[str]) -> list[str]:
    """Those of them that are due still, in the order given: a wake-up may come twice, or be older than a fence."""
    due_now = set(connection.scalars(_RIPE, {"now": business_now(connection), "ids": list(timer_ids)}))
    return [one for one in timer_ids if one in due_now]


# Asked every second, and at every firing: built once, because building them takes longer than running them.

_IS_DUE = sa.and_(
    timer.c.status == ARMED, timer.c.due_at <= sa.bindparam("now", type_=UtcDateTime), ~is_fenced(timer.c.agency_id)
)
_DUE = (
    sa.select(timer.c.id, timer.c.case_id)
    .where(_IS_DUE)
    .order_by(timer.c.due_at, timer.c.id)
    .limit(sa.bindparam("most"))
)
_RIPE = sa.select(timer.c.id).where(timer.c.id.in_(sa.bindparam("ids", expanding=True)), _IS_DUE)
