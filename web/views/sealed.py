"""What tellers of a sealed box do on pages: give a key, send their part of the opening, say what their browser counted.

The browser does all that needs a key (web/static/sealed); what comes here is public halves, parts that other tellers
alone can read, and counts. Logs treat these pages as those of ballots.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config.wiring import Application
from states.ballots import queries, recount_sealed, sealing, tellers
from states.ballots.boxes import Box, Teller
from states.ballots.model import CERTIFIED, CLOSED, KEYS, LOCKED, OPEN, SEALED, VOID
from web.access import signed_in
from web.application import application
from web.by_script import in_browser
from web.downloads import download
from web.language import render_message, t
from workflow.message import Message, NotFound, Refused

pages = Blueprint("sealed", __name__, url_prefix="/bo-phieu")


@pages.get("/<box_id>/kiem-phieu")
@signed_in
def teller(box_id: str) -> ResponseReturnValue:
    """Where a teller stands, and the one thing to be done now."""
    return _teller_page(box_id)


@pages.post("/<box_id>/khoa-cong-khai")
@signed_in
@in_browser("máy của người kiểm phiếu tự tính và gửi")
def give_key(box_id: str) -> ResponseReturnValue:
    """The public half of a teller's key."""
    return _done(box_id, "sealed.key_given", lambda app: tellers.give_key(app.engine, g.actor, box_id, _said("public")))


@pages.get("/<box_id>/niem-phong.json")
@signed_in
def slips(box_id: str) -> ResponseReturnValue:
    """The sealed slips, and, once all tellers have sent theirs, the parts for this one."""
    with application().database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        return jsonify(tellers.slips_for(connection, found.box, g.person.id))


@pages.post("/<box_id>/phan-mo")
@signed_in
@in_browser("máy của người kiểm phiếu tự tính và gửi")
def share(box_id: str) -> ResponseReturnValue:
    """A teller's part of the opening, sealed to each other teller."""
    parts = {name.removeprefix("part-"): part for name, part in request.form.items() if name.startswith("part-")}
    return _done(box_id, "sealed.part_sent", lambda app: tellers.share(app.engine, g.actor, box_id, parts))


@pages.post("/<box_id>/so-dem")
@signed_in
@in_browser("máy của người kiểm phiếu tự tính và gửi")
def report(box_id: str) -> ResponseReturnValue:
    """What a teller's browser counted; with the same from all of them the box is closed."""
    columns = {
        name[1:]: said
        for name, said in request.form.items()
        if name[:1] == "c" and name[1:].isdecimal() and len(name) < 6
    }
    counts = {int(number): _numbers(said) for number, said in columns.items()}
    return _done(box_id, "sealed.counted", lambda app: tellers.report(app.engine, g.actor, box_id, counts))


@pages.post("/<box_id>/phan-sai")
@signed_in
@in_browser("máy của người kiểm phiếu tự tính và gửi")
def dispute(box_id: str) -> ResponseReturnValue:
    """A teller's browser found other tellers' parts to be false."""
    against = _said("against").split()
    return _done(box_id, "sealed.disputed", lambda app: tellers.dispute(app.engine, g.actor, box_id, against))


@pages.get("/dem-lai-niem-phong.py")
@signed_in
def second_counter() -> ResponseReturnValue:
    """The second counter of sealed boxes, to be run by itself on an exported file and the tellers' key files."""
    return download(Path(recount_sealed.__file__).read_bytes(), "text/x-python; charset=utf-8", "dem-lai-niem-phong.py")


def _said(name: str) -> str:
    return request.form.get(name, "").strip()


def _numbers(said: str) -> list[int]:
    """Whole numbers apart by blanks; none where anything else stands."""
    found = said.split()
    return [int(one) for one in found] if all(one.isdecimal() and len(one) < 7 for one in found) else []  # fmt: skip


def _done(box_id: str, key: str, act: Callable[[Application], object]) -> ResponseReturnValue:
    """Do it; what is refused is said on the teller's page, which goes on where it stood."""
    try:
        act(application())
    except Refused as refused:
        if isinstance(refused, NotFound) or refused.status == "forbidden":
            raise
        return _teller_page(box_id, render_message(refused.reasons[0]), 409)
    flash(t(key))
    return redirect(url_for("sealed.teller", box_id=box_id), 303)


def _teller_page(box_id: str, trouble: str = "", status: int = 200) -> ResponseReturnValue:
    with application().database.read() as connection:
        found = queries.one(connection, g.org, g.person.id, box_id)
        own = found.box.teller(g.person.id)
        if own is None:
            raise Refused(Message("sealed.not_teller"), status="forbidden")
        papers = queries.papers(connection, found.box)
    return render_template(
        "pages/teller.html", found=found, own=own, papers=papers, step=_step(found.box, own), trouble=trouble,
        prints={one.person_id: sealing.fingerprint(one.public) for one in found.box.tellers if one.public},
        publics={one.person_id: one.public for one in found.box.tellers},
    ), status  # fmt: skip


def _step(box: Box, own: Teller) -> str:
    """What the page is for now: key check share wait open done gone."""
    if box.status == SEALED:
        return "open" if tellers.ready(box) else "wait" if own.has_shared else "share"
    if box.status == KEYS:
        return "check" if own.public else "key"
    return {OPEN: "check", LOCKED: "check", CLOSED: "done", CERTIFIED: "gone", VOID: "gone"}[box.status]
