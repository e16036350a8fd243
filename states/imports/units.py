"""The list of units: a new code adds one, a known code changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.imports.codes import Codes
from states.imports.days import in_order
from states.imports.table import Column, Known, Line, Sorting, nearest
from states.imports.tally import Tally, told
from workflow.clock import business_now, local_date
from workflow.folding import fold, spoken
from workflow.organisation import unit
from workflow.organisation_changes import add_unit, change_unit

SHEET = "Đơn vị"

COLUMNS = (
    Column("code", "Mã đơn vị", required=True, also=("Mã",), longest=64, hint="BCVT"),
    Column("name", "Tên đơn vị", required=True, also=("Đơn vị",), longest=300, hint="Phòng Bưu chính - Viễn thông"),
    Column("type", "Loại", longest=64, hint="Phòng"),
    Column("position", "Thứ tự", kind="number", hint="1"),
    Column("starts_on", "Từ ngày", kind="date", hint="03/04/2023"),
    Column("ends_on", "Đến ngày", kind="date"),
)


def known_units(connection: sa.Connection, agency_id: str, rejected: Iterable[str] = ()) -> Known:
    """Units as other lists may name them."""
    rows = connection.execute(sa.select(unit.c.id, unit.c.code, unit.c.name).where(unit.c.agency_id == agency_id))
    return Known(((row.id, (row.code, row.name)) for row in rows), rejected=rejected)


def apply(
    connection: sa.Connection, agency_id: str, lines: Sequence[Line], sorting: Sorting, day: date,
    types: Collection[str] = (),
) -> Tally:  # fmt: skip
    """Write what can be written, from `day` on; the caller rolls back when there are problems.

    `types` are the plan's; with those in use they are all there are, and without any, any will do.
    """
    tally = Tally()
    stored = {
        row["code"]: row for row in connection.execute(sa.select(unit).where(unit.c.agency_id == agency_id)).mappings()
    }
    codes, names = Codes(stored), _Names(stored, lines, local_date(business_now(connection)))
    known_types = {*types, *(row["type"] for row in stored.values())} if types else set()
    for line in (_in_the_plans_words(one, known_types) for one in lines):
        before = len(sorting.problems)
        values = dict(line.values)
        code = values.pop("code", None)
        known = stored.get(code)
        if code and codes.take(line, sorting, code) and values.get("name"):
            names.take(line, sorting, code)
            in_order(line, sorting, stored.get(code), day)
            _known_type(line, sorting, known_types)
        if not code or not values.get("name") or len(sorting.problems) > before:
            tally.reject(line)
            continue
        tally.count(_one(connection, agency_id, code, values, known, day), line, _told(sorting, known, values))
    return tally


def _told(sorting: Sorting, known: Any, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a line changes; a unit's empty cells change nothing but its end."""
    said = {name: value for name, value in values.items() if value is not None or name == "ends_on"}
    return told(sorting.columns, known, said) if known else {}


def _in_the_plans_words(line: Line, known: Collection[str]) -> Line:
    """A type as people write it, "Đơn vị" or "PHÒNG", is the plan's own word for it; any other stays as it is."""
    wanted = line.values.get("type")
    if not wanted or wanted in known:
        return line
    meant = [one for one in known if one and spoken(one) == spoken(wanted)]
    return replace(line, values={**line.values, "type": meant[0]}) if len(meant) == 1 else line


def _known_type(line: Line, sorting: Sorting, known: Collection[str]) -> None:
    """A type the plan does not know would leave the unit out of it without a word."""
    wanted = line.values.get("type")
    if wanted and known and wanted not in known:
        shown = sorted(filter(None, known))
        hint = nearest(wanted, {spoken(one): one for one in shown})
        sorting.complain(line, "type", "unit_type", value=wanted, known=shown, nearest=hint)


class _Names:
    """Whose name is whose once the whole list is in; units that have ended leave theirs."""

    def __init__(self, stored: Mapping[str, Any], lines: Sequence[Line], today: date) -> None:
        self.stored, self.today = stored, today
        listed = {line.values.get("code") for line in lines}
        kept = {code: row for code, row in stored.items() if code not in listed and not self._over(row["ends_on"])}
        self.owners = {fold(row["name"]): code for code, row in kept.items()}

    def take(self, line: Line, sorting: Sorting, code: str) -> None:
        """Complain where another unit bears this line's name."""
        known = self.stored.get(code)
        if self._over(line.values["ends_on"] if "ends_on" in line.values else known and known["ends_on"]):
            return
        owner = self.owners.setdefault(fold(line.values["name"]), code)
        if owner != code:
            sorting.complain(line, "name", "name_of_two", value=line.values["name"], code=owner)

    def _over(self, last: date | None) -> bool:
        return last is not None and last < self.today


def _one(connection: sa.Connection, agency_id: str, code: str, values: dict[str, Any], known: Any, day: date) -> str:
    values = {name: value for name, value in values.items() if value is not None or name == "ends_on"}
    if known is None:
        values.setdefault("starts_on", day)
        add_unit(connection, agency_id, code=code, **values)
        return "added"
    changed = {name: value for name, value in values.items() if known[name] != value}
    if changed:
        change_unit(connection, agency_id, known["id"], changed)
    return "changed" if changed else "same"
