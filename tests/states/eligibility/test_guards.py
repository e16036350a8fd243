"""A dossier is complete when the plan's parts are there."""

from __future__ import annotations

import pytest

from config.settings import SHIPPED_PLANS
from config.texts import load
from states.eligibility.guards import dossier_complete
from states.registration import register
from tests.states.facts import context
from workflow.defaults import all_actions
from workflow.loading import load_plan
from workflow.message import Message
from workflow.registry import Registry

TITLES = {"report": "Báo cáo thành tích", "evidence": "Minh chứng", "decision_file": "Bản quyết định"}
PARTS = "report, evidence|decision_file"


def _asked(**fields: object) -> Message | None:
    return dossier_complete(context(fields=fields, facts={"field_titles": TITLES}), PARTS)


@pytest.mark.parametrize("fields", [{"report": "f1", "evidence": ["f2"]}, {"report": "f1", "decision_file": "f3"}])
def test_complete(fields: dict[str, object]) -> None:
    assert _asked(**fields) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"report": "f1", "evidence": []}, "Hồ sơ còn thiếu: Minh chứng hoặc Bản quyết định."),
        ({"evidence": ["f2"]}, "Hồ sơ còn thiếu: Báo cáo thành tích."),
        ({}, "Hồ sơ còn thiếu: Báo cáo thành tích, Minh chứng hoặc Bản quyết định."),
    ],
)
def test_what_is_missing_is_named_as_the_plan_names_it(fields: dict[str, object], words: str) -> None:
    against = _asked(**fields)
    assert against is not None
    assert load(strict=True).render(against).startswith(words)


def test_without_a_list_some_proof_is_asked_for() -> None:
    assert dossier_complete(context(facts={"field_titles": {}}), None) is not None
    assert dossier_complete(context(fields={"evidence": ["f"]}, facts={"field_titles": {}}), None) is None


def test_shipped_plans_ask_only_for_fields_they_have() -> None:
    registry = Registry()
    register(registry)
    asked = 0
    for folder in (path.parent for path in SHIPPED_PLANS.glob("*/plan.yaml")):
        for definition in load_plan(folder, registry=registry).definitions.values():
            for action in all_actions(definition):
                for term in action.conditions:
                    if term.name == "dossier_complete":
                        names = {name.strip() for part in (term.arg or "").split(",") for name in part.split("|")}
                        assert names <= set(definition.fields), (definition.process, action.name)
                        asked += 1
    assert asked >= 6  # the seed and the plans of other bodies beside it
