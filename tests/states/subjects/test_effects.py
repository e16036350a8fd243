"""What decisions leave with a subject, once, whatever raced."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from states.merit_requests.effects import record_award
from states.subjects import effects
from states.subjects.model import award, recognition, subject, unit_stay
from tests.cast import Cast
from tests.states import facts
from workflow.message import Invalid, Message, Refused
from workflow.organisation import person
from workflow.rulebook import HELD


def _rows(cast: Cast, table: sa.Table) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def _apply(cast: Cast, effect: Any, case_id: str, **changed: Any) -> None:
    with cast.app.database.write() as connection:
        effect(facts.of(case_id, cast, **changed), connection)


DECISION = {"decision_number": "12/QĐ-STTTT", "decided_on": "2025-03-03", "decision_file": "f1"}


def test_a_recognition_keeps_its_level_decision_case_and_event(cast: Cast) -> None:
    case_id = cast.nominate()
    _apply(cast, effects.record_recognition, case_id, entered_level="unit", inputs=DECISION, event_seq=4)
    row = _rows(cast, recognition)[0]
    assert (row.level, row.case_id, row.event_seq, row.decision_number) == ("unit", case_id, 4, "12/QĐ-STTTT")
    assert (row.decided_on, row.decision_file_id, row.brought_in) == (date(2025, 3, 3), "f1", False)


def test_nothing_is_decided_before_its_case_began(cast: Cast) -> None:
    """1990 for 2025 would count in a year nobody looks at. What is brought in was decided before, of course."""
    case_id, early = cast.nominate(), {**DECISION, "decided_on": "2025-03-02"}
    for effect, place in ((effects.record_recognition, {"entered_level": "unit"}), (effects.revoke_recognition, {})):
        with pytest.raises(Invalid) as refused:
            _apply(cast, effect, case_id, **place, inputs=early)
        assert refused.value.fields["decided_on"] == Message("effect.decided_before", {"first": date(2025, 3, 3)})
    assert _rows(cast, recognition) == []
    _apply(cast, effects.record_brought_in, case_id, inputs={**early, "held_level": "unit"})


def test_without_a_level_there_is_nothing_to_record(cast: Cast) -> None:
    case_id = cast.nominate()
    with pytest.raises(Refused, match="no_level"):
        _apply(cast, effects.record_recognition, case_id, entered_level=None)


def test_nobody_is_recognised_twice_at_one_level_until_it_is_revoked(cast: Cast) -> None:
    case_id = cast.nominate()
    _apply(cast, effects.record_recognition, case_id, entered_level="unit")
    with pytest.raises(Refused, match="level_held"):
        _apply(cast, effects.record_brought_in, case_id, inputs={**DECISION, "held_level": "unit"})
    ground = {**DECISION, "revoke_ground": "false_merit"}
    _apply(cast, effects.revoke_recognition, case_id, level="unit", inputs=ground)
    _apply(cast, effects.record_brought_in, case_id, inputs={**DECISION, "held_level": "unit"})
    first, second = _rows(cast, recognition)
    assert (first.revoke_ground, first.revoke_decision, first.revoked_on) == (
        "false_merit", "12/QĐ-STTTT", date(2025, 3, 3),
    )  # fmt: skip
    assert (second.revoked_at, second.brought_in) == (None, True)


def test_a_reward_is_a_record_of_its_own_and_only_when_chosen(cast: Cast) -> None:
    case_id = cast.nominate()
    _apply(cast, effects.record_reward, case_id, inputs={})
    assert _rows(cast, award) == []
    _apply(cast, effects.record_reward, case_id, inputs={"reward": "certificate"})
    assert [row.form for row in _rows(cast, award)] == ["certificate"]


def test_moving_takes_case_subject_and_person_along_and_keeps_the_time_before(cast: Cast) -> None:
    case_id = cast.nominate()
    receipt = cast.act("office", case_id, "move", new_unit=cast.units["bcvt"], moved_on="2025-03-10")
    assert cast.row(receipt.case_id).unit_id == cast.units["bcvt"]
    with cast.app.database.read() as connection:
        works_in = connection.scalar(sa.select(person.c.unit_id).where(person.c.id == cast.people["candidate"]))
        belongs = connection.scalar(sa.select(subject.c.unit_id))
        stays = list(connection.execute(sa.select(unit_stay).order_by(unit_stay.c.starts_on)))
    assert works_in == belongs == cast.units["bcvt"]
    assert [(s.unit_id, s.ends_on) for s in stays] == [
        (cast.units["cntt"], date(2025, 3, 9)), (cast.units["bcvt"], None),
    ]  # fmt: skip


def test_the_old_units_head_is_asked_after_a_move(cast: Cast) -> None:
    case_id = cast.nominate()
    cast.act("office", case_id, "move", new_unit=cast.units["bcvt"], moved_on="2025-03-10")
    cast.answer("head", case_id, "old_opinion", opinion="Hoàn thành tốt nhiệm vụ.")
    cast.act("head2", case_id, HELD + "take_over")
    assert cast.row(case_id).holds == []


def test_an_award_uses_up_its_proof_and_a_second_one_on_it_fails(cast: Cast) -> None:
    first, second = cast.nominate(), cast.nominate(who="colleague1")
    proof = cast.upload("office")
    fields = {"ground_proof": [proof], "initiatives": ["Kho dữ liệu mở"]}
    _apply(cast, record_award, first, fields=fields, inputs=DECISION)
    assert [row.form for row in _rows(cast, award)] == ["provincial_certificate_of_merit"]
    _apply(cast, record_award, second, fields=fields, inputs=DECISION)  # another subject may use the same paper
    same_subject = facts.of(first, cast).subject
    with pytest.raises(Refused, match="already_used"):
        _apply(cast, record_award, second, fields=fields, inputs=DECISION, subject=same_subject, event_seq=9)


def test_an_award_of_another_plan_may_have_another_form(cast: Cast) -> None:
    case_id = cast.nominate()
    _apply(cast, record_award, case_id, fields={"award_form": "cup"}, inputs=DECISION)
    assert [row.form for row in _rows(cast, award)] == ["cup"]
