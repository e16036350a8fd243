"""The lists that may be brought in: each with its sheet, its columns, and who writes its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from states.imports import people, records, roles, run, units
from states.imports.run import Apply
from states.imports.table import Column
from workflow.definition import Plan
from workflow.organisation import person, unit

Choices = Mapping[str, Sequence[str]]
GENDERS = ("nam", "nữ")


@dataclass(frozen=True)
class ImportKind:
    """One list: its name in addresses and texts, its sheet, its columns; `applying` takes agency and living plan.

    `choosing`: column → what may be chosen in it, for the empty list to fill in.
    """

    name: str
    sheet: str
    columns: Sequence[Column]
    applying: Callable[[str, Plan | None], Apply]
    choosing: Callable[[sa.Connection, str, Plan | None], Choices] = lambda *_: {}


def _of_units(_connection: sa.Connection, _agency_id: str, plan: Plan | None) -> Choices:
    return {"type": list(plan.unit_types)} if plan else {}


def _of_people(connection: sa.Connection, agency_id: str, _plan: Plan | None) -> Choices:
    return {"unit": _names(connection, unit, agency_id), "gender": list(GENDERS)}


def _of_roles(connection: sa.Connection, agency_id: str, plan: Plan | None) -> Choices:
    given = roles.granted(plan.roles if plan else {})
    titles = [plan.roles[name].title for name in plan.roles if name in given.exact] if plan else []
    return {"person": _people(connection, agency_id), "role": titles, "unit": _names(connection, unit, agency_id)}


def _names(connection: sa.Connection, table: sa.Table, agency_id: str) -> list[str]:
    living = sa.select(table.c.name).where(table.c.agency_id == agency_id, table.c.ends_on.is_(None))
    return list(connection.scalars(living.order_by(table.c.position, table.c.code)))


def _people(connection: sa.Connection, agency_id: str) -> list[str]:
    here = sa.select(person.c.name, person.c.code).where(person.c.agency_id == agency_id, person.c.erased_at.is_(None))
    working = connection.execute(here.where(person.c.ends_on.is_(None)).order_by(person.c.sort_key, person.c.code))
    return [people.written(one.name, one.code) for one in working]


KINDS = {
    kind.name: kind
    for kind in (
        ImportKind("units", units.SHEET, units.COLUMNS,
                   lambda agency_id, plan: run.applying_units(agency_id, plan.unit_types if plan else ()), _of_units),
        ImportKind("people", people.SHEET, people.COLUMNS, lambda agency_id, _: run.applying_people(agency_id),
                   _of_people),
        ImportKind("roles", roles.SHEET, roles.COLUMNS,
                   lambda agency_id, plan: run.applying_roles(agency_id, plan.roles if plan else {}), _of_roles),
        ImportKind("records", records.SHEET, records.COLUMNS,
                   lambda agency_id, plan: run.applying_records(agency_id, plan.values if plan else {})),
    )
}  # fmt: skip
