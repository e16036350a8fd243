"""An organisation to try a plan with: its own as far as it has one, filled up with invented units and people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from config import organisation
from workflow.calendar import Calendar
from workflow.db import uuid7
from workflow.definition import Plan
from workflow.organisation import absence, agency, person, role_grant, unit
from workflow.organisation_changes import add_person, add_unit, grant_role, set_absence, together

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
MIDDLES = (
    "Văn",
    "Thị",
    "Đức",
    "Minh",
    "Ngọc",
    "Quang",
    "Hữu",
    "Thu",
    "Thanh",
    "Xuân",
    "Kim",
    "Hồng",
    "Anh",
    "Gia",
    "Bảo",
)
GIVEN = ("Hà", "Hùng", "Lan", "Thắng", "Tuấn", "Liên", "Huy", "Oanh", "Phước", "Nguyệt", "Sơn", "Mai", "Dũng", "Hạnh",
         "Khánh", "Yến", "Long", "Trang", "Bình")  # fmt: skip
IN_A_UNIT = 6  # people of a unit at least, where nobody says how many there are
LONGEST = 10  # working days of one absence


def populate(
    connection: sa.Connection, agency_id: str, folder: Path | None, plan: Plan, *, units: int, people: int, day: date
) -> None:
    """Units, people and roles for a plan; `units`, `people`: how many there are at least, 0 for what the folder has."""
    if folder is not None and organisation.has_organisation(folder):
        organisation.load(connection, folder, plan)
    with together(connection):
        _units(connection, agency_id, plan, units, day)
        _people(connection, agency_id, plan, people, day)
        _roles(connection, agency_id, plan, day)


def _taking_part(connection: sa.Connection, agency_id: str, plan: Plan) -> list[str]:
    mine = sa.select(unit.c.id).where(unit.c.agency_id == agency_id, unit.c.ends_on.is_(None))
    if plan.unit_types:
        mine = mine.where(unit.c.type.in_(plan.unit_types))
    return list(connection.scalars(mine.order_by(unit.c.position, unit.c.code)))


def _units(connection: sa.Connection, agency_id: str, plan: Plan, wanted: int, day: date) -> None:
    there = len(_taking_part(connection, agency_id, plan))
    type_ = plan.unit_types[0] if plan.unit_types else ""
    for number in range(there + 1, max(wanted, 1) + 1):
        add_unit(
            connection, agency_id, code=f"X{number:03d}", name=f"Đơn vị giả định {number}", starts_on=day, new_id=uuid7,
            type=type_, position=1000 + number,
        )  # fmt: skip


def _people(connection: sa.Connection, agency_id: str, plan: Plan, wanted: int, day: date) -> None:
    """Evenly, the smallest unit first."""
    counted = dict.fromkeys(_taking_part(connection, agency_id, plan), 0)
    total = 0
    for row in connection.execute(sa.select(person.c.unit_id).where(person.c.agency_id == agency_id)):
        total += 1
        if row.unit_id in counted:
            counted[row.unit_id] += 1
    least = IN_A_UNIT if not wanted else 1
    number = 0
    while counted and (total < wanted or min(counted.values()) < least):
        number, total = number + 1, total + 1
        unit_id = min(counted, key=lambda one: counted[one])
        counted[unit_id] += 1
        add_person(
            connection, agency_id, code=f"X{number:05d}", name=_name(number), starts_on=day, new_id=uuid7,
            unit_id=unit_id,
        )  # fmt: skip


def _name(number: int) -> str:
    family, rest = number % len(FAMILIES), number // len(FAMILIES)
    return f"{FAMILIES[family]} {MIDDLES[rest % len(MIDDLES)]} {GIVEN[(rest // len(MIDDLES) + number) % len(GIVEN)]}"


def _roles(connection: sa.Connection, agency_id: str, plan: Plan, day: date) -> None:
    """Two for each role of the agency that nobody holds; one for each such role of a unit."""
    held = {
        (row.role, row.unit_id)
        for row in connection.execute(
            sa.select(role_grant.c.role, role_grant.c.unit_id).where(role_grant.c.agency_id == agency_id)
        )
    }
    staff: dict[str, list[str]] = {}
    for row in connection.execute(
        sa.select(person.c.id, person.c.unit_id).where(person.c.agency_id == agency_id).order_by(person.c.code)
    ):
        staff.setdefault(row.unit_id or "", []).append(row.id)
    units = _taking_part(connection, agency_id, plan)
    everybody = [one for unit_id in units for one in staff.get(unit_id, ())]
    given = 0
    for role in plan.roles.values():
        if role.everyone or role.of not in ("unit", "agency"):
            continue
        if role.of == "agency" and not any(name == role.name for name, _ in held):
            for person_id in _next(everybody, given, 2):
                grant_role(connection, agency_id, person_id=person_id, role=role.name, starts_on=day, new_id=uuid7)
            given += 2
        for unit_id in units if role.of == "unit" else ():
            if (role.name, unit_id) not in held and staff.get(unit_id):
                grant_role(
                    connection, agency_id, person_id=staff[unit_id][0], role=role.name, starts_on=day, unit_id=unit_id,
                    new_id=uuid7,
                )  # fmt: skip


def _next(people: Sequence[str], place: int, count: int) -> list[str]:
    return list(dict.fromkeys(people[(place + number) % len(people)] for number in range(count))) if people else []


def away(
    connection: sa.Connection,
    agency_id: str,
    days: tuple[date, date],
    working_days: int,
    calendar: Calendar,
    chance: Random,
) -> None:
    """Absences of chance beside those known: so many working days a year each, in pieces, a colleague standing in."""
    first, last = days
    left = round(working_days * ((last - first).days + 1) / 365)
    known = {
        row.person_id
        for row in connection.execute(sa.select(absence.c.person_id).where(absence.c.agency_id == agency_id))
    }
    rows = connection.execute(
        sa.select(person.c.id, person.c.unit_id)
        .where(person.c.agency_id == agency_id, person.c.ends_on.is_(None)).order_by(person.c.code)
    ).all()  # fmt: skip
    roles: dict[str, set[str]] = {}
    for row in connection.execute(
        sa.select(role_grant.c.person_id, role_grant.c.role).where(role_grant.c.agency_id == agency_id)
    ):
        roles.setdefault(row.person_id, set()).add(row.role)
    with together(connection):
        for row in rows:
            peers = [one.id for one in rows if one.id != row.id and one.unit_id == row.unit_id]
            alike = [one.id for one in rows if one.id != row.id and roles.get(one.id, set()) & roles.get(row.id, set())]
            if row.id in known or not (alike or peers):
                continue
            rest = left
            while rest > 0:
                length = min(rest, chance.randint(1, LONGEST))
                rest -= length
                begins = first + timedelta(days=chance.randrange((last - first).days + 1))
                ends = calendar.add_working_days(begins, length - 1)
                set_absence(
                    connection, agency_id, person_id=row.id, deputy_id=chance.choice(alike or peers),
                    days=(begins, ends), reason="Nghỉ phép (giả định)", new_id=uuid7,
                )  # fmt: skip


def size(connection: sa.Connection, agency_id: str) -> tuple[int, int]:
    """(units, people) there are now."""
    units = connection.scalar(sa.select(sa.func.count()).select_from(unit).where(unit.c.agency_id == agency_id)) or 0
    people = (
        connection.scalar(sa.select(sa.func.count()).select_from(person).where(person.c.agency_id == agency_id)) or 0
    )
    return units, people


def agency_of(connection: sa.Connection, code: str) -> str:
    """The id of the one agency of a scratch database."""
    return str(connection.execute(sa.select(agency.c.id).where(agency.c.code == code)).scalar_one())
