"""No silent stall: every running case has somebody's turn, a timer, a message, a live child, or an incident.

The database finds the suspects in one statement: running cases without a timer, a message, an incident, or an item in
the inbox of somebody who holds its role today. Only these few are looked at closely.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.case import case, link
from workflow.clock import business_now, local_date, wall_now
from workflow.commands import Changing
from workflow.draft import By
from workflow.facts import load_case
from workflow.grounds import PARENT
from workflow.identity import forget_snapshots, who
from workflow.incidents import incident
from workflow.message import Message
from workflow.organisation import person, role_grant
from workflow.outbox import NEW, outbox, waits
from workflow.permission import asked_of_item
from workflow.timers import ARMED, timer
from workflow.worklist import candidate, work_item

KIND = "stalled"
MOST = 10_000  # suspects of one look; those behind them come into sight when these have become incidents
HANGING = timedelta(hours=1)  # no lease is that long: a message leased beyond it will never be let go
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Stall:
    """A running case nothing and nobody will move, and why: nothing | nobody | waits (for `others`: codes)."""

    case_id: str
    agency_id: str
    code: str
    state: str
    cause: str = "nothing"
    others: tuple[str, ...] = ()

    @property
    def reason(self) -> Message:
        """For whoever repairs it."""
        key = {"nothing": "incident.stalled", "nobody": "incident.stalled_nobody", "waits": "incident.stalled_waits"}
        return Message(key[self.cause], {"code": self.code, "others": list(self.others)})


def stalls(engine: Changing) -> list[Stall]:
    """Every silent stall of the installation; empty in a healthy one."""
    return look(engine).stalls


@dataclass
class Look:
    """What was found; `unreached`: (agency, case) whose owner lives but does not find the item in the inbox."""

    stalls: list[Stall] = field(default_factory=list)
    unreached: list[tuple[str, str]] = field(default_factory=list)


def look(engine: Changing, *, seconds: float | None = None) -> Look:
    """One look. `seconds` bounds it: what was not looked at closely counts as alive until the next one."""
    found = Look()
    with engine.database.read() as connection:
        suspects = _suspects(connection, heed_incidents=True)
        found.stalls = _silent(engine, connection, suspects, found, seconds)
    return found


def moving_again(engine: Changing) -> list[tuple[str, str]]:
    """(agency, case) of those known as stalled that have ended, or that something moves again."""
    with engine.database.read() as connection:
        known = connection.execute(
            sa.select(incident.c.agency_id, incident.c.case_id)
            .where(incident.c.kind == KIND, incident.c.status == "open", incident.c.case_id.is_not(None))
            .limit(MOST)
        ).all()
        if not known:
            return []
        suspects = _suspects(connection, heed_incidents=False, among=[row.case_id for row in known])
        still = {one.case_id for one in _silent(engine, connection, suspects, Look(), None)}
    return [(row.agency_id, row.case_id) for row in known if row.case_id not in still]


def counts(connection: sa.Connection) -> dict[str, int]:
    """For a metric: open incidents of stalls and ownerless items; timers and messages overdue by five minutes."""
    now = business_now(connection)
    late_timers = sa.select(sa.func.count()).where(timer.c.status == ARMED, timer.c.due_at <= now - LATE)
    late_messages = sa.select(sa.func.count()).where(
        waits(outbox),
        outbox.c.status == NEW,
        outbox.c.not_before <= now - LATE,
        sa.or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= wall_now() - LATE),
    )
    opened = sa.select(incident.c.kind, sa.func.count()).where(incident.c.status == "open").group_by(incident.c.kind)
    kinds = {kind: int(number) for kind, number in connection.execute(opened)}
    return {
        "stalled": kinds.get(KIND, 0),
        "no_owner": kinds.get("no_owner", 0),
        "incidents": sum(kinds.values()),
        "late_timers": connection.scalar(late_timers) or 0,
        "late_messages": connection.scalar(late_messages) or 0,
    }


# --- suspects: what the database can tell --------------------------------------------------------------


def _suspects(connection: sa.Connection, *, heed_incidents: bool, among: Sequence[str] | None = None) -> Sequence[Any]:
    today = local_date(business_now(connection))
    on_its_way = _spoken_for(heed_incidents=heed_incidents).subquery()
    chosen = (
        sa.select(case.c.id, case.c.agency_id, case.c.code, case.c.state, case.c.holds)
        .outerjoin(on_its_way, on_its_way.c.case_id == case.c.id)
        .where(case.c.ended_at.is_(None), on_its_way.c.case_id.is_(None), ~_armed(), ~_in_an_inbox(today))
    )
    if among is None:
        return connection.execute(chosen.order_by(case.c.id).limit(MOST)).all()
    return [row for some in _pieces(among) for row in connection.execute(chosen.where(case.c.id.in_(some)))]


def _spoken_for(*, heed_incidents: bool) -> sa.CompoundSelect[Any]:
    """Cases with a message on its way, from or to them, or an open incident."""
    let_go = sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < wall_now() + HANGING)
    sent = sa.and_(waits(outbox), outbox.c.kind != "notice", let_go)
    to_case = sa.func.substr(outbox.c.recipient, len("case:") + 1)
    parts = [
        sa.select(outbox.c.case_id.label("case_id")).where(sent, outbox.c.case_id.is_not(None)),
        sa.select(to_case).where(sent, outbox.c.recipient.startswith("case:")),
    ]
    if heed_incidents:
        parts.append(sa.select(incident.c.case_id).where(incident.c.status == "open", incident.c.case_id.is_not(None)))
    return sa.union(*parts)


def _armed() -> sa.ColumnElement[bool]:
    return sa.exists().where(timer.c.case_id == case.c.id, timer.c.status == ARMED)


def _in_an_inbox(today: Any) -> sa.ColumnElement[bool]:
    """An open item with a candidate in service: the person, or one who holds the role there today."""
    in_service = sa.and_(person.c.starts_on <= today, sa.or_(person.c.ends_on.is_(None), person.c.ends_on >= today))
    holder = sa.exists().where(
        role_grant.c.agency_id == candidate.c.agency_id,
        role_grant.c.role == candidate.c.role,
        sa.or_(candidate.c.unit_id.is_(None), role_grant.c.unit_id == candidate.c.unit_id),
        role_grant.c.starts_on <= today,
        sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= today),
        person.c.agency_id == role_grant.c.agency_id,
        person.c.id == role_grant.c.person_id,
        in_service,
    )
    himself = sa.exists().where(
        person.c.agency_id == candidate.c.agency_id, person.c.id == candidate.c.person_id, in_service
    )
    return sa.exists().where(
        work_item.c.case_id == case.c.id,
        work_item.c.status == "open",
        candidate.c.item_id == work_item.c.id,
        candidate.c.is_open,
        sa.or_(himself, holder),
    )


# --- the close look ------------------------------------------------------------------------------------


def _silent(
    engine: Changing, connection: sa.Connection, suspects: Sequence[Any], found: Look, seconds: float | None
) -> list[Stall]:
    if not suspects:
        return []
    by_id = {row.id: row for row in suspects}
    waits = _waits(connection, {row.id: row.holds for row in suspects})
    items = _with_items(connection, list(by_id))
    alive = _through_links(waits, set(by_id))
    stop = None if seconds is None else time.monotonic() + seconds
    unsure = [case_id for case_id in by_id if case_id in items and case_id not in alive]
    if unsure:
        forget_snapshots(connection)  # somebody may have changed rows by hand
    for case_id in random.sample(unsure, len(unsure)):  # when the time is up, others come first the next time
        in_time = stop is None or time.monotonic() < stop
        owned = _owned(engine, connection, case_id) if in_time else True
        if owned is not False:
            alive.add(case_id)
        if owned is None:
            found.unreached.append((by_id[case_id].agency_id, case_id))
    alive |= _through_links(waits, set(by_id) - alive)
    return [_stall(row, items, waits) for row in suspects if row.id not in alive]


def _stall(row: Any, items: set[str], waits: Sequence[Any]) -> Stall:
    others = tuple(one.code for one in waits if one.case_id == row.id)
    cause = "nobody" if row.id in items else ("waits" if others else "nothing")
    return Stall(row.id, row.agency_id, row.code, row.state, cause, others)


def _owned(engine: Changing, connection: sa.Connection, case_id: str) -> bool | None:
    """Whether somebody living may answer an open item; None: somebody may, who does not find it in the inbox."""
    facts = load_case(connection, engine, case_id, None)
    draft = engine.draft_for(connection, facts, By("deadline"))
    owned, reaches = False, False
    for item in facts.items:
        asked = asked_of_item(draft, item)
        if item["status"] == "open" and who(facts.org, facts.life.plan, draft.matter(), asked):
            owned = True
            reaches = reaches or not reoffer(draft, dict(item), asked)
    return None if owned and not reaches else owned


def _with_items(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in _pieces(ids):
        opened = sa.select(work_item.c.case_id).where(work_item.c.case_id.in_(some), work_item.c.status == "open")
        found |= set(connection.scalars(opened))
    return found


def _waits(connection: sa.Connection, holds: Mapping[str, Sequence[str]]) -> list[Any]:
    """Whom the suspects wait for: children that have not ended, and the parent that holds them. id → their holds."""
    found: list[Any] = []
    other = case.alias("other")
    for some in _pieces(list(holds)):
        pairs = connection.execute(
            sa.select(link.c.case_id, link.c.other_id, link.c.relation, other.c.code, other.c.ended_at)
            .join(other, other.c.id == link.c.other_id)
            .where(link.c.case_id.in_(some), ~link.c.ended)
        )
        found += [
            pair for pair in pairs
            if pair.relation == "child"
            or (pair.relation == "parent" and PARENT + pair.other_id in holds[pair.case_id])
        ]  # fmt: skip
    return found


def _through_links(waits: Sequence[Any], silent: set[str]) -> set[str]:
    """Suspects that wait for a running case which is none, or for one that is alive through such a link."""
    found: set[str] = set()
    while new := {
        one.case_id
        for one in waits
        if one.case_id in silent - found and one.ended_at is None and one.other_id not in silent - found
    }:
        found |= new
    return found


def _pieces(ids: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
