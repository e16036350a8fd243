"""What awaits somebody beside work items: a ballot to cast, voting to end, a sealed box's key, a sitting to convene.

The one place it is asked. That somebody has not voted yet is told to nobody else here: of a seat only who votes in it
hears, and who keeps the box hears that all have, as on the box's own page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import url_for

from states.ballots import queries
from states.ballots.model import KEYS, LOCKED, OPEN, SEALED
from states.ballots.queries import Found
from web.application import Application
from web.beginnings import beginnings
from web.case_names import names
from workflow import agenda
from workflow.identity import Organisation
from workflow.message import Message

NAMED = 3


@dataclass(frozen=True)
class Awaiting:
    """One line: what is to be done, and the page where it is done."""

    what: Message
    address: str


@dataclass(frozen=True)
class Convening:
    """A sitting that this person may call, and the ids of the cases that wait for one."""

    title: str
    address: str
    cases: Sequence[str]


def awaiting(connection: sa.Connection, app: Application, org: Organisation, person_id: str) -> list[Awaiting]:
    """Everything, what others wait for first."""
    found = [one for box in queries.mine(connection, org, person_id) for one in _of_box(box, org, person_id)]
    for one in convenings(connection, app, org, person_id):
        said = [" ".join(words) for words in names(connection, org.agency_id, list(one.cases[:NAMED])).values()]
        what = {"title": one.title, "count": len(one.cases), "names": said}
        more = len(one.cases) > NAMED
        found.append(Awaiting(Message("awaiting.convene_many" if more else "awaiting.convene", what), one.address))
    return found


def convenings(connection: sa.Connection, app: Application, org: Organisation, person_id: str) -> list[Convening]:
    """The sittings this person may call while cases wait for one: a process that votes on a list of its own."""
    if not org.powers(person_id):
        return []
    found = []
    for way in beginnings(connection, app.catalogue, org, person_id):
        definition = way.life.definition
        voted = {state.vote.over for state in definition.states.values() if state.vote}
        row = {"agency_id": org.agency_id, "unit_id": org.people[person_id].unit_id, "id": None, "parent_id": None}
        for field in (definition.fields[name] for name in sorted(voted & set(definition.fields))):
            if field.type == "cases" and field.exclusive and (ids := agenda.free(connection, field, row)):
                address = url_for("nominate.other", process=way.process, action=way.action.name)
                found.append(Convening(way.action.title, address, [str(one) for one in ids]))
    return found


def _of_box(found: Found, org: Organisation, person_id: str) -> Iterator[Awaiting]:
    box = found.box
    page, said = url_for("ballots.box", box_id=box.id), {"code": found.sitting, "round": box.round}
    for seat in found.seats if box.status == OPEN else ():
        if seat.caster_id == person_id and not seat.has_voted and box.may_vote(seat):
            paper = url_for("ballots.paper", box_id=box.id, person_id=seat.member_id)
            key = "awaiting.vote" if seat.member_id == person_id else "awaiting.vote_for"
            yield Awaiting(Message(key, {**said, "name": org.name(seat.member_id)}), paper)
    words = {box.chair_locked, box.keeper_locked} - {None}
    if found.offices and box.status == OPEN and person_id not in words:
        if words:
            yield Awaiting(Message("awaiting.other_closed", {**said, "name": org.name(next(iter(words)))}), page)
        elif box.there == len(box.electors):
            yield Awaiting(Message("awaiting.all_voted", said), page)
    if found.offices and box.status == LOCKED:
        yield Awaiting(Message("awaiting.count", said), page)
    teller = box.teller(person_id)
    if teller is not None and (
        (box.status == KEYS and not teller.public) or (box.status == SEALED and not teller.report)
    ):
        key = "awaiting.key" if box.status == KEYS else "awaiting.open"
        yield Awaiting(Message(key, said), url_for("sealed.teller", box_id=box.id))
