"""From the YAML of a form's field to its value: choices, columns, forms and lists of cases."""

from __future__ import annotations

from typing import Any

from workflow.defects import nearest
from workflow.definition import Field
from workflow.entries import Entry
from workflow.grammar import parse_count
from workflow.message import Message
from workflow.vocabulary import FIELD_TYPES, TODAY
from workflow.yaml_source import Mapping, Node, Scalar, Sequence

# Fields every process has without saying so, with their titles by language; a plan may word them anew.
BUILT_IN = {
    "reason": ({"vi": "Lý do", "en": "Reason"}, "text"),
    "subject": ({"vi": "Người (tập thể) được xét", "en": "Person or collective"}, "subject"),
}
CASES_KEYS = ("in", "level", "unit", "naming", "from", "exclusive", "late", "fill")
NEEDS_OF = ("choice", "table", "form")


def read_field(name: str, entry: Entry) -> Field:
    """One field; a type it cannot have or lacks what its type needs is noted."""
    entry.require("type", "title")
    kind = entry.one_of("type", "line")
    entry_of = entry.node.items.get("of")
    if kind in NEEDS_OF and entry_of is None:
        entry.complain("type", "missing_key", name="of", entry=name, kind=Message("definition.kind.field"))
    if kind != "cases":
        for key in CASES_KEYS:
            if entry.has(key):
                entry.complain(key, "only_for_cases", name=key)
    if kind == "people" and entry_of is None:
        entry.complain("type", "missing_key", name="of", entry=name, kind=Message("definition.kind.field"))
    columns = _columns(entry, entry_of) if kind == "table" else {}
    if kind == "choice" and isinstance(entry_of, Mapping | Sequence) and not entry_of.items:
        entry.complain("of", "no_choices", name=name)
    return Field.model_validate(
        {
            "name": name,
            "type": kind,
            "title": entry.text("title"),
            "choices": _choices(entry, entry_of) if kind == "choice" else {},
            "columns": {column: shape for column, (shape, _) in columns.items()},
            "column_titles": {column: title for column, (_, title) in columns.items()},
            "conditions": entry.condition("if"),
            **(_days(entry) if kind == "date" else _limits(entry)),
            "each": entry.text("each") or None,
            "says": entry.flag("says"),
            "kept": entry.flag("kept"),
            **(_cases(entry) if kind == "cases" else {}),
            "form": entry.text("of") if kind == "form" else None,
            "compute": entry.text("compute") or None,
            "suggest": entry.text("suggest") or None,
            "draft": entry.text("draft") or None,
            "holders": entry.names("of") if kind == "people" else (),
            "cite": entry.text("cite"),
        }
    )


def built_in_field(name: str, language: str) -> Field:
    """A field every process has, worded in the plan's first language."""
    titles, kind = BUILT_IN[name]
    return Field.model_validate({"name": name, "type": kind, "title": titles.get(language, titles["en"])})


def is_built_in(field: Field) -> bool:
    """Whether the field is one that the process had without saying so."""
    titles, kind = BUILT_IN.get(field.name, ({}, ""))
    return field.type == kind and field.title in titles.values()


def _days(entry: Entry) -> dict[str, str | None]:
    """The limits of a date: today, or none."""
    for key in ("min", "max"):
        if entry.text(key, TODAY) != TODAY:
            entry.complain(key, "unknown_word", name=entry.text(key), under=key, nearest="", known=TODAY)
    return {"earliest": TODAY if entry.has("min") else None, "latest": TODAY if entry.has("max") else None}


def _limits(entry: Entry) -> dict[str, int | None]:
    """The limits of a number, or of how many there are."""
    least, most = entry.parsed("count", parse_count) or (_number(entry, "min"), _number(entry, "max"))
    if least is not None and most is not None and least > most:
        entry.complain("min", "limits_cross", name=entry.name, least=least, most=most)
    return {"minimum": least, "maximum": most}


def _number(entry: Entry, key: str) -> int | None:
    if entry.text(key) == TODAY:
        entry.complain(key, "only_for_dates", name=key)
        return None
    return entry.integer(key)


def _cases(entry: Entry) -> dict[str, Any]:
    return {
        "process": entry.text("of") or None,
        "in_states": entry.names("in"),
        "level": entry.text("level") or None,
        "unit": "own" if entry.has("unit") and entry.one_of("unit", "own") else None,
        "naming": entry.text("naming") or None,
        "taken_from": entry.text("from") or None,
        "exclusive": entry.flag("exclusive"),
        "late": entry.one_of("late", "incident"),
        "fill": entry.text("fill") or None,
    }


def _choices(entry: Entry, node: Node | None) -> dict[str, str]:
    """value → label; a list's values are their own labels."""
    match node:
        case Sequence() if all(isinstance(item, Scalar) for item in node.items):
            return {item.text: item.text for item in node.items if isinstance(item, Scalar)}
        case Mapping():
            return entry.texts_by_name("of")
        case None:
            return {}
    entry.complain("of", "not_a_list", name="of")
    return {}


def _columns(entry: Entry, node: Node | None) -> dict[str, tuple[str, str]]:
    """column → (type, title); the short form `what: line` has no title."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        entry.complain("of", "not_a_table", name="of")
        return {}
    columns = {}
    for name, inner in node.items.items():
        if isinstance(inner, Scalar):
            if inner.text not in FIELD_TYPES:
                hint = nearest(inner.text, FIELD_TYPES)
                entry.report.add("unknown_word", node.places[name], name=inner.text, under="type", **hint)
            columns[name] = (inner.text, "")
        else:
            column = Entry(entry.report, "column", name, inner, node.places[name])
            column.require("type", "title")
            columns[name] = (column.one_of("type", "line"), column.text("title"))
    return columns
