"""`organisation.yaml` of a plan's folder, put into the database by the same code as an office's Excel lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.organisation_file import FILE, LISTS, Table, read_tables
from states.imports import people, roles, units
from states.imports.tally import Tally
from workflow.clock import business_now, local_date
from workflow.defects import Report
from workflow.definition import Plan
from workflow.folding import fold
from workflow.organisation import agency
from workflow.organisation_changes import add_agency

NEARLY = 0.8  # how alike two types of units must be for one to be the other misspelled


def has_organisation(folder: Path) -> bool:
    """Whether a plan's folder says who is there; one that does not leaves that to the office."""
    return (folder / FILE).is_file()


def load(connection: sa.Connection, folder: Path, plan: Plan) -> tuple[str, dict[str, Tally]]:
    """Make or update the agency of a plan's folder; its id, and what became of units, people and roles.

    Who has no `starts_on` is there from the plan's first day, or from today if that is earlier. Raises DefinitionError
    with every defect; the caller must then roll back.
    """
    report = Report()
    tables = read_tables(folder, report)
    agency_id = _agency(connection, _agency_values(tables, plan, report))
    day = min(plan.start, local_date(business_now(connection)))
    tallies: dict[str, Tally] = {}
    for name in LISTS:
        tallies[name] = _apply(connection, agency_id, (name, tables[name]), plan, day, tallies)
        tables[name].tell(report)
    report.check()
    return agency_id, tallies


def _agency_values(tables: Mapping[str, Table], plan: Plan, report: Report) -> Mapping[str, Any]:
    """What the file says of the agency; raises what is wrong so far where that is not enough to go on."""
    table = tables.get("agency")
    if table is None:
        report.check()
        return {}
    table.tell(report)
    (line,) = table.lines
    code = line.values.get("code")
    if code and code != plan.agency:
        report.add("other_agency", table.place(line.number, "code"), name=code, expected=plan.agency)
    if code != plan.agency or not line.values.get("name"):
        report.check()
    return {name: value for name, value in line.values.items() if value is not None}


def _apply(
    connection: sa.Connection, agency_id: str, named: tuple[str, Table], plan: Plan, day: date,
    before: Mapping[str, Tally],
) -> Tally:  # fmt: skip
    """One list; what an earlier one rejected is not complained of again where it is named."""
    name, table = named
    rejected = frozenset().union(*(tally.rejected for tally in before.values()))
    if name == "units":
        types = _unit_types(plan, table)
        return units.apply(connection, agency_id, table.lines, table.sorting, day, types)
    if name == "people":
        return people.apply(connection, agency_id, table.lines, table.sorting, day, rejected)
    return roles.apply(connection, agency_id, table.lines, table.sorting, day, plan.roles, rejected)


def _unit_types(plan: Plan, table: Table) -> tuple[str, ...]:
    """The plan's types, and those of the file's own that take no part in it; none that is nearly one of the plan's."""
    written = {line.values["type"] for line in table.lines if line.values.get("type")}
    named = [fold(one) for one in plan.unit_types]
    own = {one for one in written if not get_close_matches(fold(one), named, n=1, cutoff=NEARLY)}
    return (*plan.unit_types, *sorted(own)) if plan.unit_types else ()


def _agency(connection: sa.Connection, values: Mapping[str, Any]) -> str:
    known: str | None = connection.scalar(sa.select(agency.c.id).where(agency.c.code == values["code"]))
    if known is None:
        return add_agency(connection, **values)
    connection.execute(sa.update(agency).where(agency.c.id == known).values(values))
    return known
