"""What scores come to, exactly, against adding up by hand."""

from __future__ import annotations

import itertools
from fractions import Fraction

from states.criteria.guards import Least
from states.criteria.results import result_of, spread, total
from workflow.definition import CriteriaSet, Criterion


def criteria(*weights: str) -> CriteriaSet:
    named = {name: Criterion(name=name, title=name, weight=w) for name, w in zip("abc", weights, strict=False)}
    return CriteriaSet(
        name="s", title="S", of="x", states=("y",), by="z", scale={1: "Kém", 2: "Vừa", 3: "Tốt"}, criteria=named
    )


def test_every_small_round_is_what_adding_up_in_whole_numbers_gives():
    """Weights 2/5, 1/3, 4/15 are 6, 5 and 4 of fifteen parts: no fraction is needed to add them up."""
    judged = criteria("2/5", "1/3", "4/15")
    sheets = [dict(zip("abc", values, strict=True)) for values in itertools.product((1, 2, 3), repeat=3)]
    for some in itertools.combinations(sheets, 2):
        parts = [6 * one["a"] + 5 * one["b"] + 4 * one["c"] for one in some]
        found = result_of(judged, some)
        assert found is not None
        assert found.whole.mean == Fraction(sum(parts), 15 * len(parts))
        assert (found.whole.lowest, found.whole.highest) == (Fraction(min(parts), 15), Fraction(max(parts), 15))
        assert found.criteria["b"].mean == Fraction(some[0]["b"] + some[1]["b"], 2)


def test_thirds_stay_thirds():
    judged = criteria("1/3", "1/3", "1/3")
    assert total(judged, {"a": 1, "b": 1, "c": 2}) == Fraction(4, 3)
    assert spread([Fraction(4, 3), Fraction(5, 3), Fraction(2)]).mean == Fraction(5, 3)
    assert result_of(judged, []) is None


def test_another_word_in_a_set_is_another_set():
    assert criteria("1/2", "1/2").content_hash() == criteria("1/2", "1/2").content_hash()
    assert criteria("1/2", "1/2").content_hash() != criteria("2/3", "1/3").content_hash()


def test_what_a_plan_may_ask_of_a_mean():
    assert Least.read("3.5 by 2") == Least(Fraction(7, 2), 2)
    assert Least.read("7/2") == Least(Fraction(7, 2), 1)
