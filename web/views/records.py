"""The dossier of a case's subject: read, a record added with its paper, one entered in error withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.subjects import records
from states.subjects.records import KINDS, Entry
from web import uploads
from web.access import signed_in
from web.application import application
from web.by_script import by_script
from web.forms import Entries
from web.language import t
from web.plan_texts import living_plan
from web.records import Dossier, dossier_of, form_of, read, words_of
from web.refusals import mention
from web.views.cases import case_id
from workflow.case import case
from workflow.message import NotFound, Refused

pages = Blueprint("records", __name__)


@pages.get("/ho-so/<code>/thanh-tich")
@signed_in
def index(code: str) -> ResponseReturnValue:
    """Everything on record, and the form for one kind."""
    return _page(code, _dossier(code))


@pages.post("/ho-so/<code>/thanh-tich")
@signed_in
@by_script("Thêm một thành tích", "*", "_nonce", files=("proof",))
def add(code: str) -> ResponseReturnValue:
    """One more record; the same twice is one."""
    dossier, kind = _kept(code), request.form.get("kind", "")
    if kind not in KINDS:
        abort(404)
    entries, app = Entries(request.form), application()
    given = read(entries, form_of(kind, living_plan()))
    proof = _proof(entries)
    if not entries.problems:
        entry = Entry(g.agency_id, _subject(code), kind, given, g.person.id, case_id(code), proof)
        try:
            with app.database.write() as connection:
                fresh = records.add_record(connection, entry, app.database.new_id())
            flash(t("records.added" if fresh else "records.known", kind=t(f"record.kind.{kind}")))
            return redirect(url_for("records.index", code=code, loai=kind), 303)
        except Refused as refused:
            mention(refused)
            entries.refuse("kind", refused)
    return _page(code, dossier, kind, entries), 422


@pages.post("/ho-so/<code>/thanh-tich/rut")
@signed_in
@by_script("Rút một thành tích ghi nhầm", "record", "why")
def withdraw(code: str) -> ResponseReturnValue:
    """A record entered in error counts no longer; the reason stays."""
    dossier, entries = _kept(code), Entries(request.form)
    why = entries.line("why", t("record.why"))
    if entries.problems:
        return _page(code, dossier, "", entries), 422
    entry = Entry(g.agency_id, _subject(code), "", {}, g.person.id)
    with application().database.write() as connection:
        records.withdraw_record(connection, entry, request.form.get("record", ""), why)
    flash(t("records.withdrawn"))
    return redirect(url_for("records.index", code=code), 303)


def _proof(entries: Entries) -> str | None:
    """The paper sent along, kept before the form is judged."""
    sent = request.files.get("proof")
    if sent is None or not sent.filename:
        return None
    try:
        return uploads.take(sent, f"{request.form.get('_nonce', '')}/proof")
    except Refused as refused:
        mention(refused)
        entries.refuse("proof", refused)
        return None


def _dossier(code: str) -> Dossier:
    """NotFound for whoever may not see it: as if there were none."""
    found = dossier_of(application(), g.actor, case_id(code))
    if not found.seen:
        raise NotFound("case")
    return found


def _kept(code: str) -> Dossier:
    found = _dossier(code)
    if not found.kept:
        abort(403)
    return found


def _subject(code: str) -> str:
    found = case_id(code)
    with application().database.read() as connection:
        return str(connection.scalar(sa.select(case.c.subject_id).where(case.c.id == found)))


def _page(code: str, dossier: Dossier, kind: str = "", entries: Entries | None = None) -> str:
    plan, app = living_plan(), application()
    chosen = kind or request.args.get("loai", "")
    subject_id = _subject(code)
    with app.database.read() as connection:
        rows = records.records_of(connection, g.agency_id, subject_id, withdrawn=True)
    return render_template(
        "pages/records.html", code=code, dossier=dossier, rows=rows, kinds=KINDS,
        kind=chosen if chosen in KINDS else "",
        form_fields=form_of(chosen, plan) if chosen in KINDS else (), given=request.form if entries else {},
        errors=entries.errors if entries else {}, person=g.org.name, nonce=app.database.new_id(),
        words={one: words_of(plan, one) for one in (*KINDS, "scope")},
    )  # fmt: skip
