"""The quality sheet of units in a period: nominated, returned, refused, withdrawn, revoked, in time and late.

A fixed number of statements, however many units and cases; a decision counts for the unit the case belonged to then,
and for the level it was about: the one above that in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.subjects.model import nominated_here, recognition
from workflow.case import case
from workflow.catalogue import Catalogue, Life
from workflow.clock import ZONE, business_now
from workflow.db import word
from workflow.definition import Action
from workflow.history import event
from workflow.organisation import unit
from workflow.outcomes import outcome
from workflow.worklist import candidate, work_item

RETURNED, REFUSED, WITHDRAWN = "returned", "turned_down", "taken_back"
NOMINATOR = "nominator"  # the role by which the engine knows who brought a case


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its begin, and the first moment after it."""
        after = self.last + timedelta(days=1)
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=ZONE), datetime(
            after.year, after.month, after.day, tzinfo=ZONE
        )


@dataclass
class Line:
    """One unit's numbers; `returned`, `refused` and `revoked` by level."""

    unit_id: str
    name: str
    nominated: int = 0
    returned: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    revoked: dict[str, int] = field(default_factory=dict)
    withdrawn: int = 0
    in_time: int = 0
    late: int = 0


@dataclass(frozen=True)
class Happening:
    """One decision behind a number: which case, what was decided, when, about which level."""

    kind: str
    unit_id: str
    level: str
    code: str
    label: str
    title: str
    at: datetime


def sheet(
    connection: sa.Connection, catalogue: Catalogue, agency_id: str, period: Period, units: Sequence[str] | None = None
) -> tuple[Line, ...]:
    """A line for each unit of the agency (of `units`, if given) that was there in the period or has a number."""
    lines = _lines(connection, agency_id, units)
    for unit_id, count in connection.execute(_nominated(agency_id, period)):
        _add(lines, unit_id, "nominated", count)
    for row in connection.execute(_decided(agency_id, period)):
        kind = _kind(catalogue.life(connection, row.definition_id), row.action, row.before, row.after)
        if kind == WITHDRAWN:
            _add(lines, row.unit_id, "withdrawn", row.many)
        elif kind:
            level = _level(catalogue.life(connection, row.definition_id), row.level)
            _add_at(lines, row.unit_id, "returned" if kind == RETURNED else "refused", level, row.many)
    for unit_id, level, count in connection.execute(_revoked(agency_id, period)):
        _add_at(lines, unit_id, "revoked", level, count)
    for unit_id, in_time, late in connection.execute(_times(connection, agency_id, period)):
        _add(lines, unit_id, "in_time", in_time)
        _add(lines, unit_id, "late", late)
    ended = {one for one, row in lines.items() if row[1] is not None and row[1] < period.first}
    return tuple(line for one, (line, _) in lines.items() if one not in ended or _says_something(line))


def happenings(
    connection: sa.Connection, catalogue: Catalogue, agency_id: str, period: Period, unit_id: str, limit: int = 500
) -> list[Happening]:
    """What stands behind a unit's numbers, the newest first."""
    first, after = period.moments
    more = (case.c.code, case.c.label, event.c.at)
    both = (_events(agency_id, first, after, by_itself=one).where(unit_id == _UNIT).add_columns(*more)
            for one in (False, True))  # fmt: skip
    acted = sa.union_all(*both).subquery("acted")
    found = []
    for row in connection.execute(sa.select(acted).order_by(acted.c.at.desc()).limit(limit * 4)):
        life = catalogue.life(connection, row.definition_id)
        kind, action = _kind(life, row.action, row.before, row.after), _action(life, row.action, row.before)
        if kind:
            level = _level(life, row.level)
            found.append(
                Happening(kind, unit_id, level, row.code, row.label, action.title if action else row.action, row.at)
            )
    return found[:limit]


def _lines(
    connection: sa.Connection, agency_id: str, units: Sequence[str] | None
) -> dict[str, tuple[Line, date | None]]:
    chosen = sa.select(unit.c.id, unit.c.name, unit.c.ends_on).where(unit.c.agency_id == agency_id)
    if units is not None:
        chosen = chosen.where(unit.c.id.in_(units))
    rows = connection.execute(chosen.order_by(unit.c.position, unit.c.code))
    return {row.id: (Line(row.id, row.name), row.ends_on) for row in rows}


def _add(lines: Mapping[str, tuple[Line, date | None]], unit_id: str | None, name: str, count: int) -> None:
    if count and (found := lines.get(unit_id or "")):
        line = found[0]
        setattr(line, name, getattr(line, name) + count)


def _add_at(
    lines: Mapping[str, tuple[Line, date | None]], unit_id: str | None, name: str, level: str, count: int
) -> None:
    if found := lines.get(unit_id or ""):
        by_level: dict[str, int] = getattr(found[0], name)
        by_level[level] = by_level.get(level, 0) + count


def _says_something(line: Line) -> bool:
    return bool(
        line.nominated or line.returned or line.refused or line.revoked or line.withdrawn or line.in_time or line.late
    )


