"""What needs a repairing hand: failed deliveries, cases that cannot move; each with the button that helps."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.webhooks import queue, subscribing
from web import incident_list
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.language import t
from web.page_lists import most
from workflow import incidents, outbox

pages = Blueprint("incidents", __name__, url_prefix="/su-co")

PAGE = 50


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Open ones, or with ?xem=repaired those repaired, newest first."""
    size = most(PAGE)
    status = "repaired" if request.args.get("xem") == "repaired" else "open"
    with application().database.read() as connection:
        rows = incidents.listed(
            connection, g.agency_id, status=status, after=request.args.get("sau", "")[:36], limit=size + 1
        )
        shown = incident_list.described(connection, g.agency_id, rows[:size])
    more = rows[size - 1]["id"] if len(rows) > size else ""
    return render_template("pages/incidents.html", rows=shown, status=status, more=more)


@pages.post("/<incident_id>/thu-lai")
@needs("office")
@by_script("Thử lại một việc bị sự cố")
def retry(incident_id: str) -> ResponseReturnValue:
    """Send again what could not be delivered; it may fail again and then stands here again."""
    with application().database.write() as connection:
        row = incident_list.open_one(connection, g.agency_id, incident_id)
        if row is None or not incident_list.can_retry(row):
            abort(404)
        if row["kind"] == queue.KIND:
            subscribing.send_again(connection, g.agency_id, queue.receiver_of(row["dedupe_key"]), g.person.id)
        else:
            outbox.retry(connection, row["message_id"], g.person.id)
    application().after_commit()
    flash(t("incidents.retried"))
    return redirect(url_for("incidents.index"), 303)


@pages.post("/<incident_id>/da-xu-ly")
@needs("office")
@by_script("Xác nhận một sự cố đã xử lý")
def repair(incident_id: str) -> ResponseReturnValue:
    """A person says it is repaired; their name stays with it."""
    with application().database.write() as connection:
        if not incidents.repair(connection, g.agency_id, incident_id, g.person.id):
            abort(404)
    flash(t("incidents.repaired"))
    return redirect(url_for("incidents.index"), 303)
