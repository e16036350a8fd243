"""No silent stall: every running case has somebody's turn, a timer, a message, a live child, or an incident."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from workflow.case import case, link
from workflow.commands import Changing
from workflow.draft import By
from workflow.facts import load_case
from workflow.identity import who
from workflow.incidents import Trouble, incident, open_incident, settle
from workflow.message import Message
from workflow.outbox import UNFINISHED, outbox
from workflow.permission import asked_of_item
from workflow.timers import timer
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
        rows = connection.execute(sa.select(case).where(case.c.ended_at.is_(None))).all()
        moved = _moving(connection)
        alive = {row.id for row in rows if row.id in moved or _owned(engine, connection, row.id)}
        alive |= _through_links(connection, alive, {row.id for row in rows})
        return [Stall(r.id, r.agency_id, r.code, r.state) for r in rows if r.id not in alive]


def _moving(connection: sa.Connection) -> set[str]:
    """Cases with an armed timer, a message on its way (from or to them) or an open incident."""
    armed = sa.select(timer.c.case_id).where(timer.c.status == "armed")
    troubled = sa.select(incident.c.case_id).where(incident.c.status == "open", incident.c.case_id.is_not(None))
    found = set(connection.scalars(armed)) | set(connection.scalars(troubled))
    for message in connection.execute(
        sa.select(outbox.c.case_id, outbox.c.recipient).where(
            outbox.c.status.in_(UNFINISHED), outbox.c.kind != "notice"
        )
    ):
        found |= {message.case_id, message.recipient.removeprefix("case:")}
    return found


def _owned(engine: Changing, connection: sa.Connection, case_id: str) -> bool:
    """An open item somebody living may answer."""
    facts = load_case(connection, engine.catalogue, case_id, None)
    draft = engine.draft_for(connection, facts, By("deadline"))
    return any(
        who(facts.org, facts.life.plan, draft.matter(), asked_of_item(draft, item))
        for item in facts.items
        if item["status"] == "open"
    )


def _through_links(connection: sa.Connection, alive: set[str], running: set[str]) -> set[str]:
    """A case that waits for a living child, or is held with a living parent, is alive too."""
    found: set[str] = set()
    pairs = connection.execute(
        sa.select(link.c.case_id, link.c.other_id, link.c.relation).where(link.c.case_id.in_(running), ~link.c.ended)
    ).all()
    for _ in range(8):
        new = {p.case_id for p in pairs if p.other_id in alive | found and p.relation in ("child", "parent")} - found
        if not new:
            break
        found |= new
    return found


def watch(engine: Changing) -> int:
    """Make every stall and every item without an owner an incident, and close what has mended; how many are open."""
    found = stalls(engine)
    ownerless = _ownerless(engine)
    with engine.database.write() as connection:
        for stall in found:
            reason = Message("incident.stalled", {"code": stall.code})
            key = f"stall:{stall.case_id}"
            open_incident(connection, Trouble(stall.agency_id, "stalled", reason, key, case_id=stall.case_id))
        for agency_id, case_id, item_id in ownerless:
            reason = Message("incident.no_owner", {"roles": []})
            key = f"no_owner:{item_id}"
            open_incident(connection, Trouble(agency_id, "no_owner", reason, key, case_id=case_id))
        _close_mended(connection, {f"no_owner:{item_id}" for _, _, item_id in ownerless})
    return len(found) + len(ownerless)


def _ownerless(engine: Changing) -> list[tuple[str, str, str]]:
    with engine.database.read() as connection:
        found = []
        ids = connection.scalars(sa.select(work_item.c.case_id).where(work_item.c.status == "open").distinct())
        for case_id in list(ids):
            facts = load_case(connection, engine.catalogue, case_id, None)
            draft = engine.draft_for(connection, facts, By("deadline"))
            for item in facts.items:
                asked = asked_of_item(draft, item)
                if item["status"] == "open" and not who(facts.org, facts.life.plan, draft.matter(), asked):
                    found.append((facts.case["agency_id"], case_id, item["id"]))
        return found


def _close_mended(connection: sa.Connection, still: set[str]) -> None:
    rows = connection.execute(
        sa.select(incident.c.agency_id, incident.c.dedupe_key).where(
            incident.c.kind == "no_owner", incident.c.status == "open"
        )
    ).all()
    for row in rows:
        if row.dedupe_key not in still:
            settle(connection, row.agency_id, row.dedupe_key)
