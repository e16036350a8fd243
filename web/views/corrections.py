"""Requests for correction: one asks for one's own data to be put right, the office answers, both see what became."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states import corrections
from states.accounts.letters import Word
from states.corrections import ANSWERS, FACTS, FIELDS, LONGEST, Answer, Asking
from states.office import people
from states.office.editing import Edit
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.current import can
from web.entering import tell
from web.language import render_message, t
from web.refusals import mention
from workflow.message import NotFound, Refused

pages = Blueprint("corrections", __name__, url_prefix="/dinh-chinh")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One's own requests and the form for another; for the office everybody's, to be answered."""
    return _page({})


@pages.post("")
@signed_in
@by_script("Yêu cầu đính chính dữ liệu cá nhân của mình", "field", "wanted", "why")
def ask() -> ResponseReturnValue:
    """Ask for something of one's own data to be put right."""
    app, wanted = application(), request.form.get("field", "")
    said = Asking(
        g.agency_id, g.person.id, wanted, request.form.get("wanted", ""), request.form.get("why", ""),
        t(f"correction.field.{wanted}") if wanted in FIELDS else "",
    )  # fmt: skip
    try:
        with app.database.write() as connection:
            corrections.ask(connection, said, app.catalogue.calendar_of(connection, g.agency_id))
    except Refused as refused:
        mention(refused)
        place = "field" if wanted not in FIELDS else "wanted"
        return _page({place: render_message(refused.reasons[0])}), 422
    flash(t("correction.asked"))
    return redirect(url_for("corrections.index"), 303)


@pages.post("/<correction_id>/rut")
@signed_in
@by_script("Rút yêu cầu đính chính")
def withdraw(correction_id: str) -> ResponseReturnValue:
    """Want it no more."""
    with application().database.write() as connection:
        corrections.withdraw(connection, g.agency_id, correction_id, g.person.id)
    flash(t("correction.withdrawn"))
    return redirect(url_for("corrections.index"), 303)


@pages.post("/<correction_id>/tra-loi")
@needs("office")
@by_script("Trả lời một yêu cầu đính chính dữ liệu cá nhân", "status", "words")
def answer(correction_id: str) -> ResponseReturnValue:
    """Put right or refused, in words; a fact of the directory is changed with it."""
    status, words = request.form.get("status", ""), request.form.get("words", "")
    try:
        with application().database.write() as connection:
            answered = corrections.answer(
                connection, Answer(g.agency_id, correction_id, status, words, g.person.id), _change
            )
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        return _page({f"words-{correction_id}": render_message(refused.reasons[0])}, about=correction_id), 422
    if account_id := g.org.people[answered.person_id].account_id:
        tell(account_id, Word("correction_answered"))
    flash(t(f"correction.answered_as.{status}"))
    return redirect(url_for("corrections.index"), 303)


def _change(connection: sa.Connection, person_id: str, given: Mapping[str, str]) -> None:
    """As an edit by hand, on the ground that it was asked for."""
    people.change(connection, g.agency_id, person_id, given, Edit(g.person.id, t("correction.title")))


def _page(errors: dict[str, str], about: str = "") -> str:
    everybody = can("office")
    mine = None if everybody else list(g.org.once(g.person.id))
    with application().database.read() as connection:
        rows = corrections.listed(connection, g.agency_id, of=mine)
    return render_template(
        "pages/corrections.html", rows=rows, errors=errors, given=request.form if errors else {}, about=about,
        fields=[(one, t(f"correction.field.{one}")) for one in FIELDS], facts=FACTS, everybody=everybody,
        answers=[(one, t(f"correction.answer.{one}")) for one in ANSWERS], most=LONGEST, today=g.today,
    )  # fmt: skip
