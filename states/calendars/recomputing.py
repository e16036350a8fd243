"""What a calendar does to deadlines that run already: worked out for all of them first, then moved case by case.

Both are runs. Moving is never half done twice: each deadline moves in its case's own transaction with an event and its
line here; what stands by the calendar in force already is left alone, so hands that died just go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.calendars.editing import find
from states.calendars.model import calendar_edit, calendar_move
from workflow.calendar import Calendar
from workflow.case import case
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.db import insert_ignoring
from workflow.draft import By, Draft
from workflow.due import Due
from workflow.facts import load_cases
from workflow.message import Message, Refused
from workflow.rescheduling import by_calendar, move_by_calendar, reminders_moved
from workflow.runs import Stopped, Work
from workflow.timers import timer
from workflow.worklist import work_item

BATCH = 50
MOST_ROUNDS = 10
AS_PLANNED, OTHER, NEW, STAYS, CLOSED = OUTCOMES = ("as_planned", "other", "new", "stays", "closed")


@dataclass(frozen=True)
class Planned:
    """An open deadline that moves."""

    item_id: str
    case_id: str
    due_from: date
    due_to: date
    reminders: int


def decision_of(number: int) -> str:
    """How events name a change."""
    return f"LLV-{number}"


class Planning:
    """The doer of runs of the kind `calendar_plan`: every open deadline that a proposal would move, kept beside it."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """Reads alone, then writes the plan and that it stands in one transaction."""
        agency_id, edit_id = work.taken.agency_id, work.taken.wanted["edit_id"]
        with self._engine.database.read() as connection:
            version = str(find(connection, agency_id, edit_id)["version"])
            total = _count(connection, agency_id)
        found: list[Planned] = []
        for done, batch in _batches(self._engine, agency_id):
            found += _planned(self._engine, batch, version)
            work.at(done, max(done, total))
        with self._engine.database.write() as connection:
            standing = sa.and_(
                calendar_edit.c.id == edit_id, calendar_edit.c.status == "working_out",
                calendar_edit.c.run_id == work.taken.id,
            )  # fmt: skip
            connection.execute(sa.delete(calendar_move).where(calendar_move.c.edit_id == edit_id))
            if connection.execute(sa.update(calendar_edit).where(standing).values(status="proposed")).rowcount:
                rows = [
                    {**vars(one), "edit_id": edit_id, "agency_id": agency_id, "outcome": "planned"} for one in found
                ]
                if rows:
                    connection.execute(sa.insert(calendar_move), rows)
            work.finish(connection, result={"deadlines": len(found), "reminders": sum(one.reminders for one in found)})


class Applying:
    """The doer of runs of the kind `calendar_apply`: moves what is open to the calendar in force, in batches."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """Until a whole round finds nothing to move. Raises Refused when it never rests."""
        with self._engine.database.read() as connection:
            edit = find(connection, work.taken.agency_id, work.taken.wanted["edit_id"])
        for _ in range(MOST_ROUNDS):
            if not self._round(work, edit):
                self._end(work, edit)
                return
        raise Refused(Message("calendar.never_rests"))

    def _round(self, work: Work, edit: sa.RowMapping) -> int:
        moved = 0
        with self._engine.database.read() as connection:
            total = _count(connection, edit["agency_id"])
        for done, batch in _batches(self._engine, edit["agency_id"]):
            for case_id in dict.fromkeys(one.case_id for one in _planned(self._engine, batch, None)):
                self._move(case_id, edit)
                moved += 1
            try:
                work.at(done, max(done, total))
            except Stopped:
                continue  # it is in force: half an agency by one calendar and half by another helps nobody
        return moved

    def _move(self, case_id: str, edit: sa.RowMapping) -> None:
        told: list[tuple[str, date, date]] = []

        def apply(draft: Draft) -> None:
            told.clear()
            for item in draft.items.all(status="open"):
                before = Due.from_json(item["due"]).due_on if item["due"] else None
                decision = decision_of(edit["number"])
                if move_by_calendar(draft, item, _known(self._engine, draft), by=By("case"), decision=decision):
                    assert before is not None
                    told.append((item["id"], before, Due.from_json(item["due"]).due_on))

        def note(connection: sa.Connection) -> bool:
            for item_id, before, after in told:
                _note(connection, edit, Planned(item_id, case_id, before, after, 0))
            return True

        self._engine.change(case_id, By("case"), apply, finish=note)

    def _end(self, work: Work, edit: sa.RowMapping) -> None:
        """What was planned and needed no moving is said, too."""
        with self._engine.database.write() as connection:
            left = sa.and_(calendar_move.c.edit_id == edit["id"], calendar_move.c.outcome == "planned")
            over = sa.select(work_item.c.id).where(
                work_item.c.agency_id == edit["agency_id"], work_item.c.id == calendar_move.c.item_id,
                work_item.c.status == "closed",
            )  # fmt: skip
            outcome = sa.case((over.exists(), CLOSED), else_=STAYS)
            connection.execute(sa.update(calendar_move).where(left).values(outcome=outcome))
            now = business_now(connection)
            mine = sa.and_(calendar_edit.c.id == edit["id"], calendar_edit.c.status == "applying")
            connection.execute(sa.update(calendar_edit).where(mine).values(status="applied", applied_at=now))
            work.finish(connection, result=counts(connection, edit["id"]))


def counts(connection: sa.Connection, edit_id: str) -> dict[str, int]:
    """How many of a change's deadlines came to each outcome."""
    mine = sa.select(calendar_move.c.outcome).where(calendar_move.c.edit_id == edit_id)
    found = Counter(connection.scalars(mine))
    return {name: found[name] for name in OUTCOMES}


