"""A movement from its proposal to its summary: launched, carried by units, registered for, judged, heard."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from states.movements.counts import movement_results
from tests.cast import Cast, sound
from tests.plan_work import PLAN, launched, part_of, propose, register
from workflow.message import Refused


def test_a_movement_comes_back_to_everyone_who_registered(cast: Cast) -> None:
    movement = launched(cast)
    assert cast.row(movement).label == PLAN["theme"]
    part = part_of(cast, movement, "cntt")
    cast.act("head", part, "open", unit_plan="Mỗi tuần một buổi trao đổi.")
    mine, colleagues, outside = (
        register(cast, movement, who).case_id for who in ("candidate", "colleague1", "outsider")
    )
    cast.act("candidate", mine, "note", so_far="Đã số hóa một nửa kho.")
    cast.at("2025-10-01")  # the movement's time is over: units judge
    cast.run_due()
    assert cast.row(part).state == "judging"
    cast.act("head", part, "hand_in", result={mine: "excelled", colleagues: "not_met"}, report="Một người vượt.")
    for unit in set(cast.units) - {"bgd", "cntt"}:
        other = part_of(cast, movement, unit)
        head = {"vp": "head_office", "bcvt": "head2", "ttbc": "press"}[unit]
        if unit == "bcvt":
            cast.act(head, other, "hand_in", result={outside: "met"}, report="Hoàn thành.")
        else:
            cast.act(head, other, "nothing", reason="Không có ai đăng ký trong đợt này.")
    cast.settle()
    assert cast.row(movement).state == "summing_up"
    cast.act("office", movement, "submit", summary="Ba người đăng ký, một người vượt.")
    cast.act("director", movement, "approve", signed_copy=cast.upload("director"))
    cast.settle()
    cast.run_due()
    assert {one: cast.row(one).state for one in (mine, colleagues, outside, movement)} == {
        mine: "excelled", colleagues: "not_met", outside: "met", movement: "summed_up",
    }  # fmt: skip
    sound(cast)


def test_the_summary_counts_what_the_units_said(cast: Cast) -> None:
    movement = launched(cast)
    part = part_of(cast, movement, "cntt")
    cast.act("head", part, "open", unit_plan="Mỗi tuần một buổi trao đổi.")
    first, second = register(cast, movement, "candidate").case_id, register(cast, movement, "colleague1").case_id
    cast.act("colleague1", second, "withdraw", reason="Chuyển sang phong trào khác.")
    cast.act("head", part, "judge")
    cast.act("head", part, "hand_in", result={first: "met"}, report="Xong.")
    with cast.app.database.read() as connection:
        rows = movement_results(connection, _context(cast, movement))
    ours = [row for row in rows if "Công nghệ" in row["params"]["unit"]]
    counted = {row["params"].get("result", row["key"]): row["value"] for row in ours}
    assert counted == {
        "movement.entered": 2, "Hoàn thành": 1, "Không đạt": 0, "Hoàn thành xuất sắc": 0, "movement.taken_back": 1,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["candidate"])
def test_one_registers_oneself_once_and_in_time(cast: Cast, who: str) -> None:
    movement = launched(cast)
    with pytest.raises(Refused) as other:
        register(cast, movement, "colleague1", subject=cast.subject(who))
    assert other.value.reasons[0].key == "guard.own_registration"
    register(cast, movement, who)
    with pytest.raises(Refused) as twice:
        register(cast, movement, who)
    assert [one.key for one in twice.value.reasons] == ["guard.registered_once"]
    cast.at("2025-04-16")
    with pytest.raises(Refused) as late:
        register(cast, movement, "colleague2")
    assert [one.key for one in late.value.reasons] == ["guard.registration_open"]


def test_a_movement_leaves_time_after_the_last_day_to_register(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        propose(cast, register_by="2025-10-15")
    assert [one.key for one in refused.value.reasons] == ["guard.movement_days"]


def _context(cast: Cast, movement: str) -> Any:
    return SimpleNamespace(agency_id=cast.agency_id, case_id=movement)
