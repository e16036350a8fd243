"""The quality sheet of units: numbers of a period, the decisions behind them, and the same as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states.quality.sheet import Line, Period, by_kind, columns, happenings, sheet, value
from web.access import signed_in
from web.application import application
from web.current import units_answered_for
from web.downloads import table_file
from web.language import t
from web.plan_texts import living_plan
from workflow import form_values
from workflow.form_values import Wrong
from workflow.message import Message, NotFound, Refused

pages = Blueprint("quality", __name__, url_prefix="/chat-luong")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """A line a unit; with ?tep=xlsx or csv the same as a file."""
    units, period = _units(), _period()
    app = application()
    with app.database.read() as connection:
        lines = sheet(connection, app.catalogue, g.agency_id, period, units)
    levels = _levels()
    heads = [t("quality.unit"), *(_head(name, levels.get(level, "")) for name, level in columns(levels))]
    rows = [heads, *_rows(lines, levels)]
    if (ending := request.args.get("tep")) in ("xlsx", "csv"):
        return table_file(t("quality.title"), rows, "chat-luong", ending, (36, 12))
    return render_template("pages/quality.html", lines=lines, levels=levels, period=period)


@pages.get("/<unit_id>")
@signed_in
def unit(unit_id: str) -> ResponseReturnValue:
    """The decisions behind a unit's numbers."""
    units, period = _units(), _period()
    if unit_id not in g.org.units or (units is not None and unit_id not in units):
        raise NotFound("unit")
    app = application()
    with app.database.read() as connection:
        found = happenings(connection, app.catalogue, g.agency_id, period, unit_id)
    return render_template(
        "pages/quality_unit.html", found=by_kind(found), period=period, levels=_levels(),
        name=g.org.units[unit_id]["name"],
    )  # fmt: skip


def _units() -> Sequence[str] | None:
    """Those whose numbers this person may see: all with a role of the agency, else their own. Raises Refused."""
    units = units_answered_for()
    if units == []:
        raise Refused(Message("quality.not_yours"))
    return units


def _period() -> Period:
    """What the address asks for; this year up to today where it says nothing that makes sense."""
    first, last = (_day(request.args.get(name, "")) for name in ("tu", "den"))
    last = last or g.today
    first = first or date(last.year, 1, 1)
    return Period(first, last) if first <= last else Period(last, first)


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(form_values.day(raw, "")) if raw.strip() else None
    except Wrong:
        return None


def _levels() -> Mapping[str, str]:
    plan = living_plan()
    return plan.levels if plan else {}


def _head(name: str, level: str) -> str:
    return t(f"quality.{name}_at", level=level) if level else t(f"quality.{name}")


def _rows(lines: Sequence[Line], levels: Mapping[str, str]) -> list[list[str | int]]:
    return [[line.name, *(value(line, name, level) for name, level in columns(levels))] for line in lines]
