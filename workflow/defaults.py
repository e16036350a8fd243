"""What a process need not say: whom the plan tells, and which shared fields are no part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from workflow.deadline_forms import Deadline
from workflow.deadline_grammar import parse_deadline, references
from workflow.definition import Action, Ask, ByCase, Condition, Definition, Field, Held, State, Value
from workflow.grammar import NAME, field_given


def with_default_tells(definition: Definition, tell: Mapping[str, tuple[str, ...]]) -> Definition:
    """Every action also tells whom the plan names for its verb, and for `end` when it may lead to an end."""
    ends = {name for name, state in definition.states.items() if state.end}

    def told(actions: Mapping[str, Action]) -> dict[str, Action]:
        return {name: action.model_copy(update={"tell": whom(action)}) for name, action in actions.items()}

    def whom(action: Action) -> tuple[str, ...]:
        by_end = tell.get("end", ()) if any(branch.to in ends for branch in action.to) else ()
        return tuple(dict.fromkeys((*action.tell, *tell.get(action.verb, ()), *by_end)))

    return with_actions(definition, told)


def only_asked_fields(definition: Definition, shared: frozenset[str]) -> Definition:
    """Without the plan's shared fields that nothing here names: they must not change this process's hash."""
    named = set(named_fields(definition))
    fields = {name: one for name, one in definition.fields.items() if name not in shared or name in named}
    return definition.model_copy(update={"fields": fields})


def with_full_takers(definition: Definition) -> Definition:
    """Every `not_by` as STATE.ACTION, the key under which the case keeps who took it; names must be right."""

    def full(said: str) -> tuple[str, ...]:
        if "." in said:
            return (said,)
        if said in definition.start:
            return (f"start.{said}",)
        return tuple(f"{s.name}.{said}" for s in definition.states.values() if said in definition.actions_in(s.name))

    def named(actions: Mapping[str, Action]) -> dict[str, Action]:
        return {
            name: action.model_copy(update={"not_by": tuple(key for said in action.not_by for key in full(said))})
            for name, action in actions.items()
        }

    return with_actions(definition, named)


def with_actions(definition: Definition, change: Callable[[Mapping[str, Action]], dict[str, Action]]) -> Definition:
    """The definition with each of its tables of actions, but its starts, changed."""
    states = {
        name: state.model_copy(update={"actions": change(state.actions)}) for name, state in definition.states.items()
    }
    held = definition.held and definition.held.model_copy(update={"actions": change(definition.held.actions)})
    everywhere = change(definition.everywhere)
    return definition.model_copy(update={"states": states, "held": held, "everywhere": everywhere})


def named_fields(definition: Definition) -> Iterator[str]:
    """Every name that stands where a field may be named."""
    for field in definition.fields.values():
        yield from _of_field(field)
    for action in all_actions(definition):
        yield from (*action.needs, *action.takes, *filter(None, (action.holds, action.releases)))
        yield from (*action.marks, *action.delivers)
        yield from _of_condition((*action.conditions, *action.when))
        yield from (term.name for branch in action.to for term in branch.when)
        yield from (field_given(value) or "" for start in action.starts for value in start.given.values())
    for place in waiting_places(definition):
        yield from _of_due(place.due)
        for ask in place.asks.values():
            yield from _of_ask(ask)


def waiting_places(definition: Definition) -> Iterator[State | Held]:
    """All states, and what lies beside them."""
    yield from definition.states.values()
    if definition.held:
        yield definition.held


def all_actions(definition: Definition) -> Iterator[Action]:
    """Every action of a definition, starts included."""
    yield from definition.start.values()
    for place in waiting_places(definition):
        yield from place.actions.values()
    yield from definition.everywhere.values()


def due_references(due: Value | tuple[Value, ...] | None) -> Iterator[str]:
    """The fields that a deadline's day hangs on."""
    for form in due_forms(due):
        yield from references(form)


def due_forms(due: Value | tuple[Value, ...] | None) -> Iterator[Deadline]:
    """Every deadline that may count, whatever the case."""
    for value in due if isinstance(due, tuple) else (due,) if due is not None else ():
        texts = [*value.cases.values(), value.otherwise] if isinstance(value, ByCase) else [value]
        for text in texts:
            if text is not None:
                yield parse_deadline(text)


def _of_field(field: Field) -> Iterator[str]:
    yield from _of_condition(field.conditions)
    yield from filter(None, (field.each, field.taken_from))


def _of_condition(condition: Condition) -> Iterator[str]:
    yield from (term.name for term in condition)
    yield from (name for term in condition if term.kind == "guard" for name in re.findall(NAME, term.arg or ""))


def _of_due(due: Value | tuple[Value, ...] | None) -> Iterator[str]:
    yield from due_references(due)
    for value in due if isinstance(due, tuple) else (due,):
        if isinstance(value, ByCase):
            yield value.per


def _of_ask(ask: Ask) -> Iterator[str]:
    yield from (*ask.answer, *ask.takes, *filter(None, (ask.says, ask.of_unit, ask.each)))
    yield from (field_given(value) or "" for value in ask.given.values())
    yield from _of_condition(ask.conditions)
    yield from _of_due(ask.due)
    if isinstance(ask.every, ByCase):
        yield ask.every.per
