"""Devices that call their owner when there is work: added by the browser that is one, tried, taken away."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from states.push import devices
from states.push.deliver import draft_of
from states.push.devices import Offer
from web import assets
from web.access import public, signed_in
from web.application import application
from web.by_script import by_script, in_browser
from web.language import render_message, t
from web.refusals import mention
from workflow import outbox
from workflow.clock import business_now
from workflow.db import uuid7
from workflow.message import NotFound, Refused

pages = Blueprint("push", __name__)

WORKER = "push/worker.js"


@pages.get("/thong-bao.js")
@public
def worker() -> Response:
    """The script that a browser runs when it is called. It stands at the root: a worker reaches no higher than that."""
    said = (assets.FOLDER / WORKER).read_bytes()
    return Response(said, content_type="text/javascript; charset=utf-8")


@pages.post("/ca-nhan/thiet-bi")
@signed_in
@in_browser("trình duyệt tự đăng ký nhận báo")
def add() -> ResponseReturnValue:
    """This browser is called from now on."""
    app = application()
    if not app.pushes.public_key:
        abort(404)
    sent = request.form
    offer = Offer(sent.get("endpoint", ""), sent.get("public_key", ""), sent.get("secret", ""), sent.get("name", ""))
    try:
        with app.database.write() as connection:
            devices.add(connection, app.pushes.reach, g.account_id, offer)
    except Refused as refused:
        mention(refused)
        flash(render_message(refused.reasons[0]), "bad")
    else:
        flash(t("push.added"))
    return redirect(url_for("profile.index") + "#thiet-bi", 303)


@pages.post("/ca-nhan/thiet-bi/<device_id>/thu")
@signed_in
@by_script("Báo thử tới một thiết bị", "_nonce")
def try_out(device_id: str) -> ResponseReturnValue:
    """A call that says it is a trial, on the way that all of them go."""
    app = application()
    with app.database.write() as connection:
        if not any(one["id"] == device_id for one in devices.of_account(connection, g.account_id)):
            raise NotFound("device")
        nonce = (request.form.get("_nonce") or uuid7())[:36]
        draft = draft_of(g.agency_id, g.person.id, device_id, f"{device_id}:{nonce}", 0, business_now(connection))
        outbox.enqueue(connection, [draft])
    app.after_commit()
    flash(t("push.tried"))
    return redirect(url_for("profile.index") + "#thiet-bi", 303)


@pages.post("/ca-nhan/thiet-bi/<device_id>/tat")
@signed_in
@by_script("Thôi báo tới một thiết bị")
def drop(device_id: str) -> ResponseReturnValue:
    """That one is called no more; it needs not be at hand."""
    with application().database.write() as connection:
        if not devices.drop(connection, g.account_id, device_id):
            raise NotFound("device")
    flash(t("push.dropped"))
    return redirect(url_for("profile.index") + "#thiet-bi", 303)
