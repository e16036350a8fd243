"""Numbers of endorsements a plan asks for, against the people there are: one that cannot be met stops every case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from states.subjects.enrol import PERSON
from workflow.definition import Definition, Plan
from workflow.identity import Matter, Organisation, eligible
from workflow.message import Message
from workflow.staffing import Gap, taking_part

GUARD, EFFECT = "endorsed_by", "record_endorsement"


def short(org: Organisation, plan: Plan, definitions: Iterable[Definition]) -> list[Gap]:
    """Each unit with fewer people to endorse than the plan asks for, one of them being the nominee; once for a unit,
    with the highest number asked."""
    found: dict[str, Gap] = {}
    for definition in definitions:
        for place, needed in sorted(_asked(definition), key=lambda one: -one[1]):
            for unit_id in taking_part(org, plan):
                people = _people(org, plan, definition, unit_id)
                own = 1 if PERSON in definition.subject else 0
                if people and len(people) - own < needed:
                    told = {"place": place, "needed": needed, "count": len(people) - own}
                    unit = str(org.units[unit_id]["name"])
                    reason = Message("staffing.too_few", {**told, "unit": unit})
                    found.setdefault(unit_id, Gap(definition.process, place, unit, reason))
    return list(found.values())


def stuck(
    org: Organisation, plan: Plan, definition: Definition, state: str, unit_id: str | None,
    out: Callable[[], Collection[str]],
) -> Message | None:  # fmt: skip
    """Why a case in this state can never go on as its unit is today. `out`: whom the case itself keeps out, asked only
    where a number is. Said from the first step in which colleagues may endorse."""
    here = definition.states.get(state)
    endorsing = here is not None and any(EFFECT in action.do for action in here.actions.values())
    asked = list(_asked(definition, "" if endorsing else state))
    if not asked or unit_id is None or unit_id not in org.units:
        return None
    possible = len(_people(org, plan, definition, unit_id) - set(out()))
    for place, needed in asked:
        if possible < needed:
            told = {"place": place, "needed": needed, "count": possible, "unit": str(org.units[unit_id]["name"])}
            return Message("staffing.stuck", told)
    return None


def _asked(definition: Definition, only: str = "") -> Iterator[tuple[str, int]]:
    """What is done only with so many endorsements: its title, and how many."""
    for state in definition.states.values():
        for action in state.actions.values() if only in ("", state.name) else ():
            for term in action.conditions:
                if term.kind == "guard" and term.name == GUARD:
                    yield action.title, int(term.arg or 1)


def _people(org: Organisation, plan: Plan, definition: Definition, unit_id: str | None) -> set[str]:
    """Everyone whom some state of the process lets endorse a case of this unit, before a nominee is taken out."""
    roles = {
        role
        for state in definition.states.values()
        for action in state.actions.values()
        if EFFECT in action.do
        for role in action.by
        if role in plan.roles
    }
    matter = Matter("", unit_id)
    return {one for role in roles for one in eligible(org, plan, matter, role, unit_id)}
