"""docs/SECURITY.md: every attack and every item is there once, and every test and configuration it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from dev import ROOT

STATES = {"met", "partly", "not met", "–"}
ATTACKS = 29
ITEMS = {  # ASVS 5.0.0: section → how many items of levels 1 and 2 it has, always the first ones
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1,
    "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]*) \| ([^|]*) \|([^|]*)\|$", re.MULTILINE)
ATTACK = re.compile(r"^\| (\d+) \| ([^|]*) \| ([^|]*) \|([^|]*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CONFIGURED = re.compile(r"`(docs/[\w./-]+)` has `([^`]+)`")


def text() -> str:
    return (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(text())


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_item_is_there_once() -> None:
    found = [item for item, *_ in rows()]
    assert len(found) == len(set(found))
    wanted = {f"{section}.{number}" for section, many in ITEMS.items() for number in range(1, many + 1)}
    assert wanted - set(found) == set()


def test_every_attack_is_there_once_with_tests_that_exist() -> None:
    found = ATTACK.findall(text())
    assert [int(number) for number, *_ in found] == list(range(1, ATTACKS + 1))
    for _, attack, control, named in found:
        assert attack
        assert control
        assert proofs(named)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_item_says_how_and_names_tests_that_exist(row: tuple[str, str, str, str]) -> None:
    _, state, how, named = row
    assert state in STATES
    assert how
    assert bool(proofs(named)) is (state in ("met", "partly"))


def proofs(named: str) -> int:
    """How many tests and configurations these are; all of them are there."""
    tests, configured = TEST.findall(named), CONFIGURED.findall(named)
    for path, name in tests:
        assert name in named_in(path), f"{path} has no {name}"
    for path, words in configured:
        assert words in (ROOT / path).read_text(encoding="utf-8"), f"{path} has no {words}"
    assert CONFIGURED.sub("", TEST.sub("", named)).strip(" ,") == "", "nothing but these stands there"
    return len(tests) + len(configured)
