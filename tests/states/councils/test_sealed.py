"""A sitting that has its ballots sealed: where the plan lets it, opened by its tellers, given up with a lost key."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from states.ballots import store, tellers
from states.ballots.model import ballot_teller
from tests.ballots import again, ballot, closed
from tests.cast import Cast
from tests.roads import do
from tests.sealing import Hand, counts_of, sealed_marks, shared
from tests.sittings import rules, waiting
from tests.states.councils.test_secret import ALL, box_of, in_session
from tests.states.councils.test_sittings import fields
from workflow.message import Refused


def test_the_secretary_chooses_to_seal_and_the_tellers_count_decides(sqlite_council: Cast):
    cast = sqlite_council
    cases = waiting(cast, 2)
    sitting = in_session(cast, cases)
    with pytest.raises(Refused, match=r"sealed\.no_tellers"):
        do(cast, "office", sitting, "call_ballot", sealing="sealed")
    named = [cast.people[name] for name in ("office", "press")]
    do(cast, "office", sitting, "call_ballot", sealing="sealed", tellers=named)
    box, held = box_of(cast, sitting), {name: Hand(name) for name in ("office", "press")}
    assert {one.person_id for one in box.tellers} == set(named)
    for name, hand in held.items():
        tellers.give_key(cast.app.engine, cast.actor(name), box.id, hand.public)
    for name in ALL:
        ballot(cast, box, name, sealed_marks(again(cast, box), "ag"))
    shared(cast, box, held)
    with pytest.raises(Refused, match="still_open"):
        do(cast, "office", sitting, "count_box")
    for name, hand in held.items():
        tellers.report(cast.app.engine, cast.actor(name), box.id, counts_of(cast, box, hand))
    do(cast, "office", sitting, "count_box")
    assert fields(cast, sitting)["verdict"] == {cases[0]: "passed", cases[1]: "failed"}
    do(cast, "office", sitting, "write", discussion="Nhất trí.")
    do(cast, "director", sitting, "sign", signed_copy=cast.upload("director"))
    with cast.app.database.read() as connection:
        assert not store.exists(connection, box.id), "once it is certified no slip is left"
        assert not any(connection.scalars(sa.select(ballot_teller.c.shares)))
    assert again(cast, box).counts[cases[0]]["agreed"] == len(ALL)


def test_tellers_named_for_the_minutes_alone_seal_nothing(sqlite_council: Cast):
    cases = waiting(sqlite_council, 1)
    sitting = in_session(sqlite_council, cases)
    do(
        sqlite_council,
        "office",
        sitting,
        "call_ballot",
        tellers=[sqlite_council.people[name] for name in ("office", "press")],
    )
    assert (box_of(sqlite_council, sitting).status, box_of(sqlite_council, sitting).tellers) == ("open", ())


@pytest.mark.parametrize(("sealed", "asked", "refused"), [("never", True, "sealed.never"), ("always", False, "")])
def test_the_plan_says_whether_slips_may_or_must_be_sealed(
    sqlite_council: Cast, sealed: str, asked: bool, refused: str
):
    rules(sqlite_council)["sealed"] = sealed
    cases = waiting(sqlite_council, 1)
    sitting = in_session(sqlite_council, cases)
    given: dict[str, Any] = {"tellers": [sqlite_council.people[name] for name in ("office", "press")]}
    given |= {"sealing": "sealed"} if asked else {}
    if refused:
        with pytest.raises(Refused, match=refused):
            do(sqlite_council, "office", sitting, "call_ballot", **given)
        return
    do(sqlite_council, "office", sitting, "call_ballot", **given)
    assert box_of(sqlite_council, sitting).status == "keys"


def test_a_lost_key_ends_in_a_new_box_of_the_same_round(sqlite_council: Cast):
    """The chair gives the box up, with a reason; the ballot that counted nothing is none of those the rules allow."""
    cast = sqlite_council
    cases = waiting(cast, 1)
    sitting = in_session(cast, cases)
    named = [cast.people[name] for name in ("office", "press")]
    do(cast, "office", sitting, "call_ballot", sealing="sealed", tellers=named)
    lost = box_of(cast, sitting)
    with pytest.raises(Refused):
        do(cast, "office", sitting, "call_again")
    do(cast, "director", sitting, "call_again")
    assert (again(cast, lost).status, cast.row(sitting).state) == ("void", "in_session")
    do(cast, "office", sitting, "call_ballot", sealing="plain")
    box = box_of(cast, sitting)
    assert (box.id == lost.id, box.round, box.status) == (False, 1, "open")
    for name in ALL:
        ballot(cast, box, name, "a")
    closed(cast, box)
    do(cast, "office", sitting, "count_box")
    assert fields(cast, sitting)["verdict"] == {cases[0]: "passed"}


def test_after_paper_took_a_given_up_boxs_place_the_next_ballot_is_the_next(sqlite_council: Cast):
    cast = sqlite_council
    rules(cast)["unreached"] = "again"
    cases = waiting(cast, 2)
    sitting = in_session(cast, cases)
    do(cast, "office", sitting, "call_ballot")
    do(cast, "director", sitting, "to_paper")
    do(cast, "office", sitting, "count", agreed={cases[0]: 8, cases[1]: 3})
    assert cast.row(sitting).state == "in_session"
    do(cast, "office", sitting, "call_ballot")
    assert box_of(cast, sitting).round == 2
