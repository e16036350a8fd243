"""Signing in and out, choosing an agency, setting a password by link, the language before one is known."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from states.accounts.letters import Word
from web import passkey_place
from web.access import public, with_account
from web.application import application
from web.by_script import in_browser
from web.current import LANGUAGE_COOKIE
from web.entering import STEP, end_present, enter, origin, tell
from web.errors import page
from web.language import render_message, t
from web.sign_in import accounts, cookie, links, sessions, steps, strength
from web.watching.security import note
from web.way_back import safe
from workflow.clock import wall_now
from workflow.message import Message
from workflow.vocabulary import LANGUAGES

pages = Blueprint("sign_in", __name__)


@pages.get("/dang-nhap")
@public
def form() -> ResponseReturnValue:
    """The sign-in form."""
    if g.sign_in:
        return redirect(url_for("home.index"))
    return _form({})


@pages.post("/dang-nhap")
@public
@in_browser("phiên đăng nhập của trình duyệt")
def sign_in() -> ResponseReturnValue:
    """Open a sign-in: a new token and a new form secret, so that nothing from before is worth anything."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    empty = {name: Message(f"sign_in.{name}_missing") for name in ("login", "password") if not request.form.get(name)}
    if empty:
        return _form(empty), 422
    opened = accounts.open_sign_in(
        application().database, login, password, address=request.remote_addr or "",
        client=request.user_agent.string, now=wall_now(),
    )  # fmt: skip
    if isinstance(opened, Message):
        note("sign-in refused", failed=True, why=opened.key)
        return _form({"login": opened}), 422
    if isinstance(opened, accounts.Halfway):
        return to_second_step(opened.token, request.form.get("next"))
    return enter(opened.token, request.form.get("next"))


def to_second_step(token: str, way_back: str | None) -> ResponseReturnValue:
    """On to the second factor; only this browser can go on."""
    session.clear()
    session[STEP] = token
    return redirect(url_for("sign_in.second", next=safe(way_back) or None), 303)


@pages.get("/dang-nhap/buoc-hai")
@public
def second() -> ResponseReturnValue:
    """What is asked after the password."""
    with application().database.read() as connection:
        begun = steps.look(connection, steps.SECOND, session.get(STEP, ""), wall_now())
    if begun is None:
        return redirect(url_for("sign_in.form", next=safe(request.args.get("next")) or None))
    return _second({})


@pages.post("/dang-nhap/buoc-hai")
@public
@in_browser("phiên đăng nhập của trình duyệt")
def second_step() -> ResponseReturnValue:
    """The code of the app, or a recovery code."""
    app = application()
    entered = accounts.second_step(
        app.database, app.identities, session.get(STEP, ""), request.form.get("code", ""), origin=origin(),
        now=wall_now(),
    )  # fmt: skip
    if entered is None:
        flash(t("second.too_late"), "warn")
        return redirect(url_for("sign_in.form", next=safe(request.form.get("next")) or None), 303)
    if isinstance(entered, Message):
        note("second step refused", failed=True, why=entered.key)
        return _second({"code": render_message(entered)}), 422
    if entered.way == "recovery":
        tell(entered.account_id, Word("recovery_used"))
    return enter(entered.token, request.form.get("next"))


def _second(errors: dict[str, str]) -> str:
    way_back = safe(request.values.get("next")) or ""
    return render_template(
        "pages/second_step.html", errors=errors, way_back=way_back, passkey_place=passkey_place.here()
    )


@pages.post("/dang-xuat")
@public
@in_browser("phiên đăng nhập của trình duyệt")
def sign_out() -> ResponseReturnValue:
    """End the sign-in here and in the database."""
    end_present()
    session.clear()
    flash(t("sign_in.signed_out"))
    answer = redirect(url_for("sign_in.form"), 303)
    cookie.drop(answer)
    return answer


@pages.get("/chon-co-quan")
@with_account
def agencies() -> ResponseReturnValue:
    """The agencies this account works in."""
    with application().database.read() as connection:
        found = sessions.choices(connection, g.account_id)
    return render_template("pages/agencies.html", choices=found)


@pages.post("/chon-co-quan")
@with_account
@in_browser("phiên đăng nhập của trình duyệt; mã truy cập đã thuộc một cơ quan")
def choose() -> ResponseReturnValue:
    """Go on in one agency; another account's person is as unknown as none."""
    with application().database.write() as connection:
        if not sessions.choose(connection, g.sign_in, request.form.get("person", "")):
            abort(404)
    return redirect(url_for("home.index"), 303)


@pages.get("/dat-mat-khau/<token>")
@public
def password(token: str) -> ResponseReturnValue:
    """The form behind a password link; opening it changes nothing, so a mail scanner may."""
    invited = _invited(token)
    if invited is None:
        return _no_link()
    return render_template("pages/password.html", account=invited, token=token, errors={})


@pages.post("/dat-mat-khau/<token>")
@public
@in_browser("liên kết trong thư của chính chủ")
def set_password(token: str) -> ResponseReturnValue:
    """Set the password once; the link is spent and every sign-in of the account ends."""
    invited = _invited(token)
    if invited is None:
        return _no_link()
    wished, repeated = request.form.get("password", ""), request.form.get("repeated", "")
    with application().database.read() as connection:
        own = accounts.own_words(connection, invited.id)
    if problem := strength.problem(wished, repeated, own):
        errors = {"password": render_message(problem)}
        return render_template("pages/password.html", account=invited, token=token, errors=errors), 422
    with application().database.write() as connection:
        if not links.spend(connection, token):  # the same form at once, twice
            return _no_link()
        accounts.set_password(connection, invited.id, wished)
    tell(invited.id, Word("password_changed"))
    flash(t("password.changed_sign_in"))
    return redirect(url_for("sign_in.form"), 303)


@pages.post("/ngon-ngu")
@public
@in_browser("phiên đăng nhập của trình duyệt")
def language() -> ResponseReturnValue:
    """Read on in another language; an account remembers it."""
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(400)
    if g.account_id:
        with application().database.write() as connection:
            accounts.speak(connection, g.account_id, wanted)
    answer = redirect(safe(request.form.get("next")) or url_for("home.index"), 303)
    answer.set_cookie(
        cookie.named(LANGUAGE_COOKIE),
        wanted,
        max_age=31_536_000,
        secure=cookie.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _form(problems: dict[str, Message]) -> str:
    errors = {name: render_message(problem) for name, problem in problems.items()}
    way_back = safe(request.values.get("next")) or ""
    return render_template(
        "pages/sign_in.html", errors=errors, login=request.form.get("login", ""), way_back=way_back,
        passkey_place=passkey_place.here(), sso=current_app.extensions.get("sso"),
    )  # fmt: skip


def _invited(token: str) -> links.Invited | None:
    with application().database.read() as connection:
        return links.invited(connection, token, wall_now())


def _no_link() -> ResponseReturnValue:
    """One page for a link that was used, has expired or never was: it says nothing of any account."""
    return page(404, "password_link")
