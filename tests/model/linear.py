"""Can what happened at once be told as one thing after the other? (Wing and Gong's search, with Lowe's memory.)"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

Model = Callable[[Hashable, Any, Any], Hashable | None]
"""(state, what was asked, what was answered) → the state after it, or None: it cannot have answered so."""


@dataclass(frozen=True)
class Operation:
    """One call: when it was begun and ended, what was asked, what came back."""

    begun: float
    ended: float
    asked: Any
    answered: Any


def order(history: Sequence[Operation], begin: Hashable, model: Model) -> list[Operation] | None:
    """An order in which the operations explain their answers, none before one that had ended when it began; or None."""
    tried: set[tuple[frozenset[int], Hashable]] = set()

    def search(left: frozenset[int], state: Hashable) -> list[Operation] | None:
        if not left:
            return []
        if (left, state) in tried:
            return None
        tried.add((left, state))
        first_end = min(history[number].ended for number in left)
        for number in sorted(left):
            one = history[number]
            if one.begun > first_end:
                continue
            after = model(state, one.asked, one.answered)
            if after is None:
                continue
            rest = search(left - {number}, after)
            if rest is not None:
                return [one, *rest]
        return None

    return search(frozenset(range(len(history))), begin)
