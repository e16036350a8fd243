"""Proofs about a definition before it may be used, guards taken as free choices; refusals show a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflow.deadline_grammar import is_year_day, read_window
from workflow.defect_kinds import because
from workflow.defects import Defect, defect, nearest
from workflow.definition import LAST_LEVEL, Action, Ask, Condition, Definition, Escalation, Held, Plan, State, Term
from workflow.grammar import branch_text
from workflow.message import Message
from workflow.paths import Move, circle, leading_to, moves, reach_of, ways_from_start
from workflow.scope import (
    Address,
    Scope,
    addressed_actions,
    addressed_asks,
    children_of,
    ends_of,
)


def prove(definition: Definition, plan: Plan, definitions: Mapping[str, Definition]) -> list[Defect]:
    """Every defect of one process among its plan's; an empty list: it may be used. Names must be right."""
    scope = Scope(definition, plan, definitions)
    steps = moves(definition)
    return [
        *_reachable(definition, steps),
        *_can_end(definition, steps),
        *_levels(definition),
        *_waiting(definition),
        *_actions(definition),
        *_windows(scope),
        *_judging_oneself(scope),
        *_automatic_circle(scope, steps),
        *_choices(definition),
        *_children_heard(scope),
        *_holds(scope),
        *_delivers(definition),
    ]


def prove_together(definitions: Mapping[str, Definition]) -> list[Defect]:
    """What only shows between processes: starts that run in a circle."""
    steps = [
        Move(name, "starts", child, "start")
        for name, definition in definitions.items()
        for child in children_of(definition)
        if child in definitions
    ]
    found = circle(steps)
    return [defect("start_circle", (found[0],), path=found[::2])] if found else []


def _reachable(definition: Definition, steps: list[Move]) -> Iterator[Defect]:
    ways = ways_from_start(steps)
    for name in definition.states:
        if name in ways:
            continue
        into = [f"{step.source}.{step.action}" for step in steps if step.target == name and not step.back]
        back = any(step.target == name and step.back for step in steps)
        why = because("from_unreachable", moves=", ".join(into)) if into else (
            because("level_never_earned" if back else "no_action_leads")
        )  # fmt: skip
        yield defect("unreachable", ("states", name), name=name, why=why)


def _can_end(definition: Definition, steps: list[Move]) -> Iterator[Defect]:
    """An end, or a state with a level: recognised is a place to stay. `everywhere` would prove nothing."""
    ends = ends_of(definition)
    if not ends:
        yield defect("no_end", ("states",))
    levels = {state for level, state in definition.level_states().items() if level != "none"}
    own = [step for step in steps if step.origin == "own"]
    good = leading_to({*ends, *levels}, own)
    ways = ways_from_start(steps)
    for name in definition.states:
        if name in good or name not in ways:
            continue
        reach = ", ".join(reach_of(name, own)) or because("reaches_nothing")
        yield defect("no_way_out", ("states", name), ways[name], name=name, reach=reach)


def _levels(definition: Definition) -> Iterator[Defect]:
    seen: dict[str, str] = {}
    for state in definition.states.values():
        if state.level is None:
            continue
        if state.level in seen:
            here = ("states", state.name, "level")
            yield defect("two_level_states", here, name=state.level, first=seen[state.level], second=state.name)
        seen.setdefault(state.level, state.name)
    for at, action in addressed_actions(definition):
        back = [branch for branch in action.to if branch.to == LAST_LEVEL and not _has_level(branch.when)]
        if back and "none" not in seen:
            yield defect("no_level_none", (*at, "to"))


def _has_level(condition: Condition) -> bool:
    return any(term.name == "level" and term.negated and "none" in term.values for term in condition)


def _waiting(definition: Definition) -> Iterator[Defect]:
    for state in definition.states.values():
        at: Address = ("states", state.name)
        if state.end:
            had = [key for key in ("owner", "due", "asks", "actions", "may_wait") if getattr(state, key)]
            for key in had:
                yield defect("end_acts", (*at, key), name=state.name, what=key)
        else:
            yield from _waits_well(at, state.name, state)
    if definition.held:
        yield from _waits_well(("held",), "held", definition.held)
    for at, ask in addressed_asks(definition):
        for what in _ask_lacks(ask):
            yield defect("lacks", (*at, what), name=ask.name, what=what)
        if ask.silence and (ask.process or ask.every):
            yield defect("silence_of_several", (*at, "silence"), name=ask.name)
        if ask.posting and (ask.silence != "agrees" or ask.answer or ask.each or ask.nil or not ask.of):
            yield defect("posting_answered", (*at, "posting"), name=ask.name)