def _kind(life: Life, action: str, before: str, after: str) -> str:
    """What a decision was to the unit, from its verb; taking back is an end that the nominator may bring about."""
    found = _action(life, action, before)
    if found is None:
        return ""
    verb = outcome(found)
    if verb in ("return", "refuse"):
        return RETURNED if verb == "return" else REFUSED
    state = life.definition.states.get(after)
    ends = state is not None and state.end and before != after
    return WITHDRAWN if ends and NOMINATOR in found.by else ""


def _action(life: Life, name: str, state: str) -> Action | None:
    definition = life.definition
    held = definition.held.actions if definition.held else {}
    here = definition.actions_in(state) if state in definition.states else {}
    return here.get(name) or held.get(name)


def _level(life: Life, held: str) -> str:
    """The level a decision was about: the next one above that in force, or the highest."""
    levels = list(life.plan.levels)
    place = levels.index(held) + 1 if held in levels else 0
    return levels[min(place, len(levels) - 1)] if levels else ""


# --- statements ---------------------------------------------------------------------------------------


def _nominated(agency_id: str, period: Period) -> sa.Select[Any]:
    first, after = period.moments
    return (
        sa.select(case.c.unit_id, sa.func.count())
        .where(
            case.c.agency_id == agency_id, nominated_here(), case.c.parent_id.is_(None),
            case.c.started_at >= first, case.c.started_at < after,
        )
        .group_by(case.c.unit_id)
    )  # fmt: skip


_UNIT = event.c.body["unit"].as_string()


def _events(agency_id: str, first: datetime, after: datetime, *, by_itself: bool) -> sa.Select[Any]:
    """Decisions on cases about subjects: of people, or what the engine took on another case's word. Each has an index
    of its own."""
    whose = event.c.actor_id.is_(None) if by_itself else event.c.actor_id.is_not(None)
    body = {"action": "action", "before": "from", "after": "to", "level": "level"}
    said = [event.c.body[key].as_string().label(name) for name, key in body.items()]
    return (
        sa.select(_UNIT.label("unit_id"), case.c.definition_id, *said)
        .select_from(event.join(case, case.c.id == event.c.case_id))
        .where(
            event.c.agency_id == agency_id, whose, event.c.at >= first, event.c.at < after,
            event.c.kind == word("action"), case.c.subject_type == "subject", case.c.parent_id.is_(None),
        )
    )  # fmt: skip


def _decided(agency_id: str, period: Period) -> sa.Select[Any]:
    both = (_events(agency_id, *period.moments, by_itself=one) for one in (False, True))
    one = sa.union_all(*both).subquery("one")
    names = (one.c.unit_id, one.c.definition_id, one.c.action, one.c.before, one.c.after, one.c.level)
    return sa.select(*names, sa.func.count().label("many")).group_by(*names)


def _revoked(agency_id: str, period: Period) -> sa.Select[Any]:
    return (
        sa.select(case.c.unit_id, recognition.c.level, sa.func.count())
        .join(case, case.c.id == recognition.c.case_id)
        .where(
            recognition.c.agency_id == agency_id, recognition.c.revoked_on >= period.first,
            recognition.c.revoked_on <= period.last,
        )
        .group_by(case.c.unit_id, recognition.c.level)
    )  # fmt: skip


def _times(connection: sa.Connection, agency_id: str, period: Period) -> sa.Select[Any]:
    """Items asked of a role of the unit that were due in the period: answered by then, or later, or not yet."""
    first, after = period.moments
    now = business_now(connection)
    asked = (
        sa.select(candidate.c.unit_id, work_item.c.id, work_item.c.due_at, work_item.c.closed_at, work_item.c.closed_by)
        .join(candidate, candidate.c.item_id == work_item.c.id)
        .where(
            work_item.c.agency_id == agency_id, work_item.c.due_at >= first, work_item.c.due_at < after,
            candidate.c.unit_id.is_not(None), candidate.c.why == "owner",
        )
        .distinct()
        .subquery("asked")
    )  # fmt: skip
    in_time = sa.and_(asked.c.closed_by.is_not(None), asked.c.closed_at <= asked.c.due_at)
    open_late = sa.and_(asked.c.closed_at.is_(None), asked.c.due_at <= now)
    late = sa.or_(sa.and_(asked.c.closed_by.is_not(None), asked.c.closed_at > asked.c.due_at), open_late)
    counts = [sa.func.sum(sa.case((which, 1), else_=0)) for which in (in_time, late)]
    return sa.select(asked.c.unit_id, *counts).group_by(asked.c.unit_id)


def by_kind(found: Sequence[Happening]) -> Mapping[str, list[Happening]]:
    """The same, one list a kind."""
    lists: dict[str, list[Happening]] = defaultdict(list)
    for one in found:
        lists[one.kind].append(one)
    return lists


def columns(levels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(number, level) of each column of the sheet, in order; a level is empty where none counts."""
    yield "nominated", ""
    for name in ("returned", "refused"):
        yield from ((name, level) for level in levels)
    yield "withdrawn", ""
    yield from (("revoked", level) for level in levels)
    yield "in_time", ""
    yield "late", ""


def value(line: Line, name: str, level: str) -> int:
    """One cell."""
    found = getattr(line, name)
    return int(found.get(level, 0)) if level else int(found)
