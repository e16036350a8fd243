"""The agency's own data for scripts of its office: read, added, corrected, by the very functions the pages call.

What the pages ask a proof of identity for, a token does not do: roles, somebody's leaving, the address of who signs in,
a number of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import g, request
from flask.typing import ResponseReturnValue

from states.amendments.model import history
from states.office import numbers as of_plan
from states.office import people, units
from states.office.editing import Edit
from states.office.plan_files import sources
from web.access import bearer
from web.api import office_shapes as shapes
from web.api.speaking import Operation, body, operation, say, version
from web.application import application
from web.current import can
from web.plan_texts import living_plan
from web.views.api import ACTING, pages
from workflow.form_text import Unreadable, clean_line
from workflow.message import Conflict, Invalid, Message, NotFound, Refused
from workflow.organisation import person, role_grant, unit

MOST = 200
TWICE = (400, 401, 403, 404, 422)


@pages.get("/people")
@bearer("office")
@operation(Operation("Người của cơ quan, theo mã", shapes.People, query=("after", "search")))
def office_people() -> ResponseReturnValue:
    """A page of people by code; `next` goes into `after`."""
    _office()
    query = sa.select(person, unit.c.code.label("unit")).outerjoin(unit, unit.c.id == person.c.unit_id)
    mine = query.where(person.c.agency_id == g.agency_id, person.c.erased_at.is_(None))
    if after := request.args.get("after", "")[:64]:
        mine = mine.where(person.c.code > after)
    with application().database.read() as connection:
        rows = connection.execute(mine.order_by(person.c.code).limit(MOST + 1)).mappings().all()
    following = rows[MOST - 1]["code"] if len(rows) > MOST else ""
    return say(shapes.People(people=[_person(row) for row in rows[:MOST]], next=following))


@pages.get("/people/<person_id>")
@bearer("office")
@operation(Operation("Một người; ETag là phiên bản", shapes.PersonKept))
def office_person(person_id: str) -> ResponseReturnValue:
    """One person; what they are version moves with roles and absences too."""
    _office()
    with application().database.read() as connection:
        row = _row(connection, person_id)
    return say(_person(row), etag=row["authority_version"])


@pages.post("/people")
@bearer("office")
@operation(Operation("Thêm một người", shapes.PersonKept, status=201, body=shapes.PersonIn, problems=TWICE))
def office_add_person() -> ResponseReturnValue:
    """One more; a code that somebody has is refused, so that the same twice is one."""
    given = body(shapes.PersonIn)
    _office()
    cells = {name: value for name, value in given.model_dump(exclude={"ground"}).items() if value is not None}
    with application().database.write() as connection:
        ident = people.add(connection, g.agency_id, cells, _edit(given.ground))
        row = _row(connection, ident)
    return say(_person(row), 201, etag=row["authority_version"])


@pages.patch("/people/<person_id>")
@bearer("office")
@operation(
    Operation("Sửa một người", shapes.PersonKept, body=shapes.PersonPatch, headers=("If-Match",), problems=ACTING)
)
def office_change_person(person_id: str) -> ResponseReturnValue:
    """Correct what is sent; a version that is not the present one is refused, nothing is written over."""
    seen, given = version(), body(shapes.PersonPatch)
    _office()
    cells = given.model_dump(exclude={"ground"}, exclude_none=True)
    with application().database.write() as connection:
        row = _row(connection, person_id)
        if row["authority_version"] != seen:
            raise Conflict(Message("office.stale"))
        if row["account_id"] is not None and cells.get("email", row["email"]) != row["email"]:
            raise Refused(Message("prove.not_by_token"))
        people.change(connection, g.agency_id, person_id, cells, _edit(given.ground, people.texts_of(row)))
        row = _row(connection, person_id)
    return say(_person(row), etag=row["authority_version"])


@pages.get("/units")
@bearer("office")
@operation(Operation("Đơn vị của cơ quan; ETag là phiên bản của tổ chức", shapes.Units))
def office_units() -> ResponseReturnValue:
    """Every unit, those that ended too."""
    _office()
    return say(shapes.Units(units=[_unit(row) for row in g.org.units.values()]), etag=g.org.version)


@pages.post("/units")
@bearer("office")
@operation(Operation("Thêm một đơn vị", shapes.UnitKept, status=201, body=shapes.UnitIn, problems=TWICE))
def office_add_unit() -> ResponseReturnValue:
    """One more; a code that is there is refused."""
    given = body(shapes.UnitIn)
    _office()
    cells = given.model_dump(exclude={"ground"})
    with application().database.write() as connection:
        ident = units.add(connection, g.agency_id, cells, _edit(given.ground), _types())
        row = connection.execute(sa.select(unit).where(unit.c.id == ident)).mappings().one()
    return say(_unit(row), 201)


@pages.patch("/units/<unit_id>")
@bearer("office")
@operation(
    Operation(
        "Sửa một đơn vị; If-Match là phiên bản của tổ chức", shapes.UnitKept, body=shapes.UnitPatch,
        headers=("If-Match",), problems=ACTING,
    )
)  # fmt: skip
def office_change_unit(unit_id: str) -> ResponseReturnValue:
    """Correct what is sent, against the version of the organisation that was seen."""
    seen, given = version(), body(shapes.UnitPatch)
    _office()
    if unit_id not in g.org.units:
        raise NotFound("unit")
    if seen != g.org.version:
        raise Conflict(Message("office.stale"))
    before = units.texts_of(g.org.units[unit_id])
    cells = given.model_dump(exclude={"ground"}, exclude_none=True)
    with application().database.write() as connection:
        units.change(connection, g.agency_id, unit_id, cells, _edit(given.ground, before), _types())
        row = connection.execute(sa.select(unit).where(unit.c.id == unit_id)).mappings().one()
    return say(_unit(row))


@pages.get("/role-grants")
@bearer("office")
@operation(Operation("Ai giữ vai trò nào, ở đâu, từ ngày nào", shapes.Grants))
def office_grants() -> ResponseReturnValue:
    """What is held today or will be."""
    _office()
    later = sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= g.today)
    query = (
        sa.select(role_grant, person.c.code.label("person"), unit.c.code.label("unit"))
        .join(person, person.c.id == role_grant.c.person_id)
        .outerjoin(unit, unit.c.id == role_grant.c.unit_id)
        .where(role_grant.c.agency_id == g.agency_id, person.c.erased_at.is_(None), later)
    )
    with application().database.read() as connection:
        rows = connection.execute(query.order_by(role_grant.c.id)).mappings().all()
    names = ("person", "role", "starts_on", "ends_on")
    said = [shapes.RoleGrant(unit=row["unit"] or "", **{name: row[name] for name in names}) for row in rows]
    return say(shapes.Grants(grants=said))


@pages.get("/amendments")
@bearer("office")
@operation(Operation("Lịch sử sửa đổi, mới nhất trước", shapes.Amendments, query=("after",)))
def office_amendments() -> ResponseReturnValue:
    """Who changed what; `next` goes into `after`."""
    _office()
    with application().database.read() as connection:
        rows = history(connection, g.agency_id, before=request.args.get("after", "")[:36], limit=MOST + 1)
    names = ("id", "noun", "row_id", "verb", "changes", "ground", "made_at")
    said = [shapes.Amendment(by=g.org.name(row["made_by"]), **{name: row[name] for name in names}) for row in rows]
    return say(shapes.Amendments(amendments=said[:MOST], next=said[MOST - 1].id if len(said) > MOST else ""))


@pages.get("/plan-numbers")
@bearer("office")
@operation(Operation("Con số của kế hoạch đang áp dụng", shapes.Numbers))
def office_numbers() -> ResponseReturnValue:
    """Every number by its address, as the plan writes it. They are changed on the page, by who proves who they are."""
    _office()
    if living_plan() is None:
        return say(shapes.Numbers(numbers=[]))
    with application().database.read() as connection:
        files = sources(connection, g.living_plan_id)
    said = [
        shapes.Number(name=one.name, text=one.text, used=[f"{use.process}: {use.title}" for use in one.uses])
        for one in of_plan.numbers(files)
    ]
    return say(shapes.Numbers(numbers=said))


def _office() -> None:
    """Raises Refused for the token of who is not of the office."""
    if not can("office"):
        raise Refused(Message("access.needs.office"))


def _edit(ground: str, seen: Mapping[str, str] | None = None) -> Edit:
    try:
        return Edit(g.person.id, clean_line(ground), seen)
    except Unreadable:
        raise Invalid({"ground": Message("import.not_a_text", {"value": "…"})}) from None


def _types() -> tuple[str, ...]:
    plan = living_plan()
    return plan.unit_types if plan else ()


def _row(connection: sa.Connection, person_id: str) -> sa.RowMapping:
    query = sa.select(person, unit.c.code.label("unit")).outerjoin(unit, unit.c.id == person.c.unit_id)
    mine = query.where(person.c.agency_id == g.agency_id, person.c.id == person_id, person.c.erased_at.is_(None))
    row = connection.execute(mine).mappings().first()
    if row is None:
        raise NotFound("person")
    return row


def _person(row: Any) -> shapes.PersonKept:
    names = ("id", "code", "name", "post", "gender", "born_on", "email", "starts_on", "ends_on")
    told = {name: row[name] for name in names}
    return shapes.PersonKept(unit=row["unit"] or "", version=row["authority_version"], **told)


def _unit(row: Any) -> shapes.UnitKept:
    names = ("id", "code", "name", "type", "position", "starts_on", "ends_on")
    return shapes.UnitKept(**{name: row[name] for name in names})
