"""The days a period's key names, and those before it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.cadences import EVERY, period_key
from workflow.definition import Phase, Plan
from workflow.periods import before, days_of, kind_of, up_to

PLAN = Plan(
    plan="p", agency="a", title="t", start=date(2022, 1, 1), end=date(2025, 12, 31), levels={}, kinds={}, roles={},
    processes=(), phases={
        "spread": Phase(name="spread", title="", start=date(2022, 1, 1), end=date(2024, 6, 30)),
        "final": Phase(name="final", title="", start=date(2024, 7, 1), end=date(2025, 12, 31)),
    },
)  # fmt: skip
KINDS = tuple(every for every in EVERY if every != "phase")


@given(st.sampled_from(KINDS), st.dates(date(2000, 1, 1), date(2050, 12, 31)))
def test_a_key_names_the_days_that_have_this_key(every, day):
    key = period_key(every, day)
    first, last = days_of(key, PLAN)
    assert kind_of(key) == every
    assert first <= day <= last
    assert period_key(every, first) == period_key(every, last) == key
    earlier = before(key, PLAN)
    assert (first - days_of(earlier, PLAN)[1]).days == 1


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2024.final", "2024-07-01", "2025-12-31"),
        ("2024-2025", "2024-09-01", "2025-08-31"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
    ],
)
def test_first_and_last_day(key, first, last):
    assert days_of(key, PLAN) == (date.fromisoformat(first), date.fromisoformat(last))


def test_all_periods_of_a_plan_up_to_one():
    assert up_to("2025", PLAN) == ["2022", "2023", "2024", "2025"]
    assert up_to("2022-Q3", PLAN) == ["2022-Q1", "2022-Q2", "2022-Q3"]
    assert up_to("2022-2023", PLAN) == ["2021-2022", "2022-2023"]
    assert up_to("2024.final", PLAN) == ["2022.spread", "2024.final"]


def test_a_phase_the_plan_lacks_is_none():
    with pytest.raises(ValueError, match="no phase"):
        days_of("2024.nothing", PLAN)
