"""What a case holds, as people read it: ids become names, files can be opened, tables stay tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from states.subjects.visibility import kept_from
from web.language import t
from workflow.case import case
from workflow.definition import Field
from workflow.files import file
from workflow.identity import Organisation
from workflow.message import Message


@dataclass(frozen=True)
class Names:
    """What ids stand for: people and units of the agency, files and cases that this case names."""

    org: Organisation
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()  # cases on a list that who looks has no part in: not told by name

    def person(self, person_id: str) -> str:
        """A person's name, empty when nobody is known under this id."""
        return self.org.name(person_id)

    def unit(self, unit_id: str | None) -> str:
        """A unit's name."""
        known = self.org.units.get(unit_id or "")
        return str(known["name"]) if known else ""


@dataclass(frozen=True)
class Shown:
    """One field read out. Exactly one of text, lines, files, table says something."""

    name: str
    title: str
    type: str
    text: Any = ""
    lines: tuple[str, ...] = ()
    files: tuple[Mapping[str, Any], ...] = ()
    heads: tuple[str | Message, ...] = ()
    table: tuple[tuple[Any, ...], ...] = ()


def with_files(connection: sa.Connection, names: Names, ids: Collection[str]) -> Names:
    """The same with these files of other cases; whoever asks has made sure that they may be read."""
    if not (further := [one for one in ids if one not in names.files]):
        return names
    found = sa.select(file).where(file.c.agency_id == names.org.agency_id, file.c.id.in_(further))
    rows = {row["id"]: dict(row) for row in connection.execute(found).mappings()}
    return replace(names, files={**names.files, **rows})


def load_names(
    connection: sa.Connection, org: Organisation, case_id: str, values: Mapping[str, Any], person_id: str
) -> Names:
    """The files of a case and the cases it lists, in two queries; of those `person_id` has no part in, no name."""
    of_case = connection.execute(_FILES, {"agency": org.agency_id, "case": case_id}).mappings()
    files = {row["id"]: dict(row) for row in of_case}
    listed = {one for value in values.values() if isinstance(value, list) for one in value if isinstance(one, str)}
    listed = {one for one in listed if len(one) == 36}
    cases: dict[str, Mapping[str, Any]] = {}
    if listed:
        apart = kept_from(org, person_id).label("kept")
        named = sa.select(case.c.id, case.c.code, case.c.label, apart).where(
            case.c.agency_id == org.agency_id, case.c.id.in_(listed)
        )
        cases = {row["id"]: dict(row) for row in connection.execute(named).mappings()}
    kept = frozenset(one for one, row in cases.items() if row["kept"])
    return Names(org, files, {one: row for one, row in cases.items() if one not in kept}, kept)


_FILES = (
    sa.select(file)
    .where(file.c.agency_id == sa.bindparam("agency"), file.c.case_id == sa.bindparam("case"))
    .order_by(file.c.uploaded_at)
)


def read_out(
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    names: Names,
    lists: Mapping[str, Mapping[str, Any]],
) -> tuple[Shown, ...]:
    """The fields that hold something, in the definition's order; `lists`: by field, what its answers went through."""
    held = ((one, values[name], {**values, **lists.get(name, {})}) for name, one in fields.items() if name in values)
    return tuple(shown for one, value, known in held if (shown := show(one, value, names, known)))


def show(one: Field, value: Any, names: Names, values: Mapping[str, Any]) -> Shown | None:
    """One value; None when there is nothing to show."""
    if value is None or value in ("", [], {}):
        return None
    if one.each:
        return _answered_lines(one, value, names, values.get(one.each))
    match one.type:
        case "file" | "files":
            ids = value if isinstance(value, list) else [value]
            found = tuple(names.files[file_id] for file_id in ids if file_id in names.files)
            return Shown(one.name, one.title, one.type, files=found) if found else None
        case "list" | "people" | "cases":
            return Shown(one.name, one.title, one.type, lines=tuple(_entry(one, entry, names) for entry in value))
        case "table":
            return _table(one, value, names)
        case "form":
            return _computed(one, value)
    return Shown(one.name, one.title, one.type, text=_plain(one, value, names))


def _entry(one: Field, entry: str, names: Names) -> str:
    """One line of a list: a text, or whom or what an id stands for."""
    return {"people": names.person, "cases": lambda known: case_label(names, known)}.get(one.type, str)(entry)


def _plain(one: Field, value: Any, names: Names) -> Any:
    match one.type:
        case "choice":
            return one.choices.get(value, value)
        case "person":
            return names.person(value)
        case "unit":
            return names.unit(value)
    return value


def _answered_lines(one: Field, value: Any, names: Names, elements: Any) -> Shown:
    """A table of element and answer."""
    pairs: Iterable[tuple[str, Any]]
    if isinstance(value, dict):
        pairs = [(case_label(names, key) or names.person(key), answer) for key, answer in value.items()]
    else:
        known = [str(element) for element in elements] if isinstance(elements, list) else []
        pairs = [(known[n] if n < len(known) else str(n + 1), answer) for n, answer in enumerate(value)]
    lines = tuple(f"{label}: {_plain(one, answer, names)}" for label, answer in pairs if answer is not None)
    return Shown(one.name, one.title, one.type, lines=lines)


def _table(one: Field, rows: list[dict[str, Any]], names: Names) -> Shown:
    cells = tuple(tuple(_cell(kind, row.get(column), names) for column, kind in one.columns.items()) for row in rows)
    heads = tuple(one.column_titles.get(column) or column for column in one.columns)
    return Shown(one.name, one.title, one.type, heads=heads, table=cells)


def _cell(kind: str, value: Any, names: Names) -> Any:
    match kind:
        case "person":
            return names.person(value or "")
        case "unit":
            return names.unit(value)
    return value


def _computed(one: Field, rows: Any) -> Shown | None:
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return None
    heads, table = counted(rows)
    return Shown(one.name, one.title, one.type, heads=heads, table=table)


def counted(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Message, ...], tuple[tuple[Any, ...], ...]]:
    """Heads and cells of what the system counted: what, how many, and where it is known how many the year before."""
    beside = next((row["columns"] for row in rows if row.get("columns")), None)
    if beside is not None:
        said = [[value for _, _, value in row.get("columns") or ()] or [row["value"]] for row in rows]
        blank = [""] * max(map(len, said))
        cells = [
            (Message(row["key"], row["params"]), *(*one, *blank)[: len(blank)])
            for row, one in zip(rows, said, strict=True)
        ]
        first = Message(*rows[0].get("of", ("counted.what",)))
        return (first, *(Message(key, params) for key, params, _ in beside)), tuple(cells)
    heads = _heads(rows)
    cells = [(Message(row["key"], row["params"]), row["value"], row.get("before", ""))[: len(heads)] for row in rows]
    return tuple(Message(f"counted.{head}") for head in heads), tuple(cells)


def _heads(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    if any("before" in row for row in rows):
        return "what", "value", "before"
    if all("ballot" in row["params"] for row in rows):  # of a vote; where a body only advises nothing is counted
        return ("what", "agreed") if any(row["value"] != "" for row in rows) else ("what",)
    return "what", "number"


def case_label(names: Names, case_id: str) -> str:
    """A case of a list by code and name; of one that who looks has no part in, that this is so."""
    if case_id in names.kept:
        return t("dossier.kept_from")
    known = names.cases.get(case_id)
    return f"{known['code']} {known['label']}" if known else ""
