"""From the merged YAML of a process to its definition: short forms spelled out, groups of inputs unfolded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from workflow.deadline_grammar import DeadlineSyntaxError, Misread, parse_deadline, read_window
from workflow.defaults import only_asked_fields, with_default_tells
from workflow.defect_kinds import because
from workflow.definition import (
    Action,
    Ask,
    ByCase,
    ChildStart,
    Definition,
    Escalation,
    Extension,
    Field,
    Held,
    Posting,
    State,
    Value,
    Vote,
)
from workflow.entries import Entry
from workflow.extension_reading import read_extension
from workflow.field_reading import built_in_field, read_field
from workflow.grammar import (
    NAME,
    GrammarError,
    checked_duration,
    parse_branches,
    parse_escalations,
)
from workflow.yaml_source import Mapping, Plain, Scalar, Sequence

REASONED = ("return", "refuse")
ANY_DAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Shared:
    """What a plan lends its processes: shared fields, groups of them, what holds where nothing is said."""

    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    language: str = "vi"
    kinds: tuple[str, ...] = ()
    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None
    tell: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_process(entry: Entry, shared: Shared) -> Definition:
    """The definition a process file means, with the plan's defaults put in; every misfit is noted."""
    entry.require("process", "title", "subject", "code", "start", "states")
    subject = entry.names("subject")
    own = {name: read_field(name, inner) for name, inner in entry.table("fields", "field")}
    built_in = ["reason"] + (["subject"] if any(kind in shared.kinds for kind in subject) else [])
    fields = {name: built_in_field(name, shared.language) for name in built_in} | shared.fields | own
    held = Entry(entry.report, "held", "held", entry.node.items["held"]) if entry.has("held") else None
    definition = Definition(
        process=entry.text("process"),
        title=entry.text("title"),
        called=entry.text("called"),
        subject=subject,
        one_open=entry.has("one_open") and entry.one_of("one_open", "subject") == "subject",
        own_case="theirs" if entry.has("own_case") and entry.one_of("own_case", "") == "theirs" else "",
        code=entry.text("code"),
        fields=fields,
        start=_actions(entry, "start", shared),
        states={name: _state(name, inner, shared) for name, inner in entry.table("states", "state")},
        held=_held(held, shared) if held else None,
        everywhere=_actions(entry, "everywhere", shared),
        cite=entry.text("cite"),
    )
    return only_asked_fields(with_default_tells(definition, shared.tell), frozenset(shared.fields))


def read_due(raw: Plain) -> Value | tuple[Value, ...] | None:
    """A deadline: one, by case, or a list of which the first known counts; `none` is no deadline."""
    if isinstance(raw, list):
        found = tuple(_due(part) for part in raw)
        return found[0] if len(found) == 1 else found
    return None if raw == "none" else _due(raw)


def read_every(raw: Plain) -> Value:
    """A rhythm: a duration, or one by case."""
    if isinstance(raw, dict):
        return _by_case(raw, checked_duration)
    if isinstance(raw, list):
        raise GrammarError("bad_duration", text=raw, why=because("rhythm_is_one"))
    return checked_duration(raw)


def _due(raw: Plain) -> Value:
    if isinstance(raw, dict):
        return _by_case(raw, _deadline)
    if isinstance(raw, list):
        raise GrammarError("bad_deadline", text=raw, why=because("lists_nest"))
    return _deadline(raw)


def _deadline(text: str) -> str:
    try:
        return str(parse_deadline(text))
    except DeadlineSyntaxError as error:
        raise GrammarError("bad_deadline", text=text, why=error.reason, known=error.forms) from error


def _by_case(raw: dict[str, Plain], check: Any) -> ByCase:
    values = {key: value for key, value in raw.items() if key != "per"}
    per = raw.get("per")
    if not isinstance(per, str) or not all(isinstance(value, str) for value in values.values()):
        raise GrammarError("bad_by_case", text=raw)
    otherwise = values.pop("else", None)
    cases = {key: check(value) for key, value in values.items()}
    return ByCase(per=per, cases=cases, otherwise=check(otherwise) if otherwise is not None else None)


def _held(entry: Entry, shared: Shared) -> Held:
    entry.require("title")
    return Held(
        title=entry.text("title"),
        **_waiting(entry, shared),
        may_wait=entry.text("may_wait"),
        asks=_asks(entry, shared),
        actions=_actions(entry, "actions", shared),
    )


def _state(name: str, entry: Entry, shared: Shared) -> State:
    entry.require("title")
    return State.model_validate(
        {
            "name": name,
            "title": entry.text("title"),
            "stage": entry.one_of("stage", "closed" if entry.flag("end") else "work"),
            "level": entry.text("level") or None,
            **_waiting(entry, shared),
            "may_wait": entry.text("may_wait"),
            "asks": _asks(entry, shared),
            "actions": _actions(entry, "actions", shared),
            "end": entry.flag("end"),
            "vote": _vote(entry),
        }
    )


def _vote(entry: Entry) -> Vote | None:
    """`{rule: R, over: FIELD}`."""
    if not entry.has("vote"):
        return None
    inner = Entry(entry.report, "vote", "vote", entry.node.items["vote"], entry.place_of("vote"))
    inner.require("rule", "over")
    return Vote(rule=inner.text("rule"), over=inner.text("over"))


def _waiting(entry: Entry, shared: Shared) -> dict[str, Any]:
    return {"owner": entry.names("owner"), **_times(entry, shared), "cite": entry.text("cite")}


