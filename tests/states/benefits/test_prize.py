"""What is due: a multiple of the base salary of that day, rounded up; begun where a reward was chosen."""

from __future__ import annotations

from datetime import date

import pytest

from states.benefits.prize import sum_due
from tests.cast import Cast, sound
from tests.roads import case_at

SAID = {
    "round_up_to": "10000", "base_salary": {"2023-07-01": "1800000", "2024-07-01": "2340000"},
    "multiples": {"certificate": {"person": "0.3", "collective": "0.6"}, "merit": {"collective": "3.0"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("reward", "kind", "day", "due"),
    [
        ("certificate", "person", date(2024, 6, 30), 540_000),
        ("certificate", "person", date(2024, 7, 1), 710_000),  # 702 000, up to tens of thousands
        ("certificate", "collective", date(2025, 3, 3), 1_410_000),  # 1 404 000
        ("merit", "collective", date(2025, 3, 3), 7_020_000),
        ("merit", "person", date(2025, 3, 3), None),  # the plan names no multiple
        ("certificate", "person", date(2023, 6, 30), None),  # nor a salary for that day
    ],
)
def test_the_sum_that_is_due(reward: str, kind: str, day: date, due: int | None) -> None:
    found = sum_due(SAID, reward, kind, day)
    assert (found and found[0]) == due


def test_a_benefit_begins_only_with_a_reward(cast: Cast) -> None:
    case_at(cast, "recognized_department")
    cast.settle()
    assert cast.cases("benefit") == []


def test_a_certificate_brings_its_money(cast: Cast) -> None:
    nominee = case_at(cast, "director_decision")
    cast.act("director", nominee, "recognize", reward="certificate", decision_number="12/QĐ-STTTT",
             decided_on="2025-03-03", decision_file=cast.upload("director"))  # fmt: skip
    cast.settle()
    (due,) = cast.cases("benefit")
    cast.act(
        "office", due.id, "settle", reward="certificate", decided_on="2025-03-03", what="Tiền thưởng kèm Giấy khen"
    )
    view = cast.app.engine.view(cast.actor("office"), due.id)
    assert [row["value"] for row in view.fields["due_sum"]] == ["710.000"]
    cast.act("director", due.id, "approve")
    cast.act("office", due.id, "done", paid_on="2025-03-03", paid=710_000)
    assert cast.row(due.id).state == "was_given"
    sound(cast)
