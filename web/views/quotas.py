"""Quotas: what is used and left in every unit, as a page and as a file; the office splits what is given to all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.quotas.limits import period_of
from states.quotas.splitting import Split, set_split, version_of
from states.quotas.standing import WHOLE, Line, period_title, source_of, table
from web import quota_lines
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.downloads import table_file
from web.errors import status_of
from web.language import render_message, t
from web.overview import aims_note
from web.plan_texts import living_plan
from workflow.definition import Plan, Quota
from workflow.message import Conflict, Invalid, Message, NotFound
from workflow.quotas import full_names

pages = Blueprint("quotas", __name__, url_prefix="/chi-tieu")

MOST_PLACES = 9999


@dataclass(frozen=True)
class Shown:
    """One quota's table."""

    quota: Quota
    period: str
    period_title: str
    periods: tuple[tuple[str, str], ...]
    source: str
    action: str
    lines: tuple[Line, ...]
    version: int

    @property
    def may_split(self) -> bool:
        """Whether places are given to units."""
        return self.quota.split is not None

    @property
    def units(self) -> tuple[Line, ...]:
        """The lines that get a number."""
        return tuple(one for one in self.lines if one.scope != WHOLE)


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every quota of the plan in force; `ky` looks back at another period."""
    return _page()


@pages.get("/<name>.<kind>")
@signed_in
def export(name: str, kind: str) -> ResponseReturnValue:
    """One quota's table as a file."""
    plan, quota = _known(name)
    if kind not in ("xlsx", "csv"):
        abort(404)
    shown = _shown(plan, quota)
    rows = quota_lines.rows(shown.lines)
    return table_file(t("quota.title"), rows, f"{name}-{shown.period or plan.plan}", kind)


@pages.post("/<name>/phan-bo")
@needs("office")
@by_script("Chia chỉ tiêu cho các đơn vị", "places-*", "reason", "version")
def split(name: str) -> ResponseReturnValue:
    """Give each unit its places; with an error the same page with what was typed."""
    plan, quota = _known(name)
    shown = _shown(plan, quota)
    if not shown.may_split:
        abort(404)
    errors: dict[str, Message] = {}
    places = {one.scope: _number(errors, one.scope) for one in shown.units}
    reason = request.form.get("reason", "").strip()
    if not reason:
        errors["reason"] = Message("quota.split_no_reason")
    if errors:
        return _page(name, errors), 422
    try:
        with application().database.write() as connection:
            set_split(
                connection, plan, g.agency_id, Split(quota, shown.period, places, reason, g.person.id),
                version=int(request.form.get("version", "0")) if request.form.get("version", "").isdecimal() else 0,
            )  # fmt: skip
    except Invalid as invalid:
        return _page(name, invalid.fields), 422
    except Conflict as conflict:
        return _page(name, {"sum": conflict.reasons[0]}), status_of(conflict)
    flash(t("quota.split_saved", quota=quota.title))
    return redirect(url_for("quotas.index", ky=request.args.get("ky") or None), 303)


def _number(errors: dict[str, Message], unit: str) -> int:
    given = request.form.get(f"places-{unit}", "").strip()
    if not re.fullmatch(r"\d{1,4}", given, re.ASCII) or int(given) > MOST_PLACES:
        errors[unit] = Message("quota.split_number")
        return 0
    return int(given)


def _known(name: str) -> tuple[Plan, Quota]:
    plan = living_plan()
    if plan is None or name not in plan.quotas:
        raise NotFound("process")
    return plan, plan.quotas[name]


def _page(name: str = "", errors: dict[str, Message] | None = None) -> str:
    plan = living_plan()
    found = [_shown(plan, quota) for quota in plan.quotas.values()] if plan else []
    said = {f"{name}-{key}": render_message(one) for key, one in (errors or {}).items()}
    return render_template(
        "pages/quotas.html", found=found, errors=said, given=request.form, wrong=name, aims=aims_note(plan)
    )


def _shown(plan: Plan, quota: Quota) -> Shown:
    periods = _periods(plan, quota)
    period = request.args.get("ky", "")
    if period not in periods:
        period = period_of(plan, quota, g.today)
    with application().database.read() as connection:
        life = application().catalogue.living(connection, g.agency_id, quota.of)
        lines = tuple(table(connection, plan, g.org, quota, period))
        version = version_of(connection, plan, g.agency_id, quota.name, period)
    definition = life.definition if life else None
    actions = [_title(definition, name) for name in quota.at if definition and full_names(definition, name)]
    return Shown(
        quota, period, quota_lines.written(period_title(plan, quota, period)),
        tuple((one, quota_lines.written(period_title(plan, quota, one))) for one in periods),
        source_of(plan, quota), " / ".join(actions), lines, version,
    )  # fmt: skip


def _title(definition: Any, name: str) -> str:
    state, _, action = name.partition(".")
    table = definition.start if state == "start" else definition.states[state].actions
    return str(table[action].title)


def _periods(plan: Plan, quota: Quota) -> tuple[str, ...]:
    """Every period from the plan's first day to today, the newest first."""
    first, last = plan.start, max(plan.start, g.today)
    days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, 14)] + [last]
    return tuple(dict.fromkeys(reversed([period_of(plan, quota, day) for day in days])))
