"""Roles by hand: given and ended, with who would hold them and what would have nobody shown before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.office import consequences, roles
from states.office.consequences import Consequences
from web import directory, organisation_looks
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import day, t
from web.office_forms import Form
from web.plan_texts import living_plan, role_titles
from web.prove import fresh
from web.views.people import known
from workflow.identity import Grant, PersonRow

pages = Blueprint("roles", __name__, url_prefix="/danh-ba/<person_id>/vai-tro")

NAMES = ("role", "unit", "first", "last")
ALIAS = {"starts_on": "first", "ends_on": "last"}


@pages.get("")
@needs("office")
def form(person_id: str) -> ResponseReturnValue:
    """Which role, where, from when, until when, on what ground."""
    return _giving(known(person_id), Form(NAMES, stored={"first": day(g.today)}))


@pages.post("")
@needs("office")
@by_script("Giao một vai trò cho một người", "first", "ground", "last", "look", "role", "unit")
@fresh
def grant(person_id: str) -> ResponseReturnValue:
    """Let a person hold a role; with `look` only show what it would change. Nobody lets themselves."""
    one = known(person_id)
    organisation_looks.refuse_oneself(one.id, "roles.not_oneself")
    sent = Form(NAMES, needed=("role", "first"), stored={"first": day(g.today)}, alias=ALIAS)
    given, titles = sent.read(), role_titles()
    if given["unit"] and given["unit"] not in g.org.units:
        abort(404)
    role = sent.entries.one_of("role", t("roles.role"), titles)
    held = Grant(role, given["unit"] or None)
    if "look" in request.form:
        seen = None if sent.entries.problems else _with(one, held)
        return _giving(one, sent, seen), 422 if sent.entries.problems else 200
    edit = sent.edit(ground_needed=True)
    plan = living_plan()
    unit = str(g.org.units[given["unit"]]["code"]) if given["unit"] else ""
    wanted = {"role": role, "unit": unit, "starts_on": given["first"], "ends_on": given["last"]}

    def write() -> None:
        with application().database.write() as connection:
            roles.give(connection, g.agency_id, one.id, wanted, plan.roles if plan else {}, edit)

    if sent.attempt(write):
        flash(t("roles.granted", role=titles[role], name=one.name, first=given["first"]))
        return redirect(url_for("people.person", person_id=one.id), 303)
    return _giving(one, sent), sent.status


@pages.get("/<grant_id>/ket-thuc")
@needs("office")
def look_end(person_id: str, grant_id: str) -> ResponseReturnValue:
    """Who would hold it then, and what would have nobody."""
    one = known(person_id)
    return _ending(one, _grant(one, grant_id), Form(("last",), stored={"last": _yesterday()}))


@pages.post("/<grant_id>/ket-thuc")
@needs("office")
@by_script("Thôi giao một vai trò", "ground", "last")
def revoke(person_id: str, grant_id: str) -> ResponseReturnValue:
    """End a role: at once, so that the next decision finds it gone, unless a last day is given."""
    one = known(person_id)
    row = _grant(one, grant_id)
    sent = Form(("last",), stored={"last": _yesterday()})
    edit = sent.edit()
    last = sent.entries.day("last", t("office.field.last")) if request.form.get("last", "").strip() else None

    def write() -> None:
        with application().database.write() as connection:
            roles.end(connection, g.agency_id, grant_id, last or g.today - timedelta(days=1), edit)

    if sent.attempt(write):
        flash(t("roles.revoked_on", name=one.name, last=last) if last else t("roles.revoked", name=one.name))
        return redirect(url_for("people.person", person_id=one.id), 303)
    return _ending(one, row, sent), sent.status


def _yesterday() -> str:
    return day(g.today - timedelta(days=1))


def _grant(one: PersonRow, grant_id: str) -> Any:
    with application().database.read() as connection:
        found = {row["id"]: row for row in directory.grants(connection, g.agency_id, one.id, g.today)}
    if grant_id not in found:
        abort(404)
    return found[grant_id]


def _with(one: PersonRow, held: Grant) -> Consequences:
    return organisation_looks.look(consequences.with_grant(g.org, one.id, held), one.id, (held,))


def _giving(one: PersonRow, sent: Form, seen: Consequences | None = None) -> str:
    units = [(str(row["id"]), str(row["name"])) for row in organisation_looks.living_units()]
    return render_template(
        "pages/role_new.html", one=one, form=sent, seen=seen, titles=role_titles(), units=units,
        of_unit=[role.title for role in (living_plan().roles.values() if living_plan() else ()) if role.of == "unit"],
    )  # fmt: skip


def _ending(one: PersonRow, row: Any, sent: Form) -> str:
    held = Grant(row["role"], row["unit_id"])
    seen = organisation_looks.look(consequences.without_grant(g.org, one.id, held), one.id, (held,))
    title = role_titles().get(row["role"], row["role"])
    return render_template(
        "pages/role_end.html", one=one, row=row, form=sent, seen=seen, title=title,
        unit=directory.unit_name(g.org, row["unit_id"]),
    )  # fmt: skip
