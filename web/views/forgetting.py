"""Somebody asks to be forgotten: what goes, what stays and why, confirmed with a ground; and the record of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states import forgetting
from states.forgetting import Forgetting, Noun
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import render_message, t
from web.refusals import mention
from web.tray import filters
from workflow.message import NotFound, Refused

pages = Blueprint("forgetting", __name__, url_prefix="/xoa-thong-tin")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Who was forgotten, by whose decision and why."""
    with application().database.read() as connection:
        rows = forgetting.record(connection, g.agency_id)
    return render_template("pages/forgotten.html", rows=rows)


@pages.get("/nguoi/<person_id>")
@pages.get("/duoc-xet/<subject_id>")
@needs("office")
def look(person_id: str = "", subject_id: str = "") -> ResponseReturnValue:
    """What would go, what would stay and why. Nothing is written."""
    return _page(_wanted(person_id, subject_id), Entries(request.args))


@pages.post("/nguoi/<person_id>")
@pages.post("/duoc-xet/<subject_id>")
@needs("office")
@by_script("Xóa dữ liệu cá nhân của một người", "ground", "typed")
def confirm(person_id: str = "", subject_id: str = "") -> ResponseReturnValue:
    """Done at once and for good, and written down."""
    entries = Entries(request.form)
    ground, typed = entries.line("ground", t("erasure.ground")), entries.line("typed", t("erasure.typed"))
    wanted, refused_for = _wanted(person_id, subject_id, ground, typed), []
    if not entries.problems:
        app = application()
        try:
            with app.database.write() as connection:
                forgetting.forget(connection, app.identities, wanted)
                filters.forget(connection, g.agency_id, g.org.once(person_id))
            flash(t("erasure.done"))
            return redirect(url_for("forgetting.index"), 303)
        except NotFound:
            raise
        except Refused as refused:
            mention(refused)
            entries.refuse("ground", refused)
            refused_for = [render_message(one) for one in refused.reasons]
    return _page(wanted, entries, refused_for), 422


def _wanted(person_id: str, subject_id: str, ground: str = "", typed: str = "") -> Forgetting:
    noun: Noun = "person" if person_id else "subject"
    ident, is_admin = person_id or subject_id, bool(g.sign_in.is_admin)
    return Forgetting(g.agency_id, noun, ident, g.person.id, ground, typed, is_admin)


def _page(wanted: Forgetting, entries: Entries, refused: Sequence[str] = ()) -> str:
    with application().database.read() as connection:
        seen = forgetting.look(connection, wanted)
    way = {"person_id" if wanted.noun == "person" else "subject_id": wanted.ident}
    return render_template(
        "pages/forgetting.html", seen=seen, way=way, errors=entries.errors, given=entries.given, refused=refused
    )
