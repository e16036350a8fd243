"""Voting in secret: the paper, the look at it, the receipt; the box for who keeps it; recounting.

No address, log or answer tells one ballot from another: choices travel in a form's body under names of the page's own,
nothing is kept between two pages, and nothing may be cached.
"""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.ballots import boxes, casting, closing, counting, queries, recount, store, tellers
from states.ballots.boxes import Box, Elector
from states.ballots.model import CLOSED, OPEN
from states.ballots.queries import Found
from states.councils import publishing
from web.access import signed_in
from web.application import application
from web.ballot_paper import WORDS, Sheet
from web.by_script import by_script, in_browser
from web.downloads import download
from web.language import render_message, t
from workflow.draft import By, Draft
from workflow.message import Message, NotFound, Refused

pages = Blueprint("ballots", __name__, url_prefix="/bo-phieu")

EXPORTED = "box_exported"


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The boxes in which this person votes, or which they keep."""
    with application().database.read() as connection:
        found = queries.mine(connection, g.org, g.person.id)
    return render_template("pages/ballots.html", found=found)


@pages.get("/<box_id>")
@signed_in
def box(box_id: str) -> ResponseReturnValue:
    """One box: who has a seat, how far it is, how it is closed; its count once it is."""
    return _box_page(box_id)


@pages.get("/<box_id>/phieu/<person_id>")
@signed_in
def paper(box_id: str, person_id: str) -> ResponseReturnValue:
    """The empty paper of a seat."""
    sheet = _sheet(box_id, person_id)
    if sheet.box.is_sealed:
        return render_template("pages/ballot_sealed.html", sheet=sheet, code=casting.new_code(), marks=WORDS)
    return render_template("pages/ballot.html", sheet=sheet, errors={})


@pages.post("/<box_id>/phieu/<person_id>/xem")
@signed_in
@in_browser("người bỏ phiếu tự cầm phiếu của mình ở trang")
def look(box_id: str, person_id: str) -> ResponseReturnValue:
    """The paper as it was marked, to be looked at before it is cast; with a line unmarked, the paper again.

    A paper to be sealed is looked over in the browser: what is marked must not come here.
    """
    sheet = _sheet(box_id, person_id, page=request.form.get("page", ""))
    if sheet.box.is_sealed:
        raise Refused(Message("sealed.marks_stay"), status="invalid")
    marks = sheet.read(request.form)
    again = _sheet(box_id, person_id, marks=marks)
    if request.form.get("back") or request.form.get("all"):
        return render_template("pages/ballot.html", sheet=again, errors={})
    errors = _errors(again)
    if errors:
        return render_template("pages/ballot.html", sheet=again, errors=errors), 422
    return render_template("pages/ballot_look.html", sheet=again, code=casting.new_code())


@pages.post("/<box_id>/phieu/<person_id>/bo")
@signed_in
@in_browser("người bỏ phiếu tự cầm phiếu của mình ở trang")
def cast(box_id: str, person_id: str) -> ResponseReturnValue:
    """Put it into the box; the receipt, which is the same whatever was voted and comes again when asked again."""
    code = request.form.get("code", "")
    with application().database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        papers = queries.papers(connection, found.box)
    seat = found.box.seat(person_id)
    sheet = Sheet(found.box, seat, papers, current_app.config["SECRET_KEY"], page=request.form.get("page", ""))
    marks = _slips(found.box, seat) if found.box.is_sealed else sheet.read(request.form)
    casting.cast(application().database, g.actor, box_id, person_id, marks, code)
    return render_template("pages/ballot_receipt.html", found=found, code=code)


@pages.post("/<box_id>/khoa")
@signed_in
@by_script("Xác nhận kết thúc bỏ phiếu")
def close(box_id: str) -> ResponseReturnValue:
    """The chair's or the secretary's word that voting ends; with both the box is counted."""
    try:
        done = closing.close(application().engine, g.actor, box_id, g.org)
    except Refused as refused:
        if isinstance(refused, NotFound) or refused.status == "forbidden":
            raise
        return _box_page(box_id, render_message(refused.reasons[0]), 409)
    flash(t(_closed(box_id) if done else "ballot.other_needed"))
    return redirect(url_for("ballots.box", box_id=box_id), 303)


def _closed(box_id: str) -> str:
    """What has happened to a box that both have closed."""
    with application().database.read() as connection:
        found = boxes.find(connection, g.agency_id, box_id)
    return "sealed.sealed_now" if found.is_sealed and found.status != CLOSED else "ballot.closed_now"


@pages.post("/<box_id>/ma-nhan")
@signed_in
@by_script("Mã nhận có trong hòm phiếu đã khóa hay không", "code")
def check(box_id: str) -> ResponseReturnValue:
    """Whether a receipt's ballot is among those of a closed box; never what it says."""
    given = request.form.get("code", "").strip().upper().replace(" ", "").replace("-", "")
    with application().database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        if found.box.status != CLOSED or not store.exists(connection, box_id):
            raise Refused(Message("ballot.gone"))
        is_in = casting.digest_of(given) in store.receipts(connection, box_id)
    return _box_page(box_id, checked=is_in)


