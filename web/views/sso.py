"""To the provider of single sign-on and back."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from states.accounts.letters import Word
from web.access import public
from web.application import application
from web.by_script import in_browser
from web.entering import enter, origin, tell
from web.language import t
from web.sign_in import cookie, factors, sessions, sso, sso_sessions, steps
from web.sign_in.provider import Asked, Claims, Failed, Provider
from web.views.sign_in import to_second_step
from web.watching.security import note
from web.way_back import safe
from workflow.clock import wall_now

pages = Blueprint("sso", __name__, url_prefix="/dang-nhap/sso")

KEY = "sso"
_log = logging.getLogger(__name__)


def provider() -> Provider:
    """The provider of this installation; 404 where there is none."""
    found = current_app.extensions.get(KEY)
    if found is None:
        abort(404)
    return found  # type: ignore[no-any-return]


@pages.get("")
@public
def go() -> ResponseReturnValue:
    """Off to the provider; `lai`: only to prove anew who sits here, in the sign-in that stands."""
    there, asked, again = provider(), Asked.new(), bool(request.args.get("lai") and g.sign_in)
    noted = {**vars(asked), "next": safe(request.args.get("next")) or "", "again": again}
    try:
        address = there.way_there(asked, again=again)
    except Failed as failure:
        return _failed(failure)
    with application().database.write() as connection:
        session[KEY] = steps.begin(connection, steps.SSO, noted, wall_now(), g.account_id if again else None)
    return redirect(address, 303)


@pages.get("/ve")
@public
def back() -> ResponseReturnValue:
    """Back with a code, good only in the browser that went, once, for what it was asked."""
    there, now = provider(), wall_now()
    with application().database.write() as connection:
        begun = steps.take(connection, steps.SSO, session.pop(KEY, ""), now)
    if begun is None or not hmac.compare_digest(str(begun.body["state"]), request.args.get("state", "")):
        return _failed(Failed("an answer nobody asked for, or one that came too late"))
    if request.args.get("iss", there.said.issuer) != there.said.issuer:  # RFC 9207
        return _failed(Failed("an answer of another issuer"))
    asked = Asked(*(str(begun.body[name]) for name in ("state", "nonce", "verifier")))
    try:
        claims = there.came_back(request.args.get("code", ""), asked)
    except Failed as failure:
        return _failed(failure)
    if begun.body["again"]:
        return _proven(begun, claims)
    return _in(claims, begun.body)


@pages.post("/dang-xuat")
@public
@in_browser("máy chủ đăng nhập chung gửi tới")
def signed_out() -> ResponseReturnValue:
    """The provider says that somebody signed out there: what rests on it here ends. Asked by its server, no browser."""
    there = provider()
    try:
        said = there.signed_out(request.form.get("logout_token", ""))
    except Failed as failure:
        _log.warning("back-channel logout refused: %s", failure)
        return {"error": "invalid_request"}, 400
    with application().database.write() as connection:
        ended = sso_sessions.end(connection, said, wall_now())
    if ended is None:
        _log.warning("back-channel logout refused: heard before")
        return {"error": "invalid_request"}, 400
    return "", 200


def _in(claims: Claims, body: Mapping[str, Any]) -> ResponseReturnValue:
    """A sign-in for the account of this identity, or the second step of one that has a factor the provider did not
    ask for."""
    app, now, said = application(), wall_now(), provider().said
    fresh, vouched = False, sso_sessions.vouched(claims)
    with app.database.write() as connection:
        account_id = sso.linked(connection, claims)
        if account_id is None and not sso.is_known(connection, claims):
            account_id = sso.find(connection, claims, said.claim)
            if account_id is None and said.creates:
                account_id = sso.create(connection, claims, app.database.new_id, g.language)
            if fresh := account_id is not None:
                sso.link(connection, claims, account_id or "", new_id=app.database.new_id(), now=now)
        if account_id is None:
            flash(t("sso.nobody"), "bad")
            return redirect(url_for("sign_in.form"), 303)
        token = step = ""
        if factors.of(connection, account_id).any and not claims.has_second:
            step = steps.begin(connection, steps.SECOND, {"way": "sso", **vouched}, now, account_id)
        else:
            way = "sso_mfa" if claims.has_second else "sso"
            sign_in_id = app.database.new_id()
            token = sessions.begin(connection, sign_in_id, account_id, now, origin(way))
            sso_sessions.remember(connection, sign_in_id, vouched, now)
    if fresh:
        tell(account_id, Word("sso_linked", {"what": provider().name}))
    return enter(token, str(body["next"])) if token else to_second_step(step, str(body["next"]))


def _proven(begun: steps.Step, claims: Claims) -> ResponseReturnValue:
    """The same person, who has just proven it to the provider: the sign-in that stands is fresh again."""
    now = wall_now()
    with application().database.write() as connection:
        same = g.sign_in and begun.account_id == g.account_id == sso.linked(connection, claims)
        lately = now.timestamp() - claims.auth_time < steps.LIFE.total_seconds()
        if not same or not lately:
            return _failed(Failed("no proof of the same person, or an old one"))
        token = sessions.prove(connection, g.sign_in, now)
    flash(t("sso.proven"))
    answer = redirect(url_for("security.index"), 303)
    cookie.put(answer, token)
    return answer


def _failed(failure: Failed) -> ResponseReturnValue:
    """One sentence for the person, why for the log."""
    note("sign-in refused", failed=True, why="sso")
    _log.warning("single sign-on failed: %s", failure)
    flash(t("sso.failed"), "bad")
    return redirect(url_for("sign_in.form"), 303)
