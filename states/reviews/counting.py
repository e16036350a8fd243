"""What a review counts, line by line: for some days, how many in each unit. The agency's number is the sum of them.

A count reads the rows that effects and forms left. It never reads the history: that is what a reader proves it by.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from states.endorsements.model import endorsement
from states.movements.board import LAUNCHED, REGISTRATION
from states.publicity.coverage import PROCESS as PUBLICITY
from states.subjects.model import award, nominated_here, recognition
from states.subjects.submitted import day
from states.training.model import training
from workflow.case import ask, case, case_field
from workflow.catalogue import definition_version
from workflow.clock import ZONE
from workflow.organisation import person

ByUnit = Mapping[str | None, int]
"""unit → how many; None: what belongs to no unit."""

NURTURED = frozenset({"cultivating", "recognized"})
"""Stages in which somebody is brought on: who looks after them notes it in a rhythm."""


@dataclass(frozen=True)
class Span:
    """The days that are counted, first and last included, in one agency; `nurturing`: its processes about exemplars."""

    connection: sa.Connection
    agency_id: str
    first: date
    last: date
    nurturing: Sequence[str] = ()

    def on(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """A date that lies in these days."""
        return column.between(self.first, self.last)

    def at(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """A moment that lies in these days, as the agency's clock has it."""
        after = self.last + timedelta(days=1)
        first, end = (datetime(one.year, one.month, one.day, tzinfo=ZONE) for one in (self.first, after))
        return (column >= first) & (column < end)

    def per_unit(self, table: sa.FromClause, *where: sa.ColumnElement[bool]) -> ByUnit:
        """Rows of a table with a case, by the unit of that case."""
        query = sa.select(case.c.unit_id, sa.func.count()).select_from(table)
        rows = self.connection.execute(query.where(case.c.agency_id == self.agency_id, *where).group_by(case.c.unit_id))
        return {row[0]: row[1] for row in rows}


def _of_case(table: sa.Table) -> sa.FromClause:
    return table.join(case, (case.c.agency_id == table.c.agency_id) & (case.c.id == table.c.case_id))


def nominated(span: Span) -> ByUnit:
    """Brought forward in these days."""
    return span.per_unit(case, case.c.process.in_(span.nurturing), nominated_here(), span.at(case.c.started_at))


def endorsed(span: Span) -> ByUnit:
    """Endorsements by colleagues."""
    return span.per_unit(_of_case(endorsement), span.at(endorsement.c.at))


def nurtured(span: Span) -> ByUnit:
    """Notes on how somebody fares: of mentors on the nominee, of heads on the exemplar."""
    noted = ask.c.status.in_(("answered", "nil")) & ask.c.name.in_(_rhythms(span))
    return span.per_unit(_of_case(ask), noted, case.c.process.in_(span.nurturing), span.at(ask.c.answered_at))


def _rhythms(span: Span) -> list[str]:
    """The asks that come again and again while somebody is brought on, under whatever plan."""
    stored = sa.select(definition_version.c.canonical).where(
        definition_version.c.agency_id == span.agency_id, definition_version.c.process.in_(span.nurturing)
    )
    return sorted({name for canonical in span.connection.scalars(stored) for name in _rhythms_of(canonical)})


@lru_cache(maxsize=64)
def _rhythms_of(canonical: str) -> frozenset[str]:
    states = json.loads(canonical)["states"].values()
    return frozenset(
        name for state in states if state["stage"] in NURTURED
        for name, one in state["asks"].items() if one["every"] is not None
    )  # fmt: skip


def recognised(level: str) -> Callable[[Span], ByUnit]:
    """Recognised at a level, whether or not that was taken back."""

    def count(span: Span) -> ByUnit:
        here = (recognition.c.level == level) & ~recognition.c.brought_in & span.on(recognition.c.decided_on)
        return span.per_unit(_of_case(recognition), here)

    return count


def revoked(span: Span) -> ByUnit:
    """Recognitions taken back."""
    return span.per_unit(_of_case(recognition), span.on(recognition.c.revoked_on))


def awarded(span: Span) -> ByUnit:
    """Rewards given."""
    return span.per_unit(_of_case(award), span.on(award.c.decided_on))


def published(span: Span) -> ByUnit:
    """What came out about exemplars and movements, by the day it came out."""
    return Counter(unit_id for unit_id, _ in _out(span))


def reach(span: Span) -> ByUnit:
    """How many what came out in these days reached, as far as figures are known."""
    found = Counter[str | None]()
    for unit_id, said in _out(span):
        found[unit_id] += said
    return found


def _out(span: Span) -> list[tuple[str | None, int]]:
    """(unit, reach) of each publication of these days."""
    figure = case_field.alias("figure")
    rows = span.connection.execute(
        sa.select(case.c.unit_id, case_field.c.value, figure.c.value)
        .join(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == "published_on"))
        .outerjoin(figure, sa.and_(figure.c.case_id == case.c.id, figure.c.name == "reach"))
        .where(case.c.agency_id == span.agency_id, case.c.process == PUBLICITY)
    )
    dated = ((unit_id, day(on), said) for unit_id, on, said in rows)
    return [
        (unit_id, int(said or 0)) for unit_id, on, said in dated if on is not None and span.first <= on <= span.last
    ]


def launched(span: Span) -> ByUnit:
    """Movements begun in these days that were launched."""
    under_way = case_field.c.name == LAUNCHED
    return span.per_unit(_of_case(case_field), under_way, case.c.parent_id.is_(None), span.at(case.c.started_at))


def registered(span: Span) -> ByUnit:
    """Registrations for movements."""
    return span.per_unit(case, case.c.process == REGISTRATION, span.at(case.c.started_at))


def ended_as(result: str) -> Callable[[Span], ByUnit]:
    """Registrations that came to this result in these days: a unit's word for one is the state it ends in."""

    def count(span: Span) -> ByUnit:
        return span.per_unit(case, case.c.process == REGISTRATION, case.c.state == result, span.at(case.c.ended_at))

    return count


def trained(span: Span) -> ByUnit:
    """People on courses, each course they attended."""
    query = sa.select(person.c.unit_id, sa.func.count()).select_from(
        training.join(person, person.c.id == training.c.person_id)
    )
    mine = query.where(training.c.agency_id == span.agency_id, span.on(training.c.held_on))
    return {row[0]: row[1] for row in span.connection.execute(mine.group_by(person.c.unit_id))}
