"""Chance asked about the same thing says the same, whatever was asked before."""

from __future__ import annotations

from random import Random

from workflow.simulation.dice import Dice, happens, weighted


def test_the_order_of_questions_changes_nothing() -> None:
    first, second = Dice(7), Dice(7)
    later = second.of("other", 1).random()
    assert first.of("when", "DH-1").random() == second.of("when", "DH-1").random() != later
    assert Dice(8).of("when", "DH-1").random() != first.of("when", "DH-1").random()
    assert Dice(1).of("a", "bc").random() != Dice(1).of("ab", "c").random()


def test_weights_are_kept_and_none_at_all_is_the_first() -> None:
    chance = Random(3)
    thrown = [weighted(chance, {"a": 3, "b": 1, "c": 0}) for _ in range(4000)]
    assert 2800 < thrown.count("a") < 3200
    assert "c" not in thrown
    assert weighted(chance, {"x": 0, "y": 0}) == "x"


def test_shares_of_a_hundred() -> None:
    chance = Random(3)
    assert not any(happens(chance, 0) for _ in range(100))
    assert all(happens(chance, 100) for _ in range(100))
    assert 150 < sum(happens(chance, 20) for _ in range(1000)) < 250