def waits(connection: sa.Connection, agency_id: str) -> int:
    """Steps that wait for a time counted when their case came there (`after …`): no calendar moves them, they are no
    deadline of anybody's."""
    mine = timer.c.agency_id == agency_id, timer.c.status == "armed", timer.c.kind == "after"
    return connection.scalar(sa.select(sa.func.count()).where(*mine)) or 0


def _note(connection: sa.Connection, edit: sa.RowMapping, one: Planned) -> None:
    """What became of a planned line, or a line that nobody planned."""
    mine = sa.and_(calendar_move.c.edit_id == edit["id"], calendar_move.c.item_id == one.item_id)
    row = {**vars(one), "edit_id": edit["id"], "agency_id": edit["agency_id"], "outcome": NEW}
    added = insert_ignoring(connection, calendar_move).values(row).returning(calendar_move.c.item_id)
    if connection.scalar(added) is not None:
        return
    as_planned = sa.case((calendar_move.c.due_to == one.due_to, AS_PLANNED), else_=OTHER)
    told = {"outcome": as_planned, "due_from": one.due_from, "due_to": one.due_to}
    connection.execute(sa.update(calendar_move).where(mine).values(told))


def _planned(engine: Changing, case_ids: Sequence[str], version: str | None) -> list[Planned]:
    """The open deadlines of these cases that a calendar (None: the one in force) would move."""
    found = []
    with engine.database.glance() as connection:
        calendar = engine.catalogue.calendar(connection, version) if version else None
        for facts in load_cases(connection, engine, case_ids):
            seen = replace(facts, calendar=calendar) if calendar else facts
            draft = engine.draft_for(connection, seen, By("case"))
            known = _known(engine, draft)
            for item in draft.items.all(status="open"):
                due = by_calendar(draft, item, known)
                if due is not None:
                    before = Due.from_json(item["due"]).due_on
                    reminders = reminders_moved(draft, item, due)
                    found.append(Planned(item["id"], facts.case["id"], before, due.due_on, reminders))
    return found


def _known(engine: Changing, draft: Draft) -> Any:
    """Calendars by version; None for one that is kept nowhere."""

    def known(version: str) -> Calendar | None:
        try:
            return engine.catalogue.calendar(draft.connection, version)
        except sa.exc.NoResultFound:
            return None

    return known


def _of(agency_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return work_item.c.agency_id == agency_id, work_item.c.status == "open", work_item.c.due_at.is_not(None)


def _count(connection: sa.Connection, agency_id: str) -> int:
    asked = sa.select(sa.func.count(sa.distinct(work_item.c.case_id))).where(*_of(agency_id))
    return connection.scalar(asked) or 0


def _batches(engine: Changing, agency_id: str) -> Iterator[tuple[int, list[str]]]:
    """(how many by then, ids) of the running cases with an open deadline, by id, so many at once."""
    after, done = "", 0
    while True:
        with engine.database.read() as connection:
            asked = sa.select(work_item.c.case_id).join(case, case.c.id == work_item.c.case_id)
            asked = asked.where(*_of(agency_id), case.c.ended_at.is_(None), work_item.c.case_id > after)
            ids = list(connection.scalars(asked.distinct().order_by(work_item.c.case_id).limit(BATCH)))
        if not ids:
            return
        after, done = ids[-1], done + len(ids)
        yield done, ids
