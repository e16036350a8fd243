"""The conditions of eligibility: one row each, with its source, its days and how sure we are of it.

Certainty: A, the official text was read; B, it is restated by an agency; plan, the agency's own choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from workflow.message import Message
from workflow.registry import Context

Certainty = Literal["A", "B", "C", "plan"]
Judge = Callable[[Context], Mapping[str, Any] | None]
"""What speaks against, as parameters of the sentence `eligible.NAME`; None: nothing."""


@dataclass(frozen=True)
class Source:
    """A rule's place in a text, and the days on which that text is in force (both included)."""

    article: str
    certainty: Certainty
    first_day: date = date.min
    last_day: date = date.max


@dataclass(frozen=True)
class Condition:
    """A condition by name; of its sources the first one in force on the day is cited."""

    name: str
    judge: Judge
    sources: tuple[Source, ...]

    def source(self, on: date) -> Source:
        """Where the rule stands on a day; before and after every law it is the plan's own."""
        return next((s for s in self.sources if s.first_day <= on <= s.last_day), Source("Kế hoạch", "plan"))


@dataclass(frozen=True)
class Finding:
    """What a condition says of a case: `refusal` is None when it is met."""

    condition: str
    source: Source
    refusal: Message | None


def _held(context: Context) -> Mapping[str, Any] | None:
    return {"grounds": context.hold_titles or context.holds} if context.holds else None


def _left(context: Context) -> Mapping[str, Any] | None:
    leaves_on = context.facts["standing"].leaves_on
    return {"name": context.subject.label, "on": leaves_on} if leaves_on and leaves_on < context.today else None


def _under_discipline(context: Context) -> Mapping[str, Any] | None:
    for row in context.facts["disciplines"]:
        if row["starts_on"] <= context.today and (row["ends_on"] is None or row["ends_on"] >= context.today):
            return {
                "number": row["decision_number"],
                "until": row["ends_on"] or Message("eligible.no_end_yet"),
            }
    return None


def _level_held_elsewhere(context: Context) -> Mapping[str, Any] | None:
    titles: Mapping[str, str] = context.facts["plan_levels"]
    ladder = list(titles)
    climbed = max((ladder.index(level) for level in context.levels if level in titles), default=-1)
    if climbed + 1 >= len(ladder):
        return None
    aim = ladder[climbed + 1]
    for row in context.facts["recognitions"]:
        if row["level"] == aim and row["case_id"] != context.case_id:
            return {"level": titles[aim], "code": row["code"]}
    return None


IN_FORCE = date(2025, 7, 1)
"""NĐ 152/2025 Đ.59(1), read [A]. When it ends is restated only [B]: that is data of a plan's `bases`, never code."""

_HOLD = (Source("NĐ 152/2025 Đ.4(3)", "A", IN_FORCE),)
_DISCIPLINE = (Source("NĐ 152/2025 Đ.4(4)", "A", IN_FORCE),)
_PLAN = (Source("Kế hoạch II.1", "plan"),)

CONDITIONS: tuple[Condition, ...] = (
    Condition("not_held", _held, _HOLD),
    Condition("still_here", _left, _PLAN),
    Condition("not_under_discipline", _under_discipline, _DISCIPLINE),
    Condition("level_not_held", _level_held_elsewhere, _PLAN),
)

FACTS = ("standing", "disciplines", "recognitions", "plan_levels")
"""Loaders whose facts the conditions read."""


def findings(context: Context) -> tuple[Finding, ...]:
    """Every condition judged, each with the source in force today."""
    return tuple(_judged(condition, context) for condition in CONDITIONS)


def _judged(condition: Condition, context: Context) -> Finding:
    source = condition.source(context.today)
    against = condition.judge(context)
    if against is None:
        return Finding(condition.name, source, None)
    return Finding(condition.name, source, Message(f"eligible.{condition.name}", {**against, "source": source.article}))
