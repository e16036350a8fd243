"""Long work: what was asked for, how far it is, what came of it; to be stopped, or tried again."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from states.units import deciding as merges
from web.access import needs, signed_in, unattended
from web.application import application
from web.by_script import by_script
from web.current import can
from web.language import t
from web.run_list import Shown, shown
from workflow import runs
from workflow.message import NotFound

pages = Blueprint("runs", __name__, url_prefix="/chay-nen")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One's own; for the office everybody's."""
    asked_by = None if can("office") else g.person.id
    with application().database.read() as connection:
        rows = [shown(row, g.org) for row in runs.listed(connection, g.agency_id, asked_by=asked_by)]
    return render_template("pages/runs.html", rows=rows)


@pages.get("/<run_id>")
@signed_in
def one(run_id: str) -> ResponseReturnValue:
    """How far it is, and when it is over what came of it: which rows were wrong, where the file is."""
    found = _mine(run_id)
    with application().database.write() as connection:
        runs.seen(connection, g.agency_id, run_id, g.person.id)
    return render_template("pages/run.html", run=found)


@pages.get("/<run_id>/moi")
@signed_in
@unattended
def fresh(run_id: str) -> ResponseReturnValue:
    """How far it is now, for the page that waits."""
    return render_template("parts/run_progress.html", run=_mine(run_id))


@pages.post("/<run_id>/dung")
@signed_in
@by_script("Dừng một việc dài")
def stop(run_id: str) -> ResponseReturnValue:
    """Want it no more: nothing of it is written. A merge of units can be called off before its day alone."""
    found = _mine(run_id)
    with application().database.write() as connection:
        if found.kind == merges.KIND:
            merges.call_off(connection, g.agency_id, run_id)
        else:
            runs.stop(connection, g.agency_id, run_id)
    flash(t("runs.stopped"))
    return redirect(url_for("runs.one", run_id=run_id), 303)


@pages.post("/<run_id>/lai")
@needs("office")
@by_script("Chạy lại một việc dài")
def again(run_id: str) -> ResponseReturnValue:
    """Once more, now that what stood in its way is repaired."""
    _mine(run_id)
    with application().database.write() as connection:
        runs.again(connection, g.agency_id, run_id)
    application().after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


def _mine(run_id: str) -> Shown:
    with application().database.read() as connection:
        row = runs.find(connection, g.agency_id, run_id)
    if row["asked_by"] != g.person.id and not can("office"):
        raise NotFound("run")
    return shown(row, g.org)
