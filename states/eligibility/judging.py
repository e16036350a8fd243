"""A case before a plan's conditions: which of them are asked of it, how each ends, and by which text.

The law of the day of the decision judges: a text binds what is done while it is in force (Luật ban hành văn bản QPPL).
A plan whose transitional clause says otherwise writes `judged_on: start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from states.eligibility.case_facts import Facts, aim_of
from states.eligibility.conditions import Certainty
from states.eligibility.requirement import PLAN, Basis, Requirement
from states.eligibility.rules import JUDGES, Outcome, Result
from workflow.message import Message


@dataclass(frozen=True)
class Table:
    """A plan's conditions and legal texts, and when the case began."""

    requirements: Mapping[str, Requirement]
    bases: Mapping[str, Basis]
    started_on: date | None = None


@dataclass(frozen=True)
class Citation:
    """The text a condition rests on that day. `lapsed`: it named others, none of which is in force."""

    words: str
    certainty: Certainty
    lapsed: tuple[str, ...] = ()
    last_day: date | None = None  # of the text cited, where its end is known


@dataclass(frozen=True)
class Judged:
    """A condition and how it ended; `parts`: those it joins; `by_paper`: the case's own paper stands for a record."""

    requirement: Requirement
    outcome: Outcome
    citation: Citation
    parts: tuple[Judged, ...] = ()
    by_paper: bool = False

    @property
    def stands_in_the_way(self) -> bool:
        """Whether a decision must wait for it."""
        return self.outcome.result != "pass" and not self.requirement.tells_only

    @property
    def refusal(self) -> Message:
        """Why not, in a sentence that names the condition, its source and how sure we are of it."""
        return Message(
            f"eligibility.refused_{self.outcome.result}",
            {"title": self.requirement.title, "why": self.why, "source": self.citation.words,
             "sure": Message(f"eligibility.sure.{self.citation.certainty.lower()}"),},
        )  # fmt: skip

    @property
    def why(self) -> Message:
        """The sentence with figures; of joined conditions, that of the part that decided."""
        if not self.parts:
            return self.outcome.message
        deciding = [one for one in self.parts if one.outcome.result == self.outcome.result]
        if self.requirement.any_of and len(deciding) != 1:
            return self.outcome.message
        return deciding[0].why


def judge(table: Table, facts: Facts, purpose: str) -> tuple[Judged, ...]:
    """Every condition asked for this purpose of this case, in the plan's order."""
    asked = [one for one in table.requirements.values() if purpose in one.asked_for]
    return tuple(_judged(table, facts, one) for one in asked if applies(one, facts))


def applies(one: Requirement, facts: Facts) -> bool:
    """Whether a condition is asked of a case of this kind, level and choice."""
    if one.kinds and facts.kind not in one.kinds:
        return False
    if one.levels and aim_of(facts.levels, facts.ladder) not in one.levels:
        return False
    chosen = (_said(facts, name) in values for name, values in (one.only or {}).items() if _said(facts, name))
    barred = (_said(facts, name) in values for name, values in (one.unless or {}).items())
    return all(chosen) and not any(barred)


def _said(facts: Facts, name: str) -> str:
    said = facts.fields.get(name)
    return ("no", "yes")[said] if isinstance(said, bool) else str(said or "")


def _judged(table: Table, facts: Facts, one: Requirement) -> Judged:
    names = (*one.any_of, *one.all_of)
    parts = tuple(
        _judged(table, facts, part) for part in (table.requirements[name] for name in names) if applies(part, facts)
    )
    outcome = _joined(one, parts) if names else JUDGES[one.rule](facts, one)
    by_paper = outcome.result == "proof" and any(facts.fields.get(name) for name in one.proof)
    if by_paper:
        outcome = Outcome("pass", Message("eligibility.by_paper", {"why": outcome.message}))
    return Judged(one, outcome, citation(table, one, _day(table, facts, one)), parts, by_paper)


def _joined(one: Requirement, parts: Sequence[Judged]) -> Outcome:
    results = [part.outcome.result for part in parts]
    result: Result
    if one.any_of:
        result = "pass" if "pass" in results else "proof" if "proof" in results else "fail"
    else:
        result = "fail" if "fail" in results or not results else "proof" if "proof" in results else "pass"
    titles = [part.requirement.title for part in parts if part.outcome.result == result]
    how = "any_of" if one.any_of else "all_of"
    return Outcome(result, Message(f"eligibility.{how}.{result}", {"titles": titles}))


def _day(table: Table, facts: Facts, one: Requirement) -> date:
    return table.started_on or facts.today if one.judged_on == "start" else facts.today


def citation(table: Table, one: Requirement, on: date) -> Citation:
    """The first text in force that day; where all have ended, the plan itself asks, and which ended is told."""
    lapsed = []
    for cite in one.cites:
        basis = table.bases.get(cite.basis)
        if basis is None:
            return Citation(cite.words, one.sure)
        if basis.in_force(on):
            last = None if basis.last_day == date.max else basis.last_day
            return Citation(f"{basis.title}, {cite.words}", one.sure, last_day=last)
        lapsed.append(f"{basis.title}, {cite.words}")
    return Citation(PLAN, "plan", tuple(lapsed))
