"""The periods a plan's cadence starts: every point between two moments, each named by its period."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflow.calendar import Calendar
from workflow.calendar_data import WEEKDAYS
from workflow.deadline_grammar import DeadlineSyntaxError, Misread, nearest_form, read_date
from workflow.defect_kinds import because

EVERY = ("day", "week", "month", "quarter", "half_year", "year", "school_year", "phase")
POINT_FORMS = (
    "1/12", "1/12/2025", "60 days before 26/12/2025", "unknown", "day 1 of month", "day 1 of last month of quarter",
    "day 1 of first month of half_year", "day 1 of last month of year", "monday",
    "first day of phase", "last day of phase", "20 days before end of phase",
)  # fmt: skip
UNKNOWN = "unknown"
SCHOOL_YEAR = (9, 1)
"""Month and day on which a school year begins, where a plan does not say."""

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12, "school_year": 12}
_YEAR_DAY = re.compile(r"(\d{1,2})/(\d{1,2})", re.ASCII)
_DATED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
_MONTH_DAY = re.compile(r"day (\d{1,2}) of (?:(first|last) month of (quarter|half_year|year)|(month))", re.ASCII)
_PHASE_DAY = re.compile(r"(first|last) day of phase|([1-9]\d{0,2}) days? before end of phase", re.ASCII)
_AHEAD = re.compile(r"([1-9]\d{0,2}) days? before (\S+)", re.ASCII)
_SCHOOL_YEAR = re.compile(r"\d{4}-\d{4}", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a cadence, its moment in UTC and its key: 2025, 2025-H1, 2025-Q3, 2025-07, 2025-W29, 2025-07-14,
    2025-2026 (a school year), 2025.final (a phase, after the year of its first day)."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """Where in its period a cadence fires: one date, or `offset` (months, or days of a week) and a `day`.

    `unknown`: it hangs on a day that is still to be set, and does not come before it is.
    In a phase: `day` days after its first day or, where it is negative, that many before its last day less one.
    """

    every: str
    offset: int = 0
    day: int = 1
    only: date | None = None
    unknown: bool = False


def parse_point(every: str | None, at: str | None) -> Point:
    """Read a cadence's `every` and `at`; without `at` it is the period's first day.

    `d/m` repeats from that day each period; `d/m/yyyy`, or so many days before such a day, is once and needs no
    `every`; neither does `unknown`, which is a day (of a congress) that is still to be set.
    Raises DeadlineSyntaxError (a ValueError).
    """
    words = " ".join((at or "").split())
    if every is not None and every not in EVERY:
        raise DeadlineSyntaxError(every, EVERY)
    if _DATED.fullmatch(words):
        return Point(every or "year", only=_checked_date(words))
    ahead = _AHEAD.fullmatch(words)
    if (ahead[2] if ahead else words) == UNKNOWN:
        return Point(every or "year", unknown=True)
    if ahead and _DATED.fullmatch(ahead[2]):
        return Point(every or "year", only=_checked_date(ahead[2]) - _DAY * int(ahead[1]))
    if every is None:
        raise DeadlineSyntaxError(words, EVERY, because("no_every", text=words))
    if not words:
        return Point(every, day=0 if every == "phase" else 1)
    if every == "week" and words in WEEKDAYS:
        return Point(every, offset=[*WEEKDAYS].index(words))
    if every == "phase":
        return _phase_point(words)
    if every in _MONTHS:
        return _month_point(every, words)
    raise _no_point(every, words)


def periods_between(  # noqa: PLR0913 - all by name
    every: str | None,
    at: str | None,
    *,
    after: datetime,
    until: datetime,
    calendar: Calendar,
    within: tuple[date, date] | None = None,
    hour: int = 0,
    school_year: tuple[int, int] = SCHOOL_YEAR,
    phase: str = "",
) -> list[Period]:
    """Every point in (after, until], none left out, at the local `hour`; `within` keeps a phase's days.

    A point stays where the plan put it, day off or not. `phase`: the name of the one that `within` is, for a point
    in a phase. Raises DeadlineSyntaxError (a ValueError).
    """
    point = parse_point(every, at)
    first, last = calendar.local_date(after), calendar.local_date(until)
    days = _days(point, first, last) if within is None else _days_in(point, within, (first, last))

    def key(day: date) -> str:
        if point.every == "phase":
            return phase_key(phase, (within or (day, day))[0])
        return period_key(point.every, day, school_year=school_year)

    found = (Period(key(day), calendar.at_hour(day, hour)) for day in days)
    return [period for period in found if after < period.at <= until]


def days_between(every: str | None, at: str | None, within: tuple[date, date]) -> Iterator[date]:
    """The days of a cadence among these, first and last included. Raises DeadlineSyntaxError (a ValueError)."""
    return _days_in(parse_point(every, at), within, within)


def phase_key(name: str, starts_on: date) -> str:
    """The key of a phase as a period: `2025.final`."""
    return f"{starts_on.year}.{name}"


def phase_of_key(key: str) -> str:
    """The phase a key names; empty for a key of the calendar."""
    return key[5:] if key[4:5] == "." else ""


def is_school_year(key: str) -> bool:
    """Whether a key names a school year, `2025-2026`."""
    return _SCHOOL_YEAR.fullmatch(key) is not None


def period_key(every: str, day: date, *, school_year: tuple[int, int] = SCHOOL_YEAR) -> str:
    """The name of the period `day` lies in; weeks are ISO weeks. A phase has its own: `phase_key`."""
    match every:
        case "school_year":
            year = day.year - ((day.month, day.day) < school_year)
            return f"{year}-{year + 1}"
        case "year":
            return f"{day.year}"
        case "half_year":
            return f"{day.year}-H{(day.month + 5) // 6}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "month":
            return f"{day.year}-{day.month:02}"
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "day":
            return day.isoformat()
    raise ValueError(f"{every!r} is not one of {', '.join(EVERY)}")


def period_scope(key: str) -> tuple[int, int | None]:
    """The year and, where the key tells it, the quarter of a period: a case's `case_year`, `case_quarter`."""
    year, _, rest = key.partition("-")
    if phase_of_key(key) or is_school_year(key):
        return int(key[:4]), None
    if rest.startswith("Q"):
        return int(year), int(rest[1:])
    if rest and rest[0].isdigit():
        return int(year), (int(rest[:2]) + 2) // 3
    return int(year), None


