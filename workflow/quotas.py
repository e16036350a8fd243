"""What a plan's quotas mean in their processes: which names must be right, what an action gets, where places come back.

The rule: a case has a place from the action that a quota counts `at`. It gives the place back where that action lies
ahead of it again (returned, refused, revoked), and in an end, unless it comes there from a recognition, still holds the
level that the action brought, or the quota keeps places in that end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflow.defects import Defect, defect, nearest
from workflow.definition import LAST_LEVEL, Action, Definition, Plan, Quota, State, Term
from workflow.grammar import PEOPLE
from workflow.scope import Address, addressed_actions

GUARD, MET, EFFECT = "within_quota", "quota_met", "keep_places"
"""The names under which the domain registers what holds a quota."""

START = "start"


def check_quotas(plan: Plan, definitions: Mapping[str, Definition]) -> Iterator[Defect]:
    """Every defect of the plan's table of quotas; conditions that name one are checked where they stand."""
    for quota in plan.quotas.values():
        yield from _check(quota, plan, definitions)


def with_quotas(plan: Plan, definitions: Mapping[str, Definition]) -> tuple[Plan, dict[str, Definition]]:
    """The plan with its quotas worked out, and its processes with what holds them. Names must be right."""
    quotas = {name: _worked_out(quota, definitions[quota.of]) for name, quota in plan.quotas.items()}
    changed = dict(definitions)
    for process in dict.fromkeys(quota.of for quota in quotas.values()):
        mine = [quota for quota in quotas.values() if quota.of == process]
        changed[process] = _holding(changed[process], mine)
    return plan.model_copy(update={"quotas": quotas}), changed


def full_names(definition: Definition, said: str) -> list[str]:
    """The actions a name may mean: STATE.ACTION, start.ACTION."""
    return [name for name, _ in _named_actions(definition) if said in (name, name.rpartition(".")[2])]


# --- names --------------------------------------------------------------------------------------------


def _known(kind: str, at: Address, said: Iterable[str], known: Iterable[str]) -> Iterator[Defect]:
    right = set(known)
    return (defect(kind, at, name=name, **nearest(name, right)) for name in said if name not in right)


def _check(quota: Quota, plan: Plan, definitions: Mapping[str, Definition]) -> Iterator[Defect]:
    at: Address = ("quotas", quota.name)
    yield from _known("unknown_process", (*at, "of"), [quota.of], definitions)
    yield from _known("unknown_kind", (*at, "kinds"), quota.kinds, plan.kinds)
    types = [*quota.units, *(key for key in quota.bounds if key and quota.per == "unit.type")]
    yield from _known("unknown_unit_type", (*at, "units"), types, plan.unit_types)
    yield from _known("unknown_role", (*at, "override"), filter(None, [quota.override]), plan.roles)
    if quota.share is not None:
        yield from _known("unknown_quota", (*at, "share"), [quota.share.of], {PEOPLE, *plan.quotas})
        if _of_itself(quota, plan):
            yield defect("quota_of_itself", (*at, "share"), name=quota.name)
    if quota.period == "phase" and not plan.phases:
        yield defect("no_phases", (*at, "in"), text="in: phase")
    if quota.split and (quota.each != "agency" or quota.per):
        yield defect("quota_split_what", (*at, "split"), name=quota.name)
    if quota.of in definitions:
        yield from _check_actions(at, quota, definitions[quota.of])


def _of_itself(quota: Quota, plan: Plan) -> bool:
    """Whether a share is counted, in however many steps, of itself."""
    seen = {quota.name}
    name = quota.share.of if quota.share else ""
    while (base := plan.quotas.get(name)) is not None:
        if base.name in seen:
            return True
        seen.add(base.name)
        name = base.share.of if base.share else ""
    return False


def _check_actions(at: Address, quota: Quota, definition: Definition) -> Iterator[Defect]:
    yield from _known("unknown_state", (*at, "kept_in"), quota.kept_in, definition.states)
    actions = dict(_named_actions(definition))
    for said in quota.at:
        found = full_names(definition, said)
        if not found:
            yield from _known("unknown_action", (*at, "at"), [said], {*actions, *(n.split(".")[1] for n in actions)})
        elif len(found) > 1:
            yield defect("ambiguous_action", (*at, "at"), name=said, choices=", ".join(found))
        else:
            yield from _check_action(at, quota, definition, found[0], actions[found[0]])


def _check_action(at: Address, quota: Quota, definition: Definition, name: str, action: Action) -> Iterator[Defect]:
    state = definition.states.get(name.partition(".")[0])
    if holds_most(quota) and (action.when or (state and _taken_by_lateness(state, action))):
        yield defect("quota_automatic", (*at, "at"), name=quota.name, action=name)
    if quota.override is None:
        return
    who = action.by or (state.owner if state else ())
    if quota.override not in who:
        yield defect("quota_role_never", (*at, "override"), name=quota.override, action=name)
    field = definition.fields.get(quota.reason or "")
    if field is None or field.type not in ("text", "line"):
        yield defect("quota_no_reason", (*at, "override"), name=quota.name, field=quota.reason or "")


