"""What a simulation says: numbers with names, ready to be shown, written as JSON or laid beside another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

LATE_BY = (0, 2, 5, 10)
"""Upper bounds of how late an answer came, in working days: in time, then so many, then more."""

ALWAYS, FEWEST = 80, 5
"""A step always escalates where so many of a hundred do, of so many at least."""


@dataclass(frozen=True)
class Step:
    """One thing that is asked: a state's own decision, a question, what a hold wants. `process.kind.name`."""

    process: str
    kind: str
    title: str
    asked: int
    answered: int
    waiting: int  # open when the time ended
    late: int
    late_by: tuple[int, ...]  # how many in time, and in each span of `LATE_BY`
    half_days: float  # working days within which half were answered
    tenth_days: float  # and all but a tenth
    escalated: int

    @property
    def always_escalates(self) -> bool:
        """Whether lateness reaches somebody nearly every time."""
        return self.asked >= FEWEST and self.escalated * 100 >= self.asked * ALWAYS


@dataclass(frozen=True)
class Outcome:
    """What became of the cases of a process: how many began, and stand in which state now; ends first."""

    process: str
    title: str
    began: int
    ended: Mapping[str, int]
    running: Mapping[str, int]


@dataclass(frozen=True)
class Load:
    """What one person decided, and their fullest day."""

    person: str
    unit: str
    decided: int
    peak: int
    peak_on: date


@dataclass(frozen=True)
class NearHoliday:
    """Deadlines of a step by a holiday: moved off it (or on it), on the last day before, on the first day after, or
    running across it."""

    title: str
    holiday: str
    on: int
    before: int
    after: int
    across: int


@dataclass(frozen=True)
class Paper:
    """A paper that actions make: how often, and how many were really written as a sample."""

    name: str
    title: str
    made: int
    written: int = 0


@dataclass(frozen=True)
class Blocked:
    """A case that led nowhere: where, and what stood in the way when somebody looked the last time."""

    code: str
    process: str
    step: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """One plan lived through."""

    plan: str
    title: str
    first: date
    last: date
    seed: int
    units: int
    people: int
    nominees: int
    acts: int  # of people
    events: int
    letters: int
    audit_head: str
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    loads: tuple[Load, ...]
    days: Mapping[str, int]  # ISO day → decisions of everybody
    holidays: tuple[NearHoliday, ...]
    papers: tuple[Paper, ...]
    blocked: tuple[Blocked, ...]
    refused: Mapping[str, int]  # "process.start: why" → starts that were refused
    troubles: Mapping[str, int] = field(default_factory=dict)  # what the engine itself could not do
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives back an equal report."""
        return {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat(),
                "loads": [{**asdict(one), "peak_on": one.peak_on.isoformat()} for one in self.loads]}  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        parts = {
            "steps": tuple(Step(**{**one, "late_by": tuple(one["late_by"])}) for one in data["steps"]),
            "outcomes": tuple(Outcome(**one) for one in data["outcomes"]),
            "loads": tuple(Load(**{**one, "peak_on": date.fromisoformat(one["peak_on"])}) for one in data["loads"]),
            "holidays": tuple(NearHoliday(**one) for one in data["holidays"]),
            "papers": tuple(Paper(**one) for one in data["papers"]),
            "blocked": tuple(Blocked(**{**one, "reasons": tuple(one["reasons"])}) for one in data["blocked"]),
            "first": date.fromisoformat(data["first"]), "last": date.fromisoformat(data["last"]),
        }  # fmt: skip
        return cls(**{**data, **parts})
