"""docs/PLAN.md: every clause of the written plan has its page, its process and a test that walks it."""

from __future__ import annotations

import ast
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev import ROOT
from tests.workflow.plans import SHIPPED, registry, shipped
from workflow.defects import DefinitionError
from workflow.loading import load_plan

CLAUSES = (
    "I.1 đoạn 1", "I.1 đoạn 2", "I.1 đoạn 3", "I.1 đoạn 4", "I.2 đoạn 1", "I.2 đoạn 2", "II.1 đoạn 1", "II.1 đoạn 2",
    "II.2 đoạn 1", "II.2 đoạn 2", "II.3 đoạn 1", "II.3 đoạn 2", "II.3 đoạn 3", "II.3 đoạn 4", "II.4 đoạn 1",
    "II.4 đoạn 2", "II.4 đoạn 3", "II.4 đoạn 4", "II.5 đoạn 1", "II.5 đoạn 2", "II.5 đoạn 3", "II.6 đoạn 1",
    "II.6 đoạn 2", "III ý 1", "III ý 2", "IV.1 ý 1", "IV.1 ý 2", "IV.2 đoạn 1", "IV.2 đoạn 2", "IV.2 đoạn 3",
    "IV.2 đoạn 4",
)  # fmt: skip
"""The paragraphs of the plan that order something, counted in its paper; a new one needs a line of the table."""


@dataclass(frozen=True)
class Clause:
    """One line of the table."""

    name: str
    page: str
    process: str
    test: str


def clauses() -> list[Clause]:
    text = (ROOT / "docs" / "PLAN.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|") and "::" in line]
    rows = [[cell.strip().strip("`") for cell in line] for line in lines]
    return [Clause(row[0], row[2], row[3], row[4]) for row in rows]


def test_every_clause_has_its_line() -> None:
    assert tuple(one.name for one in clauses()) == CLAUSES


def test_every_process_of_the_plan_serves_a_clause() -> None:
    serving = {process for one in clauses() for process in one.process.split(", ")}
    assert serving == set(shipped().definitions)


@pytest.mark.parametrize("clause", clauses(), ids=lambda one: one.name)
def test_a_clause_names_a_page_and_a_test_that_are_there(clause: Clause) -> None:
    path, _, name = clause.test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    views = (ROOT / "web" / "views").glob("*.py")
    rules = "\n".join(file.read_text(encoding="utf-8") for file in views)
    assert f'"/{clause.page.split("/")[1]}' in rules


@pytest.mark.parametrize("process", sorted(shipped().definitions))
def test_without_its_process_file_no_test_of_a_clause_has_a_plan_to_walk(process: str, tmp_path: Path) -> None:
    """Every test of the table runs on the shipped plan, whole: without the file it does not load, named or not."""
    copy = tmp_path / SHIPPED.name
    shutil.copytree(SHIPPED, copy)
    (copy / "processes" / f"{process}.yaml").unlink()
    with pytest.raises(DefinitionError):
        load_plan(copy, registry=registry())
