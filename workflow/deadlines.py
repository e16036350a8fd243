"""From a deadline's rule to the day it falls on, its reminders, and what a hold leaves of it.

A limit that ends on a day off moves: a counted length by the plan's `length` rule, a fixed day by its `day`
rule. Days counted back from a named day are a fixed day, else moving later would come too near to it. A move
back never crosses the day of entry. One counted back from a field's day to before the entry is the day of entry: who is
invited to today's sitting is not late with the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Protocol

from workflow.cadences import Period, periods_between
from workflow.calendar import DAY, Calendar
from workflow.deadline_days import Context, Limit, limit_of, shift
from workflow.deadline_forms import Deadline, Duration, FirstKnown, Window
from workflow.deadline_grammar import DeadlineSyntaxError, parse_deadline, parse_duration, references
from workflow.due import Due, Labelled, explain

__all__ = [
    "DayOff", "DayOffRule", "Deadline", "DeadlineSyntaxError", "Due", "Duration", "Period", "Window",
    "anew", "escalation_time", "explain", "extend", "parse_deadline", "parse_duration", "pause", "periods_between",
    "references", "reminder_times", "resolve", "resume",
]  # fmt: skip

Move = Literal["next", "previous", "same"]


class DayOffRule(Protocol):
    """What a plan says about limits on a day off; its own model fits as well as `DayOff`."""

    @property
    def length(self) -> Move: ...
    @property
    def day(self) -> Move: ...


@dataclass(frozen=True, slots=True)
class DayOff:
    """The rule when a plan says nothing."""

    length: Move = "next"
    day: Move = "previous"


def resolve(  # noqa: PLR0913 - all by name
    deadline: Deadline,
    *,
    start: datetime,
    calendar: Calendar,
    case_year: int | None = None,
    case_quarter: int | None = None,
    dates: Mapping[str, date | None] | None = None,
    phase_end: date | None = None,
    year_begins: tuple[int, int] = (1, 1),
    day_off: DayOffRule = DayOff(),
) -> Due | None:
    """The day a deadline falls on, or None while what it hangs on is unknown (or there is none).

    `start` is the aware moment the state was entered; `dates` the days of fields and events by name. A yearly
    or quarterly day lies in the case's period; without one it is the next such day from the entry on. A year that
    begins in September (`year_begins`) has its days of May in the next one.
    """
    entered = calendar.local_date(start)
    context = Context(start, entered, calendar, case_year, case_quarter, dates or {}, phase_end, year_begins)
    for form in deadline.options if isinstance(deadline, FirstKnown) else (deadline,):
        limit = limit_of(form, context)
        if limit is not None:
            move = day_off.length if limit.kind == "length" else day_off.day
            return _settle(limit, str(deadline), str(form), calendar, entered, move)
    return None


def pause(due: Due, at: datetime, calendar: Calendar) -> int | None:
    """Working days left of a length when its case is held at `at`; negative when late already.

    None for a fixed day, which does not stop. Hand the answer to `resume`.
    """
    return calendar.working_days_between(calendar.local_date(at), due.due_on) if due.kind == "length" else None


def resume(due: Due, left: int | None, at: datetime, calendar: Calendar) -> Due:
    """The deadline after a hold released at `at`: a length goes on with the working days left.

    It then ends with a day; one that was late stays late by as many working days. A fixed day comes back
    unchanged. What was granted is in the days that were left.
    """
    if left is None:
        return due
    on = calendar.local_date(at)
    due_on = calendar.add_working_days(on, left)
    first, last = sorted((on, due_on))
    return replace(
        due,
        due_on=due_on,
        due_at=calendar.end_of_day(due_on),
        calendar_version=calendar.version,
        skipped=_labelled(calendar.skipped(first, last)),
        worked=_labelled(calendar.worked_instead(first + DAY, last)),
        moved=None,
        estimated=calendar.is_estimate(first, last),
        resumed=(on, left),
        granted=None,
    )


def extend(due: Due, day: date, *, on: date, calendar: Calendar) -> Due:
    """The deadline put off to a day that was granted `on` a day; the rule's own day and all that was granted stay."""
    ruled = due.granted[0] if due.granted else due.due_on
    return _granted(replace(due, extended=(*due.extended, (due.due_on, day, on))), ruled, day, calendar)


