"""Every number of the dashboards, each one statement or two, always over the cases that the one who looks may see.

A figure is rows of keys and numbers; titles and order are the page's. Nothing here is counted in Python but what
a role's holders share, and the ranks of a step's days, which come sorted: windows cost SQLite twice as much.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from math import fsum
from typing import Any

import sqlalchemy as sa

from states.publicity.coverage import PROCESS as PUBLICITY
from states.publicity.coverage import spoken_of
from states.subjects.model import nominated_here, recognition
from workflow.case import case, case_field
from workflow.clock import ZONE
from workflow.identity import Organisation
from workflow.worklist import candidate, work_item

DAY = 86400.0


@dataclass(frozen=True)
class Scope:
    """Whose numbers: cases this person may see (`seen`, over `case_`), of these units only when they are given."""

    agency_id: str
    seen: sa.ColumnElement[bool]
    units: Sequence[str] | None
    now: datetime

    @property
    def cases(self) -> tuple[sa.ColumnElement[bool], ...]:
        """What every statement asks of `case_`."""
        own = () if self.units is None else (case.c.unit_id.in_(self.units),)
        return (case.c.agency_id == self.agency_id, self.seen, *own)


@dataclass(frozen=True)
class Step:
    """How long a step took that ended in the period: how often, and days.

    `half` of them took at most so long, the slowest `tenth` at least so long (nearest rank), `most` the longest.
    """

    title: str
    times: int
    mean: float
    half: float
    tenth: float
    most: float


@dataclass(frozen=True)
class Late:
    """Open work past its deadline: whose (a role in a unit, or a person), how much, the oldest deadline, its item."""

    role: str
    unit_id: str
    person_id: str
    count: int
    oldest: datetime
    item_id: str


@dataclass(frozen=True)
class Load:
    """What waits for a person by their roles and by name, and what they decided since a day."""

    person_id: str
    waiting: int
    decided: int


@dataclass(frozen=True)
class Coverage:
    """Recognitions in force of one level, and how many of them something that is out speaks of."""

    level: str
    recognised: int
    published: int


def year_of(year: int) -> tuple[datetime, datetime]:
    """A year of Việt Nam's calendar: its first moment, and the first one after it."""
    return datetime(year, 1, 1, tzinfo=ZONE), datetime(year + 1, 1, 1, tzinfo=ZONE)


def pipeline(connection: sa.Connection, scope: Scope, process: str, by: str) -> dict[str, int]:
    """Running cases of a process by `stage`, `state`, `unit_id` or `top_level`; key → how many."""
    column = case.c[by]
    query = sa.select(column, sa.func.count()).where(*_running(scope, process)).group_by(column)
    return {key or "": count for key, count in connection.execute(query)}


def pipeline_by_field(connection: sa.Connection, scope: Scope, process: str, name: str) -> dict[str, int]:
    """The same by the word of one of its fields; '' where it says nothing."""
    said = sa.cast(case_field.c.value, sa.Text)
    query = (
        sa.select(said, sa.func.count())
        .select_from(case)
        .outerjoin(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == name))
        .where(*_running(scope, process))
        .group_by(said)
    )
    return {_word(key): count for key, count in connection.execute(query)}


def held(connection: sa.Connection, scope: Scope, process: str) -> int:
    """How many of the running ones are on hold."""
    query = sa.select(sa.func.count()).select_from(case).where(*_running(scope, process), case.c.is_held)
    return int(connection.scalar(query) or 0)


def steps(connection: sa.Connection, scope: Scope, process: str, year: int) -> list[Step]:
    """Days from opening to closing of each step that was closed in the year, the longest first."""
    first, after = year_of(year)
    took = _days(connection, work_item.c.opened_at, work_item.c.closed_at)
    query = (
        sa.select(work_item.c.title, took.label("took"))
        .join(case, sa.and_(case.c.agency_id == work_item.c.agency_id, case.c.id == work_item.c.case_id))
        .where(
            *scope.cases, case.c.process == process, work_item.c.agency_id == scope.agency_id,
            work_item.c.kind == "state", work_item.c.closed_at >= first, work_item.c.closed_at < after,
        )
        .order_by(work_item.c.title, "took")
    )  # fmt: skip
    rows = groupby(connection.execute(query), key=lambda row: row[0])
    found = [_step(title, [float(days) for _, days in many]) for title, many in rows]
    return sorted(found, key=lambda step: (-step.mean, step.title))


