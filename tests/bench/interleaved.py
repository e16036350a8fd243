"""Measures several ways of doing the same, in turn and in rounds: a machine drifts, a ratio within a round does not."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

WARM_UP = 20  # calls of a client that are not counted

Prepare = Callable[[], None]
Call = Callable[[], None]
Make = Callable[[int], tuple[Call, Prepare]]
"""A client's number → (the call that is timed, what must be done before each and is not timed)."""


@dataclass
class Figures:
    """What the rounds of one way gave: calls a second, of all clients together, and milliseconds a call."""

    rates: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the calls was done."""
        ordered = sorted(self.spent)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def measure(ways: Mapping[str, Make], *, clients: int, seconds: float, rounds: int) -> dict[str, Figures]:
    """Each way in each round, the order turned by one from round to round; clients are processes of their own."""
    found = {name: Figures() for name in ways}
    names = list(ways)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            rate, spent = _round(ways[name], clients, seconds)
            found[name].rates.append(rate)
            found[name].spent += spent
    return found


def ratio(of: Figures, to: Figures) -> float:
    """The median over the rounds of one way's rate by the other's in the same round."""
    return statistics.median(one / other for one, other in zip(of.rates, to.rates, strict=True))


def _round(make: Make, clients: int, seconds: float) -> tuple[float, list[float]]:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(clients), context.SimpleQueue()
    workers = [
        context.Process(target=_client, args=(make, number, seconds, barrier, answers)) for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    told = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    failed = [why for why, _, _ in told if why]
    if failed:
        raise RuntimeError(failed[0])
    return sum(len(spent) / busy for _, busy, spent in told), [one for _, _, spent in told for one in spent]


def _client(make: Make, number: int, seconds: float, barrier: Any, answers: Any) -> None:
    try:
        call, prepare = make(number)
        for _ in range(WARM_UP):
            prepare()
            call()
        barrier.wait()
        spent: list[float] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            prepare()
            begin = time.perf_counter()
            call()
            spent.append(time.perf_counter() - begin)
        answers.put(("", sum(spent), spent))
    except Exception as wrong:
        barrier.abort()
        answers.put((repr(wrong), 1.0, []))
