"""A plan lived through with the agency's own people before it must be: what would be late, who would drown, where it
would stand still; two assumptions or two plans side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.foresight.running import KIND
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.foresight import compared, figures, headline
from web.forms import Entries
from web.language import day, t
from web.plan_texts import living_plan
from web.run_list import shown
from workflow import runs
from workflow.catalogue import plan_version
from workflow.definition import Plan
from workflow.message import Message, NotFound
from workflow.simulation.report import Report
from workflow.simulation.scenario import EVERYONE, Habit, Scenario
from workflow.staffing_ahead import Ahead, ahead

pages = Blueprint("foresight", __name__, url_prefix="/chay-thu")

MOST_NOMINEES, LONGEST, LISTED = 5_000, 800, 20
PACES: Mapping[str, Mapping[int, int]] = {
    "quick": {0: 30, 1: 40, 2: 20, 3: 10}, "usual": Habit().days, "slow": {2: 10, 3: 20, 5: 30, 8: 25, 12: 15},
}  # fmt: skip
"""Working days until an answer → how many of a hundred answer so."""

USUAL = {
    "pace": "usual",
    "forgets": str(Habit().forgets),
    "refuses": str(Habit().refuses),
    "away": str(Scenario().away),
}
OTHER = "other-"


@dataclass(frozen=True)
class Version:
    """A plan as it was stored."""

    id: str
    title: str


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The assumptions to choose, what was tried before, and whether everything to come has somebody to do it."""
    return _page(Entries(request.form))


@pages.post("")
@needs("office")
@by_script(
    "Đặt chạy thử một năm của kế hoạch",
    "first",
    "last",
    "nominees",
    "seed",
    "away",
    "forgets",
    "pace",
    "refuses",
    "plan",
    "compare",
    "other-*",
    "_nonce",
)
def order() -> ResponseReturnValue:
    """Have it lived through by a run; the same form twice is one."""
    sent = Entries(request.form)
    versions = {one.id: one.title for one in _versions()}
    first, last = sent.day("first", t("foresight.first")), sent.day("last", t("foresight.last"))
    if first and last and not 0 <= (last - first).days < LONGEST:
        sent.problems["last"] = Message("foresight.wrong_days", {"most": LONGEST})
    numbers = {
        "nominees": _number(sent, "nominees", t("foresight.nominees"), MOST_NOMINEES),
        "seed": _number(sent, "seed", t("foresight.seed"), 2**31),
    }
    ways = [_way(sent, "", versions)]
    if request.form.get("compare"):
        ways.append(_way(sent, OTHER, versions))
    if sent.problems or first is None or last is None:
        return _page(sent), 422
    app = application()
    wanted = {"first": first.isoformat(), "last": last.isoformat(), **numbers, "ways": ways}
    key = f"{KIND}:{request.form.get('_nonce') or app.database.new_id()}"
    about = f"{day(first)} – {day(last)}"
    with app.database.write() as connection:
        what = runs.Order(g.agency_id, KIND, g.person.id, wanted, key, about)
        run_id = runs.order(connection, what, new_id=app.database.new_id)
    app.after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


@pages.get("/<run_id>")
@needs("office")
def one(run_id: str) -> ResponseReturnValue:
    """What came of it, with charts."""
    with application().database.write() as connection:
        row = runs.find(connection, g.agency_id, run_id)
        runs.seen(connection, g.agency_id, run_id, g.person.id)
    if row["kind"] != KIND or not row["result"].get("reports"):
        raise NotFound("run")
    reports = [Report.from_json(one) for one in row["result"]["reports"]]
    found = figures(reports[0], t)
    if len(reports) > 1:
        found = [compared(*reports, t), *found]
    numbers = [headline(report, t) for report in reports]
    return render_template(
        "pages/foresight_report.html", run=shown(row, g.org), report=reports[0], figures=found,
        numbers=[(name, [one[place][1] for one in numbers]) for place, (name, _) in enumerate(numbers[0])],
    )  # fmt: skip


def _page(sent: Entries) -> str:
    plan = living_plan()
    with application().database.read() as connection:
        rows = [row for row in runs.listed(connection, g.agency_id) if row["kind"] == KIND][:LISTED]
        later = _later(connection, plan) if plan else []
    return render_template(
        "pages/foresight.html", plan=plan, values={**_usual(plan), **request.values}, errors=sent.errors,
        versions=[(one.id, one.title) for one in _versions()], other=OTHER, later=later,
        paces=[(name, t(f"foresight.pace.{name}")) for name in PACES], rows=[shown(row, g.org) for row in rows],
        nonce=application().database.new_id(),
    )  # fmt: skip


def _usual(plan: Plan | None) -> dict[str, str]:
    """The rest of the plan; of one that is over, its last year."""
    first = g.today if plan is None or g.today < plan.end else max(plan.start, date(plan.end.year, 1, 1))
    last = max(plan.end, first) if plan else first
    ways = {f"{prefix}{name}": value for prefix in ("", OTHER) for name, value in USUAL.items()}
    plans = {f"{prefix}plan": g.get("living_plan_id") or "" for prefix in ("", OTHER)}
    return {"first": day(first), "last": day(last), "nominees": "100", "seed": "1", **ways, **plans}


def _later(connection: sa.Connection, plan: Plan) -> list[Ahead]:
    catalogue = application().catalogue
    lives = (catalogue.living(connection, g.agency_id, name) for name in plan.processes)
    return ahead(connection, g.agency_id, plan, [life.definition for life in lives if life], g.today, plan.end)


def _versions() -> list[Version]:
    """Every plan that was ever put in force here, the newest first: an older one may be tried against it."""
    stored = sa.select(plan_version.c.id, plan_version.c.loaded_at).where(plan_version.c.agency_id == g.agency_id)
    catalogue = application().catalogue
    with application().database.read() as connection:
        rows = connection.execute(stored.order_by(plan_version.c.loaded_at.desc(), plan_version.c.id.desc())).all()
        return [
            Version(row.id, t("foresight.version", title=catalogue.plan(connection, row.id).title, at=row.loaded_at))
            for row in rows
        ]


def _way(sent: Entries, prefix: str, versions: Mapping[str, str]) -> dict[str, Any]:
    """One plan under one assumption, as the run keeps it."""
    plan = sent.one_of(f"{prefix}plan", t("foresight.plan"), versions)
    pace = sent.one_of(f"{prefix}pace", t("foresight.pace"), PACES)
    shares = {
        name: _number(sent, f"{prefix}{name}", t(f"foresight.{name}"), 100) for name in ("forgets", "refuses", "away")
    }
    if sent.problems:
        return {}
    habit = Habit(days=dict(PACES[pace]), forgets=shares["forgets"], refuses=shares["refuses"])
    scenario = Scenario(people={EVERYONE: habit}, away=shares["away"])
    return {"plan": plan, "scenario": scenario.model_dump(mode="json")}


def _number(sent: Entries, name: str, title: str, most: int) -> int:
    said = sent.line(name, title).strip()
    if said.isascii() and said.isdecimal() and len(said) < 12 and int(said) <= most:
        return int(said)
    sent.problems.setdefault(name, Message("foresight.wrong_number", {"field": title, "most": most}))
    return 0
