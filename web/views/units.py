"""Units of the agency: who leads them, how many work there; the office adds, renames, ends them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from web import directory
from web.access import needs, signed_in
from web.application import application
from web.forms import Entries
from web.language import t
from web.plan_texts import role_titles
from workflow import organisation_changes as changes
from workflow.message import Message

pages = Blueprint("units", __name__, url_prefix="/don-vi")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every living unit in the agency's order."""
    return _page()


@pages.post("")
@needs("office")
def add() -> ResponseReturnValue:
    """A new unit, at the end of the list."""
    entries = Entries(request.form)
    code, name = entries.line("code", t("units.code")), entries.line("name", t("units.name"))
    if not entries.problems:
        try:
            with application().database.write() as connection:
                changes.add_unit(
                    connection, g.agency_id, code=code, name=name, starts_on=g.today, position=len(g.org.units) + 1,
                    new_id=application().database.new_id,
                )  # fmt: skip
            flash(t("units.added", name=name))
            return redirect(url_for("units.index"), 303)
        except IntegrityError:
            entries.problems["code"] = Message("units.code_taken", {"code": code})
    return _page(entries), 422


@pages.get("/<unit_id>")
@needs("office")
def unit(unit_id: str) -> ResponseReturnValue:
    """The form to rename a unit."""
    return render_template("pages/unit.html", unit=_known(unit_id), errors={})


@pages.post("/<unit_id>")
@needs("office")
def rename(unit_id: str) -> ResponseReturnValue:
    """Another name; its history and people stay with it."""
    found, entries = _known(unit_id), Entries(request.form)
    name = entries.line("name", t("units.name"))
    if entries.problems:
        return render_template("pages/unit.html", unit=found, errors=entries.errors), 422
    with application().database.write() as connection:
        changes.change_unit(connection, g.agency_id, unit_id, {"name": name})
    flash(t("units.renamed", name=name))
    return redirect(url_for("units.index"), 303)


def _known(unit_id: str) -> dict[str, object]:
    if unit_id not in g.org.units:
        abort(404)
    return dict(g.org.units[unit_id])


def _page(entries: Entries | None = None) -> str:
    return render_template(
        "pages/units.html", rows=directory.units(g.org, role_titles()), errors=entries.errors if entries else {},
        given=request.form if entries else {},
    )  # fmt: skip
