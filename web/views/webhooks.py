"""Other systems that are told of what happens: an administrator says which, of what, and sees what each answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.webhooks import queue, subscribing
from states.webhooks.model import KINDS
from states.webhooks.subscribing import Wish
from web.access import needs
from web.application import application
from web.by_script import by_operation, by_script
from web.language import render_message, t
from web.page_lists import most
from web.prove import fresh
from workflow.message import Invalid, Message, NotFound, Refused

pages = Blueprint("webhooks", __name__, url_prefix="/he-thong-nhan")

PAGE = 50


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """All of them, and the form for one more."""
    return _index()


@pages.post("")
@needs("office")
@by_script("Thêm một hệ thống được báo tin", "address", "kinds", "name")
@fresh
def add() -> ResponseReturnValue:
    """One more; its secret is shown on this answer and nowhere again."""
    _only_admins()
    app = application()
    try:
        wish = _wish().tidied(app.webhooks.door)
        with app.database.write() as connection:
            ident, secret = subscribing.add(connection, app.identities, g.agency_id, wish, g.person.id)
    except Refused as refused:
        return _index(_errors(refused)), 422
    return _one(ident, secret=secret)


@pages.get("/<webhook_id>")
@needs("office")
def one(webhook_id: str) -> ResponseReturnValue:
    """What it is told of, and the log: the latest first."""
    return _one(webhook_id)


@pages.post("/<webhook_id>")
@needs("office")
@by_script("Sửa một hệ thống được báo tin", "address", "kinds", "name")
@fresh
def change(webhook_id: str) -> ResponseReturnValue:
    """Another name, address or choice."""
    _only_admins()
    app = application()
    try:
        wish = _wish().tidied(app.webhooks.door)
        with app.database.write() as connection:
            subscribing.change(connection, g.agency_id, webhook_id, wish, g.person.id)
    except NotFound:
        raise
    except Refused as refused:
        return _one(webhook_id, errors=_errors(refused)), 422
    return _done(webhook_id, "webhook.changed")


@pages.post("/<webhook_id>/tam-dung")
@needs("office")
@by_script("Tạm dừng báo tin")
def pause(webhook_id: str) -> ResponseReturnValue:
    """What happens waits from now on."""
    return _by_admin(webhook_id, subscribing.pause, "webhook.paused_now")


@pages.post("/<webhook_id>/tiep-tuc")
@needs("office")
@by_script("Báo tin tiếp")
def resume(webhook_id: str) -> ResponseReturnValue:
    """What waited goes."""
    return _by_admin(webhook_id, subscribing.resume, "webhook.resumed")


@pages.post("/<webhook_id>/gui-thu")
@needs("office")
@by_script("Gửi thử một tin")
def try_out(webhook_id: str) -> ResponseReturnValue:
    """A telling of nothing."""
    return _by_admin(webhook_id, subscribing.try_out, "webhook.tried")


@pages.post("/<webhook_id>/gui-lai")
@needs("office")
@by_operation("webhook_send_again")
def send_again(webhook_id: str) -> ResponseReturnValue:
    """What was put aside, or the one whose number is sent along."""
    given = request.form.get("number", "")
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None
    with application().database.write() as connection:
        many = subscribing.send_again(connection, g.agency_id, webhook_id, g.person.id, number=number)
    return _done(webhook_id, "webhook.sent_again", count=many)


@pages.post("/<webhook_id>/doi-khoa")
@needs("office")
@by_script("Đổi khóa ký của một hệ thống")
@fresh
def renew(webhook_id: str) -> ResponseReturnValue:
    """A new secret, shown on this answer and nowhere again."""
    _only_admins()
    app = application()
    with app.database.write() as connection:
        secret = subscribing.renew(connection, app.identities, g.agency_id, webhook_id, g.person.id)
    return _one(webhook_id, secret=secret)


@pages.post("/<webhook_id>/ket-thuc")
@needs("office")
@by_script("Thôi báo tin cho một hệ thống")
@fresh
def end(webhook_id: str) -> ResponseReturnValue:
    """Told no more."""
    _only_admins()
    app = application()
    with app.database.write() as connection:
        subscribing.end(connection, app.identities, g.agency_id, webhook_id, g.person.id)
    flash(t("webhook.ended"))
    return redirect(url_for("webhooks.index"), 303)


def _by_admin(webhook_id: str, what: Callable[[sa.Connection, str, str, str], Any], said: str) -> ResponseReturnValue:
    _only_admins()
    with application().database.write() as connection:
        what(connection, g.agency_id, webhook_id, g.person.id)
    return _done(webhook_id, said)


def _done(webhook_id: str, said: str, **params: int) -> ResponseReturnValue:
    application().after_commit()
    flash(t(said, **params))
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


def _only_admins() -> None:
    if not g.sign_in.is_admin:
        raise Refused(Message("access.needs.admin"))


def _wish() -> Wish:
    form = request.form
    return Wish(form.get("name", ""), form.get("address", ""), form.getlist("kinds"))


def _errors(refused: Refused) -> dict[str, str]:
    wrong = refused.fields if isinstance(refused, Invalid) else {"name": refused.reasons[0]}
    return {name: render_message(one) for name, one in wrong.items()}


def _shown(errors: dict[str, str] | None) -> dict[str, Any]:
    kinds = [(one, t(f"webhook.kind.{one}")) for one in KINDS]
    return {
        "kinds": kinds, "errors": errors or {}, "given": request.form if errors else None,
        "may": g.sign_in.is_admin, "days": queue.KEEPS_TRYING.days,
    }  # fmt: skip


def _index(errors: dict[str, str] | None = None) -> str:
    with application().database.read() as connection:
        rows = subscribing.listed(connection, g.agency_id)
        states = {row["id"]: queue.standing(connection, row["id"]) for row in rows}
    return render_template("pages/webhooks.html", rows=rows, states=states, **_shown(errors))


def _one(webhook_id: str, *, secret: str = "", errors: dict[str, str] | None = None) -> str:
    before, size = request.args.get("truoc", ""), most(PAGE)
    first = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else 0
    with application().database.read() as connection:
        row = subscribing.find(connection, g.agency_id, webhook_id, to_change=False)
        lines = queue.log(connection, g.agency_id, webhook_id, before=first, limit=size + 1)
        state = queue.standing(connection, webhook_id)
    more = lines[size - 1]["number"] if len(lines) > size else 0
    return render_template(
        "pages/webhook.html", row=row, lines=lines[:size], more=more, state=state, secret=secret, kept=queue.KEPT.days,
        hours=int(subscribing.OVERLAP.total_seconds() // 3600), **_shown(errors),
    )  # fmt: skip
