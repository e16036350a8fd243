"""Roles by hand: given from a day on, perhaps until one, and ended; the rules are those of the list of roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.imports import roles
from states.office.editing import Edit, Texts, locked, needs_ground, one_line, refuse_wrong, text
from states.office.people import stored
from workflow.clock import business_now, local_date
from workflow.definition import Role
from workflow.message import Invalid, Message, NotFound
from workflow.organisation import role_grant, unit
from workflow.organisation_changes import revoke_role

GIVEN = ("role", "unit", "starts_on", "ends_on")


def give(
    connection: sa.Connection, agency_id: str, person_id: str, given: Texts, known: Mapping[str, Role], edit: Edit
) -> None:
    """A person holds a role of the plan, `given` by the names of `GIVEN`; `unit` is a code. Held already, only its last
    day may be given anew. Raises NotFound, Invalid by field."""
    needs_ground(edit)
    one = stored(connection, agency_id, person_id)
    cells = {"person": one["code"], **{name: given.get(name, "") for name in GIVEN}}
    line, sorting = one_line(roles.COLUMNS, cells)
    refuse_wrong(sorting)
    tally = roles.apply(connection, agency_id, [line], sorting, local_date(business_now(connection)), known)
    refuse_wrong(sorting)
    if tally.same:
        raise Invalid({"role": Message("office.role_held", {"name": one["name"]})})
    told = {name: ("", cells[name]) for name in GIVEN if cells[name]}
    record(connection, agency_id, Amendment("role", person_id, "given", told, edit.ground, edit.by))


def end(connection: sa.Connection, agency_id: str, grant_id: str, last_day: date, edit: Edit) -> None:
    """A role is held no more after a day; one before its first makes it never held. Raises NotFound."""
    row = locked(connection, role_grant, agency_id, grant_id)
    if row is None:
        raise NotFound("role")
    revoke_role(connection, agency_id, grant_id, last_day=last_day)
    code = connection.scalar(sa.select(unit.c.code).where(unit.c.id == row["unit_id"])) or ""
    told = {"role": (row["role"], row["role"]), "ends_on": (text(row["ends_on"]), text(last_day))}
    told |= {"unit": (code, code)} if code else {}
    record(connection, agency_id, Amendment("role", row["person_id"], "ended", told, edit.ground, edit.by))
