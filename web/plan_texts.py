"""The plan in force of the agency of this request, and the names it gives."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, g, session

from states.eligibility.panel import Ending, endings
from web.application import application
from web.language import t
from workflow.definition import Plan

ENDINGS_REST = "endings_rest"
"""The day of the session on which ending legal texts are not told."""


def living_plan() -> Plan | None:
    """The plan under which new cases of the agency start; None before one is loaded."""
    if "living_plan" not in g:
        with application().database.glance() as connection:
            found = application().catalogue.living_plan(connection, g.agency_id)
        g.living_plan_id, g.living_plan = found or ("", None)
    plan: Plan | None = g.living_plan
    return plan


def role_titles() -> Mapping[str, str]:
    """role → title, those that an organisation can hold."""
    plan = living_plan()
    roles = plan.roles.values() if plan else ()
    return {role.name: role.title for role in roles if role.of in ("unit", "agency") and not role.everyone}


def unit_type_title(code: str) -> str:
    """What a type of units is called; one the catalogue has no word for, as the plan writes it."""
    known = application().texts.has(f"unit_type.{code}", g.language)
    return t(f"unit_type.{code}") if known else code.replace("_", " ")


def ending_bases() -> tuple[Ending, ...]:
    """Legal texts of the plan in force that end soon, or have ended, and that its conditions rest on; none on a day on
    which this person wants to hear no more of them."""
    if session.get(ENDINGS_REST) == g.today.isoformat():
        return ()
    plan = living_plan()
    return endings(plan, g.today) if plan else ()


def plan_over() -> Plan | None:
    """The plan in force once its last day has passed."""
    plan = living_plan()
    return plan if plan and plan.end < g.today else None


def process_titles() -> Mapping[str, str]:
    """process → title, of the plan in force. A plan once loaded never changes: read once."""
    app, plan = application(), living_plan()
    known: dict[str, Mapping[str, str]] = current_app.extensions.setdefault("process_titles", {})
    if plan is None:
        return {}
    if g.living_plan_id not in known:
        with app.database.read() as connection:
            lives = {name: app.catalogue.under(connection, g.living_plan_id, name) for name in plan.processes}
        known[g.living_plan_id] = {name: life.definition.title for name, life in lives.items() if life}
    return known[g.living_plan_id]
