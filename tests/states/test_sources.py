"""Every refusal of a guard names the text it rests on, and so does every condition, quota and threshold of the seed."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

from config.texts import read
from dev import ROOT
from states.eligibility.rules import RULES
from states.quotas.standing import source_of
from tests.workflow.plans import registry, second, shipped

SOURCE = re.compile(
    r"\{source\}|\b(Luật|NĐ|CV|TANDTC|Điều|Đ\.)\s?\d|TANDTC Đ|Luật 06|CV 5007|Kế hoạch [IVX]|[Qq]uy chế Hội đồng"
    r"|quy tắc biểu quyết|bộ tiêu chí|cấu hình của cơ quan|Kế hoạch không nêu"
)
PARTS = {"guard.both", "guard.either"}
"""Sentences made of others."""


def keys_of_guards() -> set[str]:
    """Every sentence the modules of the registered guards can refuse with."""
    modules = {sys.modules[entry.call.__module__] for entry in registry().guards.values()}
    said = {key for one in modules for key in re.findall(r'Message\(\s*"([\w.]+)"', inspect.getsource(one))}
    return {key for key in said if key.startswith("guard.")} - PARTS


def test_every_guard_has_sentences_to_refuse_with() -> None:
    assert len(keys_of_guards()) >= 20


@pytest.mark.parametrize("key", sorted(keys_of_guards()))
def test_a_refusal_names_its_source(key: str) -> None:
    assert SOURCE.search(read("vi")[key]), read("vi")[key]


@pytest.mark.parametrize("result", ["fail", "proof"])
def test_what_eligibility_refuses_names_its_source_and_how_sure_it_is(result: str) -> None:
    text = read("vi")[f"eligibility.refused_{result}"]
    assert "{source}" in text
    assert "{sure}" in text


def test_every_condition_of_the_seed_cites_a_text() -> None:
    assert not [name for name, said in shipped().plan.eligibility.items() if not said.get("cite")]
    assert {said["rule"] for said in shipped().plan.eligibility.values() if said.get("rule")} <= set(RULES)


def test_every_threshold_of_a_vote_and_set_of_criteria_cites_a_text() -> None:
    plan = shipped().plan
    assert not [name for name in plan.votes if not plan.rules(name).get("cite")]
    assert not [one.name for one in plan.criteria.values() if not one.cite]


def test_a_quota_that_cites_nothing_rests_on_the_plan_itself() -> None:
    for plan in (shipped().plan, second().plan):
        assert all(source_of(plan, quota) for quota in plan.quotas.values())


ROOMS = ("eligibility", "quotas", "councils", "nominees", "merit_requests", "endorsements", "complaints")
READ = {
    "nominees/guards.py": {6: "months in the old unit: TANDTC Đ.29 [A]; the plan asks for the guard by name"},
    "councils/sittings.py": {70: "women of a collective in the hundred: NĐ 152 Đ.4(6) [A]; `prefer` names the rule"},
    "eligibility/conditions.py": {2025: "the day NĐ 152 took effect: Đ.59(1) [A]", 7: "its month"},
    "merit_requests/guards.py": {2: "initiatives of ground (d): Luật Đ.74(1)(d) [A]"},
}
TECHNICAL = {
    "eligibility/case_facts.py": {12, 31},  # the last day of a year
    "eligibility/rules.py": {100, 12, 365, 1900},  # in the hundred; months of a year's days; before anybody's time
    "eligibility/panel.py": {120},  # days before a text ends that the office is told
    "eligibility/requirement.py": {100}, "eligibility/titles.py": {64},  # in the hundred; plans kept read
    "quotas/limits.py": {2}, "quotas/splitting.py": {300},  # half up; letters of a reason
    "nominees/guards.py": {12}, "councils/rule_sets.py": {5},  # months of a year; most ballots a plan may ask for
    "councils/guards.py": {3}, "councils/sittings.py": {2, 100}, "councils/votes.py": {100},  # names; in the hundred
    "councils/live.py": {2, 3, 4, 6},  # places in a row, letters of an id that a page's mark is made of
    "councils/settling.py": {1_000_000},  # below any share
    "merit_requests/effects.py": {300}, "merit_requests/facts.py": {300},  # letters of a title
    "complaints/complainants.py": {300, 20_000}, "complaints/queries.py": {200},  # letters; lines of a page
}  # fmt: skip


def numbers_of(path: Path) -> set[int]:
    """Every whole number from 2 up that the code counts with; lengths of columns and names in quotes are no rules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    columns = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_column(node)
               for one in ast.walk(node)}  # fmt: skip
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in columns)
    return {node.value for node in found if isinstance(node.value, int) and node.value > 1}


def _is_column(node: ast.Call) -> bool:
    return getattr(node.func, "attr", getattr(node.func, "id", "")) in ("Column", "String")


def test_no_number_that_is_uncertain_is_code() -> None:
    """Months, shares, counts and dates that no text was read for are the plan's: what stands here is named above."""
    files = [path for room in ROOMS for path in sorted((ROOT / "states" / room).glob("*.py"))]
    found = {f"{path.parent.name}/{path.name}": numbers_of(path) for path in files}
    known = {name: {*READ.get(name, {}), *TECHNICAL.get(name, set())} for name in found}
    assert {name: left for name, one in found.items() if (left := one - known[name])} == {}
