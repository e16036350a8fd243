"""`organisation.yaml` as lines with their places; what is no table, no text or no known key is noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from states.imports import people, roles, units
from states.imports.table import Column, Line, Sorting, line_of
from workflow import yaml_source
from workflow.defect_kinds import because
from workflow.defects import Place, Report, nearest
from workflow.message import Message

FILE = "organisation.yaml"
AGENCY = (
    Column("code", "Mã cơ quan", required=True, longest=64),
    Column("name", "Tên cơ quan", required=True, longest=300),
    Column("short_name", "Tên viết tắt", longest=60),
    Column("parent_name", "Cơ quan cấp trên", longest=300),
    Column("place", "Địa danh", longest=120),
)
LISTS = {"units": units.COLUMNS, "people": people.COLUMNS, "roles": roles.COLUMNS}


@dataclass(frozen=True)
class Table:
    """One part of the file: its lines, what is wrong with their values, and where each value stands."""

    lines: tuple[Line, ...]
    sorting: Sorting
    places: Mapping[tuple[int, str], Place]

    def place(self, line: int, name: str) -> Place:
        """Where one value of a line stands; the line itself where it has none."""
        return self.places.get((line, name), Place(FILE, line))

    def tell(self, report: Report) -> None:
        """Hand over what was found wrong; an author knows a column by its key."""
        for problem in self.sorting.problems:
            place = self.place(problem.row, problem.heading)
            report.add("bad_line", place, name=problem.heading, what=problem.what)


def read_tables(folder: Path, report: Report) -> dict[str, Table]:
    """`agency` (one line) and each list there is. Raises DefinitionError where the file is no YAML at all."""
    root = yaml_source.read_yaml(FILE, _text(folder / FILE, report))
    reading = _Reading(report)
    reading.known_keys(root, "organisation", ("agency", *LISTS))
    tables = {name: reading.table(columns, reading.entries(root, name, columns)) for name, columns in LISTS.items()}
    if "agency" not in root.items:
        report.add("missing_key", Place(FILE, 1), name="agency", entry=FILE, kind=_kind("organisation"))
        return tables
    place = root.places["agency"]
    cells = reading.cells(root.items["agency"], "agency", AGENCY, (place, "agency"))
    return {"agency": reading.table(AGENCY, [(place.line, cells)]), **tables}


def _text(path: Path, report: Report) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        report.add("bad_yaml", Place(FILE, 1), why=because("not_utf8"))
        report.check()
        raise


class _Reading:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.places: dict[tuple[int, str], Place] = {}

    def table(self, columns: Sequence[Column], entries: Sequence[tuple[int, Mapping[str, str]]]) -> Table:
        """Entries as lines of typed values."""
        sorting = Sorting([replace(column, heading=column.name) for column in columns])
        return Table(tuple(line_of(number, cells, {}, sorting) for number, cells in entries), sorting, self.places)

    def entries(
        self, root: yaml_source.Mapping, name: str, columns: Sequence[Column]
    ) -> list[tuple[int, dict[str, str]]]:
        """Line in the file and texts by column, of a table (its keys are the codes) or of a list."""
        node = root.items.get(name)
        if node is None:
            return []
        if isinstance(node, yaml_source.Scalar):
            self.report.add("not_a_table", root.places[name], name=name)
            return []
        found = []
        for place, code, entry in _parts(node):
            wanted = [column for column in columns if not (code and column.name == "code")]
            cells = self.cells(entry, name, wanted, (place, code or name))
            found.append((place.line, {**({"code": code} if code else {}), **cells}))
        return found

    def cells(
        self, node: yaml_source.Node, kind: str, columns: Sequence[Column], at: tuple[Place, str]
    ) -> dict[str, str]:
        """The texts of one entry; what is missing or is no text is noted and left out."""
        place, name = at
        if not isinstance(node, yaml_source.Mapping):
            self.report.add("not_a_table", place, name=name)
            return {}
        self.known_keys(node, kind, [column.name for column in columns])
        self.places |= {(place.line, key): where for key, where in node.places.items()}
        cells = {}
        for column in columns:
            value = node.items.get(column.name)
            if isinstance(value, yaml_source.Scalar):
                cells[column.name] = value.text
            elif value is not None:
                self.report.add("not_a_text", node.places[column.name], name=column.name)
            elif column.required:
                self.report.add("missing_key", place, name=column.name, entry=name, kind=_kind(kind))
        return cells

    def known_keys(self, node: yaml_source.Mapping, kind: str, known: Sequence[str]) -> None:
        """Note every key nobody reads."""
        for key in node.items:
            if key not in known:
                hint = nearest(key, known)
                self.report.add("unknown_key", node.places[key], name=key, kind=_kind(kind), **hint)


def _parts(node: yaml_source.Mapping | yaml_source.Sequence) -> Iterator[tuple[Place, str, yaml_source.Node]]:
    if isinstance(node, yaml_source.Mapping):
        yield from ((node.places[code], code, entry) for code, entry in node.items.items())
    else:
        yield from ((entry.place, "", entry) for entry in node.items)


def _kind(kind: str) -> Message:
    """A part of the file as the catalogues call it."""
    return Message(f"organisation.kind.{kind}")


def json_schema(describe: Callable[[str, str], str]) -> dict[str, Any]:
    """What the file may say, for editors: by the columns that are read. `describe`: (kind, key) → words."""
    tables: dict[str, Any] = {"agency": _entry(AGENCY, coded=False)}
    for name, columns in LISTS.items():
        tables[name] = {
            "anyOf": [
                {"type": "array", "items": _entry(columns, coded=False)},
                {"type": "object", "additionalProperties": _entry(columns, coded=True)},
            ]
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "neuguong organisation, grammar 1",
        "type": "object",
        "required": ["agency"],
        "additionalProperties": False,
        "properties": {name: {**said, "description": describe("organisation", name)} for name, said in tables.items()},
    }


def _entry(columns: Sequence[Column], *, coded: bool) -> dict[str, Any]:
    """One line; in a table its key is its code."""
    wanted = [column for column in columns if not (coded and column.name == "code")]
    return {
        "type": "object",
        "required": [column.name for column in wanted if column.required],
        "additionalProperties": False,
        "properties": {
            column.name: {"type": ["string", "integer"], "description": f"{column.heading}: {column.hint}".strip(": ")}
            for column in wanted
        },
    }
