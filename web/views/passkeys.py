"""Signing in by a passkey: the browser is asked, and what its authenticator answers opens a sign-in."""

from __future__ import annotations

import json

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web import passkey_place
from web.access import public
from web.application import application
from web.by_script import in_browser
from web.entering import enter, origin
from web.language import t
from web.sign_in import passkeys, sessions
from web.way_back import safe
from workflow.clock import wall_now

pages = Blueprint("passkeys", __name__, url_prefix="/dang-nhap/khoa")


@pages.post("/bat-dau")
@public
@in_browser("khóa truy cập nằm trong máy của chính chủ")
def ask() -> ResponseReturnValue:
    """What the page's script puts to the browser: a challenge, good once and for minutes."""
    place = passkey_place.here()
    if place is None:
        abort(404)
    with application().database.write() as connection:
        begun = passkeys.begin_assertion(connection, place, wall_now())
    return jsonify(step=begun.token, options=json.loads(begun.options))


@pages.post("")
@public
@in_browser("khóa truy cập nằm trong máy của chính chủ")
def sign_in() -> ResponseReturnValue:
    """Open a sign-in for whoever's passkey answered; it needs no second step."""
    place, app, now = passkey_place.here(), application(), wall_now()
    if place is None:
        abort(404)
    with app.database.write() as connection:
        step, credential = request.form.get("_proof_step", ""), request.form.get("_proof_key", "")
        account_id = passkeys.assertion(connection, place, step, credential, now)
        token = account_id and sessions.begin(connection, app.database.new_id(), account_id, now, origin("passkey"))
    if not token:
        flash(t("passkey.failed"), "bad")
        return redirect(url_for("sign_in.form", next=safe(request.form.get("next")) or None), 303)
    return enter(token, request.form.get("next"))
