"""Stalls become incidents, and items reach whoever may answer them today: the clock's eye on every running case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.carrying import follow
from workflow.clock import business_now, local_date, setting, wall_now
from workflow.commands import Changing
from workflow.db import insert_ignoring
from workflow.draft import By, Draft
from workflow.identity import who
from workflow.incidents import Trouble, incident, open_incident, settle
from workflow.message import Message
from workflow.organisation import agency
from workflow.permission import asked_of_item
from workflow.stalls import KIND, Stall, look, moving_again
from workflow.worklist import work_item

WATCHED, BEGUN = "watched", "begun "
LEFT = timedelta(minutes=2)  # after which a look begun by a clock that died is taken over
CLOSE_LOOK = 20.0  # seconds of one look at suspects


def watch(engine: Changing) -> int:
    """Everything below, in one go; how many silent stalls were found."""
    reach_changed(engine)
    return see_stalls(engine)


def see_stalls(engine: Changing) -> int:
    """Make every silent stall an incident, and settle those that move again; how many were found."""
    found = look(engine, seconds=CLOSE_LOOK)
    for agency_id, case_id in found.unreached:
        _reach(engine, agency_id, case_id)
    again = moving_again(engine)
    if found.stalls or again:
        with engine.database.write() as connection:
            for stall in found.stalls:
                open_incident(connection, _trouble(stall))
            for agency_id, case_id in again:
                settle(connection, agency_id, f"stall:{case_id}")
    return len(found.stalls)


def _trouble(stall: Stall) -> Trouble:
    return Trouble(stall.agency_id, KIND, stall.reason, f"stall:{stall.case_id}", case_id=stall.case_id)


def reach_changed(engine: Changing) -> int:
    """Look at an agency's items again when its people, roles or the day changed; how many agencies.

    Of several clocks one looks; what one that died left is looked at by another, from the beginning.
    """
    done = 0
    for agency_id, wanted in _wanted(engine):
        key = f"{WATCHED}:{agency_id}"
        if _begin(engine, key, wanted):
            reach_everyone(engine, agency_id, on_the_way=partial(_note, engine, key, BEGUN + wanted))
            _note(engine, key, wanted)
            done += 1
    return done


def _wanted(engine: Changing) -> list[tuple[str, str]]:
    with engine.database.read() as connection:
        today = local_date(business_now(connection)).isoformat()
        rows = connection.execute(sa.select(agency.c.id, agency.c.organisation_version)).all()
        return [(row.id, f"{row.organisation_version}:{today}") for row in rows]


def _begin(engine: Changing, key: str, wanted: str) -> bool:
    """False when it was looked at, or another clock is at it."""
    known = sa.select(setting.c.value, setting.c.changed_at).where(setting.c.key == key)
    with engine.database.read() as connection:
        row = connection.execute(known).one_or_none()
    if row and (row.value == wanted or (row.value == BEGUN + wanted and row.changed_at > wall_now() - LEFT)):
        return False
    values = {"value": BEGUN + wanted, "changed_at": wall_now()}
    with engine.database.write() as connection:
        if row is None:
            new = insert_ignoring(connection, setting).values(key=key, **values).returning(setting.c.key)
            return connection.execute(new).first() is not None
        same = sa.and_(setting.c.key == key, setting.c.changed_at == row.changed_at)
        return connection.execute(sa.update(setting).where(same).values(**values)).rowcount == 1


def _note(engine: Changing, key: str, value: str) -> None:
    with engine.database.write() as connection:
        connection.execute(sa.update(setting).where(setting.c.key == key).values(value=value, changed_at=wall_now()))


def reach_everyone(engine: Changing, agency_id: str, on_the_way: Callable[[], None] = lambda: None) -> None:
    """Every open item of an agency reaches whoever may answer it today; one that nobody may is an incident.

    `on_the_way` is called every hundred cases.
    """
    with engine.database.read() as connection:
        ids = connection.scalars(
            sa.select(work_item.c.case_id)
            .where(work_item.c.agency_id == agency_id, work_item.c.status == "open")
            .distinct()
        ).all()
    for number, case_id in enumerate(ids, start=1):
        if number % 100 == 0:
            on_the_way()
        _reach(engine, agency_id, case_id)


def _reach(engine: Changing, agency_id: str, case_id: str) -> None:
    ownerless: dict[str, list[str]] = {}

    def look_at(draft: Draft) -> None:
        ownerless.clear()
        follow(draft, draft.case["unit_id"])  # what began while its unit was being merged away
        for item in draft.items.all(status="open"):
            asked = asked_of_item(draft, item)
            if not who(draft.facts.org, draft.plan, draft.matter(), asked):
                roles = (draft.plan.roles.get(role) for role in asked.roles)
                ownerless[item["id"]] = [role.title for role in roles if role]
            reoffer(draft, item, asked)

    engine.change(case_id, By("deadline"), look_at)
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
