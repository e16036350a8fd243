"""Two clocks: `business_now` for deadlines, holds and event times; `wall_now` for leases, sign-ins and limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from workflow import rehearsing
from workflow.db import MOMENT, UtcDateTime, metadata, word
from workflow.fixed import fixed

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

OFFSET = "clock_offset_seconds"
_STORED_OFFSET = sa.select(setting.c.value).where(setting.c.key == word(OFFSET))


def wall_now() -> datetime:
    """The machine's time, aware UTC; in a rehearsal its own."""
    rehearsal = rehearsing.current()
    return rehearsal.moment if rehearsal else datetime.now(UTC)


def offset(connection: sa.Connection) -> timedelta:
    """How far this installation's business time stands from the database's; 0 in production."""
    seconds = connection.scalar(_STORED_OFFSET)
    return timedelta(seconds=float(seconds or 0))


def business_now(connection: sa.Connection) -> datetime:
    """Database time plus the stored offset: the same for web, worker and clock, wherever they run. In a snapshot that
    a page holds, the time of its first question."""
    moment = connection.get_execution_options().get(MOMENT)
    if moment is None:
        return now_and_offset(connection)[0]
    if not moment:
        moment.append(now_and_offset(connection)[0])
    return cast(datetime, moment[0])


def now_and_offset(connection: sa.Connection) -> tuple[datetime, timedelta]:
    """`business_now` and `offset`, asked together."""
    clock, shift = fixed(_NOW, connection.dialect.name).first(connection, {})
    return clock_of({"clock_": clock, "offset_": shift}), timedelta(seconds=float(shift or 0))


def move_to(connection: sa.Connection, moment: datetime) -> None:
    """Set the stored offset so that business time is `moment` now. For demos, tests and rehearsals only."""
    shift = (moment - (business_now(connection) - offset(connection))).total_seconds()
    changed = connection.execute(
        sa.update(setting).where(setting.c.key == OFFSET).values(value=shift, changed_at=wall_now())
    )
    if not changed.rowcount:
        connection.execute(sa.insert(setting).values(key=OFFSET, value=shift, changed_at=wall_now()))


class _DatabaseTime(FunctionElement[datetime]):
    """The database's own time; SQLite has none but the machine's, which is asked instead."""

    name = "database_time"
    type = sa.DateTime(timezone=True)
    inherit_cache = True


@compiles(_DatabaseTime)
def _clock_timestamp(_element: _DatabaseTime, _compiler: Any, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(_DatabaseTime, "sqlite")
def _no_clock(_element: _DatabaseTime, _compiler: Any, **_: Any) -> str:
    return "NULL"


CLOCK: tuple[sa.ColumnElement[Any], ...] = (
    _DatabaseTime().label("clock_"),
    sa.type_coerce(_STORED_OFFSET.scalar_subquery(), sa.JSON).label("offset_"),
)
"""Columns that say beside other rows what `business_now` says."""


_NOW = sa.select(*CLOCK)


def clock_of(row: Mapping[Any, Any]) -> datetime:
    """Business time, from a row read with `CLOCK`."""
    base = row["clock_"] or wall_now()
    base = datetime.fromisoformat(base) if isinstance(base, str) else base  # as it stands in a document
    return base.astimezone(UTC) + timedelta(seconds=float(row["offset_"] or 0))


def local_date(moment: datetime) -> date:
    """The day on the wall calendar in Việt Nam."""
    return moment.astimezone(ZONE).date()


def day_start(day: date) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), ZONE)
