"""What a name may mean inside one process: its own things, its plan's, and the processes it is linked to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from workflow.defaults import all_actions, waiting_places
from workflow.definition import Action, Ask, Definition, Plan
from workflow.registry import GuardEntry

Address = tuple[str, ...]
YES_NO = {"yes", "no", "true", "false"}
PICKING = ("kind", "unit_type", "phase", "level")
"""What is known of every case without a field: `{per: unit_type, …}` may pick by it."""
FACTS = ("parent", "held", *PICKING)


class Names(Protocol):
    """The names Python gives to YAML."""

    @property
    def guards(self) -> Mapping[str, GuardEntry]:
        """Guards by name."""

    @property
    def effects(self) -> Mapping[str, object]:
        """Effect names."""


@dataclass(frozen=True)
class Scope:
    """One process among its plan's others."""

    definition: Definition
    plan: Plan
    definitions: Mapping[str, Definition]

    @cached_property
    def asks(self) -> dict[str, Ask]:
        """Every ask of the process by name; the first of a name wins."""
        found: dict[str, Ask] = {}
        for place in waiting_places(self.definition):
            found = {**place.asks, **found}
        return found

    @cached_property
    def children(self) -> tuple[str, ...]:
        """Processes this one starts: by an action or by an ask."""
        return children_of(self.definition)

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """Processes that start this one."""
        me = self.definition.process
        return tuple(name for name, other in self.definitions.items() if me in children_of(other))

    @cached_property
    def linkers(self) -> dict[str, set[str]]:
        """Processes that list cases of this one → their answers: of a field that `says`, or of `marks`."""
        found: dict[str, set[str]] = {}
        for name, other in self.definitions.items():
            fields = [name for name, field in other.fields.items() if field.process == self.definition.process]
            if not fields:
                continue
            said = {v for field in other.fields.values() if field.says and field.each in fields for v in field.choices}
            marked = {action.marks[f] for action in all_actions(other) for f in fields if f in action.marks}
            found[name] = said | marked
        return found

    @cached_property
    def grounds(self) -> dict[str, set[str]]:
        """The word after `holds:` → the grounds it opens: a choice field's values, or the word itself."""
        words = {action.holds for action in all_actions(self.definition) if action.holds}
        return {word: self.grounds_of(word) for word in words}

    def grounds_of(self, word: str) -> set[str]:
        """The grounds a word means: the choices of a field of that name, else the word itself."""
        field = self.definition.fields.get(word)
        return set(field.choices) if field else {word}

    def values_of(self, name: str) -> set[str] | None:
        """Every value `NAME is …` can be compared with; None when the name means nothing here."""
        fields = self.definition.fields
        if name in fields:
            return YES_NO if fields[name].type == "yes_no" else set(fields[name].choices)
        if name == "parent" and self.parents:
            return set().union(*(self._said_by_parent(parent) for parent in self.parents))
        fixed = {
            "level": {*self.plan.levels, "none"},
            "held": set().union(*self.grounds.values()),
            "phase": set(self.plan.phases),
            "kind": set(self.definition.subject),
            "unit_type": set(self.plan.unit_types),
        }
        if name in fixed:
            return fixed[name]
        if name in self.children and name in self.definitions:
            return ends_of(self.definitions[name])
        return self.linkers.get(name)

    def facts(self) -> set[str]:
        """Every name that may stand before `is`."""
        return {*self.definition.fields, *FACTS, *self.children, *self.linkers}

    def links(self) -> set[str]:
        """Every name that can be marked or delivered to."""
        cases = {name for name, field in self.definition.fields.items() if field.type == "cases"}
        asks = {name for name, ask in self.asks.items() if ask.process}
        return cases | asks | set(self.children)

    def _said_by_parent(self, parent: str) -> set[str]:
        other, me = self.definitions[parent], self.definition.process
        asks = Scope(other, self.plan, {}).asks
        names = {me} | {name for name, ask in asks.items() if ask.process == me}
        marks = {action.marks[name] for action in all_actions(other) for name in names if name in action.marks}
        return ends_of(other) | marks


def children_of(definition: Definition) -> tuple[str, ...]:
    """The processes a definition starts, each once."""
    started = [start.process for action in all_actions(definition) for start in action.starts]
    asked = [ask.process for place in waiting_places(definition) for ask in place.asks.values() if ask.process]
    return tuple(dict.fromkeys([*started, *asked]))


def ends_of(definition: Definition) -> set[str]:
    """The states a case of this process ends in."""
    return {name for name, state in definition.states.items() if state.end}


def addressed_actions(definition: Definition) -> Iterator[tuple[Address, Action]]:
    """Every action with its address in the YAML."""
    for name, action in definition.start.items():
        yield ("start", name), action
    for state in definition.states.values():
        for name, action in state.actions.items():
            yield ("states", state.name, "actions", name), action
    if definition.held:
        for name, action in definition.held.actions.items():
            yield ("held", "actions", name), action
    for name, action in definition.everywhere.items():
        yield ("everywhere", name), action


def addressed_asks(definition: Definition) -> Iterator[tuple[Address, Ask]]:
    """Every ask with its address in the YAML."""
    for state in definition.states.values():
        for name, ask in state.asks.items():
            yield ("states", state.name, "asks", name), ask
    if definition.held:
        for name, ask in definition.held.asks.items():
            yield ("held", "asks", name), ask


def ask_title(definition: Definition, name: str) -> str:
    """What an ask is called."""
    return next((ask.title for _, ask in addressed_asks(definition) if ask.name == name), "") or name
