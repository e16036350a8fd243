"""The fence around a restored agency: nothing leaves, and nothing moves by itself, until somebody has looked.

What people decide goes on, and so does what cases tell each other: it changes this database alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import Id, IdSource, UtcDateTime, agency_id, metadata, uuid7
from workflow.organisation import agency

fence = sa.Table(
    "fence",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("cut_at", UtcDateTime, nullable=False),  # when the backup was taken: nothing later is known here
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("origin", sa.JSON, nullable=False),  # which backup
    sa.Column("lowered_at", UtcDateTime),
    Id("lowered_by"),  # NULL: from the command line
    sa.Column("decided", sa.JSON, nullable=False),  # group → send | drop
    sa.Index(
        "uq_fence_raised", "agency_id", unique=True,
        sqlite_where=sa.text("lowered_at IS NULL"), postgresql_where=sa.text("lowered_at IS NULL"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Fence:
    """One that stands: since when, and how old what lies behind it is."""

    id: str
    agency_id: str
    cut_at: datetime
    raised_at: datetime
    origin: Mapping[str, Any]


def raised(connection: sa.Connection, agency: str) -> Fence | None:
    """The fence around this agency, if one stands."""
    row = connection.execute(_RAISED, {"agency": agency}).first()
    return None if row is None else Fence(row.id, row.agency_id, row.cut_at, row.raised_at, row.origin)


def fenced(connection: sa.Connection) -> set[str]:
    """The agencies around which a fence stands."""
    return set(connection.scalars(_FENCED))


def is_fenced(agency: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The same as a condition: a fence stands around the agency of this column."""
    return sa.exists().where(fence.c.agency_id == agency, fence.c.lowered_at.is_(None))


def raise_everywhere(
    connection: sa.Connection, *, cut_at: datetime, origin: Mapping[str, Any], new_id: IdSource = uuid7
) -> int:
    """A fence around every agency, in the transaction that brings the rows back; how many.

    One that already stood when the backup was taken stays one, and now hides what either cut lost.
    """
    agencies = connection.scalars(sa.select(agency.c.id)).all()
    connection.execute(sa.delete(fence).where(fence.c.lowered_at.is_(None)))
    rows = [
        {"id": new_id(), "agency_id": one, "cut_at": cut_at, "raised_at": wall_now(), "origin": dict(origin),
         "decided": {}}
        for one in agencies
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(fence), rows)
    return len(rows)


def lower(connection: sa.Connection, fence_id: str, *, by: str | None, decided: Mapping[str, str]) -> bool:
    """Take it away, saying who and what was decided; False when somebody else just did."""
    mine = sa.update(fence).where(fence.c.id == fence_id, fence.c.lowered_at.is_(None))
    return connection.execute(mine.values(lowered_at=wall_now(), lowered_by=by, decided=dict(decided))).rowcount == 1


_RAISED = sa.select(fence).where(fence.c.agency_id == sa.bindparam("agency"), fence.c.lowered_at.is_(None))
_FENCED = sa.select(fence.c.agency_id).where(fence.c.lowered_at.is_(None))
