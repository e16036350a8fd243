"""The list of units: a new code adds one, a known code changes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.imports.codes import Codes
from states.imports.table import Column, Known, Line, Sorting
from states.imports.tally import Tally
from workflow.organisation import unit
from workflow.organisation_changes import add_unit, change_unit

SHEET = "Đơn vị"

COLUMNS = (
    Column("code", "Mã đơn vị", required=True, also=("Mã",), longest=64, hint="BCVT"),
    Column("name", "Tên đơn vị", required=True, also=("Đơn vị",), longest=300, hint="Phòng Bưu chính - Viễn thông"),
    Column("type", "Loại", longest=64, hint="phong"),
    Column("position", "Thứ tự", kind="number", hint="1"),
    Column("starts_on", "Từ ngày", kind="date", hint="03/04/2023"),
    Column("ends_on", "Đến ngày", kind="date"),
)


def known_units(connection: sa.Connection, agency_id: str, rejected: Iterable[str] = ()) -> Known:
    """Units as other lists may name them."""
    rows = connection.execute(sa.select(unit.c.id, unit.c.code, unit.c.name).where(unit.c.agency_id == agency_id))
    return Known(((row.id, (row.code, row.name)) for row in rows), rejected=rejected)


def apply(connection: sa.Connection, agency_id: str, lines: Sequence[Line], sorting: Sorting, today: date) -> Tally:
    """Write what can be written; the caller rolls back when there are problems."""
    tally = Tally()
    stored = {
        row["code"]: row for row in connection.execute(sa.select(unit).where(unit.c.agency_id == agency_id)).mappings()
    }
    codes = Codes(stored)
    for line in lines:
        values = dict(line.values)
        code = values.pop("code", None)
        if not code or not values.get("name") or not codes.take(line, sorting, code):
            tally.reject(line)
            continue
        tally.count(_one(connection, agency_id, code, values, stored.get(code), today))
    return tally


def _one(connection: sa.Connection, agency_id: str, code: str, values: dict[str, Any], known: Any, today: date) -> str:
    values = {name: value for name, value in values.items() if value is not None or name == "ends_on"}
    if known is None:
        values.setdefault("starts_on", today)
        add_unit(connection, agency_id, code=code, **values)
        return "added"
    changed = {name: value for name, value in values.items() if known[name] != value}
    if changed:
        change_unit(connection, agency_id, known["id"], changed)
    return "changed" if changed else "same"
