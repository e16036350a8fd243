"""The shape of a calendar file: dated days off, days worked in exchange, their sources and switches."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Status = Literal["official", "estimate"]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(_Closed):
    """One line of the file: a day or a range `first..last`, what it is called, who decided it."""

    days: str
    label: str = Field(min_length=1)
    source: str
    status: Status = "official"
    switch: str | None = None

    @field_validator("days", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    @field_validator("days")
    @classmethod
    def _reads(cls, value: str) -> str:
        first, last = _span(value)
        if last < first:
            raise ValueError(f"{value} ends before it begins")
        return value

    def each_day(self) -> Iterator[date]:
        """Every day of the range, first to last."""
        first, last = _span(self.days)
        for offset in range((last - first).days + 1):
            yield first + timedelta(days=offset)


class Worked(Dated):
    """A weekend day worked in exchange for the day off named in `for`."""

    instead_of: date = Field(alias="for")


class Switch(_Closed):
    """A group of days an agency may turn on or off."""

    title: str
    default: bool


class CalendarData(_Closed):
    """A whole calendar file, checked: every reference resolves and no day is named twice."""

    title: str = ""
    time_zone: str
    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    years: dict[int, Status]
    sources: dict[str, str]
    switches: dict[str, Switch] = {}
    off_days: tuple[Dated, ...]
    work_days: tuple[Worked, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone") from error

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if len(set(self.weekend)) == len(WEEKDAYS):
            raise ValueError("a week needs a working day")
        seen: set[date] = set()
        for day, is_off, entry in self.dated():
            _must_be_known(entry.source, self.sources, f"{day}: source")
            if entry.switch is not None:
                _must_be_known(entry.switch, self.switches, f"{day}: switch")
            if day in seen:
                raise ValueError(f"{day} is named twice")
            if not is_off and day.weekday() not in self.weekend_numbers():
                raise ValueError(f"{day} is an ordinary working day and cannot be worked in exchange")
            seen.add(day)
        self._exchanges_are_off()
        return self

    def _exchanges_are_off(self) -> None:
        off = {day for day, is_off, _ in self.dated() if is_off}
        for entry in self.work_days:
            if entry.instead_of not in off:
                raise ValueError(f"{entry.days} is worked for {entry.instead_of}, which is not a day off")

    def dated(self) -> Iterator[tuple[date, bool, Dated]]:
        """Every single day with (day, is it off, its line)."""
        for is_off, lines in ((True, self.off_days), (False, self.work_days)):
            for line in lines:
                for day in line.each_day():
                    yield day, is_off, line

    def weekend_numbers(self) -> frozenset[int]:
        """The weekly days off as numbers, Monday 0."""
        return frozenset(WEEKDAYS.index(name) for name in self.weekend)

    def switch_values(self, chosen: Mapping[str, bool]) -> dict[str, bool]:
        """Defaults overlaid by `chosen`. Raises ValueError for a name the file does not have."""
        for name in chosen:
            _must_be_known(name, self.switches, "switch")
        return {name: chosen.get(name, switch.default) for name, switch in self.switches.items()}


def _must_be_known(name: str, known: Mapping[str, object], what: str) -> None:
    if name not in known:
        raise ValueError(f"{what} {name!r} is not defined; known: {', '.join(sorted(known)) or 'none'}")


def _span(text: str) -> tuple[date, date]:
    found = _DAYS.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is neither a day (2025-01-27) nor a range (2025-01-27..2025-01-31)")
    first = date.fromisoformat(found[1])
    return first, date.fromisoformat(found[2]) if found[2] else first
