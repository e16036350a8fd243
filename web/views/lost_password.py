"""Letters that let somebody back in, or confirm where letters go: asked for, and answered once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.accounts.letters import Word
from web.access import public
from web.application import application
from web.by_script import in_browser
from web.entering import link_to, tell
from web.errors import page
from web.language import render_message, t
from web.sign_in import links
from web.sign_in import lost_password as lost
from workflow.clock import wall_now
from workflow.message import Message

pages = Blueprint("lost_password", __name__)


@pages.get("/quen-mat-khau")
@public
def form() -> ResponseReturnValue:
    """Who forgot the password says for which login."""
    return _form({})


@pages.post("/quen-mat-khau")
@public
@in_browser("người chưa đăng nhập")
def ask() -> ResponseReturnValue:
    """A letter with a link, if there is such an account and an address; what is answered says neither."""
    app, login = application(), request.form.get("login", "")
    if app.settings.mail_server is None:
        return _form({})
    if not login.strip():
        return _form({"login": Message("sign_in.login_missing")}), 422
    ways = lost.Ways(app.database, app.identities, lambda token: link_to("sign_in.password", token=token))
    if not lost.ask(ways, login, address=request.remote_addr or "", now=wall_now()):
        return _form({"login": Message("sign_in.too_many", {"minutes": 15})}), 422
    app.after_commit()
    return render_template("pages/lost_password_asked.html", minutes=int(links.RESET_LIFE.total_seconds() // 60))


@pages.get("/xac-nhan-thu/<token>")
@public
def email(token: str) -> ResponseReturnValue:
    """What the link in the letter opens; it changes nothing, so a mail scanner may follow it."""
    found = _confirmed(token)
    if found is None:
        return page(404, "email_link")
    return render_template("pages/email.html", found=found, token=token)


@pages.post("/xac-nhan-thu/<token>")
@public
@in_browser("liên kết trong thư của chính chủ")
def confirm_email(token: str) -> ResponseReturnValue:
    """The new address holds, once; the old one is told."""
    found = _confirmed(token)
    if found is None:
        return page(404, "email_link")
    with application().database.write() as connection:
        old = lost.change_email(connection, found, token)
    if old is None:
        return page(404, "email_link")
    if old:
        tell(found.id, Word("email_changed", {"new": found.email}, to=old))
    flash(t("email.changed", address=found.email))
    return redirect(url_for("sign_in.form"), 303)


def _confirmed(token: str) -> links.Invited | None:
    with application().database.read() as connection:
        return links.invited(connection, token, wall_now(), links.EMAIL)


def _form(problems: dict[str, Message]) -> str:
    errors = {name: render_message(problem) for name, problem in problems.items()}
    by_mail = application().settings.mail_server is not None
    return render_template(
        "pages/lost_password.html", errors=errors, login=request.form.get("login", ""), by_mail=by_mail
    )
