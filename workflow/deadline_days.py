"""The last day each form of deadline allows in a case's context, before anything moves off a day off."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflow.calendar import DAY, Calendar
from workflow.deadline_forms import (
    Duration,
    Form,
    FromDate,
    NamedDay,
    PhaseEnd,
    QuarterDay,
    Unbounded,
    Window,
    YearDay,
)
from workflow.deadline_grammar import is_full_date, is_year_day, read_date, read_year_day
from workflow.due import ENTRY, FIXED, NEXT, PERIOD, PHASE, Kind


@dataclass(frozen=True, slots=True)
class Context:
    """What a case knows when a deadline is worked out; `entered` is the local day of `start`."""

    start: datetime
    entered: date
    calendar: Calendar
    year: int | None
    quarter: int | None
    dates: Mapping[str, date | None]
    phase_end: date | None
    year_begins: tuple[int, int] = (1, 1)  # month and day of the case's year: its days lie from there on


@dataclass(frozen=True, slots=True)
class Limit:
    """A form's last day before any move; `counted` are the days a count of working days went over."""

    day: date
    kind: Kind
    known_by: str
    started_on: date
    counted: tuple[date, date] | None = None
    at: datetime | None = None
    ahead: bool = False  # counted back from the day of a field or an event


def limit_of(form: Form, context: Context) -> Limit | None:
    """The last day a form allows, before any move; None while what it hangs on is unknown."""
    match form:
        case Duration():
            return _length(form, context)
        case FromDate():
            return _from_date(form, context)
        case YearDay():
            return _year_day(form, context)
        case QuarterDay():
            return _quarter_day(form, context)
        case NamedDay(ref, strict):
            return _fixed(_known(ref, context), strict, ref, context)
        case PhaseEnd():
            return _fixed(context.phase_end, False, PHASE, context)
        case Window():
            return _fixed(form.last, False, FIXED, context)
        case Unbounded():
            return None


def _length(duration: Duration, context: Context) -> Limit:
    calendar, entered = context.calendar, context.entered
    if duration.unit == "hour":
        at = context.start + timedelta(hours=duration.amount)
        return Limit(calendar.local_date(at), "length", ENTRY, entered, at=at)
    day = shift(entered, duration, calendar)
    counted = (entered + DAY, day) if duration.unit == "working_day" else None
    return Limit(day, "length", ENTRY, entered, counted)


def _from_date(form: FromDate, context: Context) -> Limit | None:
    known = _known(form.ref, context)
    if known is None:
        return None
    ahead = form.side == "before"
    day = shift(known, form.duration, context.calendar, -1 if ahead else 1)
    counted = None
    if form.duration.unit == "working_day":
        counted = (day, known - DAY) if ahead else (known + DAY, day)
    named = not (is_full_date(form.ref) or is_year_day(form.ref))
    return Limit(day, "day" if ahead else "length", form.ref, known, counted, ahead=ahead and named)


def _year_day(form: YearDay, context: Context) -> Limit | None:
    def in_year(year: int) -> date:
        return _day_in(year, form.month, form.day) - DAY * form.strict

    if form.year is not None:
        return _fixed(in_year(form.year), False, FIXED, context)
    if context.year is not None:
        later = (form.month, form.day) < context.year_begins
        return _fixed(in_year(context.year + form.next_year + later), False, PERIOD, context)
    year = context.entered.year + form.next_year
    day = in_year(year)
    return _fixed(day if day >= context.entered else in_year(year + 1), False, NEXT, context)


def _quarter_day(form: QuarterDay, context: Context) -> Limit | None:
    def in_quarter(number: int) -> date:
        """Quarters counted from year 0: year * 4 + (0 to 3)."""
        return _day_in(number // 4, number % 4 * 3 + 3, form.day) - DAY * form.strict

    if context.year is not None and context.quarter is not None:
        return _fixed(in_quarter(context.year * 4 + context.quarter - 1), False, PERIOD, context)
    number = context.entered.year * 4 + (context.entered.month - 1) // 3
    day = in_quarter(number)
    return _fixed(day if day >= context.entered else in_quarter(number + 1), False, NEXT, context)


def _fixed(day: date | None, strict: bool, known_by: str, context: Context) -> Limit | None:
    return None if day is None else Limit(day - DAY * strict, "day", known_by, context.entered)


def _known(ref: str, context: Context) -> date | None:
    if is_full_date(ref):
        return read_date(ref)
    if is_year_day(ref):
        limit = _year_day(read_year_day(ref), context)
        return limit.day if limit is not None else None
    day = context.dates.get(ref)
    return context.calendar.local_date(day) if isinstance(day, datetime) else day


def shift(day: date, duration: Duration, calendar: Calendar, sign: int = 1) -> date:
    """`day` and a duration; a month too short ends on its last day (Civil Code 2015, article 148).

    Raises ValueError for hours.
    """
    amount = duration.amount * sign
    match duration.unit:
        case "working_day":
            return calendar.add_working_days(day, amount)
        case "day":
            return day + DAY * amount
        case "week":
            return day + DAY * 7 * amount
        case "month":
            return add_months(day, amount)
        case "year":
            return add_months(day, 12 * amount)
        case "hour":
            raise ValueError("a day is not counted in hours")


def add_months(day: date, amount: int) -> date:
    """The same day so many months on; a month too short ends on its last day."""
    months = day.year * 12 + day.month - 1 + amount
    return _day_in(months // 12, months % 12 + 1, day.day)


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
