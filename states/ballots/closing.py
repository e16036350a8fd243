"""The end of voting: chair and secretary lock the box, its traces are wiped, and one event says what it came to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from states.ballots import boxes, store
from states.ballots.boxes import Box
from states.ballots.counting import Tally, tally
from states.ballots.model import CLOSED, KEYS, LOCKED, OPEN, SEALED, ballot_box, ballot_voted
from workflow.commands import Actor, Changing
from workflow.db import Database
from workflow.draft import By, Draft
from workflow.identity import Organisation
from workflow.message import Message, NotFound, Refused
from workflow.registry import Context, EffectEntry

EVENT = "box_closed"
SEALING = "box_sealed"
PATIENCE = 8.0  # seconds that wiping waits for readers


def close(engine: Changing, actor: Actor, box_id: str, org: Organisation) -> bool:
    """This person's word that voting ends; True once the box is closed and counted, or with tellers sealed for them to
    open; False while another's word is needed.

    Said again after a failure it goes on where it stood: a locked box takes no ballot and tells no number. Raises
    NotFound, Refused: not theirs to say; readers that did not pause; sums that do not agree.
    """
    with engine.database.write() as connection:
        box = _lock(connection, boxes.find(connection, actor.agency_id, box_id, lock=True), actor, org)
    if box.status == OPEN:
        return False
    if box.status == LOCKED:
        wipe(engine.database)
        apply = _sealing(actor, box) if box.is_sealed else telling(actor, box, LOCKED)
        engine.change(box.case_id, By("person", actor.person_id, None, actor.channel), apply)
    return True


def offices(box: Box, org: Organisation, person_id: str) -> frozenset[str]:
    """As what somebody may end the voting: chair, keeper, both or neither; also for one they stand in for today."""
    held = {power.role for power in org.powers(person_id)}
    return frozenset(name for name, role in (("chair", box.chair_role), ("keeper", box.keeper_role)) if role in held)


def close_box(
    connection: sa.Connection, agency_id: str, box_id: str, status: str = LOCKED,
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> Tally:  # fmt: skip
    """Count a locked box and keep root and counts; in the transaction that tells of it. Raises Refused.

    `counts`: what the tellers of a sealed one have counted.
    """
    box = boxes.find(connection, agency_id, box_id, lock=True)
    if box.status != status:
        raise Refused(Message("ballot.not_locked"))
    found = counted(connection, replace(box, counts=counts or {}))
    closed = {"status": CLOSED, "root": found.root, "counts": found.counts}
    mine = (ballot_box.c.agency_id == agency_id) & (ballot_box.c.id == box_id)
    connection.execute(sa.update(ballot_box).where(mine).values(**closed))
    boxes.wipe_parts(connection, agency_id, box_id)
    return found


def counted(connection: sa.Connection, box: Box) -> Tally:
    """What a box that takes no more ballots came to. Raises Refused, also where its ballots are gone."""
    if not store.exists(connection, box.id):
        raise Refused(Message("ballot.gone"))
    return tally(box, store.slips(connection, box.id), store.receipts(connection, box.id))


def wipe(database: Database) -> None:
    """Leave nothing of how the box filled: on SQLite empty the WAL and write the file anew; readers pause meanwhile.

    PostgreSQL's tables have no dead rows (`store`); its WAL and base backups are out of reach here. Raises Refused.
    """
    if not database.is_sqlite:
        return
    connection = sqlite3.connect(str(database.url.database), timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            row = connection.execute(statement).fetchone()
            if row is not None and row[0]:
                raise Refused(Message("ballot.readers"))
    except sqlite3.OperationalError as busy:
        raise Refused(Message("ballot.readers")) from busy
    finally:
        connection.close()


def _lock(connection: sa.Connection, box: Box, actor: Actor, org: Organisation) -> Box:
    """Note this person's word; with the second one, of another person, no ballot is taken any more."""
    mine = offices(box, org, actor.person_id)
    if not mine:
        raise Refused(Message("ballot.not_yours_to_close"), status="forbidden")
    if box.status == KEYS:
        raise Refused(Message("sealed.no_keys_yet"))
    if box.status != OPEN:
        return box
    if box.there < box.least:
        raise Refused(Message("ballot.no_quorum", {"voted": box.there, "needed": box.least}))
    said = {"chair": box.chair_locked, "keeper": box.keeper_locked}
    if actor.person_id not in said.values():  # one person in both offices is still one
        said[next((name for name in sorted(mine) if said[name] is None), min(mine))] = actor.person_id
    values = {"chair_locked": said["chair"], "keeper_locked": said["keeper"]}
    if all(said.values()):
        values["status"] = LOCKED
        box = boxes.stand_aside(connection, box)
        _in_no_order(connection, box)
    which = (ballot_box.c.agency_id == box.agency_id) & (ballot_box.c.id == box.id)
    connection.execute(sa.update(ballot_box).where(which).values(**values))
    return boxes.find(connection, box.agency_id, box.id)


