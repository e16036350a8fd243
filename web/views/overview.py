"""Dashboards: the work in numbers, each with its chart, its table and its file; one page for the Director's desk."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from web.access import signed_in
from web.application import application
from web.downloads import table_file
from web.overview import MAKERS, desk, summary, units_of_mine
from workflow.message import NotFound

pages = Blueprint("overview", __name__, url_prefix="/tong-quan")

ON_PAPER = ("stages", "years", "steps", "overdue", "coverage", "workload")
ROWS_ON_PAPER = 6


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every figure, over the cases this person may see."""
    return _page("pages/overview.html", tuple(MAKERS))


@pages.get("/in")
@signed_in
def paper() -> ResponseReturnValue:
    """One page to print: what a Director reads before a meeting."""
    return _page("pages/overview_paper.html", ON_PAPER)


@pages.get("/<name>.csv")
@signed_in
def file(name: str) -> ResponseReturnValue:
    """The numbers behind one figure."""
    with application().database.read() as connection:
        at = desk(connection, _year())
        if at is None or name not in MAKERS:
            raise NotFound("page")
        figure = MAKERS[name](at)
    return table_file(figure.title, [figure.heads, *figure.rows], f"{name}-{at.year}", "csv")


def _page(template: str, names: tuple[str, ...]) -> str:
    units, year = units_of_mine(), _year()
    with application().database.read() as connection:
        at = desk(connection, year)
        found = [MAKERS[name](at) for name in names] if at else []
        numbers = summary(at) if at else {}
    where = ", ".join(str(g.org.units[one]["name"]) for one in units or () if one in g.org.units)
    return render_template(
        template, figures=found, numbers=numbers, year=year, where=where,
        years=range(g.today.year, g.today.year - 5, -1), most=ROWS_ON_PAPER, agency=g.sign_in.agency_name,
    )  # fmt: skip


def _year() -> int:
    """The year asked for; this one where the address says none that makes sense."""
    raw = request.args.get("nam", "")
    year = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) == 4 else g.today.year
    return year if 2000 <= year <= g.today.year else int(g.today.year)
