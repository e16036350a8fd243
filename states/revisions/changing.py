"""A new version of a plan, step by step: brought, checked, tried on running cases, proposed, agreed to, in force; then
running cases moved, or brought back.

Each step is taken as the change was seen, or not at all; what takes long is a run, one at a time for each change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from states.revisions.model import plan_change, plan_change_case, revision
from states.revisions.moving import Change, begin, way_back
from workflow import runs
from workflow.catalogue import plan_version
from workflow.clock import business_now, day_start, local_date
from workflow.db import IdSource
from workflow.definition import Definition, Plan
from workflow.identity import Organisation
from workflow.message import Conflict, Invalid, Message, NotFound, Refused
from workflow.runs import Order

CHECK, TRY, FORCE, MOVE = KINDS = ("plan_check", "plan_try", "plan_force", "plan_move")
"""Kinds of runs: whether it is sound; what it would do to running cases; put it in force; move them, there or back."""

REASON = (10, 500)
TRIED_IN = ("checked", "in_force")
_SHOWN = [one for one in plan_change.c if one.name != "files"]


def history(connection: sa.Connection, agency_id: str, limit: int = 50) -> Sequence[sa.RowMapping]:
    """Changes of an agency without their files, the newest first."""
    mine = sa.select(*_SHOWN).where(plan_change.c.agency_id == agency_id)
    return connection.execute(mine.order_by(plan_change.c.number.desc()).limit(limit)).mappings().all()


def find(connection: sa.Connection, agency_id: str, change_id: str) -> sa.RowMapping:
    """One change of this agency. Raises NotFound."""
    mine = sa.select(plan_change).where(plan_change.c.agency_id == agency_id, plan_change.c.id == change_id)
    row = connection.execute(mine).mappings().first()
    if row is None:
        raise NotFound("plan_change")
    return row


def bring(
    connection: sa.Connection, new_id: IdSource, agency_id: str, person_id: str, base: str, files: Mapping[str, str]
) -> str:
    """Keep the files of a new version and have them checked; the change's id."""
    last = sa.select(sa.func.max(plan_change.c.number)).where(plan_change.c.agency_id == agency_id)
    row: dict[str, Any] = {
        "id": new_id(), "agency_id": agency_id, "number": (connection.scalar(last) or 0) + 1, "status": "checking",
        "revision": 1, "files": dict(files), "base_plan": base, "findings": [], "states": {}, "trial": {},
        "made_by": person_id, "made_at": business_now(connection),
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(plan_change).values(row))
    except sa.exc.IntegrityError as raced:
        raise Conflict(Message("plan_change.moved")) from raced
    _order(connection, CHECK, row, person_id, 1)
    return str(row["id"])


def give_up(connection: sa.Connection, agency_id: str, change_id: str, seen: int) -> None:
    """It will not be put in force. Raises NotFound, Conflict."""
    _rests(connection, find(connection, agency_id, change_id))
    _step(connection, change_id, ("checking", "unsound", "checked", "proposed"), seen, status="given_up")


# --- running cases ------------------------------------------------------------------------------------


def unmapped(before: Mapping[str, Definition], after: Mapping[str, Definition]) -> dict[str, list[str]]:
    """Process → states of the version before that the one after does not have: each may be mapped."""
    return {
        name: gone for name, old in before.items()
        if name in after and (gone := [one for one in old.states if one not in after[name].states])
    }  # fmt: skip


def try_out(
    connection: sa.Connection, agency_id: str, change_id: str, seen: int, person_id: str,
    states: Mapping[str, Mapping[str, str]], back: str | None = None,
) -> str:  # fmt: skip
    """Have a run say what the change (or with `back`, a revision's id, the way back) does to each running case."""
    row = find(connection, agency_id, change_id)
    _rests(connection, row)
    if back is not None:
        _moved_by(connection, row, back)
    kept = row["states"] if back is not None else {name: dict(one) for name, one in states.items() if one}
    _step(
        connection, change_id, TRIED_IN, seen, states=kept, trial={}, trial_back=back, tried_by=person_id, tried_at=None
    )
    return _order(connection, TRY, row, person_id, seen)


