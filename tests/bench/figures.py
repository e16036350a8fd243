"""Times of calls, in turns, as medians and 95th percentiles."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each call, one of each a round, so that a machine that drifts drifts for all."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            spent[name].append(timed(call))
    return spent


def p95(spent: list[float]) -> float:
    """The 95th percentile."""
    return sorted(spent)[int(len(spent) * 0.95)]


def said(spent: list[float]) -> str:
    """Median and 95th percentile."""
    return f"median {statistics.median(spent):.1f} ms, p95 {p95(spent):.1f} ms ({len(spent)} times)"


def ratios(spent: Mapping[str, list[float]]) -> str:
    """Each against the first: of the medians and of the 95th percentiles."""
    first, *_ = spent.values()
    return ", ".join(
        f"{name}: × {statistics.median(one) / statistics.median(first):.2f} (p95 × {p95(one) / p95(first):.2f})"
        for name, one in spent.items()
    )
