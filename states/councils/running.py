"""Who runs sittings: those it is their work to see all of."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.definition import Definition, Plan
from workflow.identity import Organisation


def follows(plan: Plan, definition: Definition, org: Organisation, person_id: str) -> bool:
    """Whether somebody runs sittings of this process: the chair, the keeper, who owns its voting states, or steps in
    for a role that nobody holds."""
    voting = [state for state in definition.states.values() if state.vote is not None]
    rules = [plan.rules(state.vote.rule) for state in voting if state.vote]
    roles = {one for state in voting for one in state.owner} | {
        str(said[key]) for said in rules for key in ("chair", "keeper") if said.get(key)
    }
    return bool(_in_force(plan, org, roles) & {power.role for power in org.powers(person_id)})


def _in_force(plan: Plan, org: Organisation, roles: Iterable[str]) -> set[str]:
    found = set()
    for role in roles:
        name: str | None = role
        while name and name not in found and not org.granted.get(name) and name in plan.roles:
            name = plan.roles[name].otherwise
        found.add(name or role)
    return found
