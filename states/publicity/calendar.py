"""Publicity by day: what comes out when and what is late, and the slots that the plan has come again and again.

A slot is a date that one of the plan's cadences begins: `publicity_slots` of plan.yaml names which, and their channel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from states.publicity.board import Item, found
from states.publicity.coverage import PROCESS
from workflow.cadences import days_between, period_key, phase_key
from workflow.case import ask, case, case_field
from workflow.definition import Cadence, Plan
from workflow.worklist import work_item

SLOTS = "publicity_slots"
"""The plan's value: a cadence's name → {channel: word}."""
SAID = ("answered", "nil")


@dataclass(frozen=True)
class Told:
    """Whether a unit has said what it did on a slot: `said`, `open`, `late` (open past its day) or `missed`."""

    unit_id: str
    label: str
    how: str


@dataclass(frozen=True)
class Slot:
    """One date of a recurring slot. `code` is its case's, empty before its day; `told` only for who may see that."""

    on: date
    process: str
    channel: str
    code: str
    seen: bool
    told: tuple[Told, ...]

    @property
    def said(self) -> int:
        """How many units have said."""
        return sum(one.how == "said" for one in self.told)

    @property
    def late(self) -> bool:
        """A unit is behind, or never said."""
        return any(one.how in ("late", "missed") for one in self.told)


def between(
    connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool], first: date, last: date
) -> list[Item]:
    """What came out or is to come out on these days, and all that is still in hand, whatever its day."""
    said = sa.cast(case_field.c.value, sa.Text)  # a day as JSON writes it: ordered like the days
    on_a_day = sa.exists().where(
        case_field.c.case_id == case.c.id, case_field.c.name.in_(("publish_by", "published_on")),
        said.between(f'"{first}"', f'"{last}"'),
    )  # fmt: skip
    ours = [case.c.agency_id == agency_id, case.c.process == PROCESS, on_a_day | case.c.ended_at.is_(None)]
    return found(connection, ours, visible)


def slots(
    connection: sa.Connection,
    agency_id: str,
    plan: Plan,
    *,
    visible: sa.ColumnElement[bool],
    first: date,
    last: date,
    now: datetime,
) -> list[Slot]:
    """The plan's slots on these days, whether their time has come or not, by day."""
    planned = [one for cadence, channel in _chosen(plan) for one in _days(plan, cadence, channel, first, last)]
    known = _cases(connection, agency_id, visible, {(process, key) for process, key, _, _ in planned})
    told = _told(connection, [row.id for row in known.values() if row.seen], now)
    made = []
    for process, key, on, channel in planned:
        row = known.get((process, key))
        seen = bool(row and row.seen)
        made.append(Slot(on, process, channel, row.code if row else "", seen, told[row.id] if row and seen else ()))
    return sorted(made, key=lambda slot: (slot.on, slot.process))


def _chosen(plan: Plan) -> Iterator[tuple[Cadence, str]]:
    said = plan.values.get(SLOTS)
    for name, more in (said if isinstance(said, Mapping) else {}).items():
        if name in plan.cadences:
            yield plan.cadences[name], str(more.get("channel") or "") if isinstance(more, Mapping) else ""


def _days(plan: Plan, cadence: Cadence, channel: str, first: date, last: date) -> Iterator[tuple[str, str, date, str]]:
    """(process, the period's key, day, channel) of each day of a cadence among these."""
    begins, ends = plan.within(cadence)
    inside = max(first, begins), min(last, ends)
    for on in days_between(cadence.every, cadence.at, inside) if inside[0] <= inside[1] else ():
        if cadence.every == "phase":
            key = phase_key(cadence.phase or "", begins)
        else:
            key = period_key(cadence.every or "year", on, school_year=plan.school_year)
        yield cadence.start, key, on, channel


def _cases(
    connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool], wanted: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Any]:
    processes, keys = sorted({one for one, _ in wanted}), sorted({key for _, key in wanted})
    query = sa.select(
        case.c.id, case.c.code, case.c.process, case.c.period, sa.case((visible, True), else_=False).label("seen")
    ).where(case.c.agency_id == agency_id, case.c.process.in_(processes), case.c.period.in_(keys))
    return {(row.process, row.period): row for row in connection.execute(query)}


def _told(connection: sa.Connection, ids: Collection[str], now: datetime) -> Mapping[str, tuple[Told, ...]]:
    asked = (
        sa.select(ask.c.case_id, ask.c.element, ask.c.element_label, ask.c.status, work_item.c.due_at)
        .outerjoin(work_item, sa.and_(work_item.c.ask_id == ask.c.id, work_item.c.case_id == ask.c.case_id))
        .where(ask.c.case_id.in_(list(ids)), ask.c.element.like("unit:%"))
        .order_by(ask.c.element_label, ask.c.id)
    )
    made: dict[str, list[Told]] = defaultdict(list)
    for row in connection.execute(asked):
        late = row.due_at is not None and row.due_at <= now
        how = "said" if row.status in SAID else "missed" if row.status != "open" else "late" if late else "open"
        made[row.case_id].append(Told(row.element.removeprefix("unit:"), row.element_label, how))
    return defaultdict(tuple, {one: tuple(rows) for one, rows in made.items()})