@pages.post("/<box_id>/phieu.json")
@signed_in
@by_script("Mọi thứ để kiểm lại một hòm phiếu đã khóa")
def export(box_id: str) -> ResponseReturnValue:
    """Everything a recount needs, once the box is closed; who took it stands in the sitting's history."""
    app = application()
    with app.database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        if found.box.status != CLOSED:
            raise Refused(Message("ballot.not_closed"))
        if found.aside:
            raise Refused(Message("ballot.aside"), status="forbidden")
        if not _reads_counts(connection, found):
            raise Refused(Message("ballot.counts_kept"), status="forbidden")
        if found.box.is_sealed and not found.keeps:
            raise Refused(Message("sealed.export_kept"), status="forbidden")
        tally = closing.counted(connection, found.box)
        slips, kept = store.slips(connection, box_id), store.receipts(connection, box_id)
        named = queries.names(queries.papers(connection, found.box))
    said = counting.export(found.box, tally, slips, kept, named)

    def note(draft: Draft) -> None:
        draft.note(EXPORTED, refs=[box_id], root=tally.root)

    app.engine.change(found.box.case_id, By("person", g.person.id, None, g.actor.channel), note)
    name = f"phieu-{found.sitting}-vong-{found.box.round}.json"
    return download(json.dumps(said, ensure_ascii=False, indent=1).encode(), "application/json", name)


@pages.get("/dem-lai.py")
@signed_in
def second_counter() -> ResponseReturnValue:
    """The second counter, to be run by itself on an exported file."""
    return download(Path(recount.__file__).read_bytes(), "text/x-python; charset=utf-8", "dem-lai.py")


def _sheet(box_id: str, member_id: str, *, page: str | None = None, marks: dict[int, str] | None = None) -> Sheet:
    """A seat's paper for who votes in it now. Raises NotFound and Refused."""
    with application().database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        seat = casting.ready(found.box, g.actor, member_id)
        papers = queries.papers(connection, found.box)
    given = {"page": page} if page is not None else {}
    return Sheet(found.box, seat, papers, current_app.config["SECRET_KEY"], marks=marks or {}, **given)


def _slips(box: Box, seat: Elector) -> dict[int, str]:
    """The slips that the browser has sealed: one for each paper of the seat, as far as they came."""
    found = {number: request.form.get(f"s{number}", "") for number in box.may_vote(seat)}
    return {number: slip for number, slip in found.items() if slip}


def _errors(sheet: Sheet) -> dict[str, str]:
    left = [line for line in sheet.lines if line.paper.number not in sheet.marks]
    errors = {line.name: t("ballot.unmarked", name=line.paper.label) for line in left}
    if not errors and sheet.box.most is not None and sheet.chosen > sheet.box.most:
        errors = {sheet.lines[0].name: t("ballot.too_many", most=sheet.box.most)}
    return errors


def _box_page(box_id: str, trouble: str = "", status: int = 200, checked: bool | None = None) -> ResponseReturnValue:
    with application().database.read() as connection:
        found: Found = queries.one(connection, g.org, g.person.id, box_id)
        papers = tuple(one for one in queries.papers(connection, found.box) if one.number not in found.aside)
        kept = store.exists(connection, box_id)
        tally = closing.counted(connection, found.box) if kept and found.box.status == CLOSED else None
        rounds = boxes.of_case(connection, g.agency_id, found.box.case_id)
        reads_counts = _reads_counts(connection, found)
    return render_template(
        "pages/ballot_box.html", found=found, papers=papers, kept=kept, tally=tally, rounds=rounds, trouble=trouble,
        checked=checked, is_open=found.box.status == OPEN, reads_counts=reads_counts,
        spoilt=tellers.spoilt(found.box),
    ), status  # fmt: skip


def _reads_counts(connection: sa.Connection, found: Found) -> bool:
    """Whoever closes a box reads what it came to; a plan may keep the counts back from others."""
    app, case_id = application(), found.box.case_id
    return found.keeps or publishing.reads_counts(connection, app.catalogue, g.org, case_id, g.person.id)
