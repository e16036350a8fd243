"""Two reports side by side: every number that differs, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.simulation.report import Report, Step


@dataclass(frozen=True)
class Difference:
    """One number of both: `what` names it (`asked`, `late` …), `where` the step, the process or the paper."""

    what: str
    where: str
    first: float
    second: float

    @property
    def change(self) -> float:
        """How much more the second has."""
        return self.second - self.first


def differences(first: Report, second: Report) -> list[Difference]:
    """Numbers that are not the same, the greatest change of each kind first; what only one has counts as 0 in the
    other."""
    one, other = dict(_numbers(first)), dict(_numbers(second))
    found = [
        Difference(what, where, one.get((what, where), 0), other.get((what, where), 0))
        for what, where in dict.fromkeys([*one, *other])
    ]  # fmt: skip
    order = list(dict.fromkeys(one.what for one in found))
    changed = [one for one in found if one.change]
    return sorted(changed, key=lambda one: (order.index(one.what), -abs(one.change), one.where))


def _numbers(report: Report) -> Iterator[tuple[tuple[str, str], float]]:
    yield ("acts", ""), report.acts
    yield ("letters", ""), report.letters
    yield ("blocked", ""), len(report.blocked)
    yield ("busiest_day", ""), max(report.days.values(), default=0)
    for outcome in report.outcomes:
        yield ("began", outcome.title), outcome.began
        yield from _spread("ended", outcome.title, outcome.ended)
        yield from _spread("standing", outcome.title, outcome.running)
    titles = {outcome.process: outcome.title for outcome in report.outcomes}
    for name in ("asked", "late", "escalated", "half_days", "tenth_days"):
        for step, where in _steps(report, titles):
            yield (name, where), getattr(step, name)
    for paper in report.papers:
        yield ("made", paper.title), paper.made
    for load in report.loads:
        where = f"{load.person}, {load.unit}" if load.unit else load.person
        yield ("decided", where), load.decided
        yield ("peak", where), load.peak


def _spread(what: str, title: str, counts: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], float]]:
    for state, number in counts.items():
        yield (what, f"{title}: {state}"), number


def _steps(report: Report, titles: Mapping[str, str]) -> Iterator[tuple[Step, str]]:
    for step in report.steps:
        yield step, f"{step.title} ({titles[step.process]})"
