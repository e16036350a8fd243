"""The calendar of deadlines: for who answers for a unit or the agency, what is due on which day and whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.overview.deadlines import Due, due_between
from states.overview.figures import Scope
from states.subjects.visibility import visible
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.case_page import must_see
from web.downloads import table_file
from web.language import day, render_message, t
from web.months import days_of, last_of, month_of
from web.overview import units_of_mine
from web.plan_texts import living_plan
from web.refusals import mention
from web.worklists import item_title, last_day
from workflow.clock import ZONE, business_now
from workflow.message import NotFound, Refused
from workflow.nudging import nudge
from workflow.worklist import find_item

pages = Blueprint("deadlines", __name__, url_prefix="/tong-quan/lich-han")
VIEWS, ON_A_DAY = ("luoi", "danh-sach"), 6
HEADS = ("on", "what", "case", "unit", "whose")


@dataclass(frozen=True)
class Line:
    """One item in words."""

    id: str
    on: date
    title: str
    code: str
    label: str
    unit: str
    whose: str


@dataclass(frozen=True)
class Calendar:
    """A month of deadlines, what is late on whatever day, and what it is narrowed to."""

    month: date
    unit: str
    process: str
    due: Sequence[Line]
    late: Sequence[Line]

    def query(self, month: date, **more: str) -> dict[str, str]:
        """The address's words of another month, narrowed alike."""
        said = {"thang": f"{month:%Y-%m}", "don-vi": self.unit, "quy-trinh": self.process, **more}
        return {name: value for name, value in said.items() if value}


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """A month as a grid or a list."""
    found, plan = _calendar(), living_plan()
    by_day: dict[date, list[Line]] = defaultdict(list)
    for line in found.due:
        by_day[line.on].append(line)
    view = request.args.get("xem", "")
    mine = units_of_mine()
    return render_template(
        "pages/deadlines.html", found=found, days=[(on, by_day.get(on, [])) for on in days_of(found.month)],
        view=view if view in VIEWS else VIEWS[0], most=ON_A_DAY, here=lambda **more: url_for("deadlines.index", **more),
        before=found.month - timedelta(days=1), after=last_of(found.month) + timedelta(days=1),
        units=[(one, str(row["name"])) for one, row in g.org.units.items() if mine is None or one in mine],
        processes=_processes(plan.processes if plan else ()),
    )  # fmt: skip


@pages.get("/tep.<ending>")
@signed_in
def file(ending: str) -> ResponseReturnValue:
    """What is late and what is due in the month, as .xlsx or .csv."""
    if ending not in ("xlsx", "csv"):
        raise NotFound("page")
    found = _calendar()
    lines = sorted({*found.late, *found.due}, key=lambda one: (one.on, one.code, one.title))
    rows = [[day(one.on), one.title, f"{one.code} {one.label}", one.unit, one.whose] for one in lines]
    heads = [t(f"deadlines.{name}") for name in HEADS]
    name = f"lich-han-{found.month:%Y-%m}"
    return table_file(t("deadlines.title"), [heads, *rows], name, ending, (12, 36, 40, 34, 40))


@pages.post("/nhac/<item_id>")
@needs("office")
@by_script("Nhắc người đang giữ một việc")
def remind(item_id: str) -> ResponseReturnValue:
    """Ask again whoever has an item, at most once a day."""
    app = application()
    with app.database.read() as connection:
        row = find_item(connection, g.agency_id, item_id)
        must_see(connection, g.org, g.person.id, row["case_id"])
    try:
        nudge(app.database, g.agency_id, item_id, g.person.id)
        flash(t("nudge.done", title=row["title"]))
    except Refused as refused:
        mention(refused)
        for reason in refused.reasons:
            flash(render_message(reason), "bad")
    return redirect(url_for("deadlines.index", _anchor="qua-han"), 303)


def _calendar() -> Calendar:
    month = month_of(request.args.get("thang", ""), g.today)
    unit, process = (request.args.get(name, "")[:64] for name in ("don-vi", "quy-trinh"))
    mine = units_of_mine()
    units = mine if not unit else [unit] if mine is None or unit in mine else []
    with application().database.read() as connection:
        now = business_now(connection)
        scope = Scope(g.agency_id, visible(g.org, g.person.id), units, now)
        first, after = _midnight(month), _midnight(last_of(month) + timedelta(days=1))
        due = due_between(connection, scope, first, after, process)
        late = due_between(connection, scope, None, now, process)
    return Calendar(month, unit, process, [_line(one) for one in due], [_line(one) for one in late])


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=ZONE)


def _line(one: Due) -> Line:
    plan = living_plan()
    roles = {name: role.title for name, role in plan.roles.items()} if plan else {}
    names = {unit_id: str(row["name"]) for unit_id, row in g.org.units.items()}
    whose = [
        g.org.name(person) if person else ", ".join(part for part in (roles.get(role, role), names.get(of)) if part)
        for role, of, person in one.owners
    ]
    on = last_day(one.due_at) or g.today
    title = item_title(one.kind, one.title)
    return Line(one.id, on, title, one.code, one.label, names.get(one.unit_id, ""), "; ".join(dict.fromkeys(whose)))


def _processes(names: Sequence[str]) -> list[tuple[str, str]]:
    with application().database.read() as connection:
        lives = [application().catalogue.living(connection, g.agency_id, name) for name in names]
    return [(life.definition.process, life.definition.title) for life in lives if life]