def the_change(connection: sa.Connection, row: Mapping[Any, Any]) -> Change:
    """What the trial was about: there, or back."""
    if row["trial_back"] is None:
        return Change(row["agency_id"], str(row["plan_id"]), row["states"])
    number = connection.execute(sa.select(revision.c.number).where(revision.c.id == row["trial_back"])).scalar_one()
    return way_back(connection, row["agency_id"], number)


def move(connection: sa.Connection, new_id: IdSource, agency_id: str, change_id: str, seen: int, person_id: str) -> str:
    """Have a run do to each running case what the trial said; the run's id. Raises NotFound, Conflict, Refused."""
    row = find(connection, agency_id, change_id)
    _rests(connection, row)
    if row["tried_at"] is None:
        raise Refused(Message("plan_change.not_tried"))
    _step(connection, change_id, ("in_force",), seen, tried_at=None)
    reason = row["reason"]
    made = begin(connection, the_change(connection, row), by=person_id, reason=reason, new_id=new_id())
    return _order(connection, MOVE, row, person_id, seen, revision_id=made)


def go_on(connection: sa.Connection, agency_id: str, change_id: str, seen: int, person_id: str) -> str:
    """Go on with a move whose run was stopped or given up; the run's id. Raises NotFound, Conflict, Refused."""
    row = find(connection, agency_id, change_id)
    _rests(connection, row)
    left = next((one for one in revisions(connection, row) if one["ended_at"] is None), None)
    if left is None:
        raise Refused(Message("plan_change.nothing_left"))
    _step(connection, change_id, ("in_force",), seen)
    return _order(connection, MOVE, row, person_id, seen, revision_id=left["id"])


def revisions(connection: sa.Connection, row: Mapping[Any, Any]) -> Sequence[sa.RowMapping]:
    """Every time running cases were moved to this version, or back from it, the latest first."""
    mine = sa.select(revision).where(
        revision.c.agency_id == row["agency_id"], revision.c.to_plan == row["plan_id"],
        revision.c.asked_at >= row["made_at"],
    )  # fmt: skip
    return connection.execute(mine.order_by(revision.c.number.desc())).mappings().all()


def _moved_by(connection: sa.Connection, row: Mapping[Any, Any], revision_id: str) -> None:
    if not any(one["id"] == revision_id and one["back_of"] is None for one in revisions(connection, row)):
        raise NotFound("revision")


# --- in force -----------------------------------------------------------------------------------------


def propose(
    connection: sa.Connection, agency_id: str, change_id: str, seen: int, person_id: str,
    *, starts_on: date | None, moves: bool, reason: str,
) -> None:  # fmt: skip
    """Put a sound version forward: from which day, whether running cases move, on what ground.

    Raises NotFound, Conflict, Invalid by field.
    """
    row = find(connection, agency_id, change_id)
    _rests(connection, row)
    wrong: dict[str, Message] = {}
    today = local_date(business_now(connection))
    if not REASON[0] <= len(reason.strip()) <= REASON[1]:
        wrong["reason"] = Message("calendar.reason_length", {"least": REASON[0], "most": REASON[1]})
    if starts_on is None or starts_on < today:
        wrong["starts_on"] = Message("numbers.past", {"today": today})
    if moves and (row["tried_at"] is None or row["trial_back"] is not None):
        wrong["moves"] = Message("plan_change.not_tried")
    if wrong:
        raise Invalid(wrong)
    values = {"starts_on": starts_on, "moves": moves, "reason": reason.strip(), "proposed_by": person_id}
    _step(connection, change_id, ("checked",), seen, status="proposed", **values)