def _ask_lacks(ask: Ask) -> Iterator[str]:
    """What an ask that waits must say; what silence means needs its source, and somebody to reach if it escalates."""
    wanted = () if ask.process or ask.optional else ("due", "escalate")
    by_silence = {None: wanted, "agrees": ("due", "cite"), "waits": ("due",), "escalates": ("due", "escalate")}
    yield from (what for what in by_silence[ask.silence] if not getattr(ask, what))


def _waits_well(at: Address, name: str, place: State | Held) -> Iterator[Defect]:
    if place.may_wait:
        return
    for what in ("owner", "due", "escalate"):
        if not getattr(place, what):
            yield defect("lacks", (*at, what), name=name, what=what)


def _actions(definition: Definition) -> Iterator[Defect]:
    for at, action in addressed_actions(definition):
        if action.by and action.when:
            yield defect("by_and_when", at, name=action.name)
        by_people = not action.when and not (at[0] == "start" and _only_engine(action, definition))
        if by_people and not action.title:
            yield defect("no_title", at, name=action.name)
        if not action.by and not action.when:
            for place in _without_owner(at, action, definition):
                yield defect("nobody_acts", at, name=action.name, place=place)
        waits = any(term.kind == "overdue" for term in action.when)
        if waits and at[0] in ("states", "held") and not _place_of(at, definition).due:
            yield defect("overdue_of_nothing", at, name=action.name)


def _only_engine(action: Action, definition: Definition) -> bool:
    """A start that another process or a date takes needs no words for people."""
    return not set(action.needs) and bool(action.by)


def _place_of(at: Address, definition: Definition) -> State | Held:
    if at[0] == "held" and definition.held:
        return definition.held
    return definition.states[at[1]]


def _without_owner(at: Address, action: Action, definition: Definition) -> Iterable[str | Message]:
    if at[0] == "start":
        return [because("start_has_no_owner")]
    if at[0] in ("states", "held"):
        return [] if _place_of(at, definition).owner else [".".join(at[:2]) if at[0] == "states" else "held"]
    states = (s for s in definition.states.values() if not s.end and s.name not in action.excepted)
    return [f"states.{state.name}" for state in states if not state.owner]


def _automatic_circle(scope: Scope, steps: list[Move]) -> Iterator[Defect]:
    """Only `when` actions and what lateness does by itself: such a circle would never stop for a person."""
    acts = {
        (state.name, one.action) for state in scope.definition.states.values() for one in _escalations(state)
        if one.mode == "act"
    }  # fmt: skip
    by_itself = [step for step in steps if step.automatic or (step.source, step.action) in acts]
    automatic = [step for step in by_itself if _can_lead_there(scope, step)]
    if found := circle(automatic):
        first = next(step for step in automatic if step.source == found[0] and step.action == found[1])
        yield defect("automatic_circle", first.at, found)


def _windows(scope: Scope) -> Iterator[Defect]:
    """Days in which an action may be taken, none of which lies in the plan's time."""
    for at, action in addressed_actions(scope.definition):
        if not action.window or is_year_day(action.window.partition("..")[0]):
            continue
        window = read_window(action.window, scope.plan.start)
        if window.last < scope.plan.start or window.first > scope.plan.end:
            first, last = scope.plan.start, scope.plan.end
            yield defect("window_outside", (*at, "window"), text=action.window, first=first, last=last)


def _judging_oneself(scope: Scope) -> Iterator[Defect]:
    """Actions left to whoever the case is about, who never decides on it: nobody could take them."""
    definition = scope.definition
    judged = [scope.plan.kinds[name] for name in definition.subject if name in scope.plan.kinds]
    if definition.own_case or not judged or any(kind.members_may_decide for kind in judged):
        return
    for at, action in addressed_actions(definition):
        owner = _place_of(at, definition).owner if at[0] in ("states", "held") else ()
        if not action.when and (action.by or owner) == ("nominee",):
            yield defect("judging_oneself", at, name=action.name)


