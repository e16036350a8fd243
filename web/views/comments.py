"""Postings for comment: what everybody, or the staff, may read and answer; and the office's look at the answers."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.comments import postings, saying
from states.comments.model import ACCEPTED, ASIDE, STANCES
from states.comments.postings import Posted
from states.comments.saying import Said
from web.access import needs, public, signed_in
from web.application import application
from web.by_script import by_script, in_browser
from web.crowd import CROWD
from web.language import render_message, t
from web.views.cases import case_id as case_of
from workflow.message import Message, NotFound, Refused

pages = Blueprint("comments", __name__, url_prefix="/lay-y-kien")


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """What this visitor may comment on now."""
    app = application()
    with app.database.read() as connection:
        found = [one for one in postings.find_open(connection, app.catalogue, None) if _may_read(one)]
        numbers = saying.counts(connection, [one.ask_id for one in found]) if g.person else {}
    return render_template("pages/postings.html", found=found, numbers=numbers)


@pages.get("/<posting_id>")
@public
def posting(posting_id: str) -> ResponseReturnValue:
    """One posting, with the form while it is open."""
    return _page(_posted(posting_id), "", 200)


@pages.post("/<posting_id>/gui")
@public
@in_browser("ý kiến của người ngoài cơ quan, không có mã truy cập")
def say(posting_id: str) -> ResponseReturnValue:
    """Take a comment. Its form is not kept anywhere, whatever becomes of it."""
    posted = _posted(posting_id)
    form = {name: request.form.get(name, "") for name in ("stance", "text", "name", "contact", "signed")}
    try:
        if g.person is not None and g.person.id in posted.parties:
            raise Refused(Message("comment.own"))
        if g.person is None and not CROWD.take(request.remote_addr or ""):
            raise Refused(Message("comment.too_often"), status="busy")
        with application().database.write() as connection:
            saying.say(connection, application().identities, posted, _said(posted, form))
    except Refused as refused:
        return _page(posted, render_message(refused.reasons[0]), 429 if refused.status == "busy" else 422)
    flash(t("comment.thanks"))
    return redirect(url_for("comments.posting", posting_id=posting_id), 303)


@pages.get("/ho-so/<code>")
@signed_in
def of_case(code: str) -> ResponseReturnValue:
    """What was said, for those who may see the case: words that the office let through, never whose."""
    app, found = application(), case_of(code)
    with app.database.read() as connection:
        posted = postings.of_case(connection, app.catalogue, found)
        ids = [one.ask_id for one in posted]
        numbers, said = saying.counts(connection, ids), saying.accepted(connection, ids)
    return render_template("pages/posting_case.html", code=code, posted=posted, numbers=numbers, said=said)


@pages.get("/duyet/<posting_id>")
@needs("office")
def look_over(posting_id: str) -> ResponseReturnValue:
    """Every comment of a posting, those not looked over first."""
    posted = _own(posting_id)
    with application().database.read() as connection:
        rows = saying.listed(connection, g.agency_id, posting_id)
    return render_template("pages/posting_look_over.html", posted=posted, rows=rows, shown={})


@pages.post("/duyet/<comment_id>/nguoi-ky")
@needs("office")
@in_browser("danh tính này chỉ xem ở trang, không qua mã truy cập")
def signer(comment_id: str) -> ResponseReturnValue:
    """Who signed one comment; that somebody looked is written down."""
    app = application()
    with app.database.write() as connection:
        who = saying.told(connection, app.identities, g.agency_id, comment_id, g.person.id)
        row = saying.one(connection, g.agency_id, comment_id) or {}
        rows = saying.listed(connection, g.agency_id, row["ask_id"])
    shown = {comment_id: " · ".join(filter(None, (who.name or g.org.name(who.person_id), who.contact)))}
    return render_template("pages/posting_look_over.html", posted=_own(row["ask_id"]), rows=rows, shown=shown)


@pages.post("/duyet/<comment_id>/<word>")
@needs("office")
@by_script("Cho đăng hoặc gác lại một ý kiến")
def moderate(comment_id: str, word: str) -> ResponseReturnValue:
    """Let it be read by those who decide, or set it aside."""
    status = {"nhan": ACCEPTED, "de-rieng": ASIDE}.get(word)
    with application().database.write() as connection:
        row = saying.one(connection, g.agency_id, comment_id)
        if row is None or status is None:
            raise NotFound("comment")
        saying.moderate(connection, g.agency_id, comment_id, g.person.id, status)
    flash(t(f"comment.status.{status}"))
    return redirect(url_for("comments.look_over", posting_id=row["ask_id"]), 303)


def _posted(posting_id: str) -> Posted:
    app = application()
    with app.database.read() as connection:
        found = postings.find_one(connection, app.catalogue, posting_id)
    if found is None or not _may_read(found):
        raise NotFound("posting")
    return found


def _own(posting_id: str) -> Posted:
    """A posting of the office's own agency, open or over."""
    app = application()
    with app.database.read() as connection:
        found = postings.find_one(connection, app.catalogue, posting_id)
    if found is None or found.agency_id != g.agency_id:
        raise NotFound("posting")
    return found


def _may_read(posted: Posted) -> bool:
    """Whether this visitor is of its audience. What is over is the office's and the case's; the page is gone."""
    if not posted.is_open:
        return False
    if posted.posting.audience == "public":
        return True
    if g.person is None or posted.agency_id != g.agency_id:
        return False
    return posted.posting.audience == "agency" or g.person.unit_id == posted.unit_id


def _said(posted: Posted, form: dict[str, str]) -> Said:
    """Who is signed in signs with the account when they want to; a stranger with name and address."""
    signs = posted.posting.signed == "required" or (posted.posting.signed == "optional" and bool(form["signed"]))
    if not signs:
        return Said(form["stance"], form["text"])
    if g.person is not None and g.agency_id == posted.agency_id:
        return Said(form["stance"], form["text"], person_id=g.person.id, name=g.person.name)
    return Said(form["stance"], form["text"], name=form["name"], contact=form["contact"])


def _page(posted: Posted, error: str, status: int) -> ResponseReturnValue:
    stranger = g.person is None or g.agency_id != posted.agency_id
    page = render_template(
        "pages/posting.html", posted=posted, error=error, errors={"text": error} if error else {}, sent=request.form,
        stances=[(one, t(f"comment.stance.{one}")) for one in STANCES], stranger=stranger, most=saying.LONGEST,
    )  # fmt: skip
    return page, status
