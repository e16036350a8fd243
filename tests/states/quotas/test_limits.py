"""The arithmetic of quotas against counting by hand: every small number, share, rounding and combination."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from states.quotas.limits import bounds_of, number_of, owed, period_of, places_left, spread
from tests.workflow.plans import second
from workflow.definition import Quota, Share
from workflow.grammar import GrammarError, parse_count, parse_share

ROUNDINGS = ("up", "down", "half up")


def quota(**more) -> Quota:
    return Quota.model_validate({"name": "q", "title": "Q", "of": "nominee", "at": ("x.y",), **more})


def by_counting(over: int, under: int, base: int, rounding: str) -> int:
    """The same number by laying out `base` × `over` things in groups of `under`, one after the other."""
    things, groups = base * over, 0
    while things >= under:
        things, groups = things - under, groups + 1
    if rounding == "up" and things:
        groups += 1
    if rounding == "half up" and 2 * things >= under:
        groups += 1
    return groups


def test_every_small_share_is_the_number_one_counts():
    for over, under, base in itertools.product(range(1, 6), range(1, 8), range(26)):
        of = "people" if over <= under else "another"  # more than all of them is a share of another quota alone
        for rounding in ROUNDINGS:
            share = parse_share(f"at most {over}/{under} of {of}, rounded {rounding}")
            assert number_of(share, base) == by_counting(over, under, base, rounding), (over, under, base, rounding)


@pytest.mark.parametrize("percent", ["15", "2.5", "33.3", "0.1", "100"])
def test_a_percentage_is_exact(percent):
    share = parse_share(f"at most {percent} % of people, rounded down")
    tenths = int(float(percent) * 10)
    for base in range(2000):
        assert number_of(share, base) == by_counting(tenths, 1000, base, "down")


def every_bound() -> list[tuple[int | None, int | None]]:
    numbers = [None, *range(4)]
    return [(a, b) for a, b in itertools.product(numbers, numbers) if a is None or b is None or a <= b]


@pytest.mark.parametrize("how", ["exactly", "at least", "at most"])
def test_count_and_share_together_allow_what_each_allows(how):
    """Beside the one rule where they exclude each other: a maximum is never below the minimum."""
    for (least, most), number in itertools.product(every_bound(), range(5)):
        share = Share(part="1", of="people", how=how, rounding="down", written="1/1")
        found = bounds_of(quota(bounds={"": (least, most)}, share=share), None, number)

        def allows(taken: int, least=least, most=most, number=number) -> bool:
            by_count = (least is None or taken >= least) and (most is None or taken <= most)
            by_share = (how == "at most" or taken >= number) and (how == "at least" or taken <= number)
            return by_count and by_share

        inside = [n for n in range(9) if (found[0] or 0) <= n and (found[1] is None or n <= found[1])]
        expected = [n for n in range(9) if allows(n)]
        assert inside == expected or (not expected and found[0] == found[1]), (how, least, most, number, found)


def test_places_left_are_those_one_can_still_take():
    for most, taken in itertools.product([None, *range(6)], range(9)):
        if most is None:
            assert places_left(most, taken) is None
            continue
        still = 0
        while taken + still < most:
            still += 1
        assert places_left(most, taken) == still
    assert [owed(least, taken) for least, taken in ((None, 0), (2, 0), (2, 1), (2, 3))] == [0, 2, 1, 0]


def test_a_split_gives_out_exactly_what_there_is_and_nobody_less_than_their_whole_part():
    for total in range(12):
        for weights in itertools.product(range(5), repeat=3):
            named = dict(zip("abc", weights, strict=True))
            found = spread(total, named)
            assert sum(found.values()) == (total if sum(weights) else 0)
            for name, weight in named.items():
                whole = total * weight // sum(weights) if sum(weights) else 0
                assert whole <= found[name] <= whole + 1


def test_counts_are_written_as_plans_write_them():
    assert [parse_count(t) for t in ("1", "1..", "..3", "1..2", "none")] == [
        (1, 1),
        (1, None),
        (None, 3),
        (1, 2),
        (0, 0),
    ]
    for wrong in ("", "..", "2..1", "-1", "1.5", "viele"):
        with pytest.raises(GrammarError):
            parse_count(wrong)


@pytest.mark.parametrize(
    "wrong", ["15 % of people", "15 %, rounded up", "1/0 of people, rounded up", "about 1/2 of people"]
)
def test_a_share_says_of_what_and_how_it_is_rounded(wrong):
    with pytest.raises(GrammarError):
        parse_share(wrong)


@pytest.mark.parametrize(
    ("period", "key"),
    [("year", "2025"), ("half_year", "2025-H2"), ("quarter", "2025-Q3"), ("month", "2025-07"), ("phase", "whole"),
     ("plan", "")],
)  # fmt: skip
def test_a_day_counts_in_one_period(period, key):
    assert period_of(second().plan, quota(period=period), date(2025, 7, 14)) == key


def test_by_type_of_unit_else_and_without_else():
    by_type = quota(per="unit.type", bounds={"phong": (1, 2), "": (None, None)})
    assert bounds_of(by_type, {"type": "phong", "code": "a"}, 0) == (1, 2)
    assert bounds_of(by_type, {"type": "don_vi", "code": "b"}, 0) == (None, None)
    by_code = quota(per="unit", bounds={"a": (0, 0), "": (None, 3)})
    assert bounds_of(by_code, {"type": "phong", "code": "a"}, 0) == (0, 0)
    assert bounds_of(by_code, {"type": "phong", "code": "b"}, 0) == (None, 3)