def _can_lead_there(scope: Scope, step: Move) -> bool:
    """What takes the level away goes back to a lower one, or to none: never to where it stands."""
    action = scope.definition.actions_in(step.source).get(step.action)
    if not step.back or action is None or action.drops != "level":
        return True
    ranks = {level: number for number, level in enumerate(scope.plan.levels)}
    there, here = (ranks.get(scope.definition.states[one].level or "", -1) for one in (step.target, step.source))
    return there < here


def _escalations(state: State) -> Iterator[Escalation]:
    yield from state.escalate
    for ask in state.asks.values():
        yield from ask.escalate


def _choices(definition: Definition) -> Iterator[Defect]:
    for at, action in addressed_actions(definition):
        if not action.to:
            continue
        if action.to[-1].when:
            path = [branch_text(branch) for branch in action.to]
            yield defect("open_choice", (*at, "to"), path, name=action.name)
        for number, branch in enumerate(action.to[1:]):
            if not action.to[number].when:
                yield defect("dead_branch", (*at, "to"), name=branch.to)


def _children_heard(scope: Scope) -> Iterator[Defect]:
    for child_name in scope.children:
        child = scope.definitions.get(child_name)
        if child is None:
            continue
        heard = _heard_ends(scope, child)
        ways = ways_from_start(moves(child))
        for end in child.states:
            if end in ends_of(child) - heard and not _caused_by_parent(child, end):
                at = _address_of_child(scope.definition, child_name)
                names = {"child": child_name, "name": end, "process": scope.definition.process}
                yield defect("child_end_unheard", at, (child_name, *ways.get(end, ())), **names)


def _heard_ends(scope: Scope, child: Definition) -> set[str]:
    """The child's ends that some `when` listens to: by name, or by waiting for all children to end."""
    asks = {name for name, ask in scope.asks.items() if ask.process == child.process}
    heard: set[str] = set()
    for _, action in addressed_actions(scope.definition):
        for term in action.when:
            if term.kind == "is" and term.name == child.process:
                heard |= ends_of(child) - set(term.values) if term.negated else set(term.values)
            elif term.kind in ("all", "some") and term.name in asks:
                heard |= set(term.values) or ends_of(child)
    return heard


def _caused_by_parent(child: Definition, end: str) -> bool:
    into = [action for _, action in addressed_actions(child) if any(branch.to == end for branch in action.to)]
    return bool(into) and all(any(_of_parent(term) for term in action.when) for action in into)


def _of_parent(term: Term) -> bool:
    return term.kind == "parent_ended" or (term.kind == "is" and term.name == "parent")


def _address_of_child(definition: Definition, child: str) -> Address:
    for at, action in addressed_actions(definition):
        if any(start.process == child for start in action.starts):
            return (*at, "starts")
    return next((at for at, ask in addressed_asks(definition) if ask.process == child), ())


def _holds(scope: Scope) -> Iterator[Defect]:
    definition = scope.definition
    actions = list(addressed_actions(definition))
    holding = [(at, action) for at, action in actions if action.holds]
    if definition.held and not holding:
        yield defect("nothing_held", ("held",))
    released = {one.releases for at, one in actions if one.releases and _works_while_held(at, one)}
    free = set().union(*(scope.grounds_of(word) for word in released if word != "all"))
    for at, action in holding:
        if definition.held is None:
            yield defect("no_held", (*at, "holds"), name=action.name)
            continue
        for ground in sorted(scope.grounds[action.holds or ""]):
            if "all" not in released and ground not in free:
                way, hint = (action.name, f"held: {ground}"), nearest(action.holds or "", definition.fields)
                yield defect("hold_forever", (*at, "holds"), way, name=ground, **hint)
    held = set().union(*scope.grounds.values())
    for at, action in actions:
        word = action.releases
        if word and word != "all" and not scope.grounds_of(word) & held:
            hint = nearest(word, held)
            yield defect("releases_nothing", (*at, "releases"), name=action.name, ground=word, **hint)


def _works_while_held(at: Address, action: Action) -> bool:
    return at[0] == "held" or action.while_held


def _delivers(definition: Definition) -> Iterator[Defect]:
    delivered = {name for _, action in addressed_actions(definition) for name in action.delivers}
    for field in definition.fields.values():
        if field.says and field.each and field.each in definition.fields and field.each not in delivered:
            yield defect("never_delivered", ("fields", field.each), name=field.each)
