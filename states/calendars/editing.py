"""A change to an agency's calendar: drafted line by line, proposed with a reason, planned, agreed to, or dropped.

Only what is agreed to changes anything: until then deadlines are counted by the calendar in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.calendars.lines import Data
from states.calendars.model import OPEN, calendar_edit, calendar_move
from workflow import runs
from workflow.catalogue import (
    LIVING_CALENDAR,
    agency_calendar,
    calendar_of,
    calendar_version,
    keep_calendar,
    put_calendar,
)
from workflow.clock import business_now
from workflow.definition import Plan
from workflow.identity import Organisation
from workflow.message import Conflict, Invalid, Message, NotFound, Refused
from workflow.runs import Order

PLAN, APPLY = "calendar_plan", "calendar_apply"
"""Kinds of runs: work out what would move; move it."""

REASON = (10, 500)
NewId = Callable[[], str]
Change = Callable[[Data], Mapping[str, Any]]
"""One edit: the calendar as it was → as it shall be. Raises Invalid."""


def in_force(connection: sa.Connection, agency_id: str) -> tuple[str, Data]:
    """(version, data) of what the agency counts by: the last change that was agreed to, else the release's file."""
    own = (
        sa.select(calendar_edit.c.version, calendar_edit.c.data)
        .join(agency_calendar, agency_calendar.c.edit_id == calendar_edit.c.id)
        .where(agency_calendar.c.agency_id == agency_id)
    )
    row = connection.execute(own).first()
    if row is None:
        of_version = calendar_version.c.version == calendar_of(agency_id)
        row = connection.execute(sa.select(calendar_version.c.version, calendar_version.c.data).where(of_version)).one()
    return row.version, row.data


def shipped(connection: sa.Connection) -> tuple[str, Data]:
    """(version, data) of the calendar this release brought."""
    of_version = calendar_version.c.version == LIVING_CALENDAR.scalar_subquery()
    row = connection.execute(sa.select(calendar_version.c.version, calendar_version.c.data).where(of_version)).one()
    return row.version, row.data


def history(connection: sa.Connection, agency_id: str, limit: int = 50) -> Sequence[sa.RowMapping]:
    """Changes of an agency, the newest first."""
    mine = sa.select(calendar_edit).where(calendar_edit.c.agency_id == agency_id)
    return connection.execute(mine.order_by(calendar_edit.c.number.desc()).limit(limit)).mappings().all()


def find(connection: sa.Connection, agency_id: str, edit_id: str) -> sa.RowMapping:
    """One change of this agency. Raises NotFound."""
    mine = sa.select(calendar_edit).where(calendar_edit.c.agency_id == agency_id, calendar_edit.c.id == edit_id)
    row = connection.execute(mine).mappings().first()
    if row is None:
        raise NotFound("calendar_edit")
    return row


def under_way(connection: sa.Connection, agency_id: str) -> sa.RowMapping | None:
    """The one change that is not over, if any."""
    mine = sa.select(calendar_edit).where(calendar_edit.c.agency_id == agency_id, calendar_edit.c.status.in_(OPEN))
    return connection.execute(mine).mappings().first()


# --- drafting -----------------------------------------------------------------------------------------


def edit(
    connection: sa.Connection, new_id: NewId, agency_id: str, person_id: str, change: Change, revision: int
) -> str:
    """Change the draft (a first edit begins one, with `revision` 0); its id. Raises Invalid, Refused, Conflict."""
    row = under_way(connection, agency_id)
    if row is None:
        if revision:
            raise Conflict(Message("calendar.moved"))
        return _begin(connection, new_id, agency_id, person_id, change)
    if row["status"] != "draft":
        raise Refused(Message("calendar.not_draft", {"number": row["number"]}))
    data = dict(change(row["data"]))
    _step(connection, row["id"], "draft", revision, data=data)
    return str(row["id"])


def _begin(
    connection: sa.Connection,
    new_id: NewId,
    agency_id: str,
    person_id: str,
    change: Change,
) -> str:
    base, before = in_force(connection, agency_id)
    last = sa.select(sa.func.max(calendar_edit.c.number)).where(calendar_edit.c.agency_id == agency_id)
    row = {
        "id": new_id(), "agency_id": agency_id, "number": (connection.scalar(last) or 0) + 1, "status": "draft",
        "revision": 1, "base": base, "shipped": shipped(connection)[0], "data": dict(change(before)),
        "before": dict(before), "made_by": person_id, "made_at": business_now(connection),
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(calendar_edit).values(row))
    except sa.exc.IntegrityError as raced:
        raise Conflict(Message("calendar.moved")) from raced
    return str(row["id"])


def drop(connection: sa.Connection, agency_id: str, edit_id: str, revision: int) -> None:
    """Give a draft up. Raises NotFound, Conflict."""
    find(connection, agency_id, edit_id)
    _step(connection, edit_id, "draft", revision, status="given_up")


# --- proposing and agreeing ---------------------------------------------------------------------------


