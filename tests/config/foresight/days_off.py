"""Days off, read from the calendar's file, and where a deadline falls among them: by a path of its own."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

import yaml

from config.settings import SHIPPED_PLANS

DAY = timedelta(days=1)
FIRST, LAST = date(2023, 1, 1), date(2030, 12, 31)
LONG = 3  # days in a row that people plan around
_COUNTED = re.compile(r"(\d+) (working_day|day|week|month)s?(?: (before|after) (\S+))?")
_NAMED = re.compile(r"(by|before) (\S+)")


class DaysOff:
    """Every day off from 2023 to 2030 and its name; "" for an ordinary Saturday or Sunday."""

    def __init__(self) -> None:
        said = yaml.safe_load((SHIPPED_PLANS.parent / "calendars" / "vn.yaml").read_text("utf-8"))
        every = [FIRST + DAY * number for number in range((LAST - FIRST).days + 1)]
        self.names: dict[date, str] = {day: "" for day in every if day.weekday() > 4}
        for entry in said["off_days"]:
            self.names |= dict.fromkeys(_span(entry["days"]), entry["label"])
        for entry in said["work_days"]:
            for day in _span(entry["days"]):
                del self.names[day]

    @cached_property
    def holidays(self) -> list[tuple[set[date], str]]:
        """(days, name) of each run of days off that has a holiday in it; weekends between belong to it."""
        runs = groupby(enumerate(sorted(self.names)), lambda one: one[1] - DAY * one[0])
        spans = [[day for _, day in run] for _, run in runs]
        named = [(set(span), ", ".join(dict.fromkeys(filter(None, map(self.names.get, span))))) for span in spans]
        return [(span, name) for span, name in named if name]

    def working(self, day: date, count: int) -> date:
        """So many working days on, or back."""
        step = DAY if count > 0 else -DAY
        while count:
            day += step
            count -= (day not in self.names) * (1 if count > 0 else -1)
        return day

    def near(self, due: Mapping[str, Any], entered: date, said: Mapping[str, Any]) -> dict[str, str]:
        """Holiday → how a deadline stands to it: on, before, after, across. `due`: as it was stored with its item."""
        day = date.fromisoformat(due["due_on"])
        if due["resumed"]:
            fell, gone_over = day, self._between(min(entered, day) - DAY, max(entered, day))
        else:
            fell, gone_over = self._fallen(due, entered, said)
        passed = gone_over | (self._between(min(fell, day) - DAY, max(fell, day)) if fell != day else set())
        found = {}
        for span, name in self.holidays:
            if fell in span:
                found[name] = "on"
            elif len(span) >= LONG and day + DAY in span:
                found[name] = "before"
            elif len(span) >= LONG and day - DAY in span:
                found[name] = "after"
            elif any(self.names[one] for one in span & passed):
                found[name] = "across"
        return found

    def _fallen(self, due: Mapping[str, Any], entered: date, said: Mapping[str, Any]) -> tuple[date, set[date]]:
        """(the day the rule says, the days off that a count of working days went over)."""
        if found := _NAMED.fullmatch(due["form"]):
            return date.fromisoformat(said[found[2]]) - DAY * (found[1] == "before"), set()
        found = _COUNTED.fullmatch(due["form"])
        assert found, f"a form of deadline that this recount does not know: {due['form']}"
        start = date.fromisoformat(said[found[4]]) if found[4] else entered
        count = int(found[1]) * (-1 if found[3] == "before" else 1)
        if found[2] == "working_day":
            day = self.working(start, count)
            return day, self._between(start, day) if count > 0 else self._between(day - DAY, start - DAY)
        return _later(start, count, found[2]), set()

    def _between(self, first: date, last: date) -> set[date]:
        """Days off after `first` up to and with `last`."""
        return {day for day in self.names if first < day <= last}


def _span(said: Any) -> list[date]:
    first, _, last = str(said).partition("..")
    begins = date.fromisoformat(first)
    return [begins + DAY * number for number in range((date.fromisoformat(last or first) - begins).days + 1)]


def _later(start: date, count: int, unit: str) -> date:
    if unit != "month":
        return start + DAY * count * (7 if unit == "week" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
