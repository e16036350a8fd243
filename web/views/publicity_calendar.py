"""The publicity calendar: a month as a grid or a list, the same as a file, and for people's own calendars."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states.publicity.board import PROCESS
from web import publicity_calendar
from web.access import signed_in
from web.application import application
from web.beginnings import may_begin
from web.downloads import download, table_file, taken
from web.language import t
from web.months import month_of
from web.plan_texts import living_plan
from web.publicity_calendar import Month, Wanted
from workflow.message import NotFound

pages = Blueprint("publicity_calendar", __name__, url_prefix="/tuyen-truyen/lich")
VIEWS = ("luoi", "danh-sach")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """A month: what comes out when, what is late, who waits to be told of."""
    found, plan = _month(), living_plan()
    view = request.args.get("xem", "")
    with application().database.read() as connection:
        begins = may_begin(connection, application().catalogue, g.org, g.person.id, PROCESS)
    return render_template(
        "pages/publicity_calendar.html", found=found, wanted=found.wanted, view=view if view in VIEWS else VIEWS[0],
        before=found.wanted.month - timedelta(days=1), after=found.wanted.last + timedelta(days=1),
        levels=plan.levels if plan else {}, may_plan=begins,
    )  # fmt: skip


@pages.get("/tep.<ending>")
@signed_in
def file(ending: str) -> ResponseReturnValue:
    """The month as .xlsx, .csv or .ics."""
    found = _month()
    name = f"lich-tuyen-truyen-{found.wanted.month:%Y-%m}"
    if ending == "ics":
        stamp = taken(f"{name}.ics", len(found.lines))
        return download(publicity_calendar.ics(found, stamp), "text/calendar; charset=utf-8", f"{name}.ics")
    if ending not in ("xlsx", "csv"):
        raise NotFound("page")
    widths = publicity_calendar.WIDTHS
    return table_file(t("publicity.calendar"), publicity_calendar.rows(found), name, ending, widths)


def _month() -> Month:
    said = {name: request.args.get(name, "")[:100] for name in ("thang", "kenh", "nguoi", "don-vi")}
    wanted = Wanted(month_of(said["thang"], g.today), said["kenh"], said["nguoi"], said["don-vi"])
    with application().database.read() as connection:
        return publicity_calendar.month(connection, wanted)
