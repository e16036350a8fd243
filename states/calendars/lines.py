"""A calendar's lines as people edit them: days off and days worked in exchange, each with its source; what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import yaml

from workflow.calendar_data import CalendarData, Dated, Worked
from workflow.message import Invalid, Message

DAY = timedelta(days=1)
YEARS = range(2000, 2101)
LONGEST = 31  # days of one line
LABEL, SOURCE = (3, 120), (8, 300)  # fewest and most letters
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One line: its days, what it is called, the text it rests on; `instead_of` where it is worked for a day off."""

    first: date
    last: date
    label: str
    source: str
    expected: bool
    instead_of: date | None = None

    @property
    def key(self) -> str:
        """What names a line: its days, as the file writes them."""
        return _days(self.first, self.last)


@dataclass(frozen=True)
class Difference:
    """Neighbouring days that are told otherwise by two calendars; None: an ordinary day of its week."""

    first: date
    last: date
    before: Line | None
    after: Line | None


def read(data: Data) -> CalendarData:
    """The whole calendar, checked."""
    return CalendarData.model_validate(data)


def lines(data: Data) -> list[Line]:
    """Every line, by day."""
    parsed = read(data)
    found = [_line(one, parsed) for one in (*parsed.off_days, *parsed.work_days)]
    return sorted(found, key=lambda one: (one.first, one.instead_of is not None))


def _line(one: Dated, parsed: CalendarData) -> Line:
    days = list(one.each_day())
    instead_of = one.instead_of if isinstance(one, Worked) else None
    return Line(days[0], days[-1], one.label, parsed.sources[one.source], one.status == "estimate", instead_of)


# --- edits --------------------------------------------------------------------------------------------


def with_day_off(data: Data, line: Line) -> dict[str, Any]:
    """A calendar with these days off, too. Raises Invalid naming the field."""
    _check(line)
    _free(data, line.first, line.last, "first")
    found, source = _with_source(data, line.source)
    found["off_days"] = [*found["off_days"], _written(line, source)]
    return _sound(found)


def with_swap(data: Data, line: Line) -> dict[str, Any]:
    """A calendar in which the one day of a line is worked for another, which is off then. Raises Invalid."""
    off = line.instead_of
    if off is None:
        raise Invalid({"off": Message("form.missing_date", {"field": Message("calendar.off")})})
    _check(line)
    parsed = read(data)
    if line.first.weekday() not in parsed.weekend_numbers():
        raise Invalid({"worked": Message("calendar.no_weekend", {"day": line.first})})
    _free(data, line.first, line.first, "worked")
    if all(day != off for day, is_off, _ in parsed.dated() if is_off):
        data = with_day_off(data, replace(line, first=off, last=off, instead_of=None))
    found, source = _with_source(data, line.source)
    found["work_days"] = [*found.get("work_days", []), {**_written(line, source), "for": off.isoformat()}]
    return _sound(found)


def without(data: Data, key: str) -> dict[str, Any]:
    """A calendar without the line of these days; its days are ordinary ones again. Raises Invalid."""
    found = deepcopy(dict(data))
    for part in ("work_days", "off_days"):
        rows = found.get(part, [])
        kept = [row for row in rows if _key_of(row["days"]) != key]
        if len(kept) != len(rows):
            if part == "off_days":
                _not_worked_for(data, key)
            return _sound({**found, part: kept})
    raise Invalid({"line": Message("calendar.no_line")})


def with_year(data: Data, year: int, *, official: bool) -> dict[str, Any]:
    """A calendar whose year was decided, or is expected only. Raises Invalid."""
    if year not in YEARS:
        raise Invalid({"year": Message("calendar.year", {"first": YEARS[0], "last": YEARS[-1]})})
    years = {**data["years"], str(year): "official" if official else "estimate"}
    return _sound({**deepcopy(dict(data)), "years": dict(sorted(years.items()))})


