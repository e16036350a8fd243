"""What a case's page shows of eligibility: the very judgement the guard refuses by, for whatever may be done here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from states.eligibility.case_facts import LOADED, facts_of
from states.eligibility.judging import Judged, Table, judge
from workflow.definition import Definition, Plan
from workflow.draft import Draft

GUARD = "eligible_for"
WARNED = timedelta(days=120)
"""How long before a legal text ends the office is told."""


@dataclass(frozen=True)
class Ending:
    """A legal text of the plan that ends soon, or has ended while conditions still rest on it alone."""

    title: str
    last_day: date
    over: bool
    conditions: tuple[str, ...]


def purposes_in(definition: Definition, state: str) -> tuple[str, ...]:
    """What conditions are asked for by the actions of a state, in file order, each once."""
    terms = [term for action in definition.actions_in(state).values() for term in action.conditions]
    return tuple(dict.fromkeys(term.arg for term in terms if term.name == GUARD and term.arg))


def panel(draft: Draft) -> tuple[Judged, ...]:
    """Every condition asked where the case stands, judged now on what it holds."""
    purposes = purposes_in(draft.facts.life.definition, draft.case["state"])
    if not purposes:
        return ()
    loaded = draft.load(LOADED)
    facts = facts_of(draft.context(facts=loaded))
    table: Table = loaded["requirements"]
    found = [one for purpose in purposes for one in judge(table, facts, purpose)]
    return tuple({one.requirement.name: one for one in found}.values())


def endings(plan: Plan, on: date) -> tuple[Ending, ...]:
    """The texts a plan's conditions cite that end within four months, or ended with no other text in their place."""
    found = []
    for name, basis in plan.bases.items():
        citing = tuple(
            str(said.get("title") or key) for key, said in plan.eligibility.items() if _rests_on(plan, said, name, on)
        )
        if basis.end is not None and citing and basis.end - WARNED <= on:
            found.append(Ending(basis.title, basis.end, basis.end < on, citing))
    return tuple(found)


def _rests_on(plan: Plan, said: dict[str, Any], basis: str, on: date) -> bool:
    """Whether a condition cites a text, and no other that goes on beyond its end."""
    cites = said.get("cite") or ()
    names = [str(one).partition(": ")[0] for one in ([cites] if isinstance(cites, str) else cites)]
    if basis not in names:
        return False
    end = plan.bases[basis].end or date.max
    others = (plan.bases.get(name) for name in names if name != basis)
    return not any(one is None or (one.end or date.max) > max(end, on) for one in others)
