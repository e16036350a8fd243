"""What a move does: holds stop lengths and fixed days go on, units change, levels are won, dropped and won again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import answer, begin, case_at, do
from tests.workflow.test_firing import in_inbox
from workflow.history import event
from workflow.message import Refused
from workflow.outbox import Draft, enqueue
from workflow.timers import timer
from workflow.worklist import work_item


def own_item(cast: Cast, case_id: str, kind: str = "state") -> Any:
    """The open item of the state, or of the hold."""
    (item,) = [one for one in cast.open_items(case_id) if one.kind == kind]
    return item


def actions(cast: Cast, case_id: str) -> list[str]:
    """Every action taken, in order."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(event).where(event.c.case_id == case_id).order_by(event.c.seq))
        return [row.body["action"] for row in rows if row.kind == "action"]


# --- hold and release ---------------------------------------------------------------------------------


def test_a_length_stops_with_the_hold_and_goes_on_with_the_days_left(cast: Cast):
    case_id = cast.nominate()
    assert own_item(cast, case_id).due["due_on"] == "2025-03-17"
    cast.at("2025-03-07")
    do(cast, "office", case_id, "hold")
    with cast.app.database.read() as connection:
        kinds = connection.execute(sa.select(timer.c.kind, timer.c.status).where(timer.c.case_id == case_id)).all()
    assert {row.status for row in kinds if row.kind in ("remind", "due", "escalate")} == {"cancelled"}
    assert own_item(cast, case_id, "held").id in in_inbox(cast, "office")
    assert in_inbox(cast, "head") == set()
    cast.at("2025-05-05")
    do(cast, "office", case_id, "clear")
    item = own_item(cast, case_id)
    assert item.due["due_on"] == "2025-05-13", "six working days were left after Friday the 7th"
    assert item.id in in_inbox(cast, "head")
    do(cast, "head", case_id, "take_up")


def tell_child(cast: Cast, row: Any, word: str) -> None:
    """A parent's word arrives, as its own hold would send it."""
    payload = {"case_id": row.id, "word": word, "ground": f"parent:{row.parent_id}"}
    with cast.app.database.write() as connection:
        draft = Draft(
            agency_id=cast.agency_id, case_id=row.parent_id, kind="parent", recipient=f"case:{row.id}",
            topic=word, payload=payload, not_before=cast.now(), dedupe_key=f"{word}:{row.id}",
        )  # fmt: skip
        enqueue(connection, [draft], new_id=cast.app.database.new_id)
    cast.run_due()


def test_a_fixed_day_does_not_wait(cast: Cast):
    """The units' reports are due before 15 December, whatever happens."""
    cast.at("2025-12-01T00:00:01")
    cast.run_due()
    report = next(row for row in cast.cases("unit_report") if row.unit_id == cast.units["cntt"])
    assert own_item(cast, report.id).due["due_on"] == "2025-12-12"
    theirs = own_item(cast, report.id).id
    tell_child(cast, report, "hold")
    assert cast.row(report.id).is_held
    assert theirs not in in_inbox(cast, "head")
    cast.at("2025-12-10")
    tell_child(cast, report, "release")
    item = own_item(cast, report.id)
    assert item.due["due_on"] == "2025-12-12"
    assert item.id in in_inbox(cast, "head")


def test_a_case_is_held_until_its_last_ground_is_released(cast: Cast):
    case_id = case_at(cast, "cultivating", held=["complaint"])
    assert cast.row(case_id).is_held
    do(cast, "office", case_id, "add_ground", hold_ground="press")
    do(cast, "office", case_id, "clear", hold_ground="complaint")
    assert cast.row(case_id).holds == ["press"], "one of two grounds is left: still held"
    assert cast.row(case_id).is_held
    with pytest.raises(Refused) as raised:
        do(cast, "head", case_id, "replan")
    assert [reason.key for reason in raised.value.reasons] == ["hold.refuses"]
    do(cast, "office", case_id, "clear", hold_ground="press")
    assert not cast.row(case_id).is_held
    do(cast, "head", case_id, "replan")


