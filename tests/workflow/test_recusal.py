"""Who declares a conflict of interest keeps out of everything about that person; somebody else is told and decides."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from tests.workflow.test_firing import in_inbox
from workflow.history import event
from workflow.message import Conflict, Invalid, NotFound, Refused

REASON = "Là anh em họ với người được giới thiệu"


def declare(cast: Cast, who: str, case_id: str, reason: str = REASON) -> None:
    item = next(one for one in cast.open_items(case_id))
    cast.app.engine.recuse(cast.actor(who), item.id, reason, item.version)


def test_the_head_keeps_out_and_the_director_steps_in(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    declare(cast, "head", case_id)
    (item,) = cast.open_items(case_id)
    assert {name for name in cast.people if item.id in in_inbox(cast, name)} == {"director"}
    cast.settle()
    assert cast.people["director"] in {one["person_id"] for one in cast.told.letters if one["template"] == "decision"}
    with pytest.raises(Refused) as raised:
        do(cast, "head", case_id, "recognize")
    assert [reason.key for reason in raised.value.reasons] == ["authority.conflict"]
    do(cast, "director", case_id, "recognize")
    assert cast.row(case_id).state == "recognized_unit"


def test_it_is_one_line_of_the_history_with_its_reason(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    declare(cast, "head", case_id)
    line = cast.app.engine.view(cast.actor("office"), case_id).history[-1]
    assert (line.kind, line.actor) == ("recused", "Head Nguyễn")
    assert [value for _, value in line.inputs] == [REASON]
    with cast.app.database.read() as connection:
        stored = connection.scalars(sa.select(event.c.body).where(event.c.case_id == case_id)).all()
    assert REASON not in str(stored), "free text stands beside the chain"


def test_it_holds_for_the_next_case_of_the_same_person_too(cast: Cast):
    case_id = case_at(cast, "identified")
    declare(cast, "head", case_id)
    do(cast, "nominator", case_id, "withdraw")
    again = case_at(cast, "identified")
    assert not any(item.id in in_inbox(cast, "head") for item in cast.open_items(again))


def test_a_claim_of_who_keeps_out_ends(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    (item,) = cast.open_items(case_id)
    cast.app.engine.claim(cast.actor("head"), item.id, item.version)
    declare(cast, "head", case_id)
    (item,) = cast.open_items(case_id)
    assert item.claimed_by is None


def test_it_needs_a_reason_and_an_item_of_ones_own_as_it_was_seen(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    (item,) = cast.open_items(case_id)
    with pytest.raises(Invalid):
        declare(cast, "head", case_id, reason="")
    with pytest.raises(Refused):
        declare(cast, "outsider", case_id)
    with pytest.raises(Conflict):
        cast.app.engine.recuse(cast.actor("head"), item.id, REASON, item.version + 1)
    with pytest.raises(NotFound):
        cast.app.engine.recuse(cast.actor("head"), "no-such-item", REASON, 1)
    assert cast.open_items(case_id) == [item]


def test_nobody_is_related_to_a_yearly_report(cast: Cast):
    cast.at("2025-12-01")
    cast.run_due()
    review = cast.cases("annual_review")[0].id
    with pytest.raises(Refused) as raised:
        declare(cast, "office", review)
    assert [reason.key for reason in raised.value.reasons] == ["recusal.about_nobody"]
