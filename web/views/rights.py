"""Who can do what, and why: of each process, worked out by the function that decides it; of pages, by their marks."""

from __future__ import annotations

from collections import Counter, defaultdict

from flask import Blueprint, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from states.inventory import HELD
from web.access import Access, Kind, access_of, signed_in
from web.application import application
from web.current import can
from web.language import t
from web.plan_texts import living_plan
from workflow.definition import Plan
from workflow.rights_table import ABOUT, Line, lines

pages = Blueprint("rights", __name__, url_prefix="/quyen")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One process at a time, the first of the plan unless another is asked for."""
    app, plan = application(), living_plan()
    with app.database.read() as connection:
        found = app.catalogue.living_plan(connection, g.agency_id)
        lives = app.catalogue.lives(connection, found[0]) if found else []
    names = {life.definition.process: life for life in lives}
    wanted = request.args.get("quy-trinh") or next(iter(names), "")
    if wanted and wanted not in names:
        abort(404)
    table = lines(names[wanted].plan, names[wanted].definition) if wanted else []
    return render_template(
        "pages/rights.html", processes=[(name, life.definition.title) for name, life in names.items()], process=wanted,
        table=table, said=_said(plan) if plan else {}, scopes=_scopes(table),
        routes=_routes() if can("office") else {},
    )  # fmt: skip


@pages.get("/du-lieu-ca-nhan")
@signed_in
def personal_data() -> ResponseReturnValue:
    """What is held of people, for what, who sees it, and when it goes."""
    return render_template("pages/inventory.html", held=HELD)


def _said(plan: Plan) -> dict[str, str]:
    """A role, and where it counts, in words."""
    titles = {
        name: t("rights.of_unit" if role.of == "unit" else f"rights.of_{role.of}", role=role.title)
        for name, role in plan.roles.items()
    }
    return {**titles, ABOUT: t("rights.about")}


def _scopes(table: list[Line]) -> dict[str, int]:
    """Role → in how many of these lines it may, for the summary above them."""
    counted = Counter(role for line in table for role in line.roles)
    return dict(counted.most_common())


def _routes() -> dict[str, list[str]]:
    """What a route's mark asks for → the addresses behind it; a view without a mark is refused by the gate."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in current_app.url_map.iter_rules():
        found[_asked(access_of(current_app.view_functions[rule.endpoint]))].add(rule.rule)
    return {name: sorted(rules) for name, rules in sorted(found.items())}


def _asked(access: Access | None) -> str:
    if access is None:
        return "nobody"
    return f"office.{access.name}" if access.kind is Kind.OFFICE else access.kind.value
