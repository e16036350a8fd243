"""Papers: their templates, the registers of numbers, and the buttons that have a paper made again."""

from __future__ import annotations

from io import BytesIO

import sqlalchemy as sa
from flask import Blueprint, Response, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from states.documents import drafts, order, register, templates
from states.documents.model import document
from states.documents.pdf import NoPdf, to_pdf
from states.documents.samples import TEMPLATES, sample
from states.subjects.visibility import kept_of
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.case_names import names
from web.downloads import under_its_name
from web.forms import Entries
from web.language import render_message, t
from web.page_lists import most
from web.plan_texts import living_plan
from web.refusals import mention
from web.views.cases import case_id
from workflow import outbox
from workflow.commands import Actor
from workflow.db import uuid7
from workflow.file_types import DOCX, PDF
from workflow.message import Message, NotFound, Refused

pages = Blueprint("documents", __name__, url_prefix="/van-ban")

PAGE = 100  # numbers


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The templates, the agency's own and those everybody begins with, and the tags they may use."""
    return _index({})


@pages.get("/mau/<template>.docx")
@needs("office")
def download(template: str) -> ResponseReturnValue:
    """The template in use, to be changed in Word; with `?thu` filled with invented values."""
    with application().database.read() as connection:
        content = templates.current(connection, g.agency_id, template)
    shown = f"{template}.docx"
    if "thu" in request.args:
        content, shown = templates.preview(content), f"{template}-thu.docx"
    return send_file(BytesIO(content), mimetype=DOCX, as_attachment=True, download_name=shown, max_age=0)


@pages.post("/mau/<template>")
@needs("office")
@by_script("Dùng một mẫu văn bản đã sửa", files=("file",))
def upload(template: str) -> ResponseReturnValue:
    """Use a changed template from now on, once every check is passed."""
    app, sent = application(), request.files.get("file")
    if sent is None or not sent.filename:
        return _index({template: Message("template.missing")}), 422
    try:
        content = sent.stream.read(templates.LIMITS.size + 1)
        templates.take(app.database, g.agency_id, template, content, file_name=sent.filename, by=g.person.id)
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        return _index({template: refused.reasons[0]}), 422
    flash(t("document.template_taken"))
    return redirect(url_for("documents.index"), 303)


@pages.post("/mau/<template>/bo")
@needs("office")
@by_script("Bỏ mẫu riêng, dùng lại mẫu chung")
def give_up(template: str) -> ResponseReturnValue:
    """Back to the template everybody begins with."""
    templates.give_up(application().database, g.agency_id, template)
    flash(t("document.template_given_up"))
    return redirect(url_for("documents.index"), 303)


@pages.get("/so")
@needs("office")
def numbers() -> ResponseReturnValue:
    """The numbers of one series in one year, the last first."""
    return _numbers({})


@pages.post("/so/<entry_id>/huy")
@needs("office")
@by_script("Hủy một số văn bản, kèm lý do", "nam", "reason", "so")
def void(entry_id: str) -> ResponseReturnValue:
    """A number that is not used: it stays, with the reason, and is never given again."""
    try:
        with application().database.write() as connection:
            register.void(connection, g.agency_id, entry_id, request.form.get("reason", ""), g.person.id)
    except Refused as refused:
        mention(refused)
        return _numbers({entry_id: refused.reasons[0]}), 422
    flash(t("document.voided"))
    here = {name: request.form.get(name, "") for name in ("so", "nam")}
    return redirect(url_for("documents.numbers", **here), 303)


@pages.post("/so/mo-tiep")
@needs("office")
@by_script("Đánh số tiếp theo sổ giấy", "last", "nam", "reason", "so")
def start_after() -> ResponseReturnValue:
    """Go on with a paper register: the number it had come to, and why that is known."""
    form = Entries(request.form)
    series = form.one_of("so", t("document.series_name"), _series_names())
    year = form.one_of("nam", t("document.year"), [str(one) for one in _years()])
    last = form.line("last", t("document.before_last"))
    if not form.problems and not (last.isascii() and last.isdecimal()):
        form.problems["last"] = Message("document.before_number", {"most": register.MOST})
    if not form.problems:
        try:
            with application().database.write() as connection:
                before = register.Before(int(last), request.form.get("reason", ""), g.person.id)
                register.start_after(connection, g.agency_id, series, int(year), before)
        except Refused as refused:
            mention(refused)
            form.problems["reason" if refused.reasons[0].key == "document.before_reason" else "last"] = refused.reasons[
                0
            ]
    if form.problems:
        return _numbers(form.problems), 422
    flash(t("document.before_kept", last=int(last)))
    return redirect(url_for("documents.numbers", so=series, nam=year), 303)


