"""A definition against an organisation: every role somebody must hold is held, and four eyes still find two people.

Rerun whenever roles or absences change; what it finds is for a person to mend, it blocks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workflow.definition import Action, Definition, Plan
from workflow.identity import Asked, Authority, Matter, Organisation, eligible, holders, may
from workflow.message import Message
from workflow.registry import Party


@dataclass(frozen=True)
class Gap:
    """Where nobody could act: the process, the place in it, and why; without a process, what the whole plan lacks.

    `against`: of each role that is asked, and of those that step in, who holds it and why they may not.
    """

    process: str
    place: str
    unit: str
    reason: Message
    roles: tuple[str, ...] = field(default=(), compare=False)
    against: tuple[Message, ...] = field(default=(), compare=False)


def gaps(org: Organisation, plan: Plan, definitions: Iterable[Definition]) -> list[Gap]:
    """Everything that today's people, absences and own cases leave without anyone.

    Without a unit the agency's own roles are still looked at, as for a case that belongs to none.
    """
    units = taking_part(org, plan)
    found = [Gap("", "", "", reason) for reason in _nothing_there(org, plan, units)]
    for definition in definitions:
        for unit_id in units or (None,):
            found += _unheld(org, plan, definition, unit_id)
            found += _four_eyes(org, plan, definition, unit_id)
            found += _own_cases(org, plan, definition, unit_id)
    return [gap for number, gap in enumerate(found) if gap not in found[:number]]


def _nothing_there(org: Organisation, plan: Plan, units: list[str]) -> Iterable[Message]:
    if not units and plan.unit_types:
        yield Message("staffing.no_unit_of", {"types": list(plan.unit_types)})
    elif not units:
        yield Message("staffing.no_unit")
    if not any(one.active for one in org.people.values()):
        yield Message("staffing.no_people")
    yield from _unknown_units(org, plan)


def _unknown_units(org: Organisation, plan: Plan) -> Iterable[Message]:
    """Codes of units that a quota counts by and the organisation does not have: a plan's file cannot know them."""
    codes = {str(unit["code"]) for unit in org.units.values()}
    for quota in plan.quotas.values():
        named = {code for code in quota.bounds if code} if quota.per == "unit" else set()
        for code in sorted(named - codes):
            yield Message("staffing.quota_of_no_unit", {"quota": quota.title, "code": code})


def taking_part(org: Organisation, plan: Plan) -> list[str]:
    """The units of today that the plan is for."""
    return [
        unit_id
        for unit_id, unit in org.units.items()
        if (not plan.unit_types or unit["type"] in plan.unit_types)
        and unit["starts_on"] <= org.today
        and (unit["ends_on"] is None or unit["ends_on"] >= org.today)
    ]


def _unit_name(org: Organisation, plan: Plan, roles: Iterable[str], unit_id: str | None) -> str:
    local = any(plan.roles[role].of == "unit" for role in roles if role in plan.roles)
    return str(org.units[unit_id]["name"]) if local and unit_id else ""


def _fixed(plan: Plan, roles: Iterable[str], unit_id: str | None) -> list[str]:
    """Those of these roles that the organisation fills; where there is no unit, those of the agency."""
    scopes = ("unit", "agency") if unit_id else ("agency",)
    return [role for role in roles if plan.roles[role].of in scopes]


def _asked_roles(definition: Definition) -> Iterable[tuple[str, tuple[str, ...]]]:
    for state in definition.states.values():
        if state.owner:
            yield state.title, state.owner
        for ask in state.asks.values():
            if ask.of:
                yield ask.title, (ask.of,)
    if definition.held is not None and definition.held.owner:
        yield definition.held.title, definition.held.owner


def _unheld(org: Organisation, plan: Plan, definition: Definition, unit_id: str | None) -> Iterable[Gap]:
    matter = Matter("", unit_id)
    for place, roles in _asked_roles(definition):
        fixed = _fixed(plan, roles, unit_id)
        if fixed and not any(eligible(org, plan, matter, role, unit_id) for role in fixed):
            titles = [plan.roles[role].title for role in fixed]
            yield Gap(
                definition.process,
                place,
                _unit_name(org, plan, fixed, unit_id),
                Message("staffing.unheld", {"roles": titles}),
                *_why(org, plan, matter, Asked(tuple(fixed), unit_id)),
            )


