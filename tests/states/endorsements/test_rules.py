"""Each colleague once, enough of them, also when two speak at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from states.endorsements import rules
from states.endorsements.model import endorsement
from tests.cast import Cast
from tests.states import facts
from tests.states.facts import NOW, context
from workflow.message import Refused
from workflow.registry import Registry

WORDS = "Việc làm có thật, ai cũng thấy."


def test_once_each() -> None:
    spoken = {"endorsements": [{"person_id": "p1", "at": NOW}]}
    assert rules.first_by_this_person(context(facts=spoken), None) is not None
    assert rules.first_by_this_person(context(facts=spoken, actor_id="p2"), None) is None


@pytest.mark.parametrize(("count", "enough"), [(2, False), (3, True), (4, True)])
def test_enough(count: int, enough: bool) -> None:
    spoken = {"endorsements": [{"person_id": f"p{n}", "at": NOW} for n in range(count)]}
    assert (rules.endorsed_by(context(facts=spoken), "3") is None) == enough


def test_endorsing_twice_is_refused_by_the_engine(cast: Cast) -> None:
    case_id = cast.nominate()
    cast.act("colleague1", case_id, "endorse", endorsement=WORDS)
    with pytest.raises(Refused, match="first_by_this_person"):
        cast.act("colleague1", case_id, "endorse", endorsement=WORDS)
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(endorsement)).all()
    assert [(row.person_id, row.words) for row in rows] == [(cast.people["colleague1"], WORDS)]


def test_the_unique_key_decides_when_the_guard_saw_neither(cast: Cast) -> None:
    case_id = cast.nominate()
    cast.act("colleague1", case_id, "endorse", endorsement=WORDS)
    again = facts.of(case_id, cast, actor_id=cast.people["colleague1"], inputs={"endorsement": WORDS})
    with cast.app.database.write() as connection, pytest.raises(Refused, match="first_by_this_person"):
        rules.record_endorsement(again, connection)


def test_an_endorsement_can_be_taken_back_by_who_gave_it_and_given_again(cast: Cast) -> None:
    case_id = cast.nominate()
    with pytest.raises(Refused, match="endorsed_already"):
        cast.act("colleague1", case_id, "take_back")
    cast.act("colleague1", case_id, "endorse", endorsement=WORDS)
    with pytest.raises(Refused, match="endorsed_already"):
        cast.act("colleague2", case_id, "take_back")
    cast.act("colleague1", case_id, "take_back")
    with cast.app.database.read() as connection:
        assert connection.execute(sa.select(endorsement)).all() == []
    cast.act("colleague1", case_id, "endorse", endorsement=WORDS)


@pytest.mark.parametrize("written", ["3, x: 1", "0", "-1", "ba", "2.5", ""])
def test_only_a_whole_number_may_be_asked_for(written: str) -> None:
    registry = Registry()
    rules.register(registry)
    with pytest.raises(ValueError):
        registry.guards["endorsed_by"].reads(written)
