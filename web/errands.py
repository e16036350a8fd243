"""What waits for a person beside work items: a vote, a word that ends it, a part of a key, cases to call a sitting for.

Nobody else learns of it: that somebody has not voted yet stands on their own page alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, url_for

from states.ballots import queries
from states.ballots.model import KEYS, LOCKED, OPEN, SEALED
from states.ballots.queries import Found
from web.application import application
from web.language import t
from web.plan_texts import living_plan
from workflow import agenda
from workflow.case import case
from workflow.definition import Action, Field

MOST_NAMED = 3  # cases named in one line


@dataclass(frozen=True)
class Errand:
    """One thing to do: what it is called, what is said of it, and the page where it is done."""

    title: str
    told: str
    address: str


@dataclass(frozen=True)
class Caller:
    """A way to begin a case that takes others on a list of its own: whoever may begin it, calls them together."""

    process: str
    action: Action
    field: Field


def errands() -> tuple[Errand, ...]:
    """All that waits for the person of this request, votes first; looked for once."""
    if "errands" not in g:
        g.errands = _found()
    found: tuple[Errand, ...] = g.errands
    return found


def _found() -> tuple[Errand, ...]:
    callers = [one for one in _callers() if _held() & set(one.action.by)]
    with application().database.read() as connection:
        boxes = queries.mine(connection, g.org, g.person.id)
        called = [found for one in callers if (found := _calling(connection, one))]
    return (*(errand for box in boxes for errand in _of_box(box)), *called)


def to_call(row: Mapping[str, Any]) -> Errand | None:
    """The list this case waits to be put on, for whoever may begin one; None when it waits for none, or is on one."""
    for one in _callers():
        if one.field.process == row["process"] and row["state"] in one.field.in_states and _held() & set(one.action.by):
            with application().database.read() as connection:
                return _calling(connection, one, row["id"])
    return None


def _of_box(found: Found) -> Iterator[Errand]:
    box = found.box
    told = t("ballot.of_round", code=found.sitting, round=box.round)
    if box.status == OPEN:
        for seat in box.seats_of(g.person.id):
            if not seat.has_voted and box.may_vote(seat):
                own = seat.member_id == g.person.id
                title = t("errand.vote") if own else t("ballot.vote_for", name=g.org.name(seat.member_id))
                yield Errand(title, told, url_for("ballots.paper", box_id=box.id, person_id=seat.member_id))
        said = {name for name, who in (("chair", box.chair_locked), ("keeper", box.keeper_locked)) if who}
        if found.offices - said and (said or box.there >= len(box.electors)):
            yield Errand(t("errand.close"), told, url_for("ballots.box", box_id=box.id))
    if box.status == LOCKED and found.offices:  # both have spoken, and the count could not be told yet
        title = t("sealed.seal_now" if box.is_sealed else "ballot.count_now")
        yield Errand(title, f"{told}. {t('ballot.status.locked')}", url_for("ballots.box", box_id=box.id))
    mine = box.teller(g.person.id)
    if mine and ((box.status == KEYS and not mine.public) or (box.status == SEALED and not mine.has_shared)):
        yield Errand(t("sealed.to_teller"), told, url_for("sealed.teller", box_id=box.id))


def _calling(connection: sa.Connection, caller: Caller, case_id: str = "") -> Errand | None:
    row = {"agency_id": g.agency_id, "unit_id": None, "id": None, "parent_id": None}
    waiting = agenda.free(connection, caller.field, row)
    if not waiting or (case_id and case_id not in waiting):
        return None
    address = url_for("nominate.other", process=caller.process, action=caller.action.name)
    told = t("errand.call", count=len(waiting))
    if len(waiting) <= MOST_NAMED:
        labels = sa.select(case.c.label).where(case.c.agency_id == g.agency_id, case.c.id.in_(waiting))
        told = f"{told}: {', '.join(connection.scalars(labels.order_by(case.c.started_at, case.c.id)))}"
    return Errand(caller.action.title, told, address)


def _held() -> set[str]:
    return {power.role for power in g.org.powers(g.person.id)}


def _callers() -> tuple[Caller, ...]:
    """Of the plan in force; once loaded it never changes: read once."""
    app, plan = application(), living_plan()
    known: dict[str, tuple[Caller, ...]] = current_app.extensions.setdefault("callers", {})
    if plan is None:
        return ()
    if g.living_plan_id not in known:
        with app.database.read() as connection:
            lives = app.catalogue.lives(connection, g.living_plan_id)
        known[g.living_plan_id] = tuple(
            Caller(life.definition.process, action, field)
            for life in lives
            for field in life.definition.fields.values() if field.exclusive
            for action in life.definition.start.values() if action.by
        )  # fmt: skip
    return known[g.living_plan_id]