def _taken_by_lateness(state: State, action: Action) -> bool:
    """Whether a passed deadline takes the action by itself."""
    steps = [*state.escalate, *(step for ask in state.asks.values() for step in ask.escalate)]
    return any(step.mode == "act" and step.action == action.name for step in steps)


def holds_most(quota: Quota) -> bool:
    """Whether the quota has a maximum at all, so that an action may be refused for it."""
    share = quota.share is not None and quota.share.how != "at least"
    return share or bool(quota.split) or any(most is not None for _, most in quota.bounds.values())


def _named_actions(definition: Definition) -> Iterator[tuple[str, Action]]:
    """The actions that may be counted, of a start or of a state, by their full names."""
    yield from ((f"{START}.{name}", action) for name, action in definition.start.items())
    for state in definition.states.values():
        yield from ((f"{state.name}.{name}", action) for name, action in state.actions.items())


# --- what follows from them ---------------------------------------------------------------------------


def _worked_out(quota: Quota, definition: Definition) -> Quota:
    at = tuple(name for said in quota.at for name in full_names(definition, said))
    ends = {name for name, state in definition.states.items() if state.end} - set(quota.kept_in)
    revoked = {b.to for _, a in addressed_actions(definition) if a.drops for b in a.to} & ends
    before = {*_before(definition, at), *revoked}
    order = list(definition.states)
    actions = dict(_named_actions(definition))
    levels = {definition.states[b.to].level for name in at for b in actions[name].to if b.to in definition.states}
    return quota.model_copy(
        update={
            "at": at, "before": tuple(n for n in order if n in before),
            "ends": tuple(n for n in order if n in ends - revoked),
            "level": levels.pop() if len(levels) == 1 else None,
        }
    )  # fmt: skip


def _before(definition: Definition, at: tuple[str, ...]) -> set[str]:
    """States in which a counted action lies ahead, and where it would lead is not reached without it."""
    actions = dict(_named_actions(definition))
    sources = {name.partition(".")[0] for name in at} - {START}
    targets = {b.to for name in at for b in actions[name].to if b.to != LAST_LEVEL} or sources
    without = _onward(definition, set(at))
    begun = _reached({b.to for n, a in definition.start.items() if f"{START}.{n}" not in at for b in a.to}, without)
    return {
        state for state, one in definition.states.items()
        if not one.end and state in begun and _reached({state}, _onward(definition, set())) & sources
        and not _reached({state}, without) & targets
    }  # fmt: skip


def _onward(definition: Definition, but: set[str]) -> dict[str, set[str]]:
    """State → where its own actions lead that do not send back, refuse or revoke, without those named."""
    found: dict[str, set[str]] = {name: set() for name in definition.states}
    for name, state in definition.states.items():
        for action in state.actions.values():
            if action.verb not in ("return", "refuse") and not action.drops and f"{name}.{action.name}" not in but:
                found[name] |= {branch.to for branch in action.to} - {LAST_LEVEL}
    return found


def _reached(start: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for state in edges.get(waiting.pop(), ()):
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return seen


def _holding(definition: Definition, quotas: list[Quota]) -> Definition:
    """Counted actions are guarded and may say why one goes over; every move keeps the count right."""

    def held(name: str, action: Action) -> Action:
        mine = [quota for quota in quotas if name in quota.at]
        terms = [Term(kind="guard", text=f"{GUARD}: {q.name}", name=GUARD, arg=q.name) for q in mine if holds_most(q)]
        reasons = [q.reason for q in mine if q.reason and q.reason not in (*action.needs, *action.takes)]
        if not mine and not action.to:
            return action
        return action.model_copy(
            update={
                "conditions": (*action.conditions, *terms), "takes": tuple(dict.fromkeys((*action.takes, *reasons))),
                "do": (*action.do, EFFECT),
            }
        )  # fmt: skip

    def all_held(place: str, actions: Mapping[str, Action]) -> dict[str, Action]:
        return {name: held(f"{place}.{name}", action) for name, action in actions.items()}

    states = {n: s.model_copy(update={"actions": all_held(n, s.actions)}) for n, s in definition.states.items()}
    beside = definition.held and definition.held.model_copy(
        update={"actions": all_held("held", definition.held.actions)}
    )
    start, everywhere = all_held(START, definition.start), all_held("everywhere", definition.everywhere)
    return definition.model_copy(update={"states": states, "held": beside, "start": start, "everywhere": everywhere})
