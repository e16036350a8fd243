"""The lists that may be brought in: each with its sheet, its columns, and who writes its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from states.imports import people, records, roles, run, units
from states.imports.run import Apply
from states.imports.table import Column
from workflow.definition import Plan


@dataclass(frozen=True)
class ImportKind:
    """One list: its name in addresses and texts, its sheet, its columns; `applying` takes agency and living plan."""

    name: str
    sheet: str
    columns: Sequence[Column]
    applying: Callable[[str, Plan | None], Apply]


KINDS = {
    kind.name: kind
    for kind in (
        ImportKind("units", units.SHEET, units.COLUMNS,
                   lambda agency_id, plan: run.applying_units(agency_id, plan.unit_types if plan else ())),
        ImportKind("people", people.SHEET, people.COLUMNS, lambda agency_id, _: run.applying_people(agency_id)),
        ImportKind("roles", roles.SHEET, roles.COLUMNS,
                   lambda agency_id, plan: run.applying_roles(agency_id, plan.roles if plan else {})),
        ImportKind("records", records.SHEET, records.COLUMNS,
                   lambda agency_id, plan: run.applying_records(agency_id, plan.values if plan else {})),
    )
}  # fmt: skip
