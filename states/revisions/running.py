"""The runs of a change of rules: whether it is sound, what it would do to every running case, in force, moved.

Each may be killed at any moment: a check and a trial write in their last transaction alone, a move goes on with what
has no line yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.office.plan_files import as_folder
from states.revisions import changing
from states.revisions.model import OUTCOMES, plan_change, plan_change_case, revision, revision_case
from states.revisions.moving import Change, Judged, begin, carry_out, rehearse, waiting
from workflow.catalogue import Catalogue, keep_plan, plan_version, put_plan
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.db import Database
from workflow.defects import Defect
from workflow.loading import DefinitionError, LoadedPlan, load_plan
from workflow.message import Message, Refused
from workflow.organisation import agency
from workflow.runs import Work, packed
from workflow.scope import Names

MOST_FINDINGS = 200
TOLD_EVERY = 50


class Checking:
    """The doer of runs of the kind `plan_check`: everything `neuguong check` would say of the files."""

    def __init__(self, database: Database, catalogue: Catalogue, registry: Names) -> None:
        self._database, self._catalogue, self._registry = database, catalogue, registry

    def __call__(self, work: Work) -> None:
        """Keeps a sound version, not in force; or what is wrong with it, each with its file and line."""
        taken = work.taken
        with self._database.read() as connection:
            row = changing.find(connection, taken.agency_id, taken.wanted["change_id"])
            base = self._catalogue.plan(connection, row["base_plan"])
            code = connection.scalar(sa.select(agency.c.code).where(agency.c.id == taken.agency_id))
        loaded, findings = self._checked(row["files"], base.plan)
        if loaded and (loaded.plan.agency, loaded.plan.plan) != (code, base.plan):
            findings = [packed(Message("plan_change.other_plan", {"plan": base.plan, "agency": code}))]
        if loaded and not findings:
            findings = self._same(row, loaded)
        with self._database.write() as connection:
            values: dict[str, Any] = {"status": "unsound", "findings": findings}
            if loaded and not findings:
                plan_id, _ = keep_plan(
                    connection, agency_id=taken.agency_id, plan=loaded.plan, definitions=loaded.definitions,
                    sources=loaded.sources, by=taken.asked_by, new_id=self._database.new_id,
                )  # fmt: skip
                values = {"status": "checked", "plan_id": plan_id}
            _set(connection, row["id"], "checking", **values)
            work.finish(connection, result={"problems": len(findings)})

    def _checked(self, files: Mapping[str, str], code: str) -> tuple[LoadedPlan | None, list[dict[str, Any]]]:
        try:
            with as_folder(files, code) as folder:
                return load_plan(folder, registry=self._registry), []
        except DefinitionError as error:
            return None, [_finding(one) for one in error.defects[:MOST_FINDINGS]]
        except RecursionError:
            return None, [packed(Message("plan_change.too_deep"))]

    def _same(self, row: sa.RowMapping, loaded: LoadedPlan) -> list[dict[str, Any]]:
        with self._database.read() as connection:
            plan = self._catalogue.plan(connection, row["base_plan"])
            stored = self._catalogue.lives(connection, row["base_plan"])
        lives = {one.definition.process: one.definition for one in stored}
        same = plan == loaded.plan and lives == loaded.definitions
        return [packed(Message("plan_change.same"))] if same else []


def _finding(one: Defect) -> dict[str, Any]:
    place = {"file": one.place.file, "line": one.place.line} if one.place else {"file": "", "line": 0}
    return packed(one.told, **place)


class Trying:
    """The doer of runs of the kind `plan_try`: what a change would do to every running case, kept beside it."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """Reads alone, then writes all lines and the numbers in one transaction."""
        agency_id, change_id = work.taken.agency_id, work.taken.wanted["change_id"]
        with self._engine.database.read() as connection:
            row = changing.find(connection, agency_id, change_id)
            change = changing.the_change(connection, row)
            total = len(waiting(connection, change))
        lines: list[dict[str, Any]] = []
        timers: Counter[str] = Counter()
        for one in rehearse(self._engine, change):
            lines.append(_line(one, change_id, agency_id))
            timers.update(one.did.timers if one.did else {})
            if len(lines) % TOLD_EVERY == 0:
                work.at(len(lines), max(total, len(lines)))
        outcomes = Counter(one["outcome"] for one in lines)
        numbers = {**{name: outcomes[name] for name in OUTCOMES}, **timers}
        with self._engine.database.write() as connection:
            mine = plan_change_case.c.change_id == change_id
            connection.execute(sa.delete(plan_change_case).where(mine))
            if lines:
                connection.execute(sa.insert(plan_change_case), lines)
            standing = sa.and_(plan_change.c.id == change_id, plan_change.c.run_id == work.taken.id)
            tried = sa.update(plan_change).where(standing)
            connection.execute(tried.values(trial=numbers, tried_at=business_now(connection)))
            work.finish(connection, result={f"cases_{name}": numbers[name] for name in OUTCOMES})


def _line(one: Judged, change_id: str, agency_id: str) -> dict[str, Any]:
    return {
        "change_id": change_id, "case_id": one.case_id, "agency_id": agency_id, "state": one.standing,
        "outcome": one.outcome, "why": one.reasons[0].key if one.reasons else "",
        "reasons": [packed(reason) for reason in one.reasons], "timers": dict(one.did.timers) if one.did else {},
        "fingerprint": one.fingerprint,
    }  # fmt: skip


class Enforcing:
    """The doer of runs of the kind `plan_force`: the version is in force, and running cases move where that was
    agreed to."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """In force first, in a transaction of its own. Raises Refused when another version came in force meanwhile."""
        taken = work.taken
        with self._engine.database.write() as connection:
            row = changing.find(connection, taken.agency_id, taken.wanted["change_id"])
            if row["status"] == "ordered":
                self._enforce(connection, row, taken.asked_by)
            left = next((one for one in changing.revisions(connection, row) if one["ended_at"] is None), None)
        if left is None:
            with self._engine.database.write() as connection:
                work.finish(connection, result={"in_force": 1})
            return
        _carried_out(self._engine, work, row["id"], left["id"], {"in_force": 1})

    def _enforce(self, connection: sa.Connection, row: sa.RowMapping, by: str) -> None:
        if not changing.is_base(connection, row):
            raise Refused(Message("plan_change.base_moved"))
        put_plan(connection, row["agency_id"], row["plan_id"])
        ids = [row["base_plan"], row["plan_id"]]
        stored = sa.select(plan_version.c.id, plan_version.c.hash).where(plan_version.c.id.in_(ids))
        hashes = {one.id: one.hash[:12] for one in connection.execute(stored)}
        told = {f"number:QĐ-{row['number']}": (hashes[row["base_plan"]], hashes[row["plan_id"]])}
        made = Amendment("plan", row["plan_id"], "changed", told, row["reason"], by)
        record(connection, row["agency_id"], made)
        values: dict[str, Any] = {"status": "in_force", "in_force_at": business_now(connection)}
        if row["moves"]:
            change = changing.the_change(connection, row)
            begin(connection, change, by=by, reason=row["reason"], new_id=self._engine.database.new_id())
            values["tried_at"] = None
        _set(connection, row["id"], "ordered", **values)


class Moving:
    """The doer of runs of the kind `plan_move`: running cases go where the trial said, there or back."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """Case by case; what would come otherwise than tried stays, with the reason."""
        _carried_out(self._engine, work, work.taken.wanted["change_id"], work.taken.wanted["revision_id"], {})


def _carried_out(engine: Changing, work: Work, change_id: str, revision_id: str, more: Mapping[str, int]) -> None:
    with engine.database.read() as connection:
        made = connection.execute(sa.select(revision).where(revision.c.id == revision_id)).mappings().one()
        change = Change(made["agency_id"], made["to_plan"], made["states"], made["back_of"])
        total = len(waiting(connection, change, revision_id))
        tried = changing.said(connection, change_id)
    for done, _ in enumerate(carry_out(engine, change, revision_id, tried), 1):
        if done % TOLD_EVERY == 0:
            work.at(done, max(total, done))
    with engine.database.write() as connection:
        counts = {f"cases_{name}": number for name, number in outcomes(connection, revision_id).items()}
        work.finish(connection, result={**more, **counts})


def outcomes(connection: sa.Connection, revision_id: str) -> dict[str, int]:
    """How many cases of a revision came to each outcome."""
    mine = sa.select(revision_case.c.outcome, sa.func.count().label("number"))
    mine = mine.where(revision_case.c.revision_id == revision_id)
    rows = connection.execute(mine.group_by(revision_case.c.outcome))
    found = {row.outcome: row.number for row in rows}
    return {name: found.get(name, 0) for name in OUTCOMES}


def _set(connection: sa.Connection, change_id: str, since: str, **values: Any) -> None:
    mine = sa.and_(plan_change.c.id == change_id, plan_change.c.status == since)
    connection.execute(sa.update(plan_change).where(mine).values(revision=plan_change.c.revision + 1, **values))