def _step(title: str, days: Sequence[float]) -> Step:
    """Of a step's days in order; ranks are rounded up, so that at least a half, and nine tenths, are within."""
    times = len(days)
    return Step(title, times, fsum(days) / times, days[(times + 1) // 2 - 1], days[(9 * times + 9) // 10 - 1], days[-1])


def overdue(connection: sa.Connection, scope: Scope) -> list[Late]:
    """Open items past their deadline, by whom the item was made for; who was added later is not blamed."""
    whose = (candidate.c.role, sa.func.coalesce(candidate.c.unit_id, ""), sa.func.coalesce(candidate.c.person_id, ""))
    query = (
        open_items(scope, *whose, _ITEMS, sa.func.min(work_item.c.due_at))
        .where(work_item.c.due_at <= scope.now, _BLAMED)
        .group_by(*whose)
        .order_by(_ITEMS.desc(), *whose)
    )
    found = connection.execute(query).all()
    oldest = open_items(scope, *whose, work_item.c.due_at, sa.func.min(work_item.c.id)).where(
        work_item.c.due_at.in_({row[4] for row in found}), _BLAMED
    )
    ids = {tuple(row[:4]): row[4] for row in connection.execute(oldest.group_by(*whose, work_item.c.due_at))}
    return [Late(row[0], row[1], row[2], row[3], row[4], ids[(*row[:3], row[4])]) for row in found]


def late(connection: sa.Connection, scope: Scope) -> int:
    """How many open items are past their deadline: each once, however many it waits for."""
    return int(connection.scalar(open_items(scope, _ITEMS).where(work_item.c.due_at <= scope.now)) or 0)


def workload(connection: sa.Connection, scope: Scope, org: Organisation, since: datetime) -> list[Load]:
    """Who has how much before them and how much they decided since; those with nothing of both are left out."""
    decided: dict[str, int] = dict(
        connection.execute(
            sa.select(work_item.c.closed_by, sa.func.count())
            .join(case, sa.and_(case.c.agency_id == work_item.c.agency_id, case.c.id == work_item.c.case_id))
            .where(*scope.cases, work_item.c.closed_by.is_not(None), work_item.c.closed_at >= since)
            .group_by(work_item.c.closed_by)
        ).all()
    )  # fmt: skip
    waiting = _waiting(connection, scope, org)
    people = {one for one in {*decided, *waiting} if one in org.people}
    loads = [Load(one, waiting.get(one, 0), decided.get(one, 0)) for one in people]
    return sorted(loads, key=lambda load: (-load.waiting, -load.decided, org.name(load.person_id)))


def started(connection: sa.Connection, scope: Scope, process: str) -> dict[int, int]:
    """Who was brought forward, by the year their case counts for."""
    query = sa.select(case.c.year, sa.func.count()).where(*scope.cases, case.c.process == process, nominated_here())
    return {int(year): count for year, count in connection.execute(query.group_by(case.c.year))}


def recognised(connection: sa.Connection, scope: Scope) -> dict[tuple[int, str], int]:
    """Recognitions by year and level of their decision, revoked ones too; what was brought in is left out."""
    return _by_year(connection, scope, recognition.c.decided_on)


def revoked(connection: sa.Connection, scope: Scope) -> dict[tuple[int, str], int]:
    """Recognitions that were revoked, by the year of that and their level."""
    return _by_year(connection, scope, recognition.c.revoked_on)


def coverage(connection: sa.Connection, scope: Scope, levels: Sequence[str]) -> list[Coverage]:
    """Of the recognitions in force, how many something published speaks of, level by level."""
    spoken = spoken_of(connection, scope.agency_id)
    query = (
        _recognitions(scope, recognition.c.level, sa.func.count(), sa.func.count(spoken.c.id))
        .outerjoin(spoken, spoken.c.id == recognition.c.id)
        .where(recognition.c.revoked_at.is_(None))
        .group_by(recognition.c.level)
    )
    found = {
        level: Coverage(level, count, int(published or 0)) for level, count, published in connection.execute(query)
    }
    return [found.get(level, Coverage(level, 0, 0)) for level in levels]


def published(connection: sa.Connection, scope: Scope, year: int) -> dict[tuple[str, int], int]:
    """What came out in a year, by channel and month."""
    day, channel = case_field.alias("day"), case_field.alias("channel")
    said, where = sa.cast(day.c.value, sa.Text), sa.cast(channel.c.value, sa.Text)
    month = sa.func.substr(said, 2, 7)  # of a JSON text: its first sign is a quotation mark
    query = (
        sa.select(where, month, sa.func.count())
        .select_from(case)
        .join(day, sa.and_(day.c.case_id == case.c.id, day.c.name == "published_on"))
        .outerjoin(channel, sa.and_(channel.c.case_id == case.c.id, channel.c.name == "channel"))
        .where(*scope.cases, case.c.process == PUBLICITY, month.like(f"{year}-%"))
        .group_by(where, month)
    )
    return {(_word(key), int(text[5:])): count for key, text, count in connection.execute(query)}


# --- statements ---------------------------------------------------------------------------------------

_ITEMS = sa.func.count(work_item.c.id.distinct())
_OTHER = candidate.alias("other")
_BESIDE = sa.exists().where(_OTHER.c.item_id == work_item.c.id, _OTHER.c.is_open)
_BLAMED = sa.or_(
    candidate.c.why == "owner",
    (candidate.c.why != "added") & ~_BESIDE.where(_OTHER.c.why == "owner"),
    ~_BESIDE.where(_OTHER.c.why != "added"),
)
"""Whose an item is: its owner's, or who was asked by name; of whom escalation added, only where it is nobody else's."""


def _running(scope: Scope, process: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (*scope.cases, case.c.process == process, case.c.ended_at.is_(None))


def open_items(scope: Scope, *columns: Any) -> sa.Select[Any]:
    """These columns of open work with whom it was given to: a row for each of them."""
    return (
        sa.select(*columns)
        .select_from(work_item)
        .join(case, sa.and_(case.c.agency_id == work_item.c.agency_id, case.c.id == work_item.c.case_id))
        .join(candidate, sa.and_(candidate.c.agency_id == work_item.c.agency_id, candidate.c.item_id == work_item.c.id))
        .where(
            *scope.cases, work_item.c.agency_id == scope.agency_id, work_item.c.status == "open", candidate.c.is_open
        )
    )


def _waiting(connection: sa.Connection, scope: Scope, org: Organisation) -> Mapping[str, int]:
    """Open items by person: those in their own name, and those of each role they hold there."""
    whose = (candidate.c.role, candidate.c.unit_id, candidate.c.person_id)
    query = open_items(scope, *whose, _ITEMS).group_by(*whose)
    held: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for person_id, grants in org.grants.items():
        for place in {(grant.role, grant.unit_id) for grant in grants}:
            held[place].append(person_id)
    found: dict[str, int] = defaultdict(int)
    for role, unit_id, person_id, count in connection.execute(query):
        for one in [person_id] if person_id else held.get((role, unit_id), ()):
            found[one] += count
    return found


def _recognitions(scope: Scope, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(recognition)
        .join(case, sa.and_(case.c.agency_id == recognition.c.agency_id, case.c.id == recognition.c.case_id))
        .where(*scope.cases, recognition.c.agency_id == scope.agency_id, ~recognition.c.brought_in)
    )


def _by_year(connection: sa.Connection, scope: Scope, on: sa.ColumnElement[date | None]) -> dict[tuple[int, str], int]:
    year = sa.extract("year", on)
    query = _recognitions(scope, year, recognition.c.level, sa.func.count()).where(on.is_not(None))
    rows = connection.execute(query.group_by(year, recognition.c.level))
    return {(int(year), level): count for year, level, count in rows}


def _days(connection: sa.Connection, first: sa.Column[Any], last: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return sa.func.julianday(last) - sa.func.julianday(first)
    return sa.extract("epoch", sa.cast(last, sa.DateTime) - sa.cast(first, sa.DateTime)) / DAY


def _word(text: str | None) -> str:
    said = json.loads(text) if text else ""
    return said if isinstance(said, str) else ""


def quarter_ago(now: datetime) -> datetime:
    """Ninety days before: the period in which who decided how much is told."""
    return now - timedelta(days=90)
