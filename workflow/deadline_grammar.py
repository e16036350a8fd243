"""The closed language of deadlines and durations: one regular expression a form, read once into values."""

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import get_args

from workflow.deadline_forms import (
    Deadline,
    Duration,
    FirstKnown,
    Form,
    FromDate,
    NamedDay,
    PhaseEnd,
    QuarterDay,
    Unbounded,
    Unit,
    Window,
    YearDay,
)
from workflow.defect_kinds import because
from workflow.message import Message


class Misread(ValueError):
    """Words that mean nothing; `reason` is the phrase that says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class DeadlineSyntaxError(Misread):
    """Not a form of the language: its `text`, the `nearest` form, all `allowed` ones."""

    def __init__(self, text: str, allowed: Sequence[str], reason: Message | None = None) -> None:
        self.text, self.allowed = text, tuple(allowed)
        self.nearest = nearest_form(text, allowed)
        super().__init__(reason or because("no_form", text=text, nearest=self.nearest))

    @property
    def forms(self) -> str:
        """All forms allowed, for the author to choose from."""
        return "; ".join(self.allowed)


_DURATION = rf"(?P<amount>[1-9]\d{{0,3}}) (?P<unit>{'|'.join(get_args(Unit))})s?"
_FULL_DATE = r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d-\d\d"
_YEAR_DAY = r"\d{1,2}/\d{1,2}"
_NAME = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?"
_LIMIT = r"(?P<limit>before|by)"
_QUARTER = r"day (?P<day>\d{1,2}) of last month of quarter"


def _build_duration(found: re.Match[str]) -> Duration:
    unit: Unit = next(unit for unit in get_args(Unit) if unit == found["unit"])
    return Duration(int(found["amount"]), unit)


def _build_from_date(found: re.Match[str]) -> FromDate:
    duration = _build_duration(found)
    if duration.unit == "hour":
        raise Misread(because("day_in_hours"))
    if is_full_date(found["ref"]):
        read_date(found["ref"])
    if is_year_day(found["ref"]):
        read_year_day(found["ref"])
    return FromDate(duration, "before" if found["side"] == "before" else "after", found["ref"])


def _build_year_day(found: re.Match[str]) -> YearDay:
    day, month = int(found["day"]), int(found["month"])
    _check_day(day, month, 2024)  # a leap year: 29/2 is a day of the year
    return YearDay(day, month, _strict(found), next_year=found["next"] is not None)


def _build_dated(found: re.Match[str]) -> YearDay:
    day = read_date(found["date"])
    return YearDay(day.day, day.month, _strict(found), year=day.year)


def _build_quarter_day(found: re.Match[str]) -> QuarterDay:
    return QuarterDay(_month_day(found["day"]), _strict(found))


def _build_bare_quarter_day(found: re.Match[str]) -> QuarterDay:
    return QuarterDay(_month_day(found["day"]), strict=False)


def _build_window(found: re.Match[str]) -> Window:
    window = Window(read_date(found["first"]), read_date(found["last"]))
    if window.last < window.first:
        raise Misread(because("ends_before", text=found[0]))
    return window


def _build_unbounded(found: re.Match[str]) -> Unbounded:
    return Unbounded("none" if found[0] == "none" else "unknown")


# (example, pattern, reader), tried in this order: `by end of phase` and dates before names.
_FORMS: tuple[tuple[str, str, Callable[[re.Match[str]], Form]], ...] = (
    ("5 working_days", _DURATION, _build_duration),
    ("20 working_days after sent_on", rf"{_DURATION} (?P<side>after|before) (?P<ref>{_FULL_DATE}|{_YEAR_DAY}|{_NAME})",
     _build_from_date),
    ("before 10/12", rf"{_LIMIT} (?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?P<next> next year)?",
     _build_year_day),
    ("by 10/12/2025", rf"{_LIMIT} (?P<date>{_FULL_DATE})", _build_dated),
    ("before day 10 of last month of quarter", rf"{_LIMIT} {_QUARTER}", _build_quarter_day),
    ("day 1 of last month of quarter", _QUARTER, _build_bare_quarter_day),
    ("by end of phase", r"by end of phase", lambda _: PhaseEnd()),
    ("by sits_on", rf"{_LIMIT} (?P<ref>{_NAME})", lambda found: NamedDay(found["ref"], _strict(found))),
    ("29/1/2024..2/2/2024", rf"(?P<first>{_FULL_DATE})\.\.(?P<last>{_FULL_DATE})", _build_window),
    ("none", r"none|unknown", _build_unbounded),
)  # fmt: skip

DEADLINE_FORMS = (
    *(example for example, _, _ in _FORMS),
    "3 days", "3 months", "10 days before event.held_on", "10 working_days before 31/12",
    "1 working_day before sits_on", "by 10/12",
    "before 20/1 next year", "[5 working_days before sits_on, 10 working_days]",
)  # fmt: skip
DURATION_FORMS = tuple(f"3 {unit}s" for unit in get_args(Unit))

# For a schema: what each form, and each part of a list, must match from end to end (groups without names).
DEADLINE_PATTERNS = tuple(re.sub(r"\?P<\w+>", "?:", pattern) for _, pattern, _ in _FORMS)
DURATION_PATTERN = re.sub(r"\?P<\w+>", "?:", _DURATION)

_COMPILED = tuple((re.compile(pattern, re.ASCII), build) for _, pattern, build in _FORMS)


def nearest_form(text: str, allowed: Sequence[str]) -> str:
    """The form that a text resembles most; there always is one."""
    return difflib.get_close_matches(text, allowed, n=1, cutoff=0.0)[0]


def parse_deadline(text: str | Sequence[str]) -> Deadline:
    """Read a deadline; a list, or a text `[a, b]`, means the first that is known.

    `$names` and `{per: …}` are replaced by the loader before. Raises DeadlineSyntaxError (a ValueError).
    """
    if not isinstance(text, str):
        return _first_known(list(text), str(list(text)))
    words = " ".join(text.split())
    if words.startswith("[") and words.endswith("]"):
        return _first_known(words[1:-1].split(","), text)
    return _parse_form(words)


@lru_cache(maxsize=1024)  # a plan has few, each decision reads some
def parse_duration(text: str) -> Duration:
    """Read `AMOUNT UNIT`, such as `5 working_days`. Raises DeadlineSyntaxError (a ValueError)."""
    found = re.fullmatch(_DURATION, " ".join(text.split()), re.ASCII)
    if found is None:
        raise DeadlineSyntaxError(text, DURATION_FORMS)
    return _build_duration(found)


def read_date(text: str) -> date:
    """Read `d/m/yyyy` or `yyyy-mm-dd`. Raises Misread (a ValueError) when it is no day."""
    try:
        parts = text.split("/")
        if len(parts) == 1:
            return date.fromisoformat(text)
        day, month, year = map(int, parts)
    except ValueError as error:
        raise Misread(because("no_date", text=text)) from error
    _check_day(day, month, year)
    return date(year, month, day)


def is_full_date(text: str) -> bool:
    """True for a day with its year, as against a name."""
    return re.fullmatch(_FULL_DATE, text, re.ASCII) is not None


def is_year_day(text: str) -> bool:
    """True for a day without a year, `31/12`."""
    return re.fullmatch(_YEAR_DAY, text, re.ASCII) is not None


def read_year_day(text: str) -> YearDay:
    """A day of each year, itself counted. Raises Misread (a ValueError) when it is no day."""
    day, month = map(int, text.split("/"))
    _check_day(day, month, 2024)  # a leap year: 29/2 is a day of the year
    return YearDay(day, month, strict=False)


def read_window(text: str, today: date) -> Window:
    """`29/1/2024..2/2/2024`, or of each year, `20/12..15/1`: then the one that today lies in, or the next to come.

    Raises Misread (a ValueError).
    """
    first, _, last = text.partition("..")
    if not (is_year_day(first) and is_year_day(last)):
        window = Window(read_date(first), read_date(last))
        if window.last < window.first:
            raise Misread(because("ends_before", text=text))
        return window
    begin, end = read_year_day(first), read_year_day(last)
    crosses = (end.month, end.day) < (begin.month, begin.day)
    years = (today.year - 1, today.year, today.year + 1)
    turns = (Window(_day_in(year, begin), _day_in(year + crosses, end)) for year in years)
    return next(turn for turn in turns if today <= turn.last)


def _day_in(year: int, day: YearDay) -> date:
    """The day of this year; 29/2 of a year without it is its last day of February."""
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def references(deadline: Deadline) -> frozenset[str]:
    """The fields and events a deadline hangs on, for the loader to check and the engine to watch."""
    options = deadline.options if isinstance(deadline, FirstKnown) else (deadline,)
    refs = (option.ref for option in options if isinstance(option, FromDate | NamedDay))
    return frozenset(ref for ref in refs if ref != "unknown" and not is_full_date(ref) and not is_year_day(ref))


def _first_known(texts: Sequence[str], whole: str) -> FirstKnown:
    if len(texts) < 2:
        raise DeadlineSyntaxError(whole, DEADLINE_FORMS, because("one_to_choose", text=whole))
    return FirstKnown(tuple(_parse_form(" ".join(text.split())) for text in texts))


@lru_cache(maxsize=1024)
def _parse_form(words: str) -> Form:
    for pattern, build in _COMPILED:
        if found := pattern.fullmatch(words):
            try:
                return build(found)
            except Misread as error:
                raise DeadlineSyntaxError(words, DEADLINE_FORMS, error.reason) from error
    raise DeadlineSyntaxError(words, DEADLINE_FORMS)


def _strict(found: re.Match[str]) -> bool:
    return found["limit"] == "before"


def _month_day(text: str) -> int:
    if not 1 <= int(text) <= 31:
        raise Misread(because("no_such_day", text=text))
    return int(text)


def _check_day(day: int, month: int, year: int) -> None:
    try:
        date(year, month, day)
    except ValueError as error:
        raise Misread(because("no_such_day", text=f"{day}/{month}")) from error