def anew(due: Due, before: Due, calendar: Calendar) -> Due:
    """What the rule gives now, with what was granted before: that stands unless the rule comes to a later day.

    A granted day that turned into a day off is the next working day.
    """
    found = replace(due, extended=before.extended, recomputed=before.recomputed)
    day = calendar.add_working_days(before.granted[1], 0) if before.granted else due.due_on
    return _granted(found, due.due_on, day, calendar) if day > due.due_on else found


def _granted(due: Due, ruled: date, day: date, calendar: Calendar) -> Due:
    return replace(
        due,
        due_on=day,
        due_at=calendar.end_of_day(day),
        granted=(ruled, day),
        estimated=due.estimated or calendar.is_estimate(ruled, day),
    )


def reminder_times(
    due: Due, offsets: Sequence[int] = (7, 3, 1, 0), *, start: datetime, calendar: Calendar, hour: int = 8
) -> list[tuple[int, datetime]]:
    """(offset, moment in UTC), earliest first: `offset` working days before the due day, 0 on the day.

    A due day that is off is reminded of on the working day before it. Moments before `start` are dropped, as
    are those at or after the deadline's end.
    """
    day = due.due_on
    last_day = day if calendar.is_working_day(day) else calendar.previous_working_day(day)
    moments = (
        (offset, calendar.at_hour(calendar.add_working_days(last_day, -offset), hour))
        for offset in sorted(set(offsets), reverse=True)
    )
    return [(offset, at) for offset, at in moments if start <= at < due.due_at]


def escalation_time(
    due: Due,
    after: Duration,
    *,
    calendar: Calendar,
    every: Duration | None = None,
    repeat: int = 0,
    hour: int = 8,
) -> datetime:
    """When lateness is told: at `hour` of the working day `after` the due day, then `repeat` times `every`.

    Durations in hours count from the deadline's end and ignore days off. Raises ValueError for a repeat
    without `every`.
    """
    if after.unit == "hour":
        first = due.due_at + timedelta(hours=after.amount)
    else:
        first = _working_hour(shift(due.due_on, after, calendar), hour, calendar)
    if not repeat:
        return first
    if every is None:
        raise ValueError("only an escalation with `every` repeats")
    if every.unit == "hour":
        return first + timedelta(hours=every.amount * repeat)
    whole = Duration(every.amount * repeat, every.unit)
    return _working_hour(shift(calendar.local_date(first), whole, calendar), hour, calendar)


def _working_hour(day: date, hour: int, calendar: Calendar) -> datetime:
    return calendar.at_hour(calendar.add_working_days(day, 0), hour)


@lru_cache(maxsize=4096)  # what is decided on one day under one rule is due on the same
def _settle(limit: Limit, rule: str, form: str, calendar: Calendar, entered: date, move: Move) -> Due:
    day = _moved(limit, calendar, entered, move)
    if limit.ahead and entered <= limit.started_on:
        day = max(day, entered)  # it had passed before anybody was asked
    at = calendar.end_of_day(day) if limit.at is None else limit.at + (day - limit.day)
    first, last = sorted((day, limit.day))
    passed = [] if first == last else calendar.skipped(first, last)
    worked: list[tuple[date, str]] = []
    if limit.counted is not None:
        passed += calendar.skipped(*limit.counted)
        worked = calendar.worked_instead(*limit.counted)
        first, last = min(first, limit.counted[0]), max(last, limit.counted[1])
    return Due(
        due_on=day,
        due_at=at,
        rule=rule,
        form=form,
        kind=limit.kind,
        known_by=limit.known_by,
        started_on=limit.started_on,
        calendar_version=calendar.version,
        skipped=_labelled(sorted(set(passed))),
        worked=_labelled(worked),
        moved=None if day == limit.day else (limit.day, day),
        estimated=calendar.is_estimate(first, last),
    )


def _moved(limit: Limit, calendar: Calendar, entered: date, move: Move) -> date:
    """The limit, or the working day a rule sends it to."""
    if move == "same" or calendar.is_working_day(limit.day):
        return limit.day
    if move == "next":
        return calendar.next_working_day(limit.day)
    earlier = calendar.previous_working_day(limit.day)
    return limit.day if earlier < entered <= limit.day else earlier


def _labelled(days: Sequence[tuple[date, str]]) -> Labelled:
    return tuple((day.isoformat(), label) for day, label in days)
