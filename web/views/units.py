"""Units of the agency: who leads them, how many work there; the office adds, corrects, ends them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.office import consequences
from states.office import units as by_hand
from states.office.editing import text
from states.office.units import left_in
from web import directory, organisation_looks
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.language import t
from web.office_forms import Form
from web.plan_texts import living_plan, role_titles, unit_type_title
from workflow.identity import Grant

pages = Blueprint("units", __name__, url_prefix="/don-vi")

NEW = ("code", "name", "type", "position")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every living unit in the agency's order."""
    return _page(Form(NEW))


@pages.post("")
@needs("office")
@by_script("Thêm một đơn vị", "code", "name", "type", "position")
def add() -> ResponseReturnValue:
    """A new unit, at the end of the list unless a place is given."""
    sent = Form(NEW, needed=("code", "name"))
    given, edit = sent.read(), sent.edit()

    def write() -> None:
        with application().database.write() as connection:
            by_hand.add(connection, g.agency_id, given, edit, _types())

    if sent.attempt(write):
        flash(t("units.added", name=given["name"]))
        return redirect(url_for("units.index"), 303)
    return _page(sent), sent.status


@pages.get("/<unit_id>")
@needs("office")
def unit(unit_id: str) -> ResponseReturnValue:
    """The form with what is stored, and what becomes of it were the unit gone."""
    return _unit(unit_id, Form(by_hand.EDITED, stored=by_hand.texts_of(_known(unit_id))))


@pages.post("/<unit_id>")
@needs("office")
@by_script("Sửa một đơn vị", "name", "type", "position", "seen-*")
def change(unit_id: str) -> ResponseReturnValue:
    """Another name, type or place; its history and people stay with it."""
    found = _known(unit_id)
    sent = Form(by_hand.EDITED, needed=("name",), stored=by_hand.texts_of(found))
    given, edit = sent.read(), sent.edit()
    given = {name: value for name, value in given.items() if name in request.form}

    def write() -> None:
        with application().database.write() as connection:
            by_hand.change(connection, g.agency_id, unit_id, given, edit, _types())

    if sent.attempt(write):
        flash(t("units.renamed", name=given["name"]))
        return redirect(url_for("units.index"), 303)
    return _unit(unit_id, sent), sent.status


@pages.post("/<unit_id>/ket-thuc")
@needs("office")
@by_script("Ghi ngày kết thúc một đơn vị", "ends_on", "ground", "seen-ends_on")
def end(unit_id: str) -> ResponseReturnValue:
    """Its last day, on what ground; an empty day takes an earlier word back."""
    found = _known(unit_id)
    sent = Form(("ends_on",), stored={"ends_on": text(found["ends_on"])})
    given, edit = sent.read(), sent.edit(ground_needed=True)

    def write() -> None:
        with application().database.write() as connection:
            by_hand.end(connection, g.agency_id, unit_id, given["ends_on"], edit)

    if sent.attempt(write):
        flash(t("office.unit_end_saved", name=found["name"]))
        return redirect(url_for("units.index"), 303)
    return _unit(unit_id, Form(by_hand.EDITED, stored=by_hand.texts_of(found)), sent), sent.status


def _types() -> tuple[str, ...]:
    plan = living_plan()
    return plan.unit_types if plan else ()


def _known(unit_id: str) -> dict[str, object]:
    if unit_id not in g.org.units:
        abort(404)
    return dict(g.org.units[unit_id])


def _unit(unit_id: str, sent: Form, ending: Form | None = None) -> str:
    found = _known(unit_id)
    sent.told_by(unit_id)
    ending = ending or Form(("ends_on",), stored={"ends_on": text(found["ends_on"])})
    ending.told_by(unit_id)
    with application().database.read() as connection:
        left = left_in(connection, g.agency_id, unit_id, g.today)
    held = {Grant(one.role, unit_id) for grants in g.org.grants.values() for one in grants if one.unit_id == unit_id}
    seen = organisation_looks.look(
        consequences.without_unit(g.org, unit_id), "", sorted(held, key=lambda one: one.role)
    )  # fmt: skip
    return render_template(
        "pages/unit.html", unit=found, form=sent, ending=ending, left=left, seen=seen, types=_choices(found["type"])
    )


def _choices(present: object = "") -> list[tuple[str, str]]:
    """The plan's types, and what this unit has."""
    known = {str(row["type"]) for row in g.org.units.values() if row["type"]}
    return [(one, unit_type_title(one)) for one in sorted({*_types(), *known, str(present or "")} - {""})]


def _page(sent: Form) -> str:
    return render_template(
        "pages/units.html", rows=directory.units(g.org, role_titles()), form=sent, types=_choices()
    )  # fmt: skip
