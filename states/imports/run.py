"""One import: all of a list or nothing of it. A dry run is the same code, rolled back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.imports import people, records, roles, units
from states.imports.table import Column, Line, Sorting, lines_of
from states.imports.tally import Tally
from workflow.clock import business_now, local_date
from workflow.db import Database
from workflow.definition import Role
from workflow.organisation_changes import together

Apply = Callable[[sa.Connection, Sequence[Line], Sorting], Tally]


def run(
    database: Database, rows: Sequence[Sequence[str]], columns: Sequence[Column], apply: Apply, *, dry_run: bool,
    finish: Callable[[sa.Connection, Tally], None] = lambda *_: None,
) -> Tally:  # fmt: skip
    """Read, check and apply the list; written only when nothing is wrong and it is no dry run.

    `finish` runs last in the transaction that writes it; what it raises undoes all of it.
    """
    sorting = Sorting(columns)
    lines = lines_of(rows, sorting)
    with database.write() as connection:
        with together(connection):
            tally = apply(connection, lines, sorting)
        tally.problems = sorted(sorting.problems, key=lambda problem: (problem.row, problem.column))
        if tally.problems or dry_run:
            connection.rollback()
        else:
            finish(connection, tally)
            tally.written = True
    return tally


def applying_units(agency_id: str, types: Collection[str] = ()) -> Apply:
    """The list of units of this agency, of the types its plan knows."""
    return lambda c, lines, sorting: units.apply(c, agency_id, lines, sorting, local_date(business_now(c)), types)


def applying_people(agency_id: str) -> Apply:
    """The list of people of this agency."""
    return lambda c, lines, sorting: people.apply(c, agency_id, lines, sorting, local_date(business_now(c)))


def applying_roles(agency_id: str, known: Mapping[str, Role]) -> Apply:
    """The list of roles of this agency, among those of its plan."""
    return lambda c, lines, sorting: roles.apply(c, agency_id, lines, sorting, local_date(business_now(c)), known)


def applying_records(agency_id: str, values: Mapping[str, Any]) -> Apply:
    """The list of what stands in people's and collectives' dossiers, in the words of the plan's values."""
    return lambda c, lines, sorting: records.apply(c, agency_id, lines, sorting, values)
