"""What leaves no row: looks at a work item in vain, and starts that were refused; noted at the simulation's doors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from workflow.message import Message
from workflow.simulation.arrivals import Arrival
from workflow.simulation.beginning import Beginners
from workflow.simulation.people import Item, People

ENOUGH = 6  # looks in vain, after which somebody gives a case up


class Witness:
    """Notes as the simulation goes on; asked when it is over."""

    def __init__(self) -> None:
        self._looks: dict[str, list[list[str]]] = defaultdict(list)
        self._starts: dict[tuple[str, str, int], list[str]] = {}  # the last form of each; none when it was taken

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, it sees everything."""
        again, begin = People._again, Beginners._begin

        def looked(people: People, item: Item, reasons: Sequence[Message]) -> None:
            self._looks[item.id].append([str(one) for one in reasons])
            again(people, item, reasons)

        def began(beginners: Beginners, arrival: Arrival, *rest: Any) -> tuple[Message, ...]:
            reasons = begin(beginners, arrival, *rest)
            self._starts[arrival.process, arrival.action, arrival.number] = [str(one) for one in reasons]
            return reasons

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(People, "_again", looked)
            patch.setattr(Beginners, "_begin", began)
            yield

    def given_up(self, item_id: str) -> list[str] | None:
        """What stood in the way of an item the last time; None for one that was not given up."""
        looks = self._looks.get(item_id, [])
        return list(dict.fromkeys(looks[-1])) if len(looks) >= ENOUGH else None

    def refused(self) -> Counter[tuple[str, str, str]]:
        """(process, start, why) → how many."""
        return Counter((process, start, why[0]) for (process, start, _), why in self._starts.items() if why)

    def arrived(self, process: str, start: str) -> int:
        """How many came to begin something so."""
        return sum(one[:2] == (process, start) for one in self._starts)
