"""A sealed box from keys to counts: nobody opens it alone, and who cheats is noticed."""

from __future__ import annotations

import os
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from states.ballots import boxes, sealing, store, tellers
from states.ballots.boxes import Box
from states.ballots.model import ballot_teller
from tests.ballots import again, ballot, box_at, close_to, closed
from tests.cast import Cast
from tests.sealing import Hand, counted, counts_of, raw, sealed_box, sealed_marks, shared, slips, text, vote
from workflow.history import event
from workflow.message import Refused


def kinds(cast: Cast, box: Box) -> list[str]:
    with cast.app.database.read() as connection:
        told = sa.select(event.c.kind).where(event.c.case_id == box.case_id).order_by(event.c.seq)
        return list(connection.scalars(told))


def body(cast: Cast, box: Box, kind: str) -> dict[str, Any]:
    with cast.app.database.read() as connection:
        told = sa.select(event.c.body).where(event.c.case_id == box.case_id, event.c.kind == kind)
        return dict(connection.scalars(told.order_by(event.c.seq.desc()).limit(1)).one())


def test_from_keys_to_counts_that_all_tellers_agree_on(cast: Cast):
    box, held = sealed_box(cast, names=2)
    assert (box.status, len(str(box.code))) == ("open", 20)
    vote(cast, box, "director", "ag")
    vote(cast, box, "deputy", "bg")
    done = counted(cast, box, held)
    assert done.status == "closed"
    assert done.counts == {
        box.papers[0]: {"agreed": 1, "against": 0, "blank": 1, "invalid": 0},
        box.papers[1]: {"agreed": 0, "against": 2, "blank": 0, "invalid": 0},
    }
    assert kinds(cast, box)[1:] == ["box_key", "box_key", "box_sealed", "box_shared", "box_shared", "box_closed"]
    assert body(cast, box, "box_sealed")["root"] == done.root == body(cast, box, "box_closed")["root"]
    assert "counts" not in body(cast, box, "box_sealed"), "the seal stands before anybody can know a number"
    with cast.app.database.read() as connection:
        assert set(map(str, connection.scalars(sa.select(ballot_teller.c.shares)))) == {"{}"}, "parts are gone"


def test_nobody_votes_before_all_keys_are_there_and_a_key_may_be_given_anew_until_then(cast: Cast):
    box, first = box_at(cast, names=1, tellers=("office", "press")), Hand("office")
    with pytest.raises(Refused, match="no_keys_yet"):
        ballot(cast, box, "deputy", {1: "a"})
    for hand in (first, Hand("office")):
        tellers.give_key(cast.app.engine, cast.actor("office"), box.id, hand.public)
    assert again(cast, box).status == "keys"
    with pytest.raises(Refused, match="bad_key"):
        tellers.give_key(cast.app.engine, cast.actor("press"), box.id, hand.public)
    other = Hand("press")
    tellers.give_key(cast.app.engine, cast.actor("press"), box.id, other.public)
    now = again(cast, box)
    assert (now.status, now.code) == ("open", sealing.box_code(box.id, [hand.public, other.public]))
    with pytest.raises(Refused, match="keys_stand"):
        tellers.give_key(cast.app.engine, cast.actor("office"), box.id, first.public)


SEVEN = raw(Hand("", ec.derive_private_key(7, ec.SECP256R1())).public)
NO_KEYS = ("", "x", text(bytes(65)), text(b"\4" + bytes(range(64))), text(SEVEN[:-1]), text(b"\6" + SEVEN[1:]))


@pytest.mark.parametrize("public", NO_KEYS)
def test_what_is_no_point_of_the_curve_is_no_key(sqlite_cast: Cast, public: str):
    cast = sqlite_cast
    box = box_at(cast, names=1, tellers=("office", "press"))
    with pytest.raises(Refused, match="bad_key"):
        tellers.give_key(cast.app.engine, cast.actor("office"), box.id, public)


