"""A text is put to everybody, to named people, or to units that pass it on; who has read it is known by name."""

from __future__ import annotations

import pytest

from tests.cast import Cast, sound
from tests.plan_work import published
from workflow.message import Refused


def test_named_readers_read_and_it_ends_by_itself(cast: Cast) -> None:
    readers = ("colleague1", "outsider")
    case_id = published(cast, audience="named", readers=[cast.people[name] for name in readers])
    assert len(cast.open_items(case_id)) == 3  # two readers, and the one who has it read
    for name in readers:
        cast.answer(name, case_id, "read_named", understood=True)
    assert cast.row(case_id).state == "made_known"
    sound(cast)


def test_everybody_is_asked_and_the_list_says_who_is_missing(cast: Cast) -> None:
    case_id = published(cast, audience="all")
    cast.answer("colleague1", case_id, "read_all", understood=True)
    cast.act("office", case_id, "conclude", reason="Đã quá hạn, số còn lại đang đi học.")
    view = cast.app.engine.view(cast.actor("office"), case_id)
    counted = {row["key"]: row["value"] for row in view.fields["reading"] if not row["params"]}
    assert counted == {"reading.all": len(cast.people), "reading.all_done": 1}
    ours = [row for row in view.fields["reading"] if "Công nghệ" in str(row["params"])]
    assert [row["value"] for row in ours] == [7, 1]


def test_units_pass_it_on(cast: Cast) -> None:
    case_id = published(cast, audience="units")
    cast.answer("head", case_id, "spread", spread="Họp phòng sáng thứ Hai.", attended=7)
    with pytest.raises(Refused):
        cast.act("office", case_id, "complete")


def test_named_readers_must_be_named(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        published(cast, audience="named")
    assert [one.key for one in refused.value.reasons] == ["guard.readers_named"]


def test_a_head_may_put_a_text_to_everybody_and_a_colleague_may_not(cast: Cast) -> None:
    assert cast.row(published(cast, by="head2", audience="all")).state == "reading"
    with pytest.raises(Refused) as refused:
        published(cast, by="colleague1", audience="all")
    assert [one.key for one in refused.value.reasons] == ["authority.role_missing"]
    sound(cast)
