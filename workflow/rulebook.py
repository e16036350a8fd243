"""The only importer of `transitions`: one flat machine per definition version, fired unbound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from transitions import EventData, Machine

from workflow.definition import LAST_LEVEL, Action, Branch, Condition, Definition

HELD = "held:"

Holds = Callable[[Condition], bool]


class Token:
    """Carries a state through the machine; the row is never bound to it."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Rulebook:
    """Which moves exist. It decides the target; permission and guards are asked before, effects follow after."""

    def __init__(self, definition: Definition) -> None:
        self._machine = Machine(
            model=None,
            states=list(definition.states),
            initial=None,
            auto_transitions=False,
            send_event=True,
            queued=False,
        )
        levels = definition.level_states()
        for state in definition.states.values():
            for action in definition.actions_in(state.name).values():
                self._add(action.name, state.name, action, levels)
            if definition.held and not state.end:
                for action in definition.held.actions.values():
                    self._add(HELD + action.name, state.name, action, levels)

    def target(self, state: str, trigger: str, holds: Holds, last_level: str) -> str | None:
        """The state an action leads to; the same state for a stay; None when no branch is open."""
        event = self._machine.events.get(trigger)
        if event is None or state not in event.transitions:
            return None
        token = Token(state)
        return token.state if event.trigger(token, holds=holds, last_level=last_level) else None

    def table(self) -> list[tuple[str, str, str]]:
        """(state, trigger, target) of every transition, for diagrams and tests."""
        return [
            (source, name, transition.dest or source)
            for name, event in self._machine.events.items()
            for source, found in event.transitions.items()
            for transition in found
        ]

    def _add(self, trigger: str, source: str, action: Action, levels: dict[str, str]) -> None:
        if not action.to:
            self._machine.add_transition(trigger, source, None)
        for target, conditions in _branches(action.to, levels):
            self._machine.add_transition(trigger, source, target, conditions=conditions)


def _branches(to: Iterable[Branch], levels: dict[str, str]) -> Iterable[tuple[str, list[Any]]]:
    for branch in to:
        if branch.to != LAST_LEVEL:
            yield branch.to, [_open(branch.when)]
            continue
        for level, state in levels.items():
            yield state, [_open(branch.when), _at_level(level)]


def _open(condition: Condition) -> Callable[[EventData], bool]:
    return lambda event: bool(event.kwargs["holds"](condition))


def _at_level(level: str) -> Callable[[EventData], bool]:
    return lambda event: event.kwargs["last_level"] == level


_built: dict[str, Rulebook] = {}


def rulebook(definition_hash: str, definition: Definition) -> Rulebook:
    """The machine of a definition version, built once in a process (a race builds it twice, to the same)."""
    known = _built.get(definition_hash)
    if known is None:
        known = _built[definition_hash] = Rulebook(definition)
    return known
