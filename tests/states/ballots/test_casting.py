"""One seat, one ballot, however often and at once it is sent; and nothing that is not a ballot gets in."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
import sqlalchemy as sa

from states.ballots import boxes, casting, store
from tests.ballots import ballot, box_at, close_to, closed, marks_for
from tests.cast import Cast
from tests.sealing import sealed_box, sealed_marks
from workflow.commands import Actor
from workflow.history import event
from workflow.message import NotFound, Refused


def test_a_ballot_is_in_the_box_once(cast: Cast):
    box = box_at(cast, names=3)
    ballot(cast, box, "deputy", "agb")
    with cast.app.database.read() as connection:
        assert Counter((one.paper, one.mark) for one in store.slips(connection, box.id)) == Counter(
            {(1, "a"): 1, (2, "g"): 1, (3, "b"): 1}
        )
        assert len(store.receipts(connection, box.id)) == 1
        found = boxes.find(connection, cast.agency_id, box.id)
    assert [one.member_id for one in found.electors if one.has_voted] == [cast.people["deputy"]]
    with pytest.raises(Refused, match=r"ballot\.voted"):
        ballot(cast, box, "deputy", "aaa")


@pytest.mark.parametrize("level", ["plain", "sealed"])
def test_two_hundred_at_once_count_once(unchecked_cast: Cast, level: str):
    cast, codes = unchecked_cast, [casting.new_code() for _ in range(200)]
    box = sealed_box(cast, names=2)[0] if level == "sealed" else box_at(cast, names=2)
    outcomes = Counter[str]()

    def send(code: str) -> None:
        try:
            new = ballot(cast, box, "deputy", sealed_marks(box, "ag") if box.is_sealed else "ag", code=code)
            outcomes["new" if new else "again"] += 1
        except Refused as refused:
            outcomes[refused.reasons[0].key] += 1

    threads = [threading.Thread(target=send, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"new": 1, "ballot.voted": 199}
    with cast.app.database.read() as connection:
        assert (len(store.slips(connection, box.id)), len(store.receipts(connection, box.id))) == (2, 1)


def test_the_same_form_again_is_told_so_and_changes_nothing(cast: Cast):
    """The answer to the first may have been lost: whoever sends it again gets the same receipt."""
    box, code = box_at(cast, names=1), casting.new_code()
    assert ballot(cast, box, "deputy", "a", code=code) is True
    assert ballot(cast, box, "deputy", "a", code=code) is False
    with cast.app.database.read() as connection:
        assert len(store.slips(connection, box.id)) == 1
    with pytest.raises(Refused, match="not_yours"):
        ballot(cast, box, "deputy", "a", code=code, by="office2")


@pytest.mark.parametrize(
    ("marks", "why"),
    [({1: "a"}, "misshapen"), ({1: "a", 2: "a", 3: "a"}, "misshapen"), ({1: "a", 2: "aa"}, "misshapen"),
     ({1: "a", 2: "z"}, "misshapen"), ({}, "misshapen")],
)  # fmt: skip
def test_what_is_no_ballot_is_refused_whole(sqlite_cast: Cast, marks: dict[int, str], why: str):
    box = box_at(sqlite_cast, names=2)
    with pytest.raises(Refused, match=why):
        casting.cast(sqlite_cast.app.database, sqlite_cast.actor("deputy"), box.id, sqlite_cast.people["deputy"], marks,
                     casting.new_code())  # fmt: skip
    with sqlite_cast.app.database.read() as connection:
        assert store.slips(connection, box.id) == []
        assert not any(one.has_voted for one in boxes.find(connection, sqlite_cast.agency_id, box.id).electors)


def test_no_more_are_chosen_than_may_be(sqlite_cast: Cast):
    box = box_at(sqlite_cast, names=3, most=1)
    with pytest.raises(Refused, match="too_many"):
        ballot(sqlite_cast, box, "deputy", "aag")
    ballot(sqlite_cast, box, "deputy", "agg")


def test_nobody_else_and_no_script_votes(sqlite_cast: Cast):
    cast = sqlite_cast
    box = box_at(cast, names=1)
    with pytest.raises(Refused, match="not_yours"):
        ballot(cast, box, "deputy", "a", by="director")
    with pytest.raises(NotFound):
        ballot(cast, box, "office2", "a")
    script = Actor(cast.people["deputy"], cast.agency_id, "api")
    with pytest.raises(Refused, match="page_only"):
        casting.cast(cast.app.database, script, box.id, cast.people["deputy"], {1: "a"}, casting.new_code())
    stranger = Actor(cast.people["deputy"], "another agency")
    with pytest.raises(NotFound):
        casting.cast(cast.app.database, stranger, box.id, cast.people["deputy"], {1: "a"}, casting.new_code())


def test_a_proxy_votes_in_the_members_place_and_for_themselves(cast: Cast):
    box = box_at(cast, names=1, proxies={"deputy": "director"})
    ballot(cast, box, "director", "a")
    ballot(cast, box, "deputy", "g", by="director")
    with cast.app.database.read() as connection:
        found = boxes.find(connection, cast.agency_id, box.id)
        assert sorted(one.mark for one in store.slips(connection, box.id)) == ["a", "g"]
    assert {(one.member_id, one.caster_id) for one in found.electors if one.has_voted} == {
        (cast.people["deputy"], cast.people["director"]), (cast.people["director"], cast.people["director"]),
    }  # fmt: skip
    closed(cast, box)
    with cast.app.database.read() as connection:
        told = connection.scalar(sa.select(event.c.body).where(event.c.kind == "box_closed"))
    assert told["proxies"] == {cast.people["deputy"]: cast.people["director"]}, "recorded as such"


def test_who_stands_aside_has_no_slip_of_that_paper(cast: Cast):
    """Also one who declares it while the box is open, or in whose name somebody sits who does."""
    box = box_at(cast, names=2, aside={"deputy": {1}})
    with pytest.raises(Refused, match="misshapen"):
        ballot(cast, box, "deputy", "aa")
    assert set(marks_for(cast, box, "deputy", "g")) == {2}
    ballot(cast, box, "deputy", "g")
    close_to(cast, "director", box.papers[1])
    with pytest.raises(Refused, match="misshapen"):
        ballot(cast, box, "director", "aa")
    ballot(cast, box, "director", "a")
    found = closed(cast, box)
    assert [(one.eligible, one.voted, one.in_box) for one in found.papers] == [(1, 1, 1), (1, 1, 1)]