def test_who_may_hold_a_key(sqlite_cast: Cast):
    cast = sqlite_cast
    many = ("office", "press", "deputy", "head2", "mentor", "clerk")
    for prefix, named in (("a", ("office",)), ("b", ("office", "office")), ("c", many)):
        with pytest.raises(Refused, match="tellers_fit"):
            box_at(cast, names=1, tellers=named, prefix=prefix)
    with pytest.raises(Refused, match="no_choosing"):
        box_at(cast, names=2, most=1, tellers=("office", "press"), prefix="d")
    box = box_at(cast, names=1, tellers=("office", "press"), prefix="e")
    with pytest.raises(Refused, match="not_teller"):
        tellers.give_key(cast.app.engine, cast.actor("deputy"), box.id, Hand("deputy").public)
    close_to(cast, "press", box.papers[0])
    with pytest.raises(Refused, match="teller_aside"):
        tellers.give_key(cast.app.engine, cast.actor("press"), box.id, Hand("press").public)
    named = [cast.people["office"], cast.people["press"]]
    opening = boxes.Opening(box.papers, box.electors, "council_chair", "council_secretary", tellers=named)
    with cast.app.database.write() as connection, pytest.raises(Refused, match="teller_aside"):
        boxes.open_box(connection, cast.app.database.new_id, box.agency_id, box.case_id, 2, opening)


def test_nothing_but_a_sealed_slip_of_its_own_gets_in(sqlite_cast: Cast):
    cast = sqlite_cast
    box, _ = sealed_box(cast, names=1)
    mine = sealed_marks(box, "a")[1]
    for wrong in ("a", mine[:-1], mine + "A", text(raw(mine)[:-16]), text(b"\4" + os.urandom(144))):
        with pytest.raises(Refused, match="misshapen"):
            ballot(cast, box, "deputy", {1: wrong})
    ballot(cast, box, "deputy", {1: mine})
    with pytest.raises(Refused, match="misshapen"):  # a copy would count another's vote twice, and so tell it
        ballot(cast, box, "director", {1: mine})


def test_nobody_opens_a_slip_without_every_key(sqlite_cast: Cast):
    """One teller with the whole database, before the others have sent their parts and without them."""
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1, hands=("office", "press", "clerk"))
    vote(cast, box, "deputy", "a")
    with pytest.raises(Refused, match="not_sealed_yet"):
        slips(cast, box, "office")
    closed(cast, box)
    sealed = again(cast, box)
    for name in ("office", "press"):
        given = slips(cast, sealed, name)
        assert given["parts"] == {}
        parts = held[name].parts(sealed, cast.people[name], given["slips"])
        tellers.share(cast.app.engine, cast.actor(name), box.id, parts)
    assert slips(cast, sealed, "office")["parts"] == {}, "nobody gets a part before all are there"
    with pytest.raises(Refused, match="not_sealed_yet"):
        tellers.report(cast.app.engine, cast.actor("office"), box.id, {1: [1, 0, 0, 0, 0]})
    with cast.app.database.read() as connection:
        stored = {one.person_id: one.shares for one in connection.execute(sa.select(ballot_teller)) if one.shares}
    mine = {cast.people["press"]: stored[cast.people["press"]][cast.people["office"]], cast.people["clerk"]: ""}
    with pytest.raises(ValueError):
        held["office"].opened(sealed, cast.people["office"], {**slips(cast, sealed, "office"), "parts": mine})
    for_clerk = stored[cast.people["press"]][cast.people["clerk"]]
    given = {**slips(cast, sealed, "office"), "parts": dict.fromkeys(mine, for_clerk)}
    with pytest.raises(InvalidTag):
        held["office"].opened(sealed, cast.people["office"], given)


def test_a_part_stands_and_has_the_length_of_the_box(sqlite_cast: Cast):
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    closed(cast, box)
    now, press = again(cast, box), cast.people["press"]
    for wrong in (
        {},
        {press: ""},
        {press: "A" * 38},
        {cast.people["deputy"]: text(bytes(60))},
        {press: text(bytes(61))},
    ):
        with pytest.raises(Refused, match="bad_share"):
            tellers.share(cast.app.engine, cast.actor("office"), box.id, wrong)
    parts = held["office"].parts(now, cast.people["office"], slips(cast, now, "office")["slips"])
    tellers.share(cast.app.engine, cast.actor("office"), box.id, parts)
    with pytest.raises(Refused, match="shared_already"):
        tellers.share(cast.app.engine, cast.actor("office"), box.id, parts)


def test_a_box_given_up_keeps_no_part(cast: Cast):
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    shared(cast, box, held)
    with cast.app.database.write() as connection:
        boxes.void(connection, box.agency_id, box.case_id)
        assert list(connection.scalars(sa.select(ballot_teller.c.shares))) == [{}, {}]


