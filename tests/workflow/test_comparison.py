"""Two versions of a plan told apart: what happens, to whom, until when; rules about time as they were and are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.settings import SHIPPED_PLANS
from states.registration import register
from workflow.comparison import compare, compare_plans
from workflow.definition import Definition
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import Registry


@pytest.fixture(scope="module")
def loaded() -> LoadedPlan:
    registry = Registry()
    register(registry)
    return load_plan(Path(SHIPPED_PLANS / "so-tttt-2022-2025"), registry=registry)


def edited(one: Definition, state: str, **changed: Any) -> Definition:
    return one.model_copy(update={"states": {**one.states, state: one.states[state].model_copy(update=changed)}})


def test_the_same_differs_in_nothing(loaded: LoadedPlan) -> None:
    assert compare(loaded.definitions, loaded.definitions) == []
    assert compare_plans(loaded.plan, loaded.plan) == []


def test_rules_about_time_are_told_as_they_were_and_are(loaded: LoadedPlan) -> None:
    old = loaded.definitions["nominee"]
    new = edited(old, "identified", due="15 working_days", remind=(3, 1), escalate=(), owner=("director",))
    found = {one.what.key: one for one in compare({"nominee": old}, {"nominee": new})}
    assert set(found) == {"compare.owner", "compare.due", "compare.remind", "compare.escalate"}
    due, was = found["compare.due"], old.states["identified"]
    assert (due.name, due.state, due.rule, due.before, due.after) == (
        "nominee", "identified", "due", was.due, "15 working_days",
    )  # fmt: skip
    assert found["compare.remind"].after == (3, 1)
    assert (found["compare.escalate"].before, found["compare.escalate"].after) == (was.escalate, ())
    assert found["compare.owner"].rule == ""


def test_an_ask_in_which_only_the_time_is_another(loaded: LoadedPlan) -> None:
    old = loaded.definitions["nominee"]
    state, (name, ask) = next((one, each) for one in old.states.values() for each in one.asks.items())
    new = edited(old, state.name, asks={**state.asks, name: ask.model_copy(update={"due": "77 days"})})
    (found,) = compare({"nominee": old}, {"nominee": new})
    assert (found.what.key, found.what.params, found.after) == ("compare.ask_due", {"title": ask.title}, "77 days")


def test_the_plan_s_own_numbers_papers_and_roles(loaded: LoadedPlan) -> None:
    plan = loaded.plan
    paper = next(iter(plan.documents))
    changed = plan.model_copy(update={
        "remind_hour": 9, "documents": {name: one for name, one in plan.documents.items() if name != paper},
        "votes": {**plan.votes, "another": {"title": "Thể lệ khác"}},
    })  # fmt: skip
    found = {one.what.key: one.what.params for one in compare_plans(plan, changed)}
    assert found == {
        "compare.plan_remind_hour": {}, "compare.documents_gone": {"title": plan.documents[paper].title or paper},
        "compare.votes_new": {"title": "Thể lệ khác"},
    }  # fmt: skip
