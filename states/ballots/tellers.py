"""What tellers of a sealed box do: give their keys before voting, open together after the seal, say what they counted.

Each teller's half of the key stays in their hands. To open, each sends every other teller a part of the opening that
only that other can read; so what a slip says exists in tellers' browsers alone, and only counts come back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.ballots import boxes, closing, sealing, store
from states.ballots.boxes import Box, Teller
from states.ballots.model import AGAINST, CLOSED, KEYS, OPEN, SEALED, ballot_box, ballot_teller
from workflow.commands import Actor, Changing
from workflow.draft import By, Draft
from workflow.message import Message, NotFound, Refused
from workflow.registry import Context, EffectEntry

KEY_GIVEN, SHARED, DISPUTED = "box_key", "box_shared", "box_disputed"
COLUMNS = 5  # of a teller's count: for, against, blank, unreadable, not to be opened


def give_key(engine: Changing, actor: Actor, box_id: str, public: str) -> None:
    """Keep a teller's public half and commit it to the sitting's history; with the last one voting begins.

    Given again before voting begins it takes the place of the first. Raises NotFound, Refused.
    """
    if not sealing.is_key(public):
        raise Refused(Message("sealed.bad_key"), status="invalid")

    def apply(draft: Draft) -> None:
        box = _mine(draft.connection, draft.case, actor, box_id, KEYS, "sealed.keys_stand")
        if boxes.too_close(draft.connection, box.agency_id, box.papers, {actor.person_id}):
            raise Refused(Message("sealed.teller_aside"), status="forbidden")
        others = [one.public for one in box.tellers if one.person_id != actor.person_id]
        if public in others:
            raise Refused(Message("sealed.bad_key"), status="invalid")
        publics = [one for one in (*others, public) if one is not None]
        code = sealing.box_code(box_id, publics) if len(publics) == len(box.tellers) else None
        draft.note(KEY_GIVEN, refs=[box_id], teller=actor.person_id, key=sealing.fingerprint(public), code=code)

        def write(context: Context, connection: sa.Connection) -> None:
            _set(connection, box, actor, public=public)
            if code:
                connection.execute(sa.update(ballot_box).where(_of(box)).values(status=OPEN))

        draft.effects.append((EffectEntry(write), draft.context()))

    _change(engine, actor, box_id, apply)


def share(engine: Changing, actor: Actor, box_id: str, parts: Mapping[str, str]) -> None:
    """Keep a teller's parts of the opening, each sealed to one other teller: by that one's id. Once given they stand.

    Nobody is given another's part before all are there (`slips_for`), so that none can be chosen by what it does.
    """

    def apply(draft: Draft) -> None:
        box = _mine(draft.connection, draft.case, actor, box_id, SEALED, "sealed.not_sealed_yet")
        mine = _teller(box, actor)
        if mine.has_shared:
            raise Refused(Message("sealed.shared_already"))
        others = {one.person_id for one in box.tellers} - {actor.person_id}
        slips = len(store.slips(draft.connection, box.id))
        if set(parts) != others or not all(sealing.is_part(one, slips) for one in parts.values()):
            raise Refused(Message("sealed.bad_share"), status="invalid")
        draft.note(SHARED, refs=[box_id], teller=actor.person_id)

        def write(context: Context, connection: sa.Connection) -> None:
            _set(connection, box, actor, shares=dict(parts))

        draft.effects.append((EffectEntry(write), draft.context()))

    _change(engine, actor, box_id, apply)


def slips_for(connection: sa.Connection, box: Box, person_id: str) -> dict[str, Any]:
    """What a teller's browser opens: all slips in the order of their random ids, and, once all tellers have sent
    theirs, the parts for this one. Raises NotFound, Refused: not sealed, slips that are not those of the seal."""
    if box.teller(person_id) is None:
        raise NotFound("ballot")
    if box.status != SEALED:
        raise Refused(Message("sealed.not_sealed_yet"))
    found = closing.counted(connection, box)
    if found.root != box.root:
        raise Refused(Message("sealed.seal_broken"))
    return {
        "slips": sorted([one.id, one.paper, one.mark] for one in store.slips(connection, box.id)),
        "parts": _parts(connection, box, person_id) if ready(box) else {},
    }


def ready(box: Box) -> bool:
    """Whether all tellers have sent their parts, so that each may open."""
    return all(one.has_shared for one in box.tellers)


def report(engine: Changing, actor: Actor, box_id: str, counts: Mapping[int, Sequence[int]]) -> bool:
    """Keep what a teller's browser counted; True once all have the same and the box is closed with it.

    `counts`: of each paper, how many for, against, blank, unreadable, not to be opened. Raises NotFound, Refused: not
    as many as there are slips; other counts than another teller's, which closes nothing.
    """
    with engine.database.write() as connection:
        box = boxes.find(connection, actor.agency_id, box_id, lock=True)
        _teller(box, actor)
        if box.status != SEALED or not ready(box):
            raise Refused(Message("sealed.not_sealed_yet"))
        _adds_up(connection, box, counts)
        _set(connection, box, actor, report={str(number): list(counts[number]) for number in sorted(counts)})
        box = boxes.find(connection, actor.agency_id, box_id)
    reports = [one.report for one in box.tellers]
    if None in reports:
        return False
    if any(one != reports[0] for one in reports):
        _change(engine, actor, box_id, _noted(box_id, actor, []))
        raise Refused(Message("sealed.differ"))
    try:
        _change(engine, actor, box_id, closing.telling(actor, box, SEALED, _counts(box)))
    except Refused:  # two tellers said the last word at once: one of them closed it
        with engine.database.read() as connection:
            if boxes.find(connection, actor.agency_id, box_id).status != CLOSED:
                raise
    return True


def dispute(engine: Changing, actor: Actor, box_id: str, against: Collection[str]) -> None:
    """A teller's browser found these tellers' parts to be false: it counts nothing, and the sitting's history says so.

    Raises NotFound, Refused: not a teller, or not opening; somebody who is no other teller.
    """

    def apply(draft: Draft) -> None:
        box = _mine(draft.connection, draft.case, actor, box_id, SEALED, "sealed.not_sealed_yet")
        others = {one.person_id for one in box.tellers} - {actor.person_id}
        if not ready(box) or not against or not set(against) <= others:
            raise Refused(Message("sealed.bad_report"), status="invalid")
        _noted(box_id, actor, against)(draft)

        def write(context: Context, connection: sa.Connection) -> None:
            _set(connection, box, actor, report={AGAINST: sorted(against)})

        draft.effects.append((EffectEntry(write), draft.context()))

    _change(engine, actor, box_id, apply)


def _noted(box_id: str, actor: Actor, against: Collection[str]) -> Callable[[Draft], None]:
    """The event of parts that are false, or, against nobody, of counts that differ."""

    def apply(draft: Draft) -> None:
        draft.note(DISPUTED, refs=[box_id], teller=actor.person_id, against=sorted(against))

    return apply


def spoilt(box: Box) -> tuple[int, int]:
    """Of a counted box: sealed slips that opened to no mark, and that did not open at all."""
    told = [one for teller in box.tellers[:1] for one in (teller.report or {}).values()]
    return sum(one[3] for one in told), sum(one[4] for one in told)


def _counts(box: Box) -> dict[str, dict[str, int]]:
    """Case → words of marks, from what all tellers agree on; what is unreadable and what does not open is spoilt."""
    told = box.tellers[0].report or {}
    words = {number: told[str(number)] for number in box.numbers}
    return {
        box.papers[number - 1]: {"agreed": one[0], "against": one[1], "blank": one[2], "invalid": one[3] + one[4]}
        for number, one in sorted(words.items())
    }


def _adds_up(connection: sa.Connection, box: Box, counts: Mapping[int, Sequence[int]]) -> None:
    found = closing.counted(connection, box)
    there = {one.number: one.in_box for one in found.papers}
    fits = set(counts) == set(there) and all(
        len(one) == COLUMNS and min(one) >= 0 and sum(one) == there[number] for number, one in counts.items()
    )
    if found.root != box.root:
        raise Refused(Message("sealed.seal_broken"))
    if not fits:
        raise Refused(Message("sealed.bad_report"), status="invalid")


def _parts(connection: sa.Connection, box: Box, person_id: str) -> dict[str, str]:
    c = ballot_teller.c
    mine = (c.agency_id == box.agency_id) & (c.box_id == box.id) & (c.person_id != person_id)
    rows = connection.execute(sa.select(c.person_id, c.shares).where(mine))
    return {row.person_id: row.shares[person_id] for row in rows}


def _mine(
    connection: sa.Connection, case: Mapping[str, Any], actor: Actor, box_id: str, status: str, otherwise: str
) -> Box:
    """The box, for one of its tellers and in this status; a change of the sitting meanwhile asks again (`change`)."""
    if case["agency_id"] != actor.agency_id:
        raise NotFound("ballot")
    box = boxes.find(connection, actor.agency_id, box_id)
    _teller(box, actor)
    if box.status != status:
        raise Refused(Message(otherwise))
    return box


def _teller(box: Box, actor: Actor) -> Teller:
    found = box.teller(actor.person_id)
    if found is None or actor.channel != "page":
        raise Refused(Message("sealed.not_teller"), status="forbidden")
    return found


def _change(engine: Changing, actor: Actor, box_id: str, apply: Callable[[Draft], None]) -> None:
    with engine.database.read() as connection:
        case_id = boxes.find(connection, actor.agency_id, box_id).case_id
    engine.change(case_id, By("person", actor.person_id, None, actor.channel), apply)


def _set(connection: sa.Connection, box: Box, actor: Actor, **values: Any) -> None:
    c = ballot_teller.c
    mine = (c.agency_id == box.agency_id) & (c.box_id == box.id) & (c.person_id == actor.person_id)
    connection.execute(sa.update(ballot_teller).where(mine).values(**values))


def _of(box: Box) -> sa.ColumnElement[bool]:
    return (ballot_box.c.agency_id == box.agency_id) & (ballot_box.c.id == box.id)
