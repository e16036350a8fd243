"""The list of who holds what: a new line grants a role, a known one may get another last day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.imports.days import in_order
from states.imports.people import known_people
from states.imports.table import Column, Known, Line, Sorting
from states.imports.tally import Tally
from states.imports.units import known_units
from workflow.definition import Role
from workflow.organisation import role_grant
from workflow.organisation_changes import grant_role, revoke_role

SHEET = "Vai trò"

COLUMNS = (
    Column("person", "Người", required=True, also=("Mã người", "Họ và tên"), hint="Nguyễn Văn An (CB001)"),
    Column("role", "Vai trò", required=True, hint="Lãnh đạo phòng"),
    Column("unit", "Đơn vị", also=("Mã đơn vị",), longest=300, hint="BCVT"),
    Column("starts_on", "Từ ngày", kind="date", hint="03/04/2023"),
    Column("ends_on", "Đến ngày", kind="date"),
)


def granted(roles: Mapping[str, Role]) -> Known:
    """The plan's roles that a list may give: everyone's, a case's and outsiders' are not given."""
    given = ((name, role) for name, role in roles.items() if role.of in ("unit", "agency") and not role.everyone)
    return Known(((name, (name, role.title)) for name, role in given), by_start=True)


def apply(
    connection: sa.Connection, agency_id: str, lines: Sequence[Line], sorting: Sorting, day: date,
    roles: Mapping[str, Role], rejected: Collection[str] = (),
) -> Tally:  # fmt: skip
    """Write what can be written, from `day` on; the caller rolls back when there are problems."""
    tally = Tally()
    people, units = known_people(connection, agency_id, rejected), known_units(connection, agency_id, rejected)
    known_roles = granted(roles)
    held: dict[tuple[str, str, str | None], Any] = {
        (row["person_id"], row["role"], row["unit_id"]): row
        for row in connection.execute(
            sa.select(role_grant).where(role_grant.c.agency_id == agency_id).order_by(role_grant.c.starts_on)
        ).mappings()
    }
    seen: dict[tuple[str, str, str | None], int] = {}
    for line in lines:
        before = len(sorting.problems)
        person_id, role = sorting.find(line, "person", people), sorting.find(line, "role", known_roles)
        unit_id = sorting.find(line, "unit", units)
        if role and roles[role].of == "unit" and not line.values.get("unit"):
            sorting.complain(line, "unit", "role_needs_unit", role=roles[role].title)
        if role and roles[role].of == "agency" and unit_id:
            sorting.complain(line, "unit", "role_has_no_unit", role=roles[role].title)
        if not person_id or not role or len(sorting.problems) > before:
            continue
        key = (person_id, role, unit_id)
        first = seen.setdefault(key, line.number)
        known = held.get(key)
        going_on = known if known and _goes_on(known, line.values.get("ends_on"), day) else None
        if first != line.number:
            sorting.complain(line, "role", "role_twice", role=roles[role].title, row=first)
        elif in_order(line, sorting, going_on, day):
            outcome = _one(connection, agency_id, key, line.values, going_on, day)
            called = (people.name_of(person_id), roles[role].title, units.name_of(unit_id))
            tally.count(outcome, line, _told(sorting, going_on, line), " · ".join(filter(None, called)))
    return tally


def _told(sorting: Sorting, known: Any, line: Line) -> dict[str, tuple[Any, Any]]:
    """A line changes a grant's last day and nothing else."""
    heading = sorting.columns["ends_on"].heading
    return {heading: (known["ends_on"], line.values.get("ends_on"))} if known is not None else {}


def _goes_on(known: Any, ends_on: date | None, day: date) -> bool:
    """Whether a line means this grant, not a new one after it."""
    last: date | None = known["ends_on"]
    return last is None or last >= day or last == ends_on


def _one(
    connection: sa.Connection, agency_id: str, key: tuple[str, str, str | None], values: Mapping[str, Any],
    known: Any, day: date,
) -> str:  # fmt: skip
    ends_on: date | None = values.get("ends_on")
    if known is not None:
        if known["ends_on"] == ends_on or ends_on is None:
            return "same"
        revoke_role(connection, agency_id, known["id"], last_day=ends_on)
        return "changed"
    person_id, role, unit_id = key
    grant_role(
        connection, agency_id, person_id=person_id, role=role, unit_id=unit_id,
        starts_on=values.get("starts_on") or day, ends_on=ends_on,
    )  # fmt: skip
    return "added"
