"""What each state of a process leads to, and how: the one reading that BPMN, PNML and Mermaid are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.definition import LAST_LEVEL, Action, Definition, State

START = ""


@dataclass(frozen=True)
class Outcome:
    """One way out of a state (of START: into the process), to one state; the same state again: a stay."""

    source: str
    action: Action
    target: str
    held: bool = False  # one of the hold's own: taken beside the state
    everywhere: bool = False

    @property
    def key(self) -> str:
        """What is decided: the action, and where to."""
        return f"{self.action.name}.{self.target}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.action.title or self.action.name

    @property
    def stays(self) -> bool:
        """Whether the case stands where it stood."""
        return self.source == self.target


def of_start(definition: Definition) -> list[Outcome]:
    """How a case may begin."""
    return [one for action in definition.start.values() for one in _of(definition, START, action)]


def of_state(definition: Definition, state: State) -> list[Outcome]:
    """Every way out of a state, in file order: its own, those valid everywhere, those of a hold."""
    found = []
    for action in definition.actions_in(state.name).values():
        found += _of(definition, state.name, action, everywhere=action.name not in state.actions)
    if definition.held and not state.end:
        for action in definition.held.actions.values():
            found += _of(definition, state.name, action, held=True)
    return found


def _of(
    definition: Definition, source: str, action: Action, *, held: bool = False, everywhere: bool = False
) -> Iterator[Outcome]:
    """One for each state that a branch may lead to; `last level` is spelled out."""
    targets: dict[str, None] = {} if action.to else {source: None}
    for branch in action.to:
        back = branch.to == LAST_LEVEL
        targets |= dict.fromkeys(definition.level_states().values() if back else (branch.to,))
    yield from (Outcome(source, action, target, held, everywhere) for target in targets)
