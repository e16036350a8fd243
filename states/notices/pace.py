"""At what pace somebody wants mail: each letter as it comes, or one each working morning with all that waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from states.notices.letter import Section
from workflow.calendar import Calendar
from workflow.db import Id, insert_ignoring, metadata

AT_ONCE, DAILY = "at_once", "daily"
PACES = (AT_ONCE, DAILY)
MORNING = 7  # o'clock, before offices open


mail_pace = sa.Table(
    "mail_pace",
    metadata,
    Id("account_id", sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("pace", sa.String(8), nullable=False),  # one of PACES; no row is AT_ONCE
)


def prefer(connection: sa.Connection, account_id: str, pace: str) -> None:
    """Remember how an account wants its mail: one of `PACES`."""
    connection.execute(insert_ignoring(connection, mail_pace).values(account_id=account_id, pace=pace))
    connection.execute(sa.update(mail_pace).where(mail_pace.c.account_id == account_id).values(pace=pace))


def pace_of(connection: sa.Connection, account_id: str) -> str:
    """How an account wants its mail."""
    return connection.scalar(sa.select(mail_pace.c.pace).where(mail_pace.c.account_id == account_id)) or AT_ONCE


def put_off_until(
    calendar: Calendar, now: datetime, due_since: Iterable[datetime], sections: Iterable[Section]
) -> datetime | None:
    """When a letter of these goes to somebody who wants one a day; None: now.

    Now goes what waited for a morning that has come (`due_since`: when each could have gone), and what is due, or was,
    before the working day after the next: that morning would be too late to be of use. `now` is business time.
    """
    today = calendar.local_date(now)
    following = calendar.next_working_day(today)
    if any(one.due_on is not None and one.due_on <= following for one in sections):
        return None
    morning = _latest_morning(calendar, now, today)
    return None if any(since <= morning for since in due_since) else _next_morning(calendar, now, today)


def _latest_morning(calendar: Calendar, now: datetime, today: date) -> datetime:
    here = calendar.at_hour(today, MORNING)
    if calendar.is_working_day(today) and here <= now:
        return here
    return calendar.at_hour(calendar.previous_working_day(today), MORNING)


def _next_morning(calendar: Calendar, now: datetime, today: date) -> datetime:
    here = calendar.at_hour(today, MORNING)
    if calendar.is_working_day(today) and now < here:
        return here
    return calendar.at_hour(calendar.next_working_day(today), MORNING)
