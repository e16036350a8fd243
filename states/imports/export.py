"""Units, people and roles as the lists they came in as: an exported file can be changed and imported again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from states import exports
from states.imports.kinds import KINDS
from states.imports.template import write_template
from workflow import files
from workflow.clock import business_now, local_date
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.organisation import account, person, role_grant, unit
from workflow.runs import Work

KIND = "export"
LONG = 2_000  # lines; a shorter list is made while its asker waits
GENDERS = {"male": "nam", "female": "nữ"}

Rows = Sequence[Mapping[str, Any]]


def rows_of(connection: sa.Connection, agency_id: str, kind: str) -> Rows:
    """The lines of a list, by the names of its columns, in the order of the agency's own lists."""
    return EXPORTS[kind](connection, agency_id)


def written(kind: str, rows: Rows, stamp: str) -> bytes:
    """The .xlsx: the headings of the import, every cell a text as one would type it."""
    chosen = KINDS[kind]
    cells = [[_text(row[c.name]) for c in chosen.columns] for row in rows]
    return write_template(chosen.sheet, chosen.columns, cells, stamp=stamp)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def _units(connection: sa.Connection, agency_id: str) -> Rows:
    found = sa.select(unit).where(unit.c.agency_id == agency_id).order_by(unit.c.position, unit.c.code)
    return [dict(row) for row in connection.execute(found).mappings()]


def _people(connection: sa.Connection, agency_id: str) -> Rows:
    found = (
        sa.select(person, unit.c.code.label("unit"), account.c.login)
        .outerjoin(unit, unit.c.id == person.c.unit_id)
        .outerjoin(account, account.c.id == person.c.account_id)
        .where(person.c.agency_id == agency_id, person.c.erased_at.is_(None))
    )
    rows = connection.execute(found.order_by(unit.c.position, unit.c.code, person.c.sort_key)).mappings()
    return [{**row, "gender": GENDERS.get(row["gender"], "")} for row in rows]


def _roles(connection: sa.Connection, agency_id: str) -> Rows:
    """What is held today or will be: what is over is history, no list to change."""
    today = local_date(business_now(connection))
    found = (
        sa.select(
            person.c.code.label("person"), role_grant.c.role, unit.c.code.label("unit"), role_grant.c.starts_on,
            role_grant.c.ends_on,
        )
        .join(person, person.c.id == role_grant.c.person_id)
        .outerjoin(unit, unit.c.id == role_grant.c.unit_id)
        .where(
            role_grant.c.agency_id == agency_id, person.c.erased_at.is_(None),
            sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= today),
        )
    )  # fmt: skip
    order = (role_grant.c.role, unit.c.code, person.c.code, role_grant.c.starts_on)
    rows = connection.execute(found.order_by(*order)).mappings()
    return list({(row["person"], row["role"], row["unit"]): dict(row) for row in rows}.values())


EXPORTS: Mapping[str, Callable[[sa.Connection, str], Rows]] = {"units": _units, "people": _people, "roles": _roles}


class Exporting:
    """The doer of runs of the kind `export`: the file waits for who asked."""

    def __init__(self, database: Database, store: FileStore) -> None:
        self._database, self._store = database, store

    def __call__(self, work: Work) -> None:
        """Make the file; its row and the end of the run are one transaction."""
        taken, kind = work.taken, work.taken.wanted["kind"]
        export_id = self._database.new_id()
        with self._database.read() as connection:
            rows = rows_of(connection, taken.agency_id, kind)
            stamp = exports.stamp(connection, taken.agency_id, taken.asked_by, export_id)
        work.at(0, len(rows))
        name = f"{KINDS[kind].sheet}.xlsx"
        stored = self._store.put(BytesIO(written(kind, rows, stamp)), taken.agency_id, name)
        work.at(len(rows), len(rows))
        file_id = self._database.new_id()
        with self._database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=taken.agency_id, person_id=taken.asked_by)
            exports.record(connection, exports.of_run(export_id, taken, name, len(rows)))
            work.finish(connection, file_id=file_id, result={"lines": len(rows)})
