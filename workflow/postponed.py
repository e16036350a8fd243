"""Put off until a day: out of one person's own list, while the deadline runs on for everyone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from workflow.clock import local_date
from workflow.db import Id, UtcDateTime, agency_id, metadata
from workflow.message import Invalid, Message

LONGEST = 30
"""Days."""

postponed = sa.Table(
    "postponed",
    metadata,
    agency_id(),
    Id("person_id", primary_key=True),
    Id("item_id", primary_key=True),
    sa.Column("until_on", sa.Date, nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "item_id"], ["work_item.agency_id", "work_item.id"]),
)


def put_off(connection: sa.Connection, row: sa.RowMapping, person_id: str, until: date, now: datetime) -> None:
    """Out of this person's list until that day, at most `LONGEST` days and never beyond the item's last one. Raises
    Invalid."""
    today, last = local_date(now), _last_day(row)
    latest = min(today + timedelta(days=LONGEST), last) if last else today + timedelta(days=LONGEST)
    if last and last <= today:
        raise Invalid({"until": Message("postpone.due")})
    if not today < until <= latest:
        raise Invalid({"until": Message("postpone.when", {"first": today + timedelta(days=1), "last": latest})})
    bring_back(connection, row["id"], person_id)
    connection.execute(
        sa.insert(postponed).values(
            agency_id=row["agency_id"], person_id=person_id, item_id=row["id"], until_on=until, set_at=now
        )
    )


def bring_back(connection: sa.Connection, item_id: str, person_id: str) -> None:
    """Into the list again, now."""
    connection.execute(sa.delete(postponed).where(postponed.c.item_id == item_id, postponed.c.person_id == person_id))


def until(connection: sa.Connection, item_id: str, person_id: str, today: date) -> date | None:
    """The day until which this person put it off, None when it is in their list."""
    found = sa.select(postponed.c.until_on).where(
        postponed.c.item_id == item_id, postponed.c.person_id == person_id, postponed.c.until_on > today
    )
    return connection.scalar(found)


def put_off_by(connection: sa.Connection, person_id: str, today: date) -> tuple[str, ...]:
    """The items this person does not want to see yet."""
    return tuple(connection.scalars(_PUT_OFF, {"person": person_id, "today": today}))


_PUT_OFF = (
    sa.select(postponed.c.item_id)
    .where(postponed.c.person_id == sa.bindparam("person"), postponed.c.until_on > sa.bindparam("today"))
    .order_by(postponed.c.item_id)
)


def _last_day(row: sa.RowMapping) -> date | None:
    return local_date(row["due_at"] - timedelta(microseconds=1)) if row["due_at"] else None
