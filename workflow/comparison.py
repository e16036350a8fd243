"""What differs between two versions of a plan, in an office's words: processes, states, who, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflow.definition import Action, Ask, Definition, Field, State
from workflow.message import Message

Definitions = Mapping[str, Definition]
_OF_PLACES = ("owner", "due", "remind", "escalate", "extension")
_OF_ASKS = ("of", "process", "each", "units", "every", "due", "remind", "escalate", "extension", "silence")


@dataclass(frozen=True)
class Difference:
    """Something of one process that is not the same; `place` is the state's title, or ''."""

    process: str
    place: str
    what: Message


def compare(before: Definitions, after: Definitions) -> list[Difference]:
    """Every difference in what happens, to whom and when; wording alone and sources are not told."""
    found = [Difference(one.title, "", Message("compare.process_gone")) for name, one in before.items()
             if name not in after]  # fmt: skip
    for name, new in after.items():
        if name not in before:
            found.append(Difference(new.title, "", Message("compare.process_new")))
        elif before[name] != new:
            found += [Difference(new.title, place, what) for place, what in _process(before[name], new)]
    return found


def _process(old: Definition, new: Definition) -> Iterator[tuple[str, Message]]:
    for name, state in old.states.items():
        if name not in new.states:
            yield state.title, Message("compare.state_gone", {"state": state.title})
    for name, state in new.states.items():
        if name not in old.states:
            yield state.title, Message("compare.state_new", {"state": state.title})
        else:
            for what in _state(old, new, old.states[name], state):
                yield state.title, what
    for message in _named("field", old.fields, new.fields):
        yield "", message
    for name, field in new.fields.items():
        if name in old.fields and _asks_otherwise(old.fields[name], field):
            yield "", Message("compare.field", {"title": field.title or name})
    if old.held != new.held:
        yield "", Message("compare.held")


def _asks_otherwise(old: Field, new: Field) -> bool:
    worded = {"title": "", "cite": "", "column_titles": {}}
    return old.model_copy(update=worded) != new.model_copy(update=worded)


def _state(before: Definition, after: Definition, old: State, new: State) -> Iterator[Message]:
    for name in _OF_PLACES:
        if getattr(old, name) != getattr(new, name):
            yield Message(f"compare.{name}", {"title": new.title})
    yield from _named("ask", old.asks, new.asks)
    for name, ask in new.asks.items():
        if name in old.asks and any(getattr(old.asks[name], one) != getattr(ask, one) for one in _OF_ASKS):
            yield Message("compare.ask", {"title": ask.title})
    here, there = before.actions_in(old.name), after.actions_in(new.name)
    yield from _named("action", here, there)
    for name, action in there.items():
        if name in here:
            yield from _action(here[name], action)


def _action(old: Action, new: Action) -> Iterator[Message]:
    for kind, names in (("to", ("to",)), ("by", ("by", "not_by")), ("form", ("needs", "takes")),
                        ("conditions", ("conditions", "when"))):  # fmt: skip
        if any(getattr(old, name) != getattr(new, name) for name in names):
            yield Message(f"compare.action_{kind}", {"title": new.title or new.name})


def _named(
    kind: str, old: Mapping[str, Action | Ask | Field], new: Mapping[str, Action | Ask | Field]
) -> Iterator[Message]:
    """What is there in one version only."""
    for name, one in old.items():
        if name not in new:
            yield Message(f"compare.{kind}_gone", {"title": one.title or name})
    for name, one in new.items():
        if name not in old:
            yield Message(f"compare.{kind}_new", {"title": one.title or name})
