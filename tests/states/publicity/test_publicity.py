"""What is published: planned, written, edited, approved, out with its link, reported; begun by hand or by itself."""

from __future__ import annotations

import pytest

from tests.cast import Cast, sound
from tests.plan_work import planned, propose
from tests.roads import case_at, do
from workflow.message import Invalid, Refused


def test_an_item_goes_from_plan_to_figures(cast: Cast) -> None:
    item = planned(cast)
    cast.act("colleague2", item, "submit", draft="Một ngày của người quản trị mạng…")
    cast.act("press", item, "send_back", reason="Thiếu số liệu của đơn vị.")
    cast.act("colleague2", item, "submit", draft="Một ngày của người quản trị mạng, với số liệu.")
    cast.act("press", item, "pass_on")
    cast.act("director", item, "approve")
    cast.act("press", item, "publish", published_on="2025-03-03", link="https://sotttt.example/guong/1")
    cast.act("press", item, "report", reach=1250, reach_source="Thống kê của trang", reach_on="2025-03-03")
    assert (cast.row(item).state, cast.row(item).ended_at is not None) == ("reported", True)
    sound(cast)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({}, "guard.shown_where"),
        ({"link": "sotttt"}, "guard.link_shape"),
        ({"link": "javascript:alert(1)"}, "guard.link_shape"),
    ],
)
def test_nothing_is_published_without_a_trace(cast: Cast, said: dict[str, str], refusal: str) -> None:
    item = planned(cast)
    cast.act("colleague2", item, "submit", draft="Bản thảo")
    cast.act("press", item, "pass_on")
    cast.act("director", item, "approve")
    with pytest.raises(Refused) as refused:
        cast.act("press", item, "publish", published_on="2025-03-03", **said)
    assert [one.key for one in refused.value.reasons] == [refusal]


def test_who_is_on_hold_is_held_up_to_nobody_as_an_example(cast: Cast) -> None:
    """Neither a text nor a movement is about them, and neither says why."""
    held, free = case_at(cast, "recognized_unit"), case_at(cast, "recognized_unit", who="mentor")
    do(cast, "office", held, "hold")
    for begin in (planned, propose):
        with pytest.raises(Invalid) as refused:
            begin(cast, exemplars=[held, free])
        assert {name: one.key for name, one in refused.value.fields.items()} == {"exemplars": "form.case"}
        begin(cast, exemplars=[free])
    do(cast, "office", held, "clear")
    planned(cast, exemplars=[held, free])


def test_a_recognition_asks_for_publicity_and_hears_of_it(cast: Cast) -> None:
    nominee = case_at(cast, "recognized_department")
    cast.settle()
    (item,) = cast.cases("publicity")
    assert (item.state, item.parent_id) == ("planning", nominee)
    cast.act("press", item.id, "skip", reason="Đã có bài trong tháng trước.")
    cast.settle()
    history = cast.app.engine.view(cast.actor("office"), nominee).history
    assert "publicised" in {event.action for event in history}
    sound(cast)


def test_a_head_plans_an_item_of_the_whole_agency_and_a_colleague_does_not(cast: Cast) -> None:
    """About the agency a unit's role counts in whichever unit it is held; nobody else's does."""
    assert cast.row(planned(cast, by="head2")).unit_id is None
    with pytest.raises(Refused) as refused:
        planned(cast, by="colleague1")
    assert [one.key for one in refused.value.reasons] == ["authority.role_missing"]
    sound(cast)
