"""No silent stall: every running case has somebody's turn, a timer, a message, a live child, or an incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.case import case, link
from workflow.clock import business_now, local_date, setting, wall_now
from workflow.commands import Changing
from workflow.draft import By, Draft
from workflow.facts import load_case
from workflow.grounds import PARENT
from workflow.identity import who
from workflow.incidents import Trouble, incident, open_incident, settle
from workflow.message import Message
from workflow.organisation import agency
from workflow.outbox import NOTICE, outbox, waits
from workflow.permission import asked_of_item
from workflow.timers import ARMED, timer
from workflow.worklist import work_item


@dataclass(frozen=True)
class Stall:
    """A running case nothing and nobody will move."""

    case_id: str
    agency_id: str
    code: str
    state: str


def stalls(engine: Changing) -> list[Stall]:
    """Every silent stall of the installation; empty in a healthy one."""
    with engine.database.read() as connection:
        unmoved = {row.id: row for row in connection.execute(_UNMOVED)}
        still = {one: row for one, row in unmoved.items() if not _owned(engine, connection, one)}
        alive = _through_links(connection, {one: row.holds for one, row in still.items()})
        return [Stall(r.id, r.agency_id, r.code, r.state) for r in still.values() if r.id not in alive]


def _unmoved() -> sa.Select[Any]:
    """Running cases without an armed timer, a message on its way (from or to them) and an open incident."""
    armed = sa.exists().where(timer.c.case_id == case.c.id, timer.c.status == ARMED)
    troubled = sa.exists().where(
        incident.c.agency_id == case.c.agency_id, incident.c.status == "open", incident.c.case_id == case.c.id
    )
    between = waits(outbox), outbox.c.kind != NOTICE
    sent = sa.exists().where(*between, outbox.c.case_id == case.c.id)
    coming = sa.exists().where(*between, outbox.c.recipient == sa.literal("case:") + case.c.id)
    columns = case.c.id, case.c.agency_id, case.c.code, case.c.state, case.c.holds
    return sa.select(*columns).where(case.c.ended_at.is_(None), ~armed, ~troubled, ~sent, ~coming)


_UNMOVED = _unmoved()


def _owned(engine: Changing, connection: sa.Connection, case_id: str) -> bool:
    """An open item somebody living may answer."""
    facts = load_case(connection, engine, case_id, None)
    draft = engine.draft_for(connection, facts, By("deadline"))
    return any(
        who(facts.org, facts.life.plan, draft.matter(), asked_of_item(draft, item))
        for item in facts.items
        if item["status"] == "open"
    )


def _through_links(connection: sa.Connection, still: Mapping[str, Sequence[str]]) -> set[str]:
    """Those of the still cases (id → grounds of its hold) that wait for a living child, or are held by a living parent.

    A running case that is not still lives.
    """
    if not still:
        return set()
    other = case.alias("other")
    pairs = connection.execute(
        sa.select(link.c.case_id, link.c.other_id, link.c.relation)
        .join(other, other.c.id == link.c.other_id)
        .where(link.c.case_id.in_(still), ~link.c.ended, other.c.ended_at.is_(None))
    ).all()
    waiting = [
        (pair.case_id, pair.other_id) for pair in pairs
        if pair.relation == "child"
        or (pair.relation == "parent" and PARENT + pair.other_id in still[pair.case_id])
    ]  # fmt: skip
    found: set[str] = set()
    while new := {one for one, other_id in waiting if other_id not in still or other_id in found} - found:
        found |= new
    return found


WATCHED = "watched"


def watch(engine: Changing) -> int:
    """Make every silent stall and every item nobody may answer an incident; how many were found.

    Who may answer is looked at again only when people, roles or the day changed: then items also reach the inboxes
    of those who step in.
    """
    for agency_id in _changed_agencies(engine):
        reach_everyone(engine, agency_id)
    found = stalls(engine)
    with engine.database.write() as connection:
        for stall in found:
            reason = Message("incident.stalled", {"code": stall.code})
            key = f"stall:{stall.case_id}"
            open_incident(connection, Trouble(stall.agency_id, "stalled", reason, key, case_id=stall.case_id))
    return len(found)


def _changed_agencies(engine: Changing) -> list[str]:
    """Agencies whose people or day changed since they were last looked at; the new look is noted first."""
    with engine.database.write() as connection:
        today = local_date(business_now(connection)).isoformat()
        known = connection.execute(sa.select(setting).where(setting.c.key.startswith(f"{WATCHED}:"))).all()
        seen = {row.key: row.value for row in known}
        changed = []
        for row in connection.execute(sa.select(agency.c.id, agency.c.organisation_version)):
            key, value = f"{WATCHED}:{row.id}", f"{row.organisation_version}:{today}"
            if seen.get(key) == value:
                continue
            changed.append(row.id)
            connection.execute(sa.delete(setting).where(setting.c.key == key))
            connection.execute(sa.insert(setting).values(key=key, value=value, changed_at=wall_now()))
        return changed


def reach_everyone(engine: Changing, agency_id: str) -> None:
    """Every open item of an agency reaches whoever may answer it today; one that nobody may is an incident."""
    with engine.database.read() as connection:
        ids = connection.scalars(
            sa.select(work_item.c.case_id)
            .where(work_item.c.agency_id == agency_id, work_item.c.status == "open")
            .distinct()
        ).all()
    for case_id in ids:
        ownerless: dict[str, list[str]] = {}

        def look(draft: Draft, ownerless: dict[str, list[str]] = ownerless) -> None:
            ownerless.clear()
            for item in draft.items.all(status="open"):
                asked = asked_of_item(draft, item)
                if not who(draft.facts.org, draft.plan, draft.matter(), asked):
                    roles = (draft.plan.roles.get(role) for role in asked.roles)
                    ownerless[item["id"]] = [role.title for role in roles if role]
                reoffer(draft, item, asked)

        engine.change(case_id, By("deadline"), look)
        _judge(engine, agency_id, case_id, ownerless)


def _judge(engine: Changing, agency_id: str, case_id: str, ownerless: dict[str, list[str]]) -> None:
    with engine.database.write() as connection:
        for item_id, roles in ownerless.items():
            reason = Message("incident.no_owner", {"roles": roles})
            trouble = Trouble(agency_id, "no_owner", reason, f"no_owner:{item_id}", case_id=case_id)
            open_incident(connection, trouble)
        mended = connection.scalars(
            sa.select(incident.c.dedupe_key).where(
                incident.c.case_id == case_id, incident.c.kind == "no_owner", incident.c.status == "open"
            )
        ).all()
        for key in mended:
            if key.removeprefix("no_owner:") not in ownerless:
                settle(connection, agency_id, key)
