"""Working days as the model counts them: its own reading of the calendar's table, none of the engine's code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import yaml

from dev import ROOT

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
HOUR = 10  # the plan's own, not the usual one


@cache
def _exceptions() -> dict[date, bool]:
    """day → is it worked, where the table says something else than the week does."""
    raw = yaml.safe_load((ROOT / "config" / "calendars" / "vn.yaml").read_text(encoding="utf-8"))
    found: dict[date, bool] = {}
    for key, worked in (("off_days", False), ("work_days", True)):
        for entry in raw[key]:
            first, _, last = str(entry["days"]).partition("..")
            day, end = date.fromisoformat(first), date.fromisoformat(last or first)
            while day <= end:
                found[day] = worked
                day += DAY
    return found


def works(day: date) -> bool:
    """Whether the office is open."""
    return _exceptions().get(day, day.weekday() < 5)


def _walk(day: date, step: timedelta) -> Iterator[date]:
    while True:
        day += step
        if works(day):
            yield day


def plus(day: date, amount: int) -> date:
    """So many working days on (or back); 0 is the day itself or the next that works."""
    if amount == 0:
        return day if works(day) else next(_walk(day, DAY))
    steps = _walk(day, DAY if amount > 0 else -DAY)
    return [next(steps) for _ in range(abs(amount))][-1]


def between(start: date, end: date) -> int:
    """Working days after `start` through `end`; negative when that is past: those from `end` to before `start`."""
    sign, first, last = (1, start + DAY, end) if end >= start else (-1, end, start - DAY)
    return sign * sum(works(first + DAY * n) for n in range((last - first).days + 1))


def at(day: date, hour: int) -> datetime:
    """A local hour."""
    return datetime.combine(day, time(hour), tzinfo=ZONE)


def end_of(day: date) -> datetime:
    """The midnight that ends a day."""
    return at(day + DAY, 0)