def _phase_point(words: str) -> Point:
    found = _PHASE_DAY.fullmatch(words)
    if found is None:
        raise _no_point("phase", words)
    if found[1] == "first":
        return Point("phase", day=0)
    return Point("phase", day=-1 - int(found[2] or 0))


def parse_year_day(text: str) -> tuple[int, int]:
    """Read `d/m`: the month and the day. Raises DeadlineSyntaxError (a ValueError)."""
    if not _YEAR_DAY.fullmatch(text):
        raise DeadlineSyntaxError(text, ("1/9",))
    day = _checked_date(f"{text}/2023")
    return day.month, day.day


def _month_point(every: str, words: str) -> Point:
    if found := _YEAR_DAY.fullmatch(words):
        day = _checked_date(f"{words}/2024")  # a leap year: 29/2 is a day of the year
        return Point(every, (day.month - 1) % _MONTHS[every], day.day)
    found = _MONTH_DAY.fullmatch(words)
    if found is None or (found[3] or found[4]) != every or not 1 <= int(found[1]) <= 31:
        raise _no_point(every, words)
    return Point(every, _MONTHS[every] - 1 if found[2] == "last" else 0, int(found[1]))


def _no_point(every: str, words: str) -> DeadlineSyntaxError:
    reason = because("no_point", text=words, every=every, nearest=nearest_form(words, POINT_FORMS))
    return DeadlineSyntaxError(words, POINT_FORMS, reason)


def _checked_date(text: str) -> date:
    try:
        return read_date(text)
    except Misread as error:
        raise DeadlineSyntaxError(text, POINT_FORMS, error.reason) from error


def _days_in(point: Point, within: tuple[date, date], between: tuple[date, date]) -> Iterator[date]:
    """The days of a point in a phase, or of the calendar, that lie in both spans."""
    first, last = max(within[0], between[0]), min(within[1], between[1])
    if point.every == "phase" and point.only is None and not point.unknown:
        day = within[0] if point.day >= 0 else within[1] + _DAY * (point.day + 1)
        return iter((day,) if first <= day <= last else ())
    return _days(point, first, last)


def _days(point: Point, first: date, last: date) -> Iterator[date]:
    """The point's days from around `first` to around `last`; the caller cuts the edges."""
    if last < first or point.unknown:
        return
    if point.only is not None:
        candidates: Iterator[date] = iter((point.only,))
    elif point.every in _MONTHS:
        candidates = _month_days(point, first, last)
    else:
        step = 7 if point.every == "week" else 1
        shift = (point.offset - first.weekday()) % step
        candidates = (first + _DAY * days for days in range(shift, (last - first).days + 1, step))
    yield from (day for day in candidates if first <= day <= last)


def _month_days(point: Point, first: date, last: date) -> Iterator[date]:
    size = _MONTHS[point.every]
    for number in range((first.year * 12 + first.month - 1) // size, (last.year * 12 + last.month - 1) // size + 1):
        year, month = divmod(number * size + point.offset, 12)
        yield date(year, month + 1, min(point.day, monthrange(year, month + 1)[1]))
