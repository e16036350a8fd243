"""What differs between two versions of a plan, in an office's words: processes, states, who, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.definition import Action, Ask, Definition, Field, Plan, State
from workflow.message import Message

Definitions = Mapping[str, Definition]
_RULES = ("due", "remind", "escalate", "extension")
_OF_ASKS = ("of", "process", "each", "units", "every", "silence")
_OF_PLANS = ("start", "end", "remind_hour", "day_off", "school_year", "phases", "unit_types", "levels")
_ENTRIES = ("roles", "votes", "quotas", "criteria", "documents", "eligibility", "cadences", "bases")


@dataclass(frozen=True)
class Difference:
    """Something that is not the same: of one process (`name`, `process` its title), or of the plan itself (''). `place`
    is the title of the state, `state` its name; or ''.

    `rule` (due, remind, escalate, extension) with what the plan wrote of it in each version, where it is about time."""

    process: str
    place: str
    what: Message
    name: str = ""
    state: str = ""
    rule: str = ""
    before: Any = None
    after: Any = None


def compare(before: Definitions, after: Definitions) -> list[Difference]:
    """Every difference in what happens, to whom and when; wording alone and sources are not told."""
    found = [
        Difference(one.title, "", Message("compare.process_gone"), name)
        for name, one in before.items() if name not in after
    ]  # fmt: skip
    for name, new in after.items():
        if name not in before:
            found.append(Difference(new.title, "", Message("compare.process_new"), name))
        elif before[name] != new:
            found += _process(before[name], new)
    return found


def compare_plans(before: Plan, after: Plan) -> list[Difference]:
    """What differs beside the processes: roles, numbers, papers, the plan's own days; titles alone are not told."""
    found = [
        Difference("", "", Message(f"compare.plan_{name}"))
        for name in _OF_PLANS if getattr(before, name) != getattr(after, name)
    ]  # fmt: skip
    for name in _ENTRIES:
        old, new = getattr(before, name), getattr(after, name)
        for key in [*old, *(one for one in new if one not in old)]:
            if old.get(key) != new.get(key):
                how = "gone" if key not in new else "new" if key not in old else "other"
                title = {"title": _title(new.get(key, old.get(key)), key)}
                found.append(Difference("", "", Message(f"compare.{name}_{how}", title)))
    return found


def _title(entry: Any, key: str) -> str:
    said = entry.get("title") if isinstance(entry, dict) else getattr(entry, "title", "")
    return str(said or key)


def _process(old: Definition, new: Definition) -> Iterator[Difference]:
    def told(state: State | None, what: Message, *rule: Any) -> Difference:
        place = (state.title, what, new.process, state.name) if state else ("", what, new.process, "")
        return Difference(new.title, *place, *rule)

    for state in (one for name, one in old.states.items() if name not in new.states):
        yield told(state, Message("compare.state_gone", {"state": state.title}))
    for name, state in new.states.items():
        if name not in old.states:
            yield told(state, Message("compare.state_new", {"state": state.title}))
        else:
            for what, *rule in _state(old, new, old.states[name], state):
                yield told(state, what, *rule)
    for message in _named("field", old.fields, new.fields):
        yield told(None, message)
    for name, field in new.fields.items():
        if name in old.fields and _asks_otherwise(old.fields[name], field):
            yield told(None, Message("compare.field", {"title": field.title or name}))
    if old.held != new.held:
        yield told(None, Message("compare.held"))


def _asks_otherwise(old: Field, new: Field) -> bool:
    worded = {"title": "", "cite": "", "column_titles": {}}
    return old.model_copy(update=worded) != new.model_copy(update=worded)


def _state(before: Definition, after: Definition, old: State, new: State) -> Iterator[tuple[Any, ...]]:
    """Messages, those about time with their rule and what it was and is."""
    if old.owner != new.owner:
        yield (Message("compare.owner", {"title": new.title}),)
    yield from _rules("", new.title, old, new)
    for message in _named("ask", old.asks, new.asks):
        yield (message,)
    for name, ask in new.asks.items():
        if name not in old.asks:
            continue
        if any(getattr(old.asks[name], one) != getattr(ask, one) for one in _OF_ASKS):
            yield (Message("compare.ask", {"title": ask.title}),)
        yield from _rules("ask_", ask.title, old.asks[name], ask)
    here, there = before.actions_in(old.name), after.actions_in(new.name)
    for message in _named("action", here, there):
        yield (message,)
    for name, action in there.items():
        if name in here:
            for message in _action(here[name], action):
                yield (message,)


def _rules(kind: str, title: str, old: State | Ask, new: State | Ask) -> Iterator[tuple[Any, ...]]:
    for rule in _RULES:
        was, now = getattr(old, rule), getattr(new, rule)
        if was != now:
            yield Message(f"compare.{kind}{rule}", {"title": title}), rule, was, now


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
