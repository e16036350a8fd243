"""The reference a refusal carries: kept for thirty days, told with the page or the answer, and it leads to why."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import flash, g, request

from web.application import application
from web.watching.requests import is_quiet
from workflow import refusals
from workflow.case import ask as ask_table
from workflow.case import case as case_table
from workflow.message import Invalid, NotFound, Refused
from workflow.refusals import Met
from workflow.worklist import work_item

_log = logging.getLogger(__name__)

FLASHED = "refusal"
"""The category of a flashed reference: shown as a link, whatever page comes next."""


def mention(refused: Refused, *, case: Mapping[str, Any] | None = None, what: str = "") -> str:
    """Keep a refusal and have the page tell its reference; '' where there is none: for strangers, for what was merely
    typed wrong or is not there."""
    ref = reference(refused, case=case, what=what)
    told: set[str] = g.setdefault("refusals_told", set())
    if ref and ref not in told and not g.get("bearer"):  # a view that says it and hands it on
        told.add(ref)
        flash(ref, FLASHED)
    g.refusal_told = ref
    return ref


def case_of(item_id: str) -> Mapping[str, Any] | None:
    """The case of a work item of this agency, as it stands."""
    query = sa.select(case_table).join(work_item, work_item.c.case_id == case_table.c.id)
    mine = (work_item.c.id == item_id) & (work_item.c.agency_id == g.agency_id)
    with application().database.read() as connection:
        return connection.execute(query.where(mine)).mappings().first()


def reference(refused: Refused, *, case: Mapping[str, Any] | None = None, what: str = "") -> str:
    """The same without a page. A database that cannot write takes the reference, never the answer, away."""
    if isinstance(refused, (Invalid, NotFound)) or not g.get("person") or is_quiet():
        return ""
    args = {name: str(value) for name, value in (request.view_args or {}).items()}
    try:
        met = _met(refused, case or _named(args), what or _asked_for(args) or request.endpoint or "")
        with application().database.write() as connection:
            return refusals.keep(connection, met, new_id=application().database.new_id)
    except sa.exc.SQLAlchemyError as failure:
        _log.error("a refusal could not be kept: %s", type(failure).__name__)
        return ""


def _met(refused: Refused, case: Mapping[str, Any] | None, what: str) -> Met:
    return Met(
        agency_id=g.agency_id, person_id=g.person.id, channel="api" if g.get("bearer") else "page",
        status=refused.status, reasons=refused.reasons, what=what, case_id=case["id"] if case else None,
        facts=_facts(case) if case else {},
    )  # fmt: skip


def _asked_for(args: Mapping[str, str]) -> str:
    """What an address asks for: an action by name, an ask or an item by its id."""
    if "action" in args:
        return args["action"]
    return next((f"{kind}:{args[f'{kind}_id']}" for kind in ("ask", "item") if f"{kind}_id" in args), "")


def _named(args: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The case an address names, by its code, an ask or an item of it."""
    if "item_id" in args:
        return case_of(args["item_id"])
    query = sa.select(case_table).where(case_table.c.agency_id == g.agency_id)
    if "code" in args:
        query = query.where(case_table.c.code == args["code"])
    elif "ask_id" in args:
        query = query.join(ask_table, ask_table.c.case_id == case_table.c.id).where(ask_table.c.id == args["ask_id"])
    else:
        return None
    with application().database.read() as connection:
        return connection.execute(query).mappings().first()


def _facts(case: Mapping[str, Any]) -> dict[str, Any]:
    """How the case stood: where, in which version, on hold or not, of which unit. No name, nothing typed."""
    return {
        "state": case["state"], "version": case["version"], "holds": list(case["holds"]), "level": case["top_level"],
        "unit": case["unit_id"], "definition": case["definition_id"], "on": g.today.isoformat(),
    }  # fmt: skip
