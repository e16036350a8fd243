"""Measures several ways of doing the same, in turn and in rounds: a machine drifts, a ratio within a round does not."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

WARM_UP = 20  # calls of a client that are not counted

Prepare = Callable[[], None]
Call = Callable[[], None]
Make = Callable[[int], tuple[Call, Prepare]]
"""A client's number → (the call that is timed, what must be done before each and is not timed)."""


@dataclass(frozen=True)
class Program:
    """A way that lives in another Python: the command says "ready", is told to go, and answers the seconds as JSON."""

    command: tuple[str, ...]

    def spend(self, number: int, seconds: float, ready: Callable[[], object]) -> list[float]:
        """What `clocked` gives, measured over there."""
        told = (*self.command, "client", str(number), str(seconds))
        with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                _expect(child.stdout.readline() == "ready\n", told)
                ready()
                child.stdin.write("go\n")
                child.stdin.flush()
                answer = child.stdout.readline()
                _expect(answer.startswith("["), told)
                return [float(one) for one in json.loads(answer)]
            finally:
                child.stdin.close()  # who waits for "go" ends
                child.kill()


Way = Make | Program


@dataclass
class Figures:
    """What the rounds of one way gave: calls a second, of all clients together, and the seconds of each call."""

    rates: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    done: int = 0
    """All calls that came back, those of the warm-up too."""

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the calls was done."""
        ordered = sorted(self.spent)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def measure(ways: Mapping[str, Way], *, clients: int, seconds: float, rounds: int) -> dict[str, Figures]:
    """Each way in each round, the order turned by one from round to round; clients are processes of their own."""
    found = {name: Figures() for name in ways}
    names = list(ways)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            rate, spent = _round(ways[name], clients, seconds)
            found[name].rates.append(rate)
            found[name].spent += spent
            found[name].done += len(spent) + clients * WARM_UP
    return found


def ratio(of: Figures, to: Figures) -> float:
    """The median over the rounds of one way's rate by the other's in the same round."""
    return statistics.median(one / other for one, other in zip(of.rates, to.rates, strict=True))


def clocked(way: tuple[Call, Prepare], seconds: float, ready: Callable[[], object]) -> list[float]:
    """The seconds of each call; the warm-up is over when `ready` is called, and the clock runs when it returns."""
    call, prepare = way
    for _ in range(WARM_UP):
        prepare()
        call()
    ready()
    spent: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        prepare()
        begin = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begin)
    return spent


def _round(way: Way, clients: int, seconds: float) -> tuple[float, list[float]]:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(clients), context.SimpleQueue()
    workers = [
        context.Process(target=_client, args=(way, number, seconds, barrier, answers)) for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    told = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    failed = [why for why, _ in told if why]
    if failed:
        raise RuntimeError(max(failed, key=len))  # the others only say that the barrier broke
    return sum(len(spent) / sum(spent) for _, spent in told), [one for _, spent in told for one in spent]


def _client(way: Way, number: int, seconds: float, barrier: Any, answers: Any) -> None:
    try:
        if isinstance(way, Program):
            spent = way.spend(number, seconds, barrier.wait)
        else:
            spent = clocked(way(number), seconds, barrier.wait)
        answers.put(("", spent))
    except Exception as wrong:
        barrier.abort()
        answers.put((repr(wrong), []))


def _expect(said: bool, command: tuple[str, ...]) -> None:
    if not said:
        raise RuntimeError(f"it ended early, what it said stands above: {' '.join(command)}")
