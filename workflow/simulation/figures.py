"""The report's numbers, counted from the rows that the simulated agency left."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow.calendar import WEEKEND, Calendar
from workflow.case import ask, case
from workflow.clock import local_date
from workflow.definition import Definition
from workflow.history import event
from workflow.identity import Organisation
from workflow.scope import addressed_asks
from workflow.simulation.report import LATE_BY, Load, NearHoliday, Outcome, Step
from workflow.timers import timer
from workflow.worklist import work_item

DECIDED = ("action", "answered")
"""Kinds of event that are somebody's decision, where they have an actor."""

LONG_OFF = 3  # days off in a row, a holiday among them, that people plan around
DAY = timedelta(days=1)


@dataclass
class _Times:
    asked: int = 0
    waiting: int = 0
    late: int = 0
    escalated: int = 0
    late_by: list[int] = field(default_factory=lambda: [0] * (len(LATE_BY) + 1))
    days: list[int] = field(default_factory=list)


def steps(
    connection: sa.Connection, definitions: Mapping[str, Definition], calendar: Calendar, now: datetime
) -> tuple[Step, ...]:  # fmt: skip
    """Every step that was asked, process by process; open ones count as late once their deadline is over."""
    escalated = set(
        connection.scalars(sa.select(timer.c.item_id).where(timer.c.kind == "escalate", timer.c.status == "fired"))
    )
    asks = _asks(definitions)
    found: dict[tuple[str, str, str], _Times] = defaultdict(_Times)
    for row in connection.execute(_ITEMS):
        title = row.title if row.ask is None else asks[row.process][row.ask]
        one = found[row.process, row.kind, title]
        one.asked += 1
        one.escalated += row.id in escalated
        if row.closed_at is None:
            one.waiting += 1
            one.late += row.due_at is not None and row.due_at <= now
        else:
            one.days.append(_working_days(calendar, row.opened_at, row.closed_at))
            by = days_late(calendar, row.due_at, row.closed_at)
            one.late += by > 0
            one.late_by[bisect_left(LATE_BY, by)] += 1
    return tuple(_step(key, one) for key, one in sorted(found.items()))


_ITEMS = (
    sa.select(
        work_item.c.id, work_item.c.kind, work_item.c.title, work_item.c.opened_at, work_item.c.closed_at,
        work_item.c.due_at, work_item.c.due, case.c.process, ask.c.name.label("ask"),
    )
    .join(case, case.c.id == work_item.c.case_id)
    .outerjoin(ask, ask.c.id == work_item.c.ask_id)
    .where(work_item.c.closed_how != "suspended")  # after the hold it goes on as another item
    .order_by(case.c.process, work_item.c.id)
)  # fmt: skip


def _asks(definitions: Mapping[str, Definition]) -> Mapping[str, Mapping[str, str]]:
    """process → ask → what it is called, whoever it is put to."""
    return {name: {ask.name: ask.title for _, ask in addressed_asks(one)} for name, one in definitions.items()}


def _step(key: tuple[str, str, str], one: _Times) -> Step:
    process, kind, title = key
    days = sorted(one.days)
    return Step(
        process, kind, title, one.asked, len(days), one.waiting, one.late, tuple(one.late_by), _share(days, 50),
        _share(days, 90), one.escalated,
    )  # fmt: skip