def _times(entry: Entry, shared: Shared) -> dict[str, Any]:
    """Deadline, reminders, escalation; the plan's where there is a deadline and nothing else is said."""
    due = entry.parsed("due", read_due)
    remind, escalate = entry.integers("remind"), entry.parsed("escalate", parse_escalations) or ()
    return {
        "due": due,
        "remind": shared.remind if due and not entry.has("remind") else remind,
        "escalate": shared.escalate if due and not entry.has("escalate") else escalate,
        "extension": read_extension(entry) or (shared.extension if due else None),
    }


def _asks(entry: Entry, shared: Shared) -> dict[str, Ask]:
    return {name: _ask(name, inner, shared) for name, inner in entry.table("asks", "ask")}


def _ask(name: str, entry: Entry, shared: Shared) -> Ask:
    entry.require("title")
    role, of_unit = _whom(entry)
    silence: Any = entry.one_of("silence", "") or None
    if entry.has("of") == entry.has("process"):
        entry.report.add("ask_of_or_process", entry.place, name=name)
    return Ask(
        name=name,
        title=entry.text("title"),
        of=role,
        of_unit=of_unit,
        process=entry.text("process") or None,
        given=entry.texts_by_name("with"),
        each=entry.text("each") or None,
        units=entry.names("units"),
        conditions=entry.condition("if"),
        every=entry.parsed("every", read_every),
        **_times(entry, _quieter(entry, silence, shared)),
        answer=unfolded(entry.names("answer"), shared),
        takes=unfolded(entry.names("takes"), shared),
        nil=entry.has("nil") and entry.one_of("nil", "allowed") == "allowed",
        silence=silence,
        posting=_posting(entry),
        says=entry.text("says") or None,
        do=entry.names("do"),
        optional=entry.flag("optional"),
        cite=entry.text("cite"),
    )


def _quieter(entry: Entry, silence: str | None, shared: Shared) -> Shared:
    """Where silence is an answer nobody is late; while something is put up nobody has anything to be reminded of."""
    escalate = () if silence in ("agrees", "waits") else shared.escalate
    return replace(shared, escalate=escalate, remind=() if entry.has("posting") else shared.remind)


def _posting(entry: Entry) -> Posting | None:
    if not entry.has("posting"):
        return None
    inner = Entry(entry.report, "posting", "posting", entry.node.items["posting"], entry.place_of("posting"))
    inner.require("audience")
    return Posting.model_validate(
        {
            "audience": inner.one_of("audience", "unit"),
            "channels": inner.texts("channels"),
            "signed": inner.one_of("signed", "required"),
            "shows": inner.names("shows"),
        }
    )


def _whom(entry: Entry) -> tuple[str | None, str | None]:
    """`ROLE` or `ROLE of FIELD`."""
    text = entry.text("of")
    found = re.fullmatch(rf"({NAME})(?: of ({NAME}))?", text)
    if text and not found:
        entry.complain("of", "bad_name", name=text)
    return (found[1], found[2]) if found else (None, None)


def _actions(entry: Entry, key: str, shared: Shared) -> dict[str, Action]:
    return {name: _action(name, inner, shared) for name, inner in entry.table(key, "action")}


def _action(name: str, entry: Entry, shared: Shared) -> Action:
    verb = entry.one_of("verb", "act")
    needs, takes = unfolded(entry.names("needs"), shared), unfolded(entry.names("takes"), shared)
    if verb in REASONED and "reason" not in needs:
        needs = (*needs, "reason")
    return Action.model_validate(
        {
            "name": name,
            "title": entry.text("title"),
            "verb": verb,
            "to": entry.parsed("to", parse_branches) or (),
            "by": entry.names("by"),
            "when": entry.condition("when"),
            "conditions": entry.condition("if"),
            "needs": needs,
            "takes": tuple(taken for taken in takes if taken not in needs),
            "not_by": entry.texts("not_by"),
            "window": entry.parsed("window", _window),
            "do": entry.names("do"),
            "makes": entry.names("makes"),
            "starts": _starts(entry),
            "holds": entry.text("holds") or None,
            "releases": entry.text("releases") or None,
            "while_held": entry.flag("while_held"),
            "drops": entry.one_of("drops", "level") if entry.has("drops") else None,
            "marks": entry.texts_by_name("marks"),
            "delivers": entry.names("delivers"),
            "tell": entry.names("tell"),
            "excepted": entry.names("except"),
            "cite": entry.text("cite"),
        }
    )


def unfolded(names: tuple[str, ...], shared: Shared) -> tuple[str, ...]:
    """Names with every group of inputs replaced by its fields, each once."""
    return tuple(dict.fromkeys(one for name in names for one in shared.inputs.get(name, (name,))))


def _window(raw: Plain) -> str:
    if ".." not in str(raw):
        raise GrammarError("bad_window", text=raw, why=because("no_dots"))
    try:
        read_window(str(raw), ANY_DAY)
    except Misread as error:
        raise GrammarError("bad_window", text=raw, why=error.reason) from error
    return str(raw)


def _starts(entry: Entry) -> tuple[ChildStart, ...]:
    node = entry.node.items.get("starts")
    items = node.items if isinstance(node, Sequence) else (node,) if node else ()
    found = []
    for item in items:
        if isinstance(item, Scalar):
            found.append(ChildStart(process=item.text))
        elif isinstance(item, Mapping):
            inner = Entry(entry.report, "child_start", "starts", item, entry.place_of("starts"))
            inner.require("process")
            given, conditions = inner.texts_by_name("with"), inner.condition("if")
            found.append(ChildStart(process=inner.text("process"), given=given, conditions=conditions))
        else:
            entry.complain("starts", "not_a_table", name="starts")
    return tuple(found)
