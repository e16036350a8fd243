"""Casting: one transaction that marks a seat as having voted and puts its slips among the others, each by itself.

It passes by the engine, its history, the outbox and what remembers repeated requests: none of them must know.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping

import sqlalchemy as sa

from states.ballots import boxes, sealing, store
from states.ballots.boxes import Box, Elector
from states.ballots.model import KEYS, OPEN, ballot_voted
from workflow.commands import Actor
from workflow.db import Database, insert_ignoring
from workflow.message import Message, Refused

FOR, AGAINST, BLANK, INVALID = "a", "g", "b", "x"
WORDS = {FOR: "agreed", AGAINST: "against", BLANK: "blank", INVALID: "invalid"}
"""A mark is one letter, so that each ballot is as long as any other."""

_CODE = re.compile("[A-Z2-7]{20}")


def new_code() -> str:
    """A receipt: random, and made before anybody knows what is voted."""
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(20))


def digest_of(code: str) -> str:
    """What the box keeps of a receipt."""
    return hashlib.sha256(code.encode()).hexdigest()


def ready(box: Box, actor: Actor, member_id: str) -> Elector:
    """The seat this person votes in now. Raises NotFound, and Refused: not theirs, voted, over, by a script."""
    if actor.channel != "page":
        raise Refused(Message("ballot.page_only"), status="forbidden")
    seat = box.seat(member_id)
    if seat.caster_id != actor.person_id:
        raise Refused(Message("ballot.not_yours"), status="forbidden")
    if seat.has_voted:
        raise Refused(Message("ballot.voted"))
    if box.status == KEYS:
        raise Refused(Message("sealed.no_keys_yet"))
    if box.status != OPEN:
        raise Refused(Message("ballot.over"))
    if not box.may_vote(seat):
        raise Refused(Message("ballot.nothing_for_you"))
    return seat


def cast(database: Database, actor: Actor, box_id: str, member_id: str, marks: Mapping[int, str], code: str) -> bool:
    """Put a seat's ballot into the box; True for a new one, False when the same form had arrived before.

    `marks`: a letter for each paper the seat votes on. Raises NotFound and Refused; nothing is written then.
    """
    digest = digest_of(code)
    with database.write() as connection:
        # The box first: whoever noted the seat first would hold a share of the box's row that two of them wait for.
        box = boxes.find(connection, actor.agency_id, box_id, lock=True)
        if _known(connection, box, actor, member_id, digest):
            return False
        box = boxes.stand_aside(connection, box)
        check(box, ready(box, actor, member_id), marks, code)
        if box.is_sealed:
            _no_copies(connection, box, marks)
        row = {"agency_id": box.agency_id, "box_id": box.id, "member_id": member_id}
        voted = insert_ignoring(connection, ballot_voted).values(row).returning(ballot_voted.c.member_id)
        if connection.scalar(voted) is None:
            raise Refused(Message("ballot.voted"))
        store.add(connection, box.id, marks.items(), digest)
    return True


def check(box: Box, seat: Elector, marks: Mapping[int, str], code: str) -> None:
    """A mark for each paper of the seat, a known or a sealed one, no more chosen than may be. Raises Refused."""
    sealed, tellers = box.is_sealed, len(box.tellers)
    fits = all(sealing.is_slip(one, tellers) if sealed else one in WORDS for one in marks.values())
    if set(marks) != box.may_vote(seat) or not fits or not _CODE.fullmatch(code):
        raise Refused(Message("ballot.misshapen"), status="invalid")
    if box.most is not None and sum(one == FOR for one in marks.values()) > box.most:
        raise Refused(Message("ballot.too_many", {"most": box.most}), status="invalid")


def _no_copies(connection: sa.Connection, box: Box, marks: Mapping[int, str]) -> None:
    """Who sends another's sealed slip as their own has it counted twice, and learns from the count what it says."""
    inside = {sealing.one_time_half(one.mark) for one in store.slips(connection, box.id)}
    new = {sealing.one_time_half(one) for one in marks.values()}
    if len(new) != len(marks) or new & inside:
        raise Refused(Message("ballot.misshapen"), status="invalid")


def _known(connection: sa.Connection, box: Box, actor: Actor, member_id: str, digest: str) -> bool:
    """Whether this is the form of a ballot that is in already: its answer may have been lost on the way."""
    seat = box.seat(member_id)
    mine = seat.has_voted and seat.caster_id == actor.person_id and actor.channel == "page"
    return mine and store.exists(connection, box.id) and digest in store.receipts(connection, box.id)