def _actions(definition: Definition) -> Iterable[tuple[str, Action, tuple[str, ...]]]:
    for state in definition.states.values():
        for action in state.actions.values():
            if not action.when:
                yield state.name, action, action.by or state.owner


def _four_eyes(org: Organisation, plan: Plan, definition: Definition, unit_id: str | None) -> Iterable[Gap]:
    """Whoever took the first step, somebody else must be able to take the second."""
    takers = {(state, a.name): roles for state, a, roles in _actions(definition)}
    for _state, action, roles in _actions(definition):
        for name in action.not_by:
            first_state, _, first = name.rpartition(".")
            for (state, taken), first_roles in takers.items():
                if taken == first and first_state in ("", state):
                    yield from _pair(org, plan, definition, action, roles, f"{state}.{taken}", first_roles, unit_id)


def _pair(
    org: Organisation, plan: Plan, definition: Definition, action: Action, roles: tuple[str, ...], key: str,
    first_roles: tuple[str, ...], unit_id: str | None,
) -> Iterable[Gap]:  # fmt: skip
    matter = Matter("", unit_id)
    if not any(eligible(org, plan, matter, role, unit_id) for role in roles):
        return  # that nobody holds it is told by itself
    for role in first_roles:
        for taker in eligible(org, plan, matter, role, unit_id):
            taken = Matter("", unit_id, (), {key: [taker, None, 0]})
            asked = Asked(roles, unit_id, not_by=(key,))
            if not any(isinstance(may(org, plan, taken, p, asked), Authority) for p in org.people):
                params = {"name": org.name(taker), "action": action.title}
                yield Gap(
                    definition.process,
                    action.title,
                    _unit_name(org, plan, roles, unit_id),
                    Message("staffing.four_eyes", params),
                    *_why(org, plan, taken, asked),
                )


def _own_cases(org: Organisation, plan: Plan, definition: Definition, unit_id: str | None) -> Iterable[Gap]:
    """The owner may be the nominee: then somebody else must be there to decide."""
    judged = [plan.kinds[name] for name in definition.subject if name in plan.kinds]
    if all(kind.members_may_decide for kind in judged):
        return
    for place, roles in _asked_roles(definition):
        fixed = _fixed(plan, roles, unit_id)
        for owner in {p for role in fixed for p in eligible(org, plan, Matter("", unit_id), role, unit_id)}:
            own = Matter("", unit_id, (Party(owner, "subject"),))
            if not any(eligible(org, plan, own, role, unit_id) for role in fixed):
                params = {"name": org.name(owner), "place": place}
                yield Gap(
                    definition.process,
                    place,
                    _unit_name(org, plan, fixed, unit_id),
                    Message("staffing.own_case", params),
                    *_why(org, plan, own, Asked(tuple(fixed), unit_id)),
                )


def _why(org: Organisation, plan: Plan, matter: Matter, asked: Asked) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """(roles that are asked or step in, what speaks against whoever holds them)."""
    roles = _stepping_in(plan, asked.roles)
    return roles, tuple(told for role in roles for told in _against(org, plan, matter, asked, role))


def _stepping_in(plan: Plan, names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        role: str | None = name
        while role and role not in found and role in plan.roles:
            found[role] = None
            role = plan.roles[role].otherwise
    return tuple(found)


def _against(org: Organisation, plan: Plan, matter: Matter, asked: Asked, name: str) -> Iterable[Message]:
    role = plan.roles[name]
    people = holders(org, role, matter, asked.unit_id)
    if not people:
        yield Message("staffing.no_holder", {"role": role.title})
    for person_id in people:
        found = may(org, plan, matter, person_id, asked)
        deputies = [org.name(deputy) for deputy, _, _ in org.deputies.get(person_id, ())]
        reasons = [Message("staffing.nobody_stands_in", {"names": deputies})] if isinstance(found, Authority) else found
        yield Message("staffing.may_not", {"name": org.name(person_id), "role": role.title, "reasons": list(reasons)})