def test_a_false_part_is_reported_and_nothing_is_counted(sqlite_cast: Cast):
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    closed(cast, box)
    now = again(cast, box)
    for name, part in (("office", None), ("press", os.urandom(32))):
        person, hand = cast.people[name], held[name]
        sent = hand.sealed(now, person, part) if part else hand.parts(now, person, slips(cast, now, name)["slips"])
        tellers.share(cast.app.engine, cast.actor(name), box.id, sent)
    assert counts_of(cast, box, held["office"]) == {1: [0, 0, 0, 0, 1]}, "the browser's tags tell whose part it is"
    with pytest.raises(Refused, match="bad_report"):
        tellers.dispute(cast.app.engine, cast.actor("office"), box.id, [cast.people["office"]])
    tellers.dispute(cast.app.engine, cast.actor("office"), box.id, [cast.people["press"]])
    assert body(cast, box, "box_disputed")["against"] == [cast.people["press"]]
    assert tellers.report(cast.app.engine, cast.actor("press"), box.id, {1: [0, 1, 0, 0, 0]}) is False
    found = again(cast, box)
    accuser = found.teller(cast.people["office"])
    assert accuser is not None
    assert (found.status, found.counts, accuser.against) == ("sealed", {}, (cast.people["press"],))


def test_a_false_count_closes_nothing_until_all_agree(cast: Cast):
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    shared(cast, box, held)
    for wrong in ({}, {1: [2, 0, 0, 0, 0]}, {1: [1, 0, 0, 0]}, {1: [2, -1, 0, 0, 0]}, {1: [1, 0, 0, 0, 0], 2: [0] * 5}):
        with pytest.raises(Refused, match="bad_report"):
            tellers.report(cast.app.engine, cast.actor("office"), box.id, wrong)
    assert tellers.report(cast.app.engine, cast.actor("office"), box.id, {1: [0, 1, 0, 0, 0]}) is False
    with pytest.raises(Refused, match="differ"):
        tellers.report(cast.app.engine, cast.actor("press"), box.id, {1: [1, 0, 0, 0, 0]})
    assert (again(cast, box).status, kinds(cast, box)[-1]) == ("sealed", "box_disputed")
    assert tellers.report(cast.app.engine, cast.actor("office"), box.id, {1: [1, 0, 0, 0, 0]}) is True
    assert again(cast, box).counts[box.papers[0]]["agreed"] == 1


@pytest.mark.parametrize("place", [70, -1])
def test_a_slip_altered_before_the_seal_does_not_open_and_counts_as_invalid(sqlite_cast: Cast, place: int):
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    altered = bytearray(raw(sealed_marks(box, "g")[1]))
    altered[place] ^= 1
    ballot(cast, box, "director", {1: text(bytes(altered))})
    done = counted(cast, box, held)
    assert done.counts[box.papers[0]] == {"agreed": 1, "against": 0, "blank": 0, "invalid": 1}
    assert tellers.spoilt(done) == (0, 1)


def test_a_mark_that_says_nothing_is_told_apart_from_one_that_does_not_open(sqlite_cast: Cast):
    cast = sqlite_cast
    box, held = sealed_box(cast, names=1)
    ballot(cast, box, "deputy", sealed_marks(box, "?"))
    done = counted(cast, box, held)
    assert (done.counts[box.papers[0]]["invalid"], tellers.spoilt(done)) == (1, (1, 0))


def test_slips_altered_after_the_seal_are_not_given_out(cast: Cast):
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    shared(cast, box, held)
    with cast.app.database.write() as connection:
        table = f"ballot_{box.id.replace('-', '')}"
        (one,) = store.slips(connection, box.id)
        store._rewrite(connection, table, ("id", "paper", "mark"), [(1, sealed_marks(box, "g")[1])])
        assert store.slips(connection, box.id) != [one]
    with pytest.raises(Refused, match="seal_broken"):
        slips(cast, box, "office")
    with pytest.raises(Refused, match="seal_broken"):
        tellers.report(cast.app.engine, cast.actor("office"), box.id, {1: [0, 1, 0, 0, 0]})


def test_a_lost_key_takes_the_box_with_it_and_makes_room_for_another(cast: Cast):
    box, _ = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    closed(cast, box)
    with cast.app.database.write() as connection:
        boxes.void(connection, box.agency_id, box.case_id)
        assert not store.exists(connection, box.id)
        opening = boxes.Opening(box.papers, box.electors, "council_chair", "council_secretary")
        fresh = boxes.open_box(connection, cast.app.database.new_id, box.agency_id, box.case_id, 1, opening)
        assert [one.id for one in boxes.of_case(connection, box.agency_id, box.case_id)] == [fresh]
    with pytest.raises(Refused, match="sealed"):
        tellers.share(cast.app.engine, cast.actor("office"), fresh, {})
