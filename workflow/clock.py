"""Two clocks: `business_now` for deadlines, holds and event times; `wall_now` for leases, sign-ins and limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workflow.db import UtcDateTime, metadata

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

OFFSET = "clock_offset_seconds"
_STORED_OFFSET = sa.select(setting.c.value).where(setting.c.key == OFFSET)


def wall_now() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


def offset(connection: sa.Connection) -> timedelta:
    """How far this installation's business time stands from the database's; 0 in production."""
    seconds = connection.scalar(_STORED_OFFSET)
    return timedelta(seconds=float(seconds or 0))


def business_now(connection: sa.Connection) -> datetime:
    """Database time plus the stored offset: the same for web, worker and clock, wherever they run."""
    if connection.dialect.name == "sqlite":
        base = wall_now()
    else:
        base = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one().astimezone(UTC)
    return base + offset(connection)


def move_to(connection: sa.Connection, moment: datetime) -> None:
    """Set the stored offset so that business time is `moment` now. For demos, tests and rehearsals only."""
    shift = (moment - (business_now(connection) - offset(connection))).total_seconds()
    changed = connection.execute(
        sa.update(setting).where(setting.c.key == OFFSET).values(value=shift, changed_at=wall_now())
    )
    if not changed.rowcount:
        connection.execute(sa.insert(setting).values(key=OFFSET, value=shift, changed_at=wall_now()))


def local_date(moment: datetime) -> date:
    """The day on the wall calendar in Việt Nam."""
    return moment.astimezone(ZONE).date()