def _in_no_order(connection: sa.Connection, box: Box) -> None:
    """Who voted is known; in which order is not, once the rows are written anew by their ids."""
    mine = (ballot_voted.c.agency_id == box.agency_id) & (ballot_voted.c.box_id == box.id)
    connection.execute(sa.delete(ballot_voted).where(mine))
    rows = [
        {"agency_id": box.agency_id, "box_id": box.id, "member_id": one.member_id}
        for one in box.electors if one.has_voted
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(ballot_voted), rows)


def _sealing(actor: Actor, box: Box) -> Callable[[Draft], None]:
    """The seal of what is in a sealed box, in the history before anybody opens it."""

    def apply(draft: Draft) -> None:
        if draft.case["agency_id"] != actor.agency_id:
            raise NotFound("ballot")
        found = counted(draft.connection, box)
        draft.note(SEALING, refs=[box.id], root=found.root, **_who(box, found), code=box.code)

        def write(context: Context, connection: sa.Connection) -> None:
            mine = (ballot_box.c.agency_id == context.agency_id) & (ballot_box.c.id == box.id)
            locked = sa.update(ballot_box).where(mine, ballot_box.c.status == LOCKED)
            if connection.execute(locked.values(status=SEALED, root=found.root)).rowcount != 1:
                raise Refused(Message("ballot.not_locked"))

        draft.effects.append((EffectEntry(write), draft.context()))

    return apply


def _who(box: Box, found: Tally) -> dict[str, Any]:
    """Who voted, by the ids of members, who might have, and whose word ended it."""
    voted = [one for one in box.electors if one.has_voted]
    return {
        "round": box.round,
        "eligible": {one.case_id: one.eligible for one in found.papers}, "voted": [one.member_id for one in voted],
        "proxies": {one.member_id: one.caster_id for one in voted if one.caster_id != one.member_id},
        "locked_by": sorted(filter(None, (box.chair_locked, box.keeper_locked))),
    }  # fmt: skip


def telling(
    actor: Actor, box: Box, status: str, counts: Mapping[str, Mapping[str, int]] | None = None
) -> Callable[[Draft], None]:
    """The one event that says what a box of this status came to, and its close."""

    def apply(draft: Draft) -> None:
        if draft.case["agency_id"] != actor.agency_id:
            raise NotFound("ballot")
        found = counted(draft.connection, replace(box, counts=counts or {}))
        opened: dict[str, Any] = {"opened_by": [one.person_id for one in box.tellers]} if box.is_sealed else {}
        draft.note(EVENT, refs=[box.id], root=found.root, counts=found.counts, **_who(box, found), **opened)

        def write(context: Context, connection: sa.Connection) -> None:
            close_box(connection, context.agency_id, box.id, status, counts)
            mine = (ballot_box.c.agency_id == context.agency_id) & (ballot_box.c.id == box.id)
            connection.execute(sa.update(ballot_box).where(mine).values(closed_at=context.now))

        draft.effects.append((EffectEntry(write), draft.context()))

    return apply
