"""Every rule passes, fails and asks for proof where it should, and says it in both languages with its figures."""

from __future__ import annotations

import inspect
import re

import pytest

from config.texts import load
from states.eligibility import rules
from states.eligibility.case_facts import Facts, months_between, row_of_years
from states.eligibility.rules import JUDGES
from tests.states.eligibility.fixtures import CASES, NEVER, D, asked

ROWS = [(rule, *row) for rule, rows in CASES.items() for row in rows]


@pytest.mark.parametrize(
    ("rule", "about", "figures", "facts", "result"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS]
)
def test_a_rule_ends_as_it_should(rule: str, about: str, figures: dict[str, object], facts: Facts, result: str) -> None:
    outcome = JUDGES[rule](facts, asked(rule, **figures))
    assert outcome.result == result, about
    texts = load(strict=True)
    for language in ("vi", "en"):
        said = texts.render(outcome.message, language)
        assert said
        assert "{" not in said
        assert outcome.message.key not in said


def test_every_rule_has_an_example_of_every_result_it_can_have() -> None:
    assert set(CASES) == set(JUDGES)
    for rule, rows in CASES.items():
        told = {row[3] for row in rows}
        assert told | set(NEVER.get(rule, "").split()) == {"pass", "fail", "proof"}, rule
        assert told.isdisjoint(NEVER.get(rule, "").split()), rule


def test_a_rule_can_only_end_as_its_own_code_says() -> None:
    """`NEVER` is no excuse: what it denies stands nowhere in the rule."""
    for rule, denied in NEVER.items():
        source = inspect.getsource(getattr(rules, rule))
        for result in denied.split():
            assert not re.search(rf'"{result}"', source), (rule, result)


@pytest.mark.parametrize(
    ("years", "last", "length"),
    [([2023, 2024], 2024, 2), ([2022, 2024], 2024, 1), ([2023], 2024, 0), ([], 2024, 0), ([2024, 2024, 2023], 2024, 2)],
)
def test_years_in_a_row_end_at_a_gap(years: list[int], last: int, length: int) -> None:
    assert row_of_years(years, last) == length


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (D(2025, 3, 1), D(2025, 9, 1), 6), (D(2025, 3, 1), D(2025, 8, 31), 5), (D(2024, 8, 31), D(2025, 2, 28), 5),
        (D(2024, 12, 15), D(2025, 6, 15), 6),
    ],
)  # fmt: skip
def test_months_are_whole(first: object, last: object, months: int) -> None:
    assert months_between(first, last) == months  # type: ignore[arg-type]
