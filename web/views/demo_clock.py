"""Moving a demonstration's date on; in a real installation there is no such page."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.access import signed_in
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import t
from workflow import clock
from workflow.message import Message

pages = Blueprint("demo_clock", __name__, url_prefix="/ngay-trinh-dien")

MORNING = time(8, 0)  # the hour at which reminders go out


@pages.before_request
def only_in_a_demonstration() -> None:
    """Elsewhere the address does not exist."""
    if not current_app.config["DEMO"]:
        abort(404)


@pages.get("")
@signed_in
def form() -> ResponseReturnValue:
    """Choose a later day."""
    return render_template("pages/demo_clock.html", errors={}, given={})


@pages.post("")
@signed_in
@by_script("Chỉnh đồng hồ của bản dùng thử", "day")
def move() -> ResponseReturnValue:
    """Stand at eight in the morning of a later day; what was due meanwhile falls due at once."""
    entries = Entries(request.form)
    wanted = entries.day("day", t("clock.day"))
    if wanted and wanted <= g.today:
        entries.problems["day"] = Message("clock.only_forward", {"today": g.today})
    if entries.problems or wanted is None:
        return render_template("pages/demo_clock.html", errors=entries.errors, given=request.form), 422
    with application().database.write() as connection:
        clock.move_to(connection, datetime.combine(wanted, MORNING, clock.ZONE))
    application().after_commit()
    flash(t("clock.moved", day=wanted))
    return redirect(url_for("home.index"), 303)
