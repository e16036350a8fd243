"""Each condition: passes, fails with its source, and the source is the one in force that day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.eligibility.conditions import CONDITIONS, findings
from states.eligibility.guards import eligible
from states.subjects.facts import Standing
from tests.states.facts import TODAY, context
from workflow.registry import Context

LEVELS = {"unit": "Cấp phòng", "department": "Cấp Sở", "province": "Cấp tỉnh"}
NOTHING_AGAINST: dict[str, Any] = {
    "standing": Standing(None), "disciplines": [], "recognitions": [], "plan_levels": LEVELS,
}  # fmt: skip


def _discipline(first: date, last: date | None) -> dict[str, Any]:
    return {"decision_number": "9/QĐ", "starts_on": first, "ends_on": last}


def _case(facts: dict[str, Any] | None = None, **changed: Any) -> Context:
    return context(facts={**NOTHING_AGAINST, **(facts or {})}, **changed)


FAILING = {
    "not_held": _case(holds=("complaint",)),
    "still_here": _case({"standing": Standing(date(2025, 11, 2))}),
    "not_under_discipline": _case({"disciplines": [_discipline(date(2025, 1, 1), None)]}),
    "level_not_held": _case({"recognitions": [{"level": "unit", "case_id": "c9", "code": "DH-2024-0001"}]}),
}
PASSING = {
    "not_held": _case(),
    "still_here": _case({"standing": Standing(TODAY)}),
    "not_under_discipline": _case({"disciplines": [_discipline(date(2024, 1, 1), date(2025, 11, 2))]}),
    "level_not_held": _case(
        {"recognitions": [{"level": "unit", "case_id": "c1", "code": "DH-2025-0001"}]}, levels=("unit",)
    ),
}


def test_every_condition_has_a_passing_and_a_failing_example() -> None:
    assert {c.name for c in CONDITIONS} == set(FAILING) == set(PASSING)


@pytest.mark.parametrize("name", FAILING)
def test_a_condition_fails_alone_and_names_its_source(name: str) -> None:
    failed = [f for f in findings(FAILING[name]) if f.refusal is not None]
    assert [f.condition for f in failed] == [name]
    assert failed[0].refusal is not None
    assert failed[0].refusal.params["source"] == failed[0].source.article


@pytest.mark.parametrize("name", PASSING)
def test_a_condition_passes(name: str) -> None:
    assert [f for f in findings(PASSING[name]) if f.refusal is not None] == []
    assert eligible(PASSING[name], None) is None


@pytest.mark.parametrize(
    ("day", "article", "certainty"),
    [
        (date(2025, 6, 30), "Kế hoạch", "plan"),
        (date(2025, 7, 1), "NĐ 152/2025 Đ.4(3)", "A"),
        (date(2027, 3, 2), "NĐ 152/2025 Đ.4(3)", "A"),  # when it ends is no certain fact: a plan's `bases` say it
    ],
)
def test_the_source_is_the_one_in_force(day: date, article: str, certainty: str) -> None:
    source = next(c for c in CONDITIONS if c.name == "not_held").source(day)
    assert (source.article, source.certainty) == (article, certainty)


def test_all_that_is_against_is_said_at_once() -> None:
    facts = {"disciplines": [_discipline(TODAY, None)], "standing": Standing(date(2025, 10, 1))}
    against = eligible(_case(facts, holds=("press",)), None)
    assert against is not None
    said = [against.params["then"].key, against.params["first"].params["then"].key]
    assert said == ["eligible.not_under_discipline", "eligible.still_here"]
    assert against.params["first"].params["first"].key == "eligible.not_held"