def test_a_rhythm_goes_on_where_it_stopped(cast: Cast):
    case_id = case_at(cast, "cultivating")
    cast.at("2025-05-30")
    do(cast, "office", case_id, "hold")
    cast.at("2025-06-30")
    cast.run_due()
    assert not [i for i in cast.open_items(case_id) if i.title == "Ghi nhận bồi dưỡng"]
    do(cast, "office", case_id, "clear")
    cast.at("2025-07-03T08:00:00")
    cast.run_due()
    assert not [i for i in cast.open_items(case_id) if i.kind == "ask"]
    cast.at("2025-07-04T09:00:00")
    cast.run_due()
    assert [i.title for i in cast.open_items(case_id) if i.kind == "ask"] == ["Ghi nhận bồi dưỡng"]


def test_an_end_while_held_closes_everything(cast: Cast):
    case_id = case_at(cast, "office_check", held=["complaint"])
    do(cast, "nominator", case_id, "withdraw")
    row = cast.row(case_id)
    assert (row.state, row.holds, row.is_held) == ("withdrawn", [], False)
    assert row.ended_at is not None
    assert cast.open_items(case_id) == []
    with cast.app.database.read() as connection:
        left = sa.select(sa.func.count()).select_from(timer)
        of_case = timer.c.case_id == case_id
        assert connection.scalar(left.where(of_case, timer.c.status.in_(["armed", "paused"]))) == 0
        open_ = sa.select(sa.func.count()).select_from(work_item).where(work_item.c.case_id == case_id)
        assert connection.scalar(open_.where(work_item.c.status != "closed")) == 0


def test_guilty_leads_to_the_last_level(cast: Cast):
    case_id = case_at(cast, "office_check", held=["complaint"])
    do(cast, "office", case_id, "add_ground", hold_ground="press")
    do(cast, "office", case_id, "guilty")
    row = cast.row(case_id)
    assert (row.state, row.levels, row.holds) == ("recognized_unit", ["unit"], [])
    assert own_item(cast, case_id).id in in_inbox(cast, "head")


def test_guilty_without_a_level_leads_back_to_cultivation(cast: Cast):
    case_id = case_at(cast, "unit_appraisal", held=["complaint"])
    do(cast, "office", case_id, "guilty")
    assert (cast.row(case_id).state, cast.row(case_id).levels) == ("cultivating", [])


# --- another unit -------------------------------------------------------------------------------------


def test_moving_to_another_unit_and_taken_over_there(cast: Cast):
    case_id = case_at(cast, "recognized_unit")
    do(cast, "office", case_id, "move")
    row = cast.row(case_id)
    assert (row.unit_id, row.holds) == (cast.units["bcvt"], ["moving"])
    (opinion,) = [item for item in cast.open_items(case_id) if item.kind == "ask"]
    assert opinion.id in in_inbox(cast, "head"), "the old unit is asked"
    assert opinion.id not in in_inbox(cast, "head2")
    with pytest.raises(Refused):
        do(cast, "head2", case_id, "take_over")
    answer(cast, "head", case_id, "old_opinion")
    with pytest.raises(Refused) as raised:
        do(cast, "head", case_id, "take_over")
    assert [reason.key for reason in raised.value.reasons] == ["authority.role_missing"]
    do(cast, "head2", case_id, "take_over")
    assert cast.row(case_id).holds == []
    assert own_item(cast, case_id).id in in_inbox(cast, "head2")
    assert in_inbox(cast, "head") == set()


# --- levels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state,who,action,then", [
    ("unit_appraisal", "head", "refuse", "cultivating"), ("office_check", "office", "refuse", "recognized_unit"),
    ("preparing", "office", "drop", "recognized_department"), ("at_province", "office", "refuse",
     "recognized_department"),
])  # fmt: skip
def test_a_refusal_leads_to_the_last_level(cast: Cast, state: str, who: str, action: str, then: str):
    case_id = case_at(cast, state)
    do(cast, who, case_id, action)
    assert cast.row(case_id).state == then


