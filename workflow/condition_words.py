"""Why a condition does not hold, in the words people know: titles and labels, never the names of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workflow.definition import Definition, Plan, Term
from workflow.grounds import titles
from workflow.message import Message
from workflow.scope import PICKING, ask_title

Words = tuple[str | Message, ...]


def unmet(definition: Definition, plan: Plan, term: Term, true_at: datetime | None) -> Message:
    """The sentence for a term that does not hold; `true_at`: when one of time becomes true."""
    match term.kind:
        case "is":
            return _not_so(definition, plan, term)
        case "all" | "some":
            return Message(f"condition.{term.kind}", {"title": ask_title(definition, term.name)})
        case "after":
            return Message("condition.after", {"at": true_at})
    return Message(f"condition.{term.kind}")


def compared(definition: Definition, plan: Plan, term: Term) -> Message:
    """What a term asks that is no guard, in the same words, whether it holds or not."""
    match term.kind:
        case "is":
            what = _what(definition, term.name) or Message("explain.rule.link")
            key = "explain.rule.is_not" if term.negated else "explain.rule.is"
            return Message(key, {"what": what, "values": _values(definition, plan, term)})
        case "all" | "some":
            return Message(f"explain.rule.{term.kind}", {"title": ask_title(definition, term.name)})
    return Message(f"explain.rule.{term.kind}", {"arg": term.arg or ""})


def _not_so(definition: Definition, plan: Plan, term: Term) -> Message:
    if term.name == "held":
        key = "hold.open_already" if term.negated else "hold.not_open"
        return Message(key, {"ground": titles(definition, term.values)})
    what = _what(definition, term.name)
    if what is None:
        return Message("condition.link")
    key = "condition.is_not" if term.negated else "condition.is"
    return Message(key, {"what": what, "values": _values(definition, plan, term)})


def _what(definition: Definition, name: str) -> str | Message | None:
    """What is compared; None for what another case says, which is known under no title here."""
    if name in definition.fields:
        return definition.fields[name].title or None
    return Message(f"condition.{name}") if name in PICKING else None


def _values(definition: Definition, plan: Plan, term: Term) -> Words:
    phases = {name: phase.title for name, phase in plan.phases.items()}
    kinds = {name: kind.title for name, kind in plan.kinds.items()}
    known: Mapping[str, str] = {"level": plan.levels, "phase": phases, "kind": kinds}.get(term.name, {})
    field = definition.fields.get(term.name)
    if field is not None:
        known = field.choices
    return tuple(_value(known, value) for value in term.values)


def _value(known: Mapping[str, str], value: str) -> str | Message:
    return known[value] if value in known else Message(_SAID[value]) if value in _SAID else value


_SAID = {
    "yes": "common.yes", "true": "common.yes", "no": "common.no", "false": "common.no", "none": "condition.none",
}  # fmt: skip
