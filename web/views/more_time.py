"""Xin gia hạn on the decision screen: ask for more time for an item of one's own; grant or refuse what was asked."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from web import narrowing
from web.access import signed_in
from web.application import application
from web.by_script import by_operation
from web.forms import Entries
from web.language import t
from web.views.inbox import around, seen_version
from workflow.extending import Word
from workflow.message import Invalid

pages = Blueprint("more_time", __name__, url_prefix="/viec")


@pages.post("/<item_id>/gia-han")
@signed_in
@by_operation("extension")
def ask(item_id: str) -> ResponseReturnValue:
    """Ask for more time until a day, with a reason; it goes to whoever may grant it."""
    until, entries = _day()

    def put() -> None:
        if until is None:
            raise Invalid(dict(entries.problems))
        word = Word("ask", until, request.form.get("reason", ""))
        application().engine.about_time(g.actor, item_id, word, seen_version())

    return around(item_id, put, t("extension.asked"))


@pages.post("/<item_id>/gia-han/dong-y")
@signed_in
@by_operation("extension")
def grant(item_id: str) -> ResponseReturnValue:
    """Grant the day of the form: the one wished for, or another."""
    until, entries = _day()

    def give() -> None:
        if until is None:
            raise Invalid(dict(entries.problems))
        word = Word("grant", until, request.form.get("reason", "").strip())
        application().engine.about_time(g.actor, item_id, word, seen_version())

    return around(item_id, give, t("extension.granted"), _list())


@pages.post("/<item_id>/gia-han/tu-choi")
@signed_in
@by_operation("extension")
def refuse(item_id: str) -> ResponseReturnValue:
    """Refuse it, with a reason."""
    word = Word("refuse", None, request.form.get("reason", ""))
    return around(
        item_id, lambda: application().engine.about_time(g.actor, item_id, word, seen_version()),
        t("extension.refused"), _list(),
    )  # fmt: skip


def _day() -> tuple[date | None, Entries]:
    entries = Entries(request.form)
    return entries.day("until", t("extension.until")), entries


def _list() -> str:
    return url_for("inbox.index", **narrowing.carried(request.form.get("_list", "")).address)
