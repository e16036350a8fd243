"""Chance that does not depend on the order of questions: asked about the same thing, a seed says the same.

So two runs that differ in one rule differ by that rule, and not because every later throw fell otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """One seed's chance."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, *words: object) -> Random:
        """The chance of one thing, named by words."""
        return Random("\x1f".join(str(word) for word in (self._seed, *words)))


def weighted(chance: Random, weights: Mapping[Thing, int]) -> Thing:
    """One of the keys, as often as its weight says; the first where all weigh nothing."""
    keys = list(weights)
    if not any(weights.values()):
        return keys[0]
    return chance.choices(keys, list(weights.values()))[0]


def happens(chance: Random, percent: int) -> bool:
    """Whether what happens so often in a hundred happens now."""
    return chance.random() * 100 < percent
