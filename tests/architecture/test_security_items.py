"""docs/SECURITY.md: every item of its chapters is there once, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from dev import ROOT

STATES = {"met", "partly", "not met", "–"}
ITEMS = {  # ASVS 5.0: section → how many items of levels 1 and 2 it has, always the first ones
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "10.5": 5,
}  # fmt: skip
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]*) \| ([^|]*) \|([^|]*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8"))


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_item_is_there_once() -> None:
    found = [item for item, *_ in rows()]
    assert len(found) == len(set(found))
    wanted = {f"{section}.{number}" for section, many in ITEMS.items() for number in range(1, many + 1)}
    assert wanted - set(found) == set()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_item_says_how_and_names_tests_that_exist(row: tuple[str, str, str, str]) -> None:
    _, state, how, named = row
    assert state in STATES
    assert how
    tests = TEST.findall(named)
    assert bool(tests) is (state != "–")
    for path, name in tests:
        assert name in named_in(path), f"{path} has no {name}"
    assert TEST.sub("", named).strip(" ,") == "", "nothing but tests stands there"
