"""Python knows stages and levels, never a state: its names belong to the plan, which may change them."""

from __future__ import annotations

import ast
from typing import get_args

import pytest
import yaml

from config.settings import SHIPPED_PLANS
from dev import ROOT
from tests.architecture.test_packages import ROOMS
from workflow.definition import Stage

STORY = "config/demo/"  # a story told about the shipped plan, in its words; a real installation never loads it
HOMONYMS = {  # what these words mean there has nothing to do with a state of the same name
    ("states/desk/model.py", "withdrawn"): "a letter taken back",
    ("states/desk/tidying.py", "withdrawn"): "a message taken back",
    ("states/eligibility/guards.py", "missing"): "a sentence's parameter",
    ("states/imports/recognitions.py", "refused"): "what is wrong with a row",
    ("states/imports/records.py", "refused"): "what is wrong with a row",
    ("states/notices/facts.py", "refused"): "a verb's notice",
    ("states/notices/log.py", "dropped"): "a letter that did not go",
    ("states/quality/sheet.py", "refused"): "a count's name",
    ("states/quality/sheet.py", "withdrawn"): "a count's name",
    ("states/reviews/counts.py", "awarded"): "a count's name",
    ("states/reviews/counts.py", "published"): "a count's name",
    ("states/reviews/counts.py", "registered"): "a count's name",
    ("states/documents/figures.py", "awarded"): "a count's name",
    ("states/documents/figures.py", "published"): "a count's name",
    ("states/documents/figures.py", "registered"): "a count's name",
    ("states/documents/samples.py", "published"): "a count's name",
    ("states/documents/queries.py", "withdrawn"): "a message taken back",
    ("workflow/arming.py", "cancelled"): "a timer's status",
    ("workflow/arming.py", "dropped"): "a reminder that no longer goes",
    ("workflow/firing.py", "dropped"): "a reminder that no longer goes",
    ("workflow/message.py", "refused"): "a refusal's status",
    ("workflow/outbox.py", "withdrawn"): "a message taken back",
    ("workflow/resumption.py", "dropped"): "a letter that did not go",
    ("workflow/permission.py", "refused"): "a refusal's status",
    ("workflow/why_deadline.py", "dropped"): "a reminder that did not go",
    ("workflow/writing_sqlite.py", "withdrawn"): "a message taken back",
    ("workflow/reminding.py", "dropped"): "a reminder that no longer goes",
}


def states() -> set[str]:
    """Names of all states of the shipped plans that are no stage's name too."""
    files = SHIPPED_PLANS.glob("*/processes/*.yaml")
    found = {name for file in files for name in yaml.safe_load(file.read_text(encoding="utf-8"))["states"]}
    return found - set(get_args(Stage))


def named() -> set[tuple[str, str]]:
    """(file, state) wherever a text in Python is exactly a state's name."""
    known, found = states(), set()
    for path in sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in known:
                found.add((str(path.relative_to(ROOT)), node.value))
    return {one for one in found if not one[0].startswith(STORY)}


def test_no_state_of_a_shipped_plan_stands_in_python() -> None:
    assert named() - HOMONYMS.keys() == set()


def test_the_list_of_homonyms_is_no_longer_than_it_must_be() -> None:
    assert HOMONYMS.keys() - named() == set()


@pytest.mark.parametrize("state", ["unit_appraisal", "recognized_province", "at_province"])
def test_the_search_knows_what_it_looks_for(state: str) -> None:
    assert state in states()
