"""A month of an address, and its days: for the pages that are calendars."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 2000, 2099


def month_of(raw: str, today: date) -> date:
    """The first day of a month of an address, `2025-03`; of this month where it makes no sense."""
    try:
        found = datetime.strptime(raw, "%Y-%m").date() if raw.isascii() else today  # noqa: DTZ007 - a month, no moment
    except ValueError:
        found = today
    return found.replace(day=1) if FIRST_YEAR <= found.year <= LAST_YEAR else today.replace(day=1)


def last_of(month: date) -> date:
    """The last day of the month of this day."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def days_of(month: date) -> list[date]:
    """Every day of the month that begins on this one."""
    return [month + timedelta(days=n) for n in range(last_of(month).day)]
