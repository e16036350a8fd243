"""Every name a definition or a plan says must exist; the nearest right one is part of the complaint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workflow.asking import AGREES, silence_speaks
from workflow.case_codes import check_code
from workflow.case_names import fields_in
from workflow.deadline_forms import PhaseEnd
from workflow.defaults import due_forms, due_references
from workflow.defects import Defect, defect, nearest
from workflow.definition import (
    ALL,
    LAST_LEVEL,
    Action,
    Ask,
    ByCase,
    Condition,
    Definition,
    Escalation,
    Extension,
    Field,
    Held,
    Plan,
    State,
    Value,
)
from workflow.eligibility_names import check_eligibility
from workflow.grammar import field_given
from workflow.registry import BadRules
from workflow.scope import PICKING, Address, Names, Scope, addressed_actions, addressed_asks
from workflow.term_names import check_condition

EXCLUSIVE_STAGE = "council"
"""Where a case may stand on a list that has it to itself: leaving it gives the place up."""

# Roles of a case that need no person field: who brought it, and whom it is about.
CASE_ROLES = {"nominator", "nominee"}

PHASE_END = str(PhaseEnd())

SHOWN_TO_ALL = ("line", "choice", "number")
"""What a posting may show of a case: neither people, nor papers, nor long texts."""


def check_plan(plan: Plan, definitions: dict[str, Definition], registry: Names) -> Iterator[Defect]:
    """Names in plan.yaml: roles, phases, processes, verbs, the words of its votes and conditions."""
    roles = plan.roles
    yield from _votes(plan, registry)
    yield from _documents(plan, definitions, registry)
    yield from check_eligibility(plan, definitions, registry)
    for name, role in roles.items():
        yield from _known("unknown_role", ("roles", name, "else"), filter(None, [role.otherwise]), roles)
    yield from _escalations(("defaults", "escalate"), plan.escalate, plan)
    yield from _granting(("defaults", "extension"), plan.extension, plan)
    yield from _known("unknown_role", ("defaults", "calendar_by"), plan.calendar_by, roles)
    yield from _known("unknown_role", ("defaults", "plan_by"), plan.plan_by, roles)
    for verb, told in plan.tell.items():
        verbs = ("act", "approve", "return", "refuse", "end")
        yield from _known("unknown_verb", ("defaults", "tell", verb), [verb], verbs)
        yield from _known("unknown_role", ("defaults", "tell", verb), told, roles)
    for name, cadence in plan.cadences.items():
        at = ("cadences", name)
        yield from _known("unknown_phase", (*at, "phase"), filter(None, [cadence.phase]), plan.phases)
        yield from _known("unknown_process", (*at, "start"), [cadence.start], definitions)
        if started := definitions.get(cadence.start):
            yield from _known("unknown_field", (*at, "with"), cadence.given, started.fields)
            yield from _started(at, started, "cadence")


def _votes(plan: Plan, registry: Names) -> Iterator[Defect]:
    for name in plan.votes:
        at: Address = ("votes", name)
        rules = plan.rules(name)
        for key in ("electorate", "chair", "keeper", "undecided", "recuse"):
            said = rules.get(key) or ()
            named = (said,) if isinstance(said, str) else said
            yield from _known("unknown_role", (*at, key), named, plan.roles)
            for role in named if key != "recuse" else ():
                if role in plan.roles and plan.roles[role].of in ("case", "outside"):
                    yield defect("votes_in_no_council", (*at, key), name=role, under=key)
        try:
            if (read := getattr(registry, "votes", None)) is not None:
                read(name, {key: value for key, value in rules.items() if key != "name"})
        except BadRules as bad:
            if bad.is_share:
                yield defect("share_limits", (*at, bad.key), text=bad.word)
                continue
            yield defect("bad_rules", (*at, bad.key), name=name, under=bad.key, word=bad.word, nearest=bad.nearest)


def _documents(plan: Plan, definitions: dict[str, Definition], registry: Names) -> Iterator[Defect]:
    for name, document in plan.documents.items():
        at: Address = ("documents", name)
        yield from _known("unknown_role", (*at, "signer"), document.signer, plan.roles)
        if templates := getattr(registry, "templates", ()):
            yield from _known("unknown_template", (*at, "template"), [document.template], templates)
        if tags := getattr(registry, "tags", ()):
            yield from _known("unknown_tag", (*at, "with"), document.given, tags)
            yield from _known("unknown_tag", (*at, "fills"), document.fills, tags)
        fields = {field for definition in definitions.values() for field in definition.fields}
        said = [*document.fills.values(), *filter(None, [document.number])]
        yield from _known("unknown_field", (*at, "fills"), said, fields)
        yield from _known("unknown_field", (*at, "only"), document.only, fields)
        yield from _known("unknown_document", (*at, "decided_by"), filter(None, [document.decided_by]), plan.documents)


def check_definition(scope: Scope, registry: Names) -> Iterator[Defect]:
    """Every name of one process."""
    definition = scope.definition
    kinds = {*scope.plan.kinds, "unit", "agency"}
    yield from _known("unknown_kind", ("subject",), definition.subject, kinds)
    for name, types in fields_in(definition.called).items():
        fitting = {one for one, field in definition.fields.items() if field.type in types}
        yield from _known("unknown_field", ("called",), [name], fitting)
    yield from check_code(definition)
    for name, field in definition.fields.items():
        yield from _field(("fields", name), field, scope, registry)
    for state in definition.states.values():
        at: Address = ("states", state.name)
        levels = {*scope.plan.levels, "none"}
        yield from _known("unknown_level", (*at, "level"), filter(None, [state.level]), levels)
        if state.vote is not None:
            yield from _known("unknown_rules", (*at, "vote"), [state.vote.rule], scope.plan.votes)
            listed = {name for name, field in definition.fields.items() if field.type == "cases"}
            yield from _known("unknown_field", (*at, "vote"), [state.vote.over], listed)
        yield from _place(at, state, scope)
    if definition.held:
        yield from _place(("held",), definition.held, scope)
    for at, ask in addressed_asks(definition):
        yield from _ask(at, ask, scope, registry)
    for at, action in addressed_actions(definition):
        yield from _action(at, action, scope, registry)


def _known(kind: str, at: Address, said: Iterable[str], known: Iterable[str]) -> Iterator[Defect]:
    right = set(known)
    for name in said:
        if name not in right:
            yield defect(kind, at, name=name, **nearest(name, right))


def _escalations(at: Address, escalations: Iterable[Escalation], plan: Plan) -> Iterator[Defect]:
    yield from _known("unknown_role", at, (one.role for one in escalations), plan.roles)


def _granting(at: Address, extension: Extension | None, plan: Plan) -> Iterator[Defect]:
    yield from _known("unknown_role", at, extension.by if extension else (), plan.roles)


def _acting(at: Address, said: Sequence[str], scope: Scope, *, answers: bool = False) -> Iterator[Defect]:
    """Roles that must decide: known, and one of the case itself must be somebody's here. One outside may be asked
    (`answers`) where somebody types what it answers."""
    yield from _known("unknown_role", at, said, scope.plan.roles)
    people = {name for name, field in scope.definition.fields.items() if field.type == "person"} | CASE_ROLES
    for name in said:
        role = scope.plan.roles.get(name)
        if role and role.of == "outside" and not (answers and role.otherwise):
            yield defect("role_outside", at, name=name)
        if role and role.of == "case" and name not in people:
            yield defect("role_of_nobody", at, name=name, **nearest(name, people))


def _place(at: Address, place: State | Held, scope: Scope) -> Iterator[Defect]:
    yield from _acting((*at, "owner"), place.owner, scope)
    yield from _escalations((*at, "escalate"), place.escalate, scope.plan)
    yield from _granting((*at, "extension"), place.extension, scope.plan)
    yield from _due((*at, "due"), place.due, scope)
    yield from _acts((*at, "escalate"), place.escalate, scope)


def _acts(at: Address, escalations: Iterable[Escalation], scope: Scope) -> Iterator[Defect]:
    """What lateness does by itself is an action of the state, or of the hold, that it is about."""
    held = scope.definition.held
    here = held.actions if at[0] == "held" and held else scope.definition.actions_in(at[1])
    yield from _known("unknown_action", at, (one.action for one in escalations if one.action), here)


def _due(at: Address, due: Value | tuple[Value, ...] | None, scope: Scope) -> Iterator[Defect]:
    dates = {name for name, field in scope.definition.fields.items() if field.type == "date"}
    yield from _known("unknown_field", at, due_references(due), dates)
    if not scope.plan.phases and any(PHASE_END in str(form) for form in due_forms(due)):
        yield defect("no_phases", at, text=PHASE_END)
    for value in due if isinstance(due, tuple) else (due,):
        if isinstance(value, ByCase):
            yield from _by_case(at, value, scope)


def _by_case(at: Address, value: ByCase, scope: Scope) -> Iterator[Defect]:
    field = scope.definition.fields.get(value.per)
    picks = field.type in ("choice", "yes_no") if field else value.per in PICKING
    values = scope.values_of(value.per) if picks else None
    if values is None:
        choices = {n for n, f in scope.definition.fields.items() if f.type in ("choice", "yes_no")}
        yield from _known("unknown_field", at, [value.per], {*choices, *PICKING})
        return
    yield from _known("unknown_choice", at, value.cases, values)
    if value.otherwise is None:
        needed = {"yes", "no"} if field and field.type == "yes_no" else values
        for missing in sorted(needed - set(value.cases)):
            yield defect("by_case_gap", at, name=value.per, value=missing)


def _field(at: Address, field: Field, scope: Scope, registry: Names) -> Iterator[Defect]:
    fields = scope.definition.fields
    yield from check_condition((*at, "if"), field.conditions, scope, registry, {})
    several = {name for name, other in fields.items() if other.type in ("list", "cases", "people")}
    yield from _known("unknown_each", (*at, "each"), filter(None, [field.each]), several)
    worked_out = None if field.suggest == ALL else field.suggest
    for key, name in (("of", field.form), ("compute", field.compute), ("suggest", worked_out)):
        if name is not None and (forms := getattr(registry, "forms", None)) is not None:
            yield from _known("unknown_form", (*at, key), [name], forms)
    yield from _known("unknown_role", (*at, "of"), field.holders, scope.plan.roles)
    yield from _known("unknown_document", (*at, "draft"), filter(None, [field.draft]), scope.plan.documents)
    if field.type == "cases":
        yield from _cases(at, field, scope)


def _cases(at: Address, field: Field, scope: Scope) -> Iterator[Defect]:
    fields = scope.definition.fields
    cases = {name for name, other in fields.items() if other.type == "cases" and name != field.name}
    yield from _known("unknown_field", (*at, "from"), filter(None, [field.taken_from]), cases)
    yield from _known("unknown_state", (*at, "fill"), filter(None, [field.fill]), scope.definition.states)
    levels = {*scope.plan.levels, "any"}
    yield from _known("unknown_level", (*at, "level"), filter(None, [field.level]), levels)
    if field.taken_from is None:
        yield from _known("unknown_process", (*at, "of"), [field.process or ""], scope.definitions)
    if listed := scope.definitions.get(field.process or ""):
        lists = {name for name, other in listed.fields.items() if other.type == "cases"}
        yield from _known("unknown_field", (*at, "naming"), filter(None, [field.naming]), lists)
        yield from _known("unknown_state", (*at, "in"), field.in_states, listed.states)
        if field.exclusive:
            known = [listed.states[name] for name in field.in_states if name in listed.states]
            for state in known:
                if state.stage != EXCLUSIVE_STAGE:
                    yield defect("not_council", (*at, "in"), name=field.name, state=state.name)


def _ask(at: Address, ask: Ask, scope: Scope, registry: Names) -> Iterator[Defect]:
    fields, roles = scope.definition.fields, scope.plan.roles
    here = {ask.name: ask}
    yield from _acting((*at, "of"), [ask.of] if ask.of else [], scope, answers=True)
    units = {name for name, field in fields.items() if field.type == "unit"}
    yield from _known("unknown_field", (*at, "of"), filter(None, [ask.of_unit]), units)
    yield from _known("unknown_process", (*at, "process"), filter(None, [ask.process]), scope.definitions)
    if child := scope.definitions.get(ask.process or ""):
        yield from _started(at, child, scope.definition.process)
        yield from _given((*at, "with"), ask.given, child, scope)
    people = {name for name, field in fields.items() if field.type == "people"}
    yield from _known("unknown_each", (*at, "each"), filter(None, [ask.each]), {"unit", *roles, *people})
    yield from _known("unknown_unit_type", (*at, "units"), ask.units, scope.plan.unit_types)
    if ask.units and ask.each != "unit":
        yield defect("units_of_nobody", (*at, "units"), name=ask.name)
    for key, names in (("answer", ask.answer), ("takes", ask.takes), ("says", filter(None, [ask.says]))):
        yield from _known("unknown_field", (*at, key), names, fields)
    if silence_speaks(ask) and ask.says in fields:
        yield from _known("unknown_choice", (*at, "silence"), [AGREES], fields[ask.says or ""].choices)
    if ask.posting:
        shown = {name for name, field in fields.items() if field.type in SHOWN_TO_ALL}
        yield from _known("unknown_field", (*at, "posting", "shows"), ask.posting.shows, shown)
    yield from _known("unknown_effect", (*at, "do"), ask.do, registry.effects)
    yield from check_condition((*at, "if"), ask.conditions, scope, registry, here)
    yield from _escalations((*at, "escalate"), ask.escalate, scope.plan)
    yield from _granting((*at, "extension"), ask.extension, scope.plan)
    yield from _acts((*at, "escalate"), ask.escalate, scope)
    yield from _due((*at, "due"), ask.due, scope)
    if isinstance(ask.every, ByCase):
        yield from _by_case((*at, "every"), ask.every, scope)


def _action(at: Address, action: Action, scope: Scope, registry: Names) -> Iterator[Defect]:
    fields, roles, states = scope.definition.fields, scope.plan.roles, scope.definition.states
    if at[0] == "start":
        known = {*roles, *scope.definitions, "cadence"}
        yield from _known("unknown_by", (*at, "by"), action.by, known)
    else:
        yield from _acting((*at, "by"), action.by, scope)
    yield from _known("unknown_role", (*at, "tell"), action.tell, roles)
    for key, names in (("needs", action.needs), ("takes", action.takes)):
        yield from _known("unknown_field", (*at, key), names, fields)
    targets = [branch.to for branch in action.to if branch.to != LAST_LEVEL]
    yield from _known("unknown_state", (*at, "to"), targets, states)
    yield from _known("unknown_state", (*at, "except"), action.excepted, states)
    yield from _known("unknown_effect", (*at, "do"), action.do, registry.effects)
    yield from _known("unknown_document", (*at, "makes"), action.makes, scope.plan.documents)
    for key, links in (("marks", action.marks), ("delivers", action.delivers)):
        yield from _known("not_linked", (*at, key), links, scope.links())
    asks = _asks_heard_at(at, scope)
    conditions: list[tuple[str, Condition]] = [("when", action.when), ("if", action.conditions)]
    conditions += [("to", branch.when) for branch in action.to]
    for key, condition in conditions:
        yield from check_condition((*at, key), condition, scope, registry, asks)
    yield from _not_by((*at, "not_by"), action, scope)
    yield from _child_starts((*at, "starts"), action, scope, registry)


def _asks_heard_at(at: Address, scope: Scope) -> dict[str, Ask]:
    """The asks an action's conditions may read: its state's, the held ones, or all for `everywhere`."""
    definition = scope.definition
    if at[0] == "states":
        return definition.states[at[1]].asks
    if at[0] == "held" and definition.held:
        return definition.held.asks
    return scope.asks if at[0] == "everywhere" else {}


def _not_by(at: Address, action: Action, scope: Scope) -> Iterator[Defect]:
    everywhere = scope.definition.everywhere
    for said in action.not_by:
        state, _, name = said.rpartition(".")
        if state:
            yield from _known("unknown_state", at, [state], scope.definition.states)
            here = scope.definition.states.get(state)
            if here:
                yield from _known("unknown_action", at, [name], {*here.actions, *everywhere})
            continue
        holders = [s.name for s in scope.definition.states.values() if name in s.actions]
        if len(holders) > 1:
            choices = ", ".join(f"{holder}.{name}" for holder in holders)
            yield defect("ambiguous_action", at, name=name, choices=choices)
        elif not holders:
            names = {n for s in scope.definition.states.values() for n in s.actions}
            yield from _known("unknown_action", at, [name], {*names, *everywhere, *scope.definition.start})


def _child_starts(at: Address, action: Action, scope: Scope, registry: Names) -> Iterator[Defect]:
    for start in action.starts:
        yield from _known("unknown_process", at, [start.process], scope.definitions)
        child = scope.definitions.get(start.process)
        if child is None:
            continue
        yield from _started(at, child, scope.definition.process)
        yield from _given(at, start.given, child, scope)
        yield from check_condition(at, start.conditions, scope, registry, {})


def _given(at: Address, given: Mapping[str, str], child: Definition, scope: Scope) -> Iterator[Defect]:
    """What a child is given: fields of its own, from words or from fields of this process."""
    yield from _known("unknown_field", at, given, child.fields)
    yield from _known("unknown_field", at, filter(None, map(field_given, given.values())), scope.definition.fields)


def _started(at: Address, child: Definition, by: str) -> Iterator[Defect]:
    if not any(by in action.by for action in child.start.values()):
        yield defect("not_started_by", at, name=child.process, by=by)
