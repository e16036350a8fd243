"""Whether a running case can go on under another version of its rules where it stands, and every reason why not."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.catalogue import Life
from workflow.definition import Action, Definition, State
from workflow.draft import Draft
from workflow.grounds import PARENT, possible, titles
from workflow.item_terms import ask_definition
from workflow.message import Message


def misfits(draft: Draft, to: Life, name: str) -> list[Message]:
    """Every reason why a case cannot go on under the other version where it stands."""
    state, definition = to.definition.states[name], to.definition
    found: list[Message] = []
    if state.end:
        found.append(Message("revision.ends", {"state": state.title}))
    if state.vote != draft.state.vote:
        found.append(Message("revision.vote", {"state": draft.state.title}))
    if state.level and state.level != "none" and state.level not in draft.case["levels"]:
        found.append(Message("revision.level_given", {"state": state.title}))
    found += [
        Message("revision.level", {"level": draft.plan.levels.get(one, one)})
        for one in draft.case["levels"]
        if one not in to.plan.levels
    ]
    found += _ungrounded(draft, definition)
    found += _values(draft, definition)
    found += _children(draft, state, definition)
    roles = {row["role"] for row in draft.candidates.all(is_open=True) if row["why"] == "added" and row["role"]}
    gone = sorted(roles - to.plan.roles.keys())
    found += [Message("revision.role", {"role": draft.plan.roles[one].title}) for one in gone]
    return found


def _ungrounded(draft: Draft, definition: Definition) -> list[Message]:
    grounds = [one for one in draft.case["holds"] if not one.startswith(PARENT)]
    if draft.case["holds"] and definition.held is None:
        return [Message("revision.no_hold", {"process": definition.title})]
    known: set[str] = set()
    for action in _actions(definition):
        if action.holds:
            known |= possible(definition, action.holds)
    return [
        Message("revision.ground", {"ground": titles(draft.facts.life.definition, [one])})
        for one in grounds
        if one not in known
    ]


def _actions(definition: Definition) -> Iterable[Action]:
    yield from definition.everywhere.values()
    yield from definition.held.actions.values() if definition.held else ()
    for state in definition.states.values():
        yield from state.actions.values()


_TEXTS = frozenset({"line", "text"})


def _values(draft: Draft, definition: Definition) -> list[Message]:
    """What forms brought must still be what its field says; of fields that are no more nothing is asked."""
    found = []
    for name, value in draft.fields.items():
        new, before = definition.fields.get(name), draft.facts.life.definition.fields.get(name)
        if new is None or before is None or new == before or value in (None, "", []):
            continue
        if new.type != before.type and not {new.type, before.type} <= _TEXTS:
            found.append(Message("revision.field_type", {"field": new.title or name}))
        elif new.type == "choice" and isinstance(value, str) and value not in new.choices:
            said = before.choices.get(value, value)
            found.append(Message("revision.field_choice", {"field": new.title or name, "value": said}))
    return found


def _children(draft: Draft, state: State, definition: Definition) -> list[Message]:
    """What a child case is to answer must be asked by the other version, too."""
    held = definition.held.asks if definition.held else {}
    return [
        Message("revision.child", {"title": ask_definition(draft, row).title})
        for row in draft.asks.all(status="open")
        if row["child_id"] is not None and row["name"] not in (held if row["visit"] == 0 else state.asks)
    ]