def _check(line: Line) -> None:
    wrong: dict[str, Message] = {}
    for name, day in (("first", line.first), ("last", line.last), ("off", line.instead_of)):
        if day is not None and day.year not in YEARS:
            wrong[name] = Message("calendar.year", {"first": YEARS[0], "last": YEARS[-1]})
    if line.last < line.first:
        wrong["last"] = Message("calendar.backwards")
    elif (line.last - line.first).days >= LONGEST:
        wrong["last"] = Message("calendar.too_long", {"most": LONGEST})
    for name, said, (least, most) in (("label", line.label, LABEL), ("source", line.source, SOURCE)):
        if not least <= len(said.strip()) <= most:
            wrong[name] = Message(f"calendar.{name}_length", {"least": least, "most": most})
    if wrong:
        raise Invalid(wrong)


def _free(data: Data, first: date, last: date, field: str) -> None:
    """No day is named twice."""
    taken = next(((day, line.label) for day, _, line in read(data).dated() if first <= day <= last), None)
    if taken is not None:
        raise Invalid({field: Message("calendar.overlap", {"day": taken[0], "label": taken[1]})})


def _not_worked_for(data: Data, key: str) -> None:
    gone = set(_each(key))
    worked = next((one for one in lines(data) if one.instead_of in gone), None)
    if worked is not None:
        said = {"worked": worked.first, "off": worked.instead_of}
        raise Invalid({"line": Message("calendar.worked_for", said)})


def _with_source(data: Data, text: str) -> tuple[dict[str, Any], str]:
    """A copy that knows this source, and the source's name in it."""
    found, text = deepcopy(dict(data)), " ".join(text.split())
    for name, known in found["sources"].items():
        if known == text:
            return found, name
    name = next(f"edited_{number}" for number in range(1, 10_000) if f"edited_{number}" not in found["sources"])
    found["sources"][name] = text
    return found, name


def _written(line: Line, source: str) -> dict[str, str]:
    status = {"status": "estimate"} if line.expected else {}
    return {"days": line.key, "label": " ".join(line.label.split()), "source": source, **status}


def _days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def _key_of(days: Any) -> str:
    return days.isoformat() if isinstance(days, date) else str(days)


def _each(key: str) -> Iterator[date]:
    first, _, last = key.partition("..")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += DAY


def _sound(data: dict[str, Any]) -> dict[str, Any]:
    """What an edit made, once more by the rules of the file: a rule forgotten here must not get through."""
    try:
        read(data)
    except ValueError as wrong:
        raise Invalid({"line": Message("calendar.unsound")}) from wrong
    return data


# --- what differs -------------------------------------------------------------------------------------


def differences(before: Data, after: Data) -> list[Difference]:
    """What one calendar says otherwise than another, neighbouring days of one line together, by day."""
    old, new = _by_day(before), _by_day(after)
    found: list[Difference] = []
    for day in sorted(old.keys() | new.keys()):
        was, now = old.get(day), new.get(day)
        if was == now:
            continue
        last = found[-1] if found else None
        if last and last.last == day - DAY and (last.before, last.after) == (was, now):
            found[-1] = replace(last, last=day)
        else:
            found.append(Difference(day, day, was, now))
    return found


def years_differing(before: Data, after: Data) -> list[tuple[int, str]]:
    """Years that were decided, or are no longer: (year, `official`, `estimate`, or `` for no more named)."""
    old, new = read(before).years, read(after).years
    return [(year, new.get(year, "")) for year in sorted(old.keys() | new.keys()) if old.get(year) != new.get(year)]


def _by_day(data: Data) -> dict[date, Line]:
    """Each day's line without its span: a longer line says the same of a day."""
    return {
        day: replace(one, first=date.min, last=date.min) for one in lines(data) for day in _each(one.key)
    }  # fmt: skip


def as_file(data: Data) -> str:
    """The calendar as YAML, in the shape of the shipped file."""
    order = ("title", "time_zone", "weekend", "years", "sources", "switches", "off_days", "work_days")
    shaped = {name: data[name] for name in order if name in data}
    return str(yaml.safe_dump(shaped, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None))
