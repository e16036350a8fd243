"""Merging a unit into another: look at what would happen, then confirm it with the decision's number."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.units.deciding import Merge, decide
from states.units.trial import MOST_LISTED, Trial, attempt
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import t
from web.plan_texts import role_titles
from web.refusals import mention
from workflow.message import Refused

pages = Blueprint("unit_merge", __name__, url_prefix="/don-vi")


@pages.get("/<unit_id>/hop-nhat")
@needs("office")
def look(unit_id: str) -> ResponseReturnValue:
    """Into which unit and from which day; with both, what it would do. Nothing is written."""
    if not request.args.get("into"):
        return _page(unit_id, Entries(request.args), None)
    entries = Entries(request.args)
    merge = _merge(unit_id, entries, "")
    trial = _tried(merge, None, entries) if merge else None
    return _page(unit_id, entries, trial), 422 if entries.problems else 200


@pages.post("/<unit_id>/hop-nhat")
@needs("office")
@by_script("Hợp nhất một đơn vị vào đơn vị khác", "into", "day", "number", "kept", "_nonce")
def confirm(unit_id: str) -> ResponseReturnValue:
    """The decision: kept, and carried out by a run on its day. The same form sent twice is one decision."""
    entries = Entries(request.form)
    number = entries.line("number", t("merge.number"))
    merge, kept = _merge(unit_id, entries, number), request.form.getlist("kept")
    nonce = request.form.get("_nonce", "")
    if merge and not entries.problems:
        try:
            with application().database.write() as connection:
                run_id = decide(connection, merge, g.person.id, kept, nonce)
            application().after_commit()
            return redirect(url_for("runs.one", run_id=run_id), 303)
        except Refused as refused:
            mention(refused)
            entries.refuse("number", refused)
    return _page(unit_id, entries, _tried(merge, kept, entries) if merge else None), 422


def _merge(unit_id: str, entries: Entries, number: str) -> Merge | None:
    into = entries.one_of("into", t("merge.into"), dict(_others(unit_id)))
    day = entries.day("day", t("merge.day"))
    if not into or day is None:
        return None
    return Merge(g.agency_id, unit_id, into, day, number)


def _tried(merge: Merge, kept: list[str] | None, entries: Entries) -> Trial | None:
    try:
        return attempt(application().engine, merge, kept)
    except Refused as refused:
        mention(refused)
        entries.refuse("into", refused)
        return None


def _others(unit_id: str) -> list[tuple[str, str]]:
    return [(one, str(row["name"])) for one, row in g.org.units.items() if one != unit_id and _is_alive(row["ends_on"])]


def _is_alive(last: date | None) -> bool:
    return last is None or last >= g.today


def _page(unit_id: str, entries: Entries, trial: Trial | None) -> str:
    if unit_id not in g.org.units:
        abort(404)
    return render_template(
        "pages/unit_merge.html", unit=g.org.units[unit_id], others=_others(unit_id), errors=entries.errors,
        given=entries.given, trial=trial, titles=role_titles(), most=MOST_LISTED, nonce=application().database.new_id(),
    )  # fmt: skip
