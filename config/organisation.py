"""`organisation.yaml` of a plan's folder, put into the database by the same code as an office's Excel lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from states.imports import people, roles, units
from states.imports.table import Column, Line, Sorting, line_of
from states.imports.tally import Tally
from workflow import yaml_source
from workflow.definition import Role
from workflow.message import Message, Refused
from workflow.organisation import agency
from workflow.organisation_changes import add_agency

FILE = "organisation.yaml"
AGENCY_KEYS = frozenset({"code", "name", "short_name", "parent_name", "place"})
LISTS = {"units": units.COLUMNS, "people": people.COLUMNS, "roles": roles.COLUMNS}


def load(
    connection: sa.Connection, folder: Path, *, known_roles: Mapping[str, Role], default_day: date
) -> tuple[str, dict[str, Tally]]:
    """Make or update the agency of a plan's folder; its id, and what became of units, people and roles.

    Who has no `starts_on` is there from `default_day`. Raises Refused with every problem, DefinitionError for bad YAML.
    """
    path = folder / FILE
    root = yaml_source.read_yaml(FILE, path.read_text(encoding="utf-8"))
    agency_id = _agency(connection, root)
    tallies, problems = {}, []
    for name, columns in LISTS.items():
        sorting = Sorting(columns)
        lines = [line_of(number, cells, {}, sorting) for number, cells in _entries(root, name, columns)]
        tallies[name] = _apply(connection, agency_id, name, lines, sorting, known_roles, default_day)
        problems += sorting.problems
    if problems:
        raise Refused(*(Message("organisation.problem", {"file": FILE, "what": one.message()}) for one in problems))
    return agency_id, tallies


def _apply(
    connection: sa.Connection, agency_id: str, name: str, lines: Sequence[Line], sorting: Sorting,
    known_roles: Mapping[str, Role], day: date,
) -> Tally:  # fmt: skip
    if name == "units":
        return units.apply(connection, agency_id, lines, sorting, day)
    if name == "people":
        return people.apply(connection, agency_id, lines, sorting, day)
    return roles.apply(connection, agency_id, lines, sorting, day, known_roles)


def _agency(connection: sa.Connection, root: yaml_source.Mapping) -> str:
    given = yaml_source.plain(root.items["agency"]) if "agency" in root.items else None
    if not isinstance(given, dict) or not given.get("code") or not given.get("name") or set(given) - AGENCY_KEYS:
        raise Refused(Message("organisation.no_agency", {"file": FILE, "known": sorted(AGENCY_KEYS)}))
    values = {name: str(value) for name, value in given.items()}
    known: str | None = connection.scalar(sa.select(agency.c.id).where(agency.c.code == values["code"]))
    if known is None:
        return add_agency(connection, **values)
    connection.execute(sa.update(agency).where(agency.c.id == known).values(values))
    return known


def _entries(root: yaml_source.Mapping, name: str, columns: Sequence[Column]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line in the file and texts by column, of a table (its keys are the codes) or of a list."""
    node = root.items.get(name)
    if isinstance(node, yaml_source.Mapping):
        pairs = [(code, entry) for code, entry in node.items.items()]
    elif isinstance(node, yaml_source.Sequence):
        pairs = [("", entry) for entry in node.items]
    else:
        return
    known = {column.name for column in columns}
    for code, entry in pairs:
        given = yaml_source.plain(entry)
        if not isinstance(given, dict) or set(given) - known:
            params = {"file": FILE, "line": entry.place.line, "known": sorted(known)}
            raise Refused(Message("organisation.bad_entry", params))
        yield entry.place.line, {**({"code": code} if code else {}), **{k: str(v) for k, v in given.items()}}
