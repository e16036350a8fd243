"""Working days: which days count, how many lie between two days, and why one was skipped."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from workflow.calendar_data import CalendarData, Status

WEEKEND = "weekend"  # the label of an ordinary weekly day off: a key for the renderer, not a text

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A dated exception to the working week: a day off, or a day worked in exchange for one."""

    day: date
    is_off: bool
    label: str
    source: str
    status: Status


@dataclass(frozen=True)
class Calendar:
    """An agency's working days; two calendars are equal when their version is."""

    version: str
    zone: ZoneInfo = field(compare=False)
    weekend: frozenset[int] = field(compare=False)
    entries: Mapping[date, DayEntry] = field(compare=False)
    official_years: frozenset[int] = field(compare=False)

    @classmethod
    def from_data(cls, data: Mapping[str, object], switches: Mapping[str, bool] | None = None) -> Self:
        """Build from a calendar file's data; `switches` turns switchable days on or off over its defaults.

        Raises ValueError (pydantic's among them) for unknown keys, a day named twice, an unknown switch.
        """
        parsed = CalendarData.model_validate(data)
        chosen = parsed.switch_values(switches or {})
        entries = {
            day: DayEntry(day, is_off, entry.label, parsed.sources[entry.source], entry.status)
            for day, is_off, entry in parsed.dated()
            if entry.switch is None or chosen[entry.switch]
        }
        zone, weekend = ZoneInfo(parsed.time_zone), parsed.weekend_numbers()
        official = frozenset(year for year, status in parsed.years.items() if status == "official")
        version = _version(zone, weekend, entries, official)
        return cls(version, zone, weekend, MappingProxyType(entries), official)

    def is_working_day(self, day: date) -> bool:
        """True for a weekday that is not off, and for a weekend day worked in exchange."""
        entry = self.entries.get(day)
        return day.weekday() not in self.weekend if entry is None else not entry.is_off

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self._step(day, DAY)

    def previous_working_day(self, day: date) -> date:
        """The last working day before `day`."""
        return self._step(day, -DAY)

    @lru_cache(maxsize=8192)  # noqa: B019 - calendars are few and kept anyway
    def add_working_days(self, day: date, amount: int) -> date:
        """The working day `amount` after `day`: day 1 is the next working day; negative counts back.

        Amount 0 is the day itself, or the next working day when it is off.
        """
        if amount == 0:
            return day if self.is_working_day(day) else self.next_working_day(day)
        step = DAY if amount > 0 else -DAY
        for _ in range(abs(amount)):
            day = self._step(day, step)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier.

        Backwards it counts from `end` up to but without `start`, so that adding the answer to `start`
        comes back to `end` whenever `end` is a working day.
        """
        if end >= start:
            return sum(self.is_working_day(day) for day in _days(start + DAY, end))
        return -sum(self.is_working_day(day) for day in _days(end, start - DAY))

    def days_late(self, due_on: date, day: date) -> int:
        """Working days from `due_on` up to and with a later `day`; late on a day off is one day late, too."""
        return max(self.working_days_between(due_on, day), 1)

    def days_left(self, due_on: date, today: date) -> int:
        """Working days from `today` until `due_on`; once that day is over, minus the days late."""
        return self.working_days_between(today, due_on) if due_on >= today else -self.days_late(due_on, today)

    def label_of(self, day: date) -> str | None:
        """Why `day` is off: the name of the holiday, `WEEKEND`, or None on a working day."""
        if self.is_working_day(day):
            return None
        entry = self.entries.get(day)
        return WEEKEND if entry is None else entry.label

    def skipped(self, first: date, last: date) -> list[tuple[date, str]]:
        """Days off from `first` through `last`, each with its label; an ordinary one has `WEEKEND`."""
        labelled = ((day, self.label_of(day)) for day in _days(first, last))
        return [(day, label) for day, label in labelled if label is not None]

    def worked_instead(self, first: date, last: date) -> list[tuple[date, str]]:
        """Weekend days from `first` through `last` that are worked in exchange for a day off."""
        found = (self.entries.get(day) for day in _days(first, last))
        return [(entry.day, entry.label) for entry in found if entry is not None and not entry.is_off]

    def is_estimate(self, first: date, last: date) -> bool:
        """True when a year touched has no official decision yet, or an entry between is only expected."""
        if any(year not in self.official_years for year in range(first.year, last.year + 1)):
            return True
        found = (self.entries.get(day) for day in _days(first, last))
        return any(entry is not None and entry.status == "estimate" for entry in found)

    def local_date(self, at: datetime) -> date:
        """The local day of an aware moment. Raises ValueError for a naive one."""
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no time zone; a moment must be aware")
        return at.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """The end of a local day, which is the next local midnight, in UTC."""
        return self.at_hour(day + DAY, 0)

    @lru_cache(maxsize=8192)  # noqa: B019 - calendars are few and kept anyway
    def at_hour(self, day: date, hour: int) -> datetime:
        """The local hour (0 to 23) of a day, in UTC."""
        return datetime.combine(day, time(hour), tzinfo=self.zone).astimezone(UTC)

    def _step(self, day: date, step: timedelta) -> date:
        day += step
        while not self.is_working_day(day):
            day += step
        return day


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * offset for offset in range((last - first).days + 1)]


def _version(
    zone: ZoneInfo, weekend: frozenset[int], entries: Mapping[date, DayEntry], official: frozenset[int]
) -> str:
    """Twelve hex digits of what a deadline or its explanation can depend on."""
    content = {
        "zone": zone.key,
        "weekend": sorted(weekend),
        "official": sorted(official),
        "entries": [
            [day.isoformat(), entry.is_off, entry.label, entry.status] for day, entry in sorted(entries.items())
        ],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
