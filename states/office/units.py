"""Units by hand: one added, one corrected, one that ends. The rules are those of the list of units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.imports import units
from states.office.editing import (
    Edit,
    Texts,
    changed,
    locked,
    needs_ground,
    once,
    one_line,
    refuse_stale,
    refuse_wrong,
    text,
)
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.folding import fold
from workflow.form_text import clean_line
from workflow.message import Invalid, Message, NotFound
from workflow.organisation import person, role_grant, unit
from workflow.organisation_changes import revoke_role, together

ADDED = ("code", "name", "type", "position", "starts_on")
EDITED = ("name", "type", "position")


def texts_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """What may be edited of a unit, as one would type it."""
    return {name: text(row[name]) for name in EDITED}


def add(connection: sa.Connection, agency_id: str, given: Texts, edit: Edit, types: Collection[str] = ()) -> str:
    """A new unit, at the end of the list unless a place is given; the id. Raises Invalid by field."""
    mine = unit.c.agency_id == agency_id
    known = connection.execute(sa.select(unit.c.code, unit.c.name, unit.c.position).where(mine)).all()
    taken = {fold(row.code): row for row in known}
    if (owner := taken.get(fold(given.get("code", "")))) is not None:
        raise Invalid({"code": Message("office.code_taken", {"code": owner.code, "name": owner.name})})
    cells = {name: given.get(name, "") for name in ADDED}
    cells["position"] = cells["position"].strip() or str(max((row.position for row in known), default=0) + 1)
    with once(connection, given.get("code", "")):
        _apply(connection, agency_id, cells, types)
    row = connection.execute(sa.select(unit).where(mine, unit.c.code == clean_line(cells["code"]))).mappings().one()
    after = {"code": row["code"], **texts_of(row), "starts_on": text(row["starts_on"])}
    record(connection, agency_id, Amendment("unit", row["id"], "added", changed({}, after), edit.ground, edit.by))
    return str(row["id"])


def change(
    connection: sa.Connection, agency_id: str, unit_id: str, given: Texts, edit: Edit, types: Collection[str] = ()
) -> bool:
    """Correct what is given of `EDITED`; whether anything changed. Raises NotFound, Stale, Invalid by field."""
    row = _locked(connection, agency_id, unit_id)
    before = texts_of(row)
    refuse_stale(edit, before)
    cells = {"code": row["code"], **before, **{name: given[name] for name in EDITED if name in given}}
    _apply(connection, agency_id, cells, types)
    told = changed(before, texts_of(_locked(connection, agency_id, unit_id)))
    if told:
        record(connection, agency_id, Amendment("unit", unit_id, "changed", told, edit.ground, edit.by))
    return bool(told)


def end(connection: sa.Connection, agency_id: str, unit_id: str, last_day: str, edit: Edit) -> date | None:
    """A unit is there no more after a day ('' takes that back), and roles in it end with it; the day.

    Raises NotFound, Stale, and Invalid while people or open cases would be left in it: then it is merged or they move.
    """
    row = _locked(connection, agency_id, unit_id)
    before = {"ends_on": text(row["ends_on"])}
    refuse_stale(edit, before)
    needs_ground(edit)
    with together(connection):
        _apply(connection, agency_id, {"code": row["code"], "name": row["name"], "ends_on": last_day}, ())
        after = _locked(connection, agency_id, unit_id)
        told = changed(before, {"ends_on": text(after["ends_on"])})
        if after["ends_on"] is not None:
            left = left_in(connection, agency_id, unit_id, after["ends_on"])
            if any(left):
                raise Invalid({"ends_on": Message("office.unit_not_empty", {"people": left[0], "cases": left[1]})})
            _end_roles(connection, agency_id, unit_id, after["ends_on"])
    if told:
        verb = "ended" if after["ends_on"] else "stays"
        record(connection, agency_id, Amendment("unit", unit_id, verb, told, edit.ground, edit.by))
    last: date | None = after["ends_on"]
    return last


def left_in(connection: sa.Connection, agency_id: str, unit_id: str, last: date) -> tuple[int, int]:
    """How many people, and how many open cases, a unit would still have after a day."""
    stays = sa.or_(person.c.ends_on.is_(None), person.c.ends_on > last)
    people = sa.select(sa.func.count()).where(person.c.agency_id == agency_id, person.c.unit_id == unit_id, stays)
    open_cases = sa.select(sa.func.count()).where(
        case.c.agency_id == agency_id, case.c.unit_id == unit_id, case.c.ended_at.is_(None)
    )
    return connection.scalar(people) or 0, connection.scalar(open_cases) or 0


def _end_roles(connection: sa.Connection, agency_id: str, unit_id: str, last: date) -> None:
    there = (role_grant.c.agency_id == agency_id) & (role_grant.c.unit_id == unit_id)
    longer = sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on > last)
    for grant_id in connection.scalars(sa.select(role_grant.c.id).where(there, longer).order_by(role_grant.c.id)).all():
        revoke_role(connection, agency_id, grant_id, last_day=last)


def _locked(connection: sa.Connection, agency_id: str, unit_id: str) -> sa.RowMapping:
    row = locked(connection, unit, agency_id, unit_id)
    if row is None:
        raise NotFound("unit")
    return row


def _apply(connection: sa.Connection, agency_id: str, cells: Texts, types: Collection[str]) -> None:
    line, sorting = one_line(units.COLUMNS, cells)
    refuse_wrong(sorting)
    units.apply(connection, agency_id, [line], sorting, local_date(business_now(connection)), types)
    refuse_wrong(sorting)
