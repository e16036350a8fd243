"""What pages show of the agency's calendar: a year of it, the draft of a change, what a change does to deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import g

from states.calendars import editing, recomputing
from states.calendars.lines import Difference, Line, differences, lines, read, years_differing
from states.calendars.model import calendar_move
from states.subjects.visibility import visible
from web.application import application
from web.current import can
from web.plan_texts import living_plan
from web.run_list import Shown, shown
from workflow import runs
from workflow.case import case
from workflow.message import Message
from workflow.worklist import work_item

MOST_LISTED = 300
FOUR = 4  # figures of a year


@dataclass(frozen=True)
class Board:
    """A year of the calendar in force, or of the draft of a change to it."""

    year: int
    years: Sequence[int]
    lines: Sequence[Line]
    official: bool
    version: str
    edit: sa.RowMapping | None  # the change under way
    changed: Sequence[Difference]
    years_changed: Sequence[tuple[int, str]]
    history: Sequence[sa.RowMapping]
    own: bool  # the agency has a calendar of its own
    beside: Sequence[Difference]  # what the release says otherwise than the calendar in force

    @property
    def revision(self) -> int:
        """What a form of the draft was drawn with."""
        return self.edit["revision"] if self.edit else 0

    @property
    def editable(self) -> bool:
        """Whether lines may be edited now: nothing is under way, or a draft is."""
        return self.edit is None or self.edit["status"] == "draft"

    def is_changed(self, line: Line) -> bool:
        """Whether the draft brought or changed a line."""
        return any(one.after and one.first <= line.last and line.first <= one.last for one in self.changed)


def board(connection: sa.Connection, wanted: str) -> Board:
    """The calendar of a year of the address (this year's, when it names none)."""
    version, data = editing.in_force(connection, g.agency_id)
    edit = editing.under_way(connection, g.agency_id)
    told = edit["data"] if edit and can("office") else data
    parsed = read(told)
    every = lines(told)
    year = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) == FOUR else g.today.year
    named = {one.first.year for one in every} | {one.last.year for one in every} | set(parsed.years)
    shipped_version, shipped = editing.shipped(connection)
    return Board(
        year=year,
        years=sorted(named | {year}),
        lines=[one for one in every if one.first.year <= year <= one.last.year],
        official=parsed.years.get(year) == "official",
        version=version,
        edit=edit if can("office") else None,
        changed=differences(data, told),
        years_changed=years_differing(data, told),
        history=editing.history(connection, g.agency_id),
        own=version != shipped_version,
        beside=differences(data, shipped) if version != shipped_version else (),
    )


def waiting_calendar() -> sa.RowMapping | None:
    """A proposal that waits for this person to agree to it. Who may agree to none is not asked about."""
    plan = living_plan()
    roles = plan.calendar_by if plan else ()
    if not (any(power.role in roles for power in g.org.powers(g.person.id)) if roles else can("office")):
        return None
    with application().database.read() as connection:
        row = editing.under_way(connection, g.agency_id)
    if row is None or row["status"] != "proposed":
        return None
    return None if editing.against(g.org, plan, row, g.person.id, office=can("office")) else row


@dataclass(frozen=True)
class Moved:
    """One open deadline that a change moves."""

    code: str
    label: str
    title: str
    due_from: date
    due_to: date
    reminders: int
    outcome: str


@dataclass(frozen=True)
class Plan:
    """One change, whole. `hidden`: lines of cases that this person may not see."""

    edit: sa.RowMapping
    names: dict[str, str]
    changed: Sequence[Difference]
    years_changed: Sequence[tuple[int, str]]
    moves: Sequence[Moved]
    total: int
    counts: dict[str, int]
    hidden: int
    run: Shown | None
    against: Sequence[Message]  # why this person may not agree to it
    waits: int  # steps that go by themselves after a time already counted, which stays

    @property
    def reminders(self) -> int:
        """How many reminders move with the lines shown."""
        return sum(one.reminders for one in self.moves)


def plan_of(edit_id: str) -> Plan:
    """A change of this agency as this person may see it. Raises NotFound."""
    with application().database.read() as connection:
        row = editing.find(connection, g.agency_id, edit_id)
        mine = calendar_move.c.edit_id == edit_id
        total = connection.scalar(sa.select(sa.func.count()).where(mine)) or 0
        seen, moves = _moves(connection, mine)
        run = runs.find(connection, g.agency_id, row["run_id"]) if row["run_id"] else None
        counts = recomputing.counts(connection, edit_id) if row["status"] == "applied" else {}
        waits = 0 if row["status"] == "applied" else recomputing.waits(connection, g.agency_id)
    people = {one: g.org.name(one) for name in ("made_by", "proposed_by", "approved_by") if (one := row[name])}
    mine_to_follow = run is not None and (can("office") or run["asked_by"] == g.person.id)
    return Plan(
        edit=row, names=people, changed=differences(row["before"], row["data"]),
        years_changed=years_differing(row["before"], row["data"]), moves=moves, total=total, counts=counts,
        hidden=total - seen, run=shown(run, g.org) if run is not None and mine_to_follow else None,
        against=editing.against(g.org, living_plan(), row, g.person.id, office=can("office")), waits=waits,
    )  # fmt: skip


def _moves(connection: sa.Connection, mine: sa.ColumnElement[bool]) -> tuple[int, list[Moved]]:
    """(how many this person may see, the first of them)."""
    joined = calendar_move.join(case, case.c.id == calendar_move.c.case_id)
    joined = joined.join(work_item, work_item.c.id == calendar_move.c.item_id)
    seen = sa.and_(mine, visible(g.org, g.person.id))
    count = connection.scalar(sa.select(sa.func.count()).select_from(joined).where(seen)) or 0
    columns: list[Any] = [
        case.c.code, case.c.label, work_item.c.title, *(calendar_move.c[name] for name in _SHOWN)
    ]  # fmt: skip
    asked = sa.select(*columns).select_from(joined).where(seen)
    rows = connection.execute(asked.order_by(calendar_move.c.due_to, case.c.code).limit(MOST_LISTED)).mappings()
    return count, [Moved(**row) for row in rows]


_SHOWN = ("due_from", "due_to", "reminders", "outcome")