@pages.post("/<document_id>/lap-lai")
@needs("office")
@by_script("Lập lại một văn bản", "_nonce")
def again(document_id: str) -> ResponseReturnValue:
    """Have a paper made anew from what its case says now, or try again what failed."""
    with application().database.write() as connection:
        mine = (document.c.agency_id == g.agency_id, document.c.id == document_id)
        row = connection.execute(sa.select(document.c.case_id, document.c.message_id).where(*mine)).first()
        if row is None:
            raise NotFound("document")
        tried = outbox.retry(connection, row.message_id, g.person.id)
        if not tried and not order.again(connection, g.agency_id, document_id, request.form.get("_nonce") or uuid7()):
            raise NotFound("document")
        code, _ = names(connection, g.agency_id, [row.case_id])[row.case_id]
    application().after_commit()
    flash(t("document.ordered_again"))
    return redirect(url_for("cases.case", code=code) + "#van-ban", 303)


@pages.get("/du-thao/<code>/<name>.<any(docx, pdf):made_as>")
@signed_in
def draft(code: str, name: str, made_as: str) -> ResponseReturnValue:
    """A paper as the case would have it made now, for whom the case asks to decide on it or to hand it in."""
    app = application()
    view = app.engine.view(Actor(g.person.id, g.agency_id), case_id(code))
    made = drafts.offered(view).get(name)
    if made is None or (made_as == "pdf" and not app.settings.office):
        raise NotFound("document")
    with app.database.read() as connection:
        lists = [one for field, one in view.fields.items() if view.definition.fields[field].type == "cases"]
        if kept_of(connection, g.org, g.person.id, {one for listed in lists for one in listed or ()}):
            raise Refused(Message("paper.aside"), status="forbidden")
        content = drafts.draw(connection, view, made)
    shown = f"{t('document.draft')} {made.title} {code}.{made_as}"
    if made_as == "docx":
        return under_its_name(Response(content, content_type=DOCX), shown)
    try:
        return under_its_name(Response(to_pdf(app.settings.office, content), content_type=PDF), shown)
    except NoPdf:
        raise Refused(Message("document.no_pdf_now")) from None


def _index(problems: dict[str, Message]) -> str:
    with application().database.read() as connection:
        own = templates.in_use(connection, g.agency_id)
    errors = {name: render_message(problem) for name, problem in problems.items()}
    return render_template(
        "pages/documents.html", names=TEMPLATES, own=own, errors=errors, tags=sorted(sample().items()),
        has_office=bool(application().settings.office),
    )  # fmt: skip


def _below() -> int | None:
    """Where the page of a register begins: below this number; None: with the last."""
    given = request.values.get("truoc", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else None


def _series_names() -> list[str]:
    """The series the plan's papers take numbers of."""
    plan = living_plan()
    return sorted({one.series for one in plan.documents.values() if one.kind}) if plan else []


def _years() -> tuple[int, ...]:
    return g.today.year, g.today.year + 1


def _numbers(problems: dict[str, Message]) -> str:
    size = most(PAGE)
    with application().database.read() as connection:
        series = register.series_of(connection, g.agency_id)
        chosen = request.values.get("so", ""), request.values.get("nam", "")
        now = next(((one, year) for one, year, _ in series if (one, str(year)) == chosen), None)
        now = now or (series[0][:2] if series else None)
        below = _below()
        rows = register.listed(connection, g.agency_id, *now, below=below, limit=size + 1) if now else []
        rows, more = rows[:size], len(rows) > size
        cases = names(connection, g.agency_id, [row["case_id"] for row in rows if row["case_id"]])
    errors = {name: render_message(problem) for name, problem in problems.items()}
    return render_template(
        "pages/numbers.html", series=series, now=now, rows=rows, cases=cases, errors=errors, sent=request.form,
        written=register.written, names=_series_names(), years=_years(), below=below,
        further=rows[-1]["number"] if more else 0,
    )  # fmt: skip
