"""The grounds of a hold in words: what a form offered, the action that opened it, or the case it hangs on."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.definition import Definition
from workflow.message import Message

PARENT = "parent:"
"""A child is held with its parent: the ground names that case."""


def possible(definition: Definition, name: str) -> set[str]:
    """What a ground may be: the choices of the field it names, or itself."""
    known = definition.fields.get(name)
    return set(known.choices) if known is not None else {name}


def titles(definition: Definition, grounds: Iterable[str]) -> tuple[str | Message, ...]:
    """Each ground as people know it."""
    wanted = sorted(grounds)
    if not wanted:  # nearly always, and every guard asks
        return ()
    words: dict[str, str] = {}
    held = definition.held.actions.values() if definition.held else ()
    here = (action for state in definition.states.values() for action in state.actions.values())
    for action in (*definition.everywhere.values(), *held, *here):
        if action.holds:
            known = definition.fields.get(action.holds)
            words |= known.choices if known is not None else {action.holds: action.title}
    return tuple(Message("hold.with_parent") if one.startswith(PARENT) else words.get(one, one) for one in wanted)
