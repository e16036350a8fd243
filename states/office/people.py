"""People by hand: one added, one corrected, one who leaves. The rules are those of the list of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.amendments.model import Amendment, record
from states.imports import people
from states.imports.export import GENDERS
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
from workflow.clock import business_now, local_date
from workflow.folding import fold
from workflow.form_text import clean_line
from workflow.message import Invalid, Message, NotFound
from workflow.organisation import person, role_grant, unit
from workflow.organisation_changes import revoke_role, together

ADDED = ("code", "name", "unit", "post", "gender", "born_on", "email", "starts_on")
EDITED = ("name", "post", "gender", "born_on", "email")


def texts_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """What may be edited of a person, as one would type it."""
    return {name: GENDERS.get(row[name], "") if name == "gender" else text(row[name]) for name in EDITED}


def stored(connection: sa.Connection, agency_id: str, person_id: str) -> sa.RowMapping:
    """The person's row. Raises NotFound, also for who was forgotten."""
    mine = sa.select(person).where(person.c.agency_id == agency_id, person.c.id == person_id)
    row = connection.execute(mine).mappings().first()
    if row is None or row["erased_at"] is not None:
        raise NotFound("person")
    return row


def add(connection: sa.Connection, agency_id: str, given: Texts, edit: Edit) -> str:
    """A new person; the id. Raises Invalid by field, also for a code that somebody has."""
    codes = connection.execute(sa.select(person.c.code, person.c.name).where(person.c.agency_id == agency_id))
    taken = {fold(row.code): row for row in codes}
    cells = {name: given.get(name, "") for name in ADDED}
    if (owner := taken.get(fold(given.get("code", "")))) is not None:
        told = Message("office.code_taken", {"code": owner.code, "name": owner.name})
        raise Invalid({**_wrong(connection, agency_id, cells), "code": told})
    with once(connection, given.get("code", "")):
        _apply(connection, agency_id, cells)
    mine = sa.select(person).where(person.c.agency_id == agency_id, person.c.code == clean_line(cells["code"]))
    row = connection.execute(mine).mappings().one()
    after = {**cells, **texts_of(row), "starts_on": text(row["starts_on"])}
    record(connection, agency_id, Amendment("person", row["id"], "added", changed({}, after), edit.ground, edit.by))
    return str(row["id"])


def change(connection: sa.Connection, agency_id: str, person_id: str, given: Texts, edit: Edit) -> bool:
    """Correct what is given of `EDITED`; whether anything changed. Raises NotFound, Stale, Invalid by field."""
    before_row = _locked(connection, agency_id, person_id)
    before = texts_of(before_row)
    refuse_stale(edit, before)
    cells = {"code": before_row["code"], **before, **{name: given[name] for name in EDITED if name in given}}
    _apply(connection, agency_id, cells)
    told = changed(before, texts_of(stored(connection, agency_id, person_id)))
    if told:
        record(connection, agency_id, Amendment("person", person_id, "changed", told, edit.ground, edit.by))
    return bool(told)


def leave(connection: sa.Connection, agency_id: str, person_id: str, last_day: str, edit: Edit) -> date | None:
    """Somebody works here no more after a day ('' takes that back): roles that would outlast it end with it; the day.

    Raises NotFound, Stale, Invalid by field. Roles that ended so are not given back with the day.
    """
    row = _locked(connection, agency_id, person_id)
    before = {"ends_on": text(row["ends_on"])}
    refuse_stale(edit, before)
    needs_ground(edit)
    with together(connection):
        _apply(connection, agency_id, {"code": row["code"], "name": row["name"], "ends_on": last_day})
        after = stored(connection, agency_id, person_id)
        told = changed(before, {"ends_on": text(after["ends_on"])})
        if after["ends_on"] is not None:
            told |= _end_roles(connection, agency_id, person_id, after["ends_on"])
    if told:
        verb = "left" if after["ends_on"] else "stays"
        record(connection, agency_id, Amendment("person", person_id, verb, told, edit.ground, edit.by))
    last: date | None = after["ends_on"]
    return last


def _end_roles(connection: sa.Connection, agency_id: str, person_id: str, last: date) -> dict[str, tuple[str, str]]:
    held = (
        sa.select(role_grant, unit.c.code)
        .outerjoin(unit, unit.c.id == role_grant.c.unit_id)
        .where(role_grant.c.agency_id == agency_id, role_grant.c.person_id == person_id)
    )
    told = {}
    for row in connection.execute(held.order_by(role_grant.c.id)).mappings():
        if row["ends_on"] is not None and row["ends_on"] <= last:
            continue
        revoke_role(connection, agency_id, row["id"], last_day=last)
        told[f"role:{row['role']}:{row['code'] or ''}"] = (text(row["ends_on"]), text(last))
    return told


def _locked(connection: sa.Connection, agency_id: str, person_id: str) -> sa.RowMapping:
    row = locked(connection, person, agency_id, person_id)
    if row is None or row["erased_at"] is not None:
        raise NotFound("person")
    return row


def _apply(connection: sa.Connection, agency_id: str, cells: Texts) -> None:
    line, sorting = one_line(people.COLUMNS, cells)
    if sorting.problems:
        raise Invalid(_wrong(connection, agency_id, cells))
    people.apply(connection, agency_id, [line], sorting, local_date(business_now(connection)))
    refuse_wrong(sorting)


def _wrong(connection: sa.Connection, agency_id: str, cells: Texts) -> dict[str, Message]:
    """All that is wrong with a line, by field, so that nothing is told only once the rest is right."""
    line, sorting = one_line(people.COLUMNS, cells)
    bare = replace(line, values={**line.values, "code": None})  # of nobody: nothing is written
    people.apply(connection, agency_id, [bare], sorting, local_date(business_now(connection)))
    try:
        refuse_wrong(sorting)
    except Invalid as invalid:
        return dict(invalid.fields)
    return {}
