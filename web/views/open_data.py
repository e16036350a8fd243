"""Open data: the event log for tools of process mining, and whether every case went as its process says."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from states.open_data import conforming, taking
from states.open_data.histories import Wanted
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import t
from web.plan_texts import process_titles
from web.refusals import mention
from web.run_list import shown
from workflow import runs
from workflow.message import Refused

pages = Blueprint("open_data", __name__, url_prefix="/du-lieu-mo")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """What can be had, and how."""
    return _page(Entries(ImmutableMultiDict()))


@pages.post("/nhat-ky")
@needs("office")
@by_script("Xuất nhật ký sự kiện", "first", "format", "last", "names", "process", "_nonce")
def log() -> ResponseReturnValue:
    """The event log of the cases one may see, made by a run; names only where they were asked for."""
    app, entries = application(), Entries(request.form)
    format_ = entries.one_of("format", t("open_data.kind"), taking.FORMATS)
    days = {name: entries.day(name, t(f"open_data.{name}")) for name in ("first", "last") if entries.given.get(name)}
    wanted = Wanted(_process(), days.get("first"), days.get("last"), entries.given.get("names") == "on")
    if entries.problems:
        return _page(entries), 422
    try:
        with app.database.write() as connection:
            run_id = taking.order(connection, g.agency_id, g.person.id, wanted, format_, _key())
    except Refused as refused:
        mention(refused)
        entries.refuse("process" if format_ == "xes" and not wanted.process else "first", refused)
        return _page(entries), 422
    app.after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


@pages.post("/doi-chieu")
@needs("office")
@by_script("Đối chiếu lịch sử hồ sơ với quy trình", "process", "_nonce")
def conform() -> ResponseReturnValue:
    """Play the histories one may see against their definitions, by a run."""
    app = application()
    with app.database.write() as connection:
        run_id = conforming.order(connection, g.agency_id, g.person.id, _process(), _key())
    app.after_commit()
    return redirect(url_for("runs.one", run_id=run_id), 303)


def _page(entries: Entries) -> str:
    app = application()
    with app.database.read() as connection:
        listed = runs.listed(connection, g.agency_id)
    last = [shown(row, g.org) for row in listed if row["kind"] in (taking.KIND, conforming.KIND)]
    return render_template(
        "pages/open_data.html", processes=list(process_titles().items()), typed=entries.given, errors=entries.errors,
        formats=[(name, t(f"open_data.format.{name}")) for name in taking.FORMATS], last=last[:5],
        nonces=[app.database.new_id(), app.database.new_id()],
    )  # fmt: skip


def _process() -> str:
    """The process chosen; what the plan does not know is as if nothing was."""
    given = request.form.get("process", "")
    return given if given in process_titles() else ""


def _key() -> str:
    return request.form.get("_nonce") or application().database.new_id()