def propose(connection: sa.Connection, agency_id: str, edit_id: str, revision: int, person_id: str, reason: str) -> str:
    """Put a draft forward with its reason: what it would move is worked out by a run, whose id this is.

    Raises NotFound, Invalid, Conflict.
    """
    row = find(connection, agency_id, edit_id)
    if not REASON[0] <= len(reason.strip()) <= REASON[1]:
        raise Invalid({"reason": Message("calendar.reason_length", {"least": REASON[0], "most": REASON[1]})})
    values = {
        "status": "working_out", "version": keep_calendar(connection, row["data"]), "reason": reason.strip(),
        "proposed_by": person_id, "proposed_at": business_now(connection),
    }  # fmt: skip
    _step(connection, edit_id, "draft", revision, **values)
    return _order(connection, PLAN, row, person_id, revision)


def plan_again(connection: sa.Connection, agency_id: str, edit_id: str, revision: int, person_id: str) -> str:
    """Work out once more what a proposal would move; the run's id. Raises NotFound, Conflict."""
    row = find(connection, agency_id, edit_id)
    _step(connection, edit_id, ("working_out", "proposed"), revision, status="working_out")
    return _order(connection, PLAN, row, person_id, revision)


def take_back(connection: sa.Connection, agency_id: str, edit_id: str, revision: int) -> None:
    """A proposal is a draft again, to be edited or dropped. Raises NotFound, Conflict."""
    find(connection, agency_id, edit_id)
    _step(connection, edit_id, ("working_out", "proposed"), revision, status="draft")
    connection.execute(sa.delete(calendar_move).where(calendar_move.c.edit_id == edit_id))


def against(
    org: Organisation, plan: Plan | None, row: Mapping[str, Any], person_id: str, *, office: bool
) -> list[Message]:
    """Everything that keeps a person from agreeing to a change: the role the plan names, and that it is their own.

    `office`: whether they keep the agency's house, who agree where the plan names nobody.
    """
    roles = plan.calendar_by if plan else ()
    if not roles:
        return [] if office else [Message("calendar.office_agrees")]
    assert plan is not None
    held = [power for power in org.powers(person_id) if power.role in roles]
    if not held:
        return [Message("authority.role_missing", {"roles": [plan.roles[one].title for one in roles]})]
    own = {org.person_now(one) for one in (row["made_by"], row["proposed_by"]) if one}
    if all({person_id, power.on_behalf_of} & own for power in held):
        return [Message("calendar.four_eyes", {"name": org.name(row["proposed_by"])})]
    return []


def agree(connection: sa.Connection, agency_id: str, edit_id: str, revision: int, person_id: str) -> str:
    """Put a proposal in force: what begins from now on is counted by it, and a run moves what is open; the run's id.

    Raises NotFound, Conflict: it changed since it was seen, or the calendar it changes is no longer in force.
    """
    row = find(connection, agency_id, edit_id)
    if in_force(connection, agency_id)[0] != row["base"]:
        raise Conflict(Message("calendar.base_moved"))
    now = business_now(connection)
    _step(connection, edit_id, "proposed", revision, status="applying", approved_by=person_id, approved_at=now)
    put_calendar(connection, agency_id, str(row["version"]), edit_id)
    return _order(connection, APPLY, row, person_id, revision)


def go_on(connection: sa.Connection, agency_id: str, edit_id: str, revision: int, person_id: str) -> str:
    """Move what is left, where the run that did it was stopped or given up; the run's id. Raises NotFound, Conflict."""
    row = find(connection, agency_id, edit_id)
    last = runs.find(connection, agency_id, row["run_id"])
    if last["ended_at"] is None:
        return str(last["id"])
    _step(connection, edit_id, "applying", revision)
    return _order(connection, APPLY, row, person_id, revision)


def _order(connection: sa.Connection, kind: str, row: sa.RowMapping, person_id: str, revision: int) -> str:
    run_id = runs.order(connection, Order(
        agency_id=row["agency_id"], kind=kind, asked_by=person_id, wanted={"edit_id": row["id"]},
        dedupe_key=f"{kind}:{row['id']}:{revision}",
    ))  # fmt: skip
    connection.execute(sa.update(calendar_edit).where(calendar_edit.c.id == row["id"]).values(run_id=run_id))
    return run_id


def _step(connection: sa.Connection, edit_id: str, since: str | tuple[str, ...], revision: int, **values: Any) -> None:
    """On from a status, as it was seen. Raises Conflict."""
    found = (since,) if isinstance(since, str) else since
    mine = sa.and_(
        calendar_edit.c.id == edit_id, calendar_edit.c.status.in_(found), calendar_edit.c.revision == revision
    )
    changed = sa.update(calendar_edit).where(mine).values(revision=revision + 1, **values)
    if connection.execute(changed).rowcount != 1:
        raise Conflict(Message("calendar.moved"))


def moves(connection: sa.Connection, edit_id: str) -> Sequence[sa.RowMapping]:
    """What a change moves, or moved, of open deadlines: the earliest first."""
    mine = sa.select(calendar_move).where(calendar_move.c.edit_id == edit_id)
    return connection.execute(mine.order_by(calendar_move.c.due_from, calendar_move.c.item_id)).mappings().all()
