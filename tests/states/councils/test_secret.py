"""A sitting whose votes are cast in the system's box: from opening it to the verdict, with nobody typing a number."""

from __future__ import annotations

from typing import Any

import pytest

from states.ballots import boxes, store
from states.ballots.boxes import Box
from tests.ballots import again, ballot, close_to, closed
from tests.cast import Cast
from tests.roads import answer, case_at, do
from tests.sittings import convene, rules
from tests.states.councils.test_sittings import MEMBERS, fields, finish, grant_members, staff
from workflow.message import Refused

ALL = ("director", *MEMBERS)


@pytest.fixture
def council(cast: Cast) -> Cast:
    grant_members(cast)
    return cast


def in_session(cast: Cast, cases: list[str], *, proxy: str = "", absent: str = "") -> str:
    """Nine members: one may have sent somebody, one may be away and write."""
    sitting = convene(cast, cases)
    do(cast, "office", sitting, "invite")
    if proxy:
        sent = {"attendance": "proxy", "proxy": cast.people[proxy], "proxy_file": cast.upload("deputy")}
        answer(cast, "deputy", sitting, "reply", **sent)
    if absent:
        answer(cast, absent, sitting, "reply", attendance="absent")
    do(cast, "office", sitting, "open", present=[cast.people[name] for name in ALL if name != absent])
    return sitting


def box_of(cast: Cast, sitting: str) -> Box:
    with cast.app.database.read() as connection:
        (*_, last) = boxes.of_case(connection, cast.agency_id, sitting)
        return boxes.find(connection, cast.agency_id, last.id)


def vote(cast: Cast, box: Box, said: dict[str, str]) -> None:
    """A letter a paper; who has no part in one has no letter of it, and the deputy's proxy votes in that place."""
    for name, letters in said.items():
        seat = next((one for one in box.electors if one.member_id == cast.people[name]), None)
        if seat is not None:
            own = "".join(letter for number, letter in enumerate(letters, 1) if number not in seat.aside)
            ballot(cast, box, name, own, by="nominator" if name == "deputy" else name)


def test_a_sitting_votes_in_the_box_twice_and_its_cases_hear(council: Cast):
    cast = council
    cases = [case_at(cast, "council_review", who=name) for name in staff(cast, 3)]
    sitting = in_session(cast, cases, proxy="nominator", absent="clerk")
    answer(cast, "clerk", sitting, "written", opinion=dict.fromkeys(cases, "agree"))
    rules(cast)["places"] = "2"
    close_to(cast, "press", cases[0])
    close_to(cast, "nominator", cases[1])  # sent by the deputy, who is close to nobody
    do(cast, "office", sitting, "call_ballot")
    box = box_of(cast, sitting)
    assert {one.member_id for one in box.electors} == {cast.people[name] for name in ALL if name != "clerk"}
    assert box.seat(cast.people["deputy"]).caster_id == cast.people["nominator"]
    assert box.seat(cast.people["press"]).aside == {1}
    assert box.seat(cast.people["deputy"]).aside == {2}
    vote(cast, box, {name: "aag" if name == "director" else "aaa" for name in ALL})
    assert "verdict" not in fields(cast, sitting)
    tally = closed(cast, box)
    assert [(one.by_word["agreed"], one.eligible) for one in tally.papers] == [(7, 7), (7, 7), (7, 8)]
    do(cast, "office", sitting, "count_box")
    assert cast.row(sitting).state == "in_session", "three for two places and all equal: a further ballot"
    do(cast, "office", sitting, "call_ballot")
    second = box_of(cast, sitting)
    assert (second.round, second.papers) == (2, tuple(cases))
    vote(cast, second, dict.fromkeys(ALL, "aag"))
    closed(cast, second)
    do(cast, "office", sitting, "count_box")
    held = fields(cast, sitting)
    assert (held["ballot_no"], held["verdict"]) == (2, dict(zip(cases, ("passed", "passed", "failed"), strict=True)))
    finish(cast, sitting)
    with cast.app.database.read() as connection:
        rows = boxes.of_case(connection, cast.agency_id, sitting)
        assert [row.status for row in rows] == ["certified", "certified"]
        assert not any(store.exists(connection, row.id) for row in rows), (
            "once the minutes are signed no ballot is left"
        )
    assert [cast.row(one).state for one in cases] == ["director_decision", "director_decision", "recognized_unit"]


def test_nothing_is_settled_or_shown_while_the_box_is_open(council: Cast):
    cast = council
    cases = [case_at(cast, "council_review", who=name) for name in staff(cast, 2)]
    sitting = in_session(cast, cases)
    do(cast, "office", sitting, "call_ballot")
    box = box_of(cast, sitting)
    ballot(cast, box, "director", "aa")
    view = cast.app.engine.view(cast.actor("office"), sitting)
    assert not {name: value for name, value in view.counted.items() if value and name in ("tally", "verdict", "tied")}
    with pytest.raises(Refused, match="still_open"):
        do(cast, "office", sitting, "count_box")
    with pytest.raises(Refused, match=r"ballot\.no_quorum"):
        closed(cast, box)
    assert not [option for option in view.options if option.name == "cancel" and option.allowed]


def test_the_chair_gives_up_the_box_for_paper_and_tellers_type_the_count_with_its_scan(council: Cast):
    cast = council
    cases = [case_at(cast, "council_review", who=name) for name in staff(cast, 1)]
    sitting = in_session(cast, cases)
    do(cast, "office", sitting, "call_ballot")
    box = box_of(cast, sitting)
    ballot(cast, box, "director", "a")
    with pytest.raises(Refused):
        do(cast, "office", sitting, "to_paper")
    do(cast, "director", sitting, "to_paper")
    assert (again(cast, box).status, cast.row(sitting).state) == ("void", "balloting")
    do(cast, "office", sitting, "count", agreed={cases[0]: 8})
    assert fields(cast, sitting)["verdict"] == {cases[0]: "passed"}


def test_a_closed_box_is_not_given_up(council: Cast):
    cast = council
    cases = [case_at(cast, "council_review", who=name) for name in staff(cast, 1)]
    sitting = in_session(cast, cases)
    do(cast, "office", sitting, "call_ballot")
    box = box_of(cast, sitting)
    for name in ALL:
        ballot(cast, box, name, "g")
    closed(cast, box)
    with pytest.raises(Refused, match="closed_already"):
        do(cast, "director", sitting, "to_paper")


@pytest.mark.parametrize("change", [{"mode": "hands"}, {"keeper": ""}, {"chair": "", "tie": "fails"}])
def test_only_a_secret_vote_with_its_two_keepers_has_a_box(council: Cast, monkeypatch: pytest.MonkeyPatch, change: Any):
    cases = [case_at(council, "council_review", who=name) for name in staff(council, 1)]
    sitting = in_session(council, cases)
    for key, value in {**change, "sealed": "never"}.items():
        monkeypatch.setitem(rules(council), key, value)
    with pytest.raises(Refused, match="no_offices"):
        do(council, "office", sitting, "call_ballot")
    assert council.row(sitting).state == "in_session"


def test_at_most_as_many_as_there_are_places_where_the_plan_says_so(council: Cast):
    rules(council).update(choose="places", places="1", sealed="never")
    cases = [case_at(council, "council_review", who=name) for name in staff(council, 2)]
    sitting = in_session(council, cases)
    do(council, "office", sitting, "call_ballot")
    box = box_of(council, sitting)
    assert box.most == 1
    with pytest.raises(Refused, match="too_many"):
        ballot(council, box, "director", "aa")