def take_back(connection: sa.Connection, agency_id: str, change_id: str, seen: int) -> None:
    """A proposal, or what was agreed to and whose day is to come, may be changed again. Raises NotFound, Conflict."""
    row = find(connection, agency_id, change_id)
    if row["status"] == "ordered":
        last = runs.find(connection, agency_id, row["run_id"])
        if last["status"] == "at_work":
            raise Conflict(Message("plan_change.at_work"))
        runs.stop(connection, agency_id, row["run_id"])
    _step(connection, change_id, ("proposed", "ordered"), seen, status="checked", approved_by=None, approved_at=None)


def against(org: Organisation, plan: Plan | None, row: Mapping[Any, Any], person_id: str) -> list[Message]:
    """Everything that keeps a person from agreeing to a change: the role the plan names, and that it is their own."""
    roles = plan.plan_by if plan else ()
    if not roles or plan is None:
        return []
    held = [power for power in org.powers(person_id) if power.role in roles]
    if not held:
        return [Message("authority.role_missing", {"roles": [plan.roles[one].title for one in roles]})]
    hands = [row[name] for name in ("proposed_by", "tried_by") if row[name]]
    own = {org.person_now(one) for one in hands}
    if all({person_id, power.on_behalf_of} & own for power in held):
        return [Message("calendar.four_eyes", {"name": org.name(hands[0])})]
    return []


def agree(connection: sa.Connection, agency_id: str, change_id: str, seen: int, person_id: str) -> str:
    """Order the run that puts it in force on its day; the run's id. Raises NotFound, Conflict."""
    row = find(connection, agency_id, change_id)
    if not is_base(connection, row):
        raise Conflict(Message("plan_change.base_moved"))
    now = business_now(connection)
    _step(connection, change_id, ("proposed",), seen, status="ordered", approved_by=person_id, approved_at=now)
    return _order(connection, FORCE, row, person_id, seen, not_before=max(day_start(row["starts_on"]), now))


def is_base(connection: sa.Connection, row: Mapping[Any, Any]) -> bool:
    """Whether the version a change was compared with is in force still."""
    mine = sa.select(plan_version.c.is_living).where(plan_version.c.id == row["base_plan"])
    return bool(connection.scalar(mine))


def said(connection: sa.Connection, change_id: str) -> dict[str, str]:
    """Case → fingerprint of what the trial said."""
    mine = sa.select(plan_change_case.c.case_id, plan_change_case.c.fingerprint)
    rows = connection.execute(mine.where(plan_change_case.c.change_id == change_id))
    return {row.case_id: row.fingerprint for row in rows}


def _rests(connection: sa.Connection, row: Mapping[Any, Any]) -> None:
    """Raises Conflict while a run of this change is at work."""
    if row["run_id"] and runs.find(connection, row["agency_id"], row["run_id"])["ended_at"] is None:
        raise Conflict(Message("plan_change.at_work"))


def _order(
    connection: sa.Connection, kind: str, row: Mapping[Any, Any], person_id: str, seen: int,
    *, not_before: datetime | None = None, **more: str,
) -> str:  # fmt: skip
    run_id = runs.order(connection, Order(
        agency_id=row["agency_id"], kind=kind, asked_by=person_id, wanted={"change_id": row["id"], **more},
        dedupe_key=f"{kind}:{row['id']}:{seen}", about=f"QĐ-{row['number']}", not_before=not_before,
    ))  # fmt: skip
    connection.execute(sa.update(plan_change).where(plan_change.c.id == row["id"]).values(run_id=run_id))
    return run_id


def _step(connection: sa.Connection, change_id: str, since: tuple[str, ...], seen: int, **values: Any) -> None:
    """On from a status, as it was seen. Raises Conflict."""
    c = plan_change.c
    mine = sa.and_(c.id == change_id, c.status.in_(since), c.revision == seen)
    changed = sa.update(plan_change).where(mine).values(revision=seen + 1, **values)
    if connection.execute(changed).rowcount != 1:
        raise Conflict(Message("plan_change.moved"))