def _share(days: Sequence[int], percent: int) -> float:
    """Within how many days so many of a hundred were done."""
    return float(days[(len(days) * percent + 99) // 100 - 1]) if days else 0.0


def _working_days(calendar: Calendar, start: datetime, end: datetime) -> int:
    return calendar.working_days_between(local_date(start), local_date(end))


def days_late(calendar: Calendar, due_at: datetime | None, closed_at: datetime) -> int:
    """Working days after the last day of a deadline; 0 in time. A day late on a day off counts as one."""
    if due_at is None or closed_at <= due_at:
        return 0
    last_day = local_date(due_at - timedelta(microseconds=1))
    return calendar.days_late(last_day, local_date(closed_at))


def outcomes(connection: sa.Connection, definitions: Mapping[str, Definition]) -> tuple[Outcome, ...]:
    """Where the cases of each process stand."""
    ended: dict[str, Counter[str]] = defaultdict(Counter)
    running: dict[str, Counter[str]] = defaultdict(Counter)
    counts = sa.select(case.c.process, case.c.state, case.c.ended_at.is_not(None).label("over"), sa.func.count())
    for process, state, over, number in connection.execute(counts.group_by(case.c.process, case.c.state, "over")):
        (ended if over else running)[process][definitions[process].states[state].title] += number
    return tuple(
        Outcome(
            name, one.title, sum(ended[name].values()) + sum(running[name].values()), most_first(ended[name]),
            most_first(running[name]),
        )
        for name, one in definitions.items()
    )  # fmt: skip


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts with the largest first, of equal ones by name."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def loads(connection: sa.Connection, org: Organisation) -> tuple[tuple[Load, ...], dict[str, int]]:
    """(everybody who decided anything, the busiest first; day → decisions of all)."""
    days: Counter[date] = Counter()
    each: dict[str, Counter[date]] = defaultdict(Counter)
    decided = sa.select(event.c.actor_id, event.c.at).where(event.c.actor_id.is_not(None), event.c.kind.in_(DECIDED))
    for row in connection.execute(decided):
        day = local_date(row.at)
        days[day] += 1
        each[row.actor_id][day] += 1
    found = []
    for person_id, counts in each.items():
        peak_on, peak = min(counts.items(), key=lambda one: (-one[1], one[0]))
        unit = org.units.get(org.people[person_id].unit_id or "", {})
        found.append(Load(org.name(person_id), str(unit.get("name", "")), counts.total(), peak, peak_on))
    found.sort(key=lambda one: (-one.decided, one.person, one.unit))
    return tuple(found), {day.isoformat(): days[day] for day in sorted(days)}


def holidays(
    connection: sa.Connection, definitions: Mapping[str, Definition], calendar: Calendar
) -> tuple[NearHoliday, ...]:
    """Deadlines by holidays, step by step; what is nowhere near one is left out."""
    asks, found = _asks(definitions), defaultdict[tuple[str, str], Counter[str]](Counter)
    for row in connection.execute(_ITEMS):
        title = row.title if row.ask is None else asks[row.process][row.ask]
        for holiday, how in near(calendar, row.due) if row.due else ():
            found[title, holiday][how] += 1
    return tuple(
        NearHoliday(title, holiday, *(counts[how] for how in ("on", "before", "after", "across")))
        for (title, holiday), counts in sorted(found.items())
    )


def near(calendar: Calendar, due: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(holiday, how) for a stored deadline: on it or moved off it, the day before, the day after, across it.

    A holiday is a run of days off, by the names of all its days: weekends between them belong to it.
    """
    day = date.fromisoformat(due["due_on"])
    fell = date.fromisoformat(due["moved"][0]) if due["moved"] else day
    found: dict[str, str] = {}
    for skipped, label in due["skipped"]:
        if label != WEEKEND:
            found[_named(calendar, date.fromisoformat(skipped))[0]] = "across"
    for how, neighbour in (("after", day - DAY), ("before", day + DAY)):
        name, length = _named(calendar, neighbour)
        if name and length >= LONG_OFF:
            found[name] = how
    if name := _named(calendar, fell)[0]:
        found[name] = "on"
    return sorted(found.items())


def _named(calendar: Calendar, day: date) -> tuple[str, int]:
    """(the names of the holidays in the run of days off around a day, its length); "" for a weekend or a working
    day."""
    if calendar.is_working_day(day):
        return "", 0
    first = calendar.previous_working_day(day) + DAY
    last = calendar.next_working_day(day) - DAY
    labels = [label for _, label in calendar.skipped(first, last) if label != WEEKEND]
    return ", ".join(dict.fromkeys(labels)), (last - first).days + 1