def test_revoking_drops_one_level_at_a_time(cast: Cast):
    case_id = case_at(cast, "recognized_department")
    assert cast.row(case_id).levels == ["unit", "department"]
    do(cast, "director", case_id, "revoke")
    row = cast.row(case_id)
    assert (row.state, row.levels, row.top_level) == ("recognized_unit", ["unit"], "unit")
    do(cast, "head", case_id, "revoke")
    row = cast.row(case_id)
    assert (row.state, row.levels, row.top_level) == ("struck_off", [], "")


def test_climbing_again_after_a_refusal(cast: Cast):
    case_id = case_at(cast, "office_check")
    visits = cast.row(case_id).visit
    do(cast, "office", case_id, "refuse")
    do(cast, "head", case_id, "climb")
    do(cast, "office", case_id, "forward")
    do(cast, "office", case_id, "record_passed")
    do(cast, "director", case_id, "recognize")
    row = cast.row(case_id)
    assert (row.state, row.levels) == ("recognized_department", ["unit", "department"])
    assert row.visit == visits + 5


def test_a_level_won_twice_is_held_once(cast: Cast):
    case_id = case_at(cast, "recognized_department")
    do(cast, "director", case_id, "revoke")
    for who, action in (("head", "climb"), ("office", "forward"), ("office", "record_passed"),
                        ("director", "recognize")):  # fmt: skip
        do(cast, who, case_id, action)
    assert cast.row(case_id).levels == ["unit", "department"]


# --- what follows by itself ---------------------------------------------------------------------------


def test_an_answer_is_taken_once(cast: Cast):
    case_id = case_at(cast, "recognized_province")
    cast.settle()
    (merit,) = cast.cases("merit_request")
    do(cast, "office", merit.id, "none")
    cast.settle()
    assert actions(cast, case_id).count("merit_lost") == 1
    do(cast, "office", case_id, "hold")
    do(cast, "office", case_id, "clear")
    cast.settle()
    assert actions(cast, case_id).count("merit_lost") == 1, "and not again when something else happens"
    do(cast, "office", case_id, "request_merit")
    cast.settle()
    second = cast.cases("merit_request")[-1]
    do(cast, "office", second.id, "none")
    cast.settle()
    assert actions(cast, case_id).count("merit_lost") == 2, "another answer is another word"


def test_a_case_begun_by_hand_tells_nobody(cast: Cast):
    merit = begin(cast, "merit_request")
    do(cast, "office", merit, "none")
    cast.settle()
    assert (cast.row(merit).state, cast.row(merit).parent_id) == ("no_ground", None)


def test_the_receiving_head_has_the_taking_over_in_the_inbox(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "office", case_id, "move")
    step = own_item(cast, case_id, "held_step")
    assert step.title == "Tiếp nhận từ đơn vị cũ"
    assert step.id in in_inbox(cast, "head2")
    assert step.id not in in_inbox(cast, "office") | in_inbox(cast, "head")
    cast.settle()
    assert any(letter.get("item_id") == step.id for letter in cast.told.letters), "and is told"
    do(cast, "office", case_id, "add_ground")  # another ground beside it leaves it where it is
    assert own_item(cast, case_id, "held_step").id == step.id
    option = next(o for o in cast.app.engine.view(cast.actor("head2"), case_id).options if o.name == "held:take_over")
    assert option.item_id == step.id
    answer(cast, "head", case_id, "old_opinion")
    do(cast, "head2", case_id, "take_over")
    assert [one.kind for one in cast.open_items(case_id)] == ["held"], "the complaint alone holds it now"
    do(cast, "office", case_id, "clear")
    assert [one.kind for one in cast.open_items(case_id)] == ["state"]
