"""The lists an office may bring in through the pages: each with its columns, its sheet, and what applies it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import g

from states.imports import people, records, roles, run, units
from states.imports.run import Apply
from states.imports.sheet import read_rows
from states.imports.table import Column
from states.imports.tally import Tally
from web.application import application
from web.plan_texts import living_plan
from workflow import files
from workflow.message import NotFound


@dataclass(frozen=True)
class ImportKind:
    """One list: its name in addresses and texts, its sheet, its columns, and who writes its lines."""

    name: str
    sheet: str
    columns: Sequence[Column]
    applying: Callable[[str], Apply]


def _applying_units(agency_id: str) -> Apply:
    plan = living_plan()
    return run.applying_units(agency_id, plan.unit_types if plan else ())


def _applying_roles(agency_id: str) -> Apply:
    plan = living_plan()
    return run.applying_roles(agency_id, plan.roles if plan else {})


def _applying_records(agency_id: str) -> Apply:
    plan = living_plan()
    return run.applying_records(agency_id, plan.values if plan else {})


KINDS = {
    kind.name: kind
    for kind in (
        ImportKind("units", units.SHEET, units.COLUMNS, _applying_units),
        ImportKind("people", people.SHEET, people.COLUMNS, run.applying_people),
        ImportKind("roles", roles.SHEET, roles.COLUMNS, _applying_roles),
        ImportKind("records", records.SHEET, records.COLUMNS, _applying_records),
    )
}


def bring_in(kind: ImportKind, file_id: str, *, dry_run: bool) -> Tally:
    """Try or write a list this person uploaded. NotFound for anybody else's file, Refused for an unreadable one."""
    app = application()
    with app.database.read() as connection:
        row = files.find(connection, g.agency_id, file_id)
    if row["uploaded_by"] != g.person.id or row["case_id"] is not None:
        raise NotFound("file")
    rows = read_rows(app.files.path(g.agency_id, row["digest"]), kind.sheet)
    return run.run(app.database, rows, kind.columns, kind.applying(g.agency_id), dry_run=dry_run)
