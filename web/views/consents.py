"""Who may be shown on the public board: consent recorded, taken back, and the board's own switch."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.honours import board, consent, photos
from states.honours.consent import PAPER, Candidate, Given
from states.subjects.visibility import visible
from web.access import needs, signed_in
from web.application import application
from web.board import fields_of
from web.by_script import by_script
from web.current import can
from web.forms import Entries
from web.language import render_message, t
from web.plan_texts import living_plan
from web.refusals import mention
from workflow.case import case_field
from workflow.form_text import Unreadable, clean_text
from workflow.message import Message, NotFound, Refused

pages = Blueprint("consents", __name__, url_prefix="/bang-vinh-danh")

SENTENCE, STORY = 300, 4000


@dataclass(frozen=True)
class Line:
    """A candidate with the voice that the one who looks has for them."""

    one: Candidate
    voice: str


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Whom this person may show or take down: oneself, one's collective, or for the office everybody."""
    with application().database.read() as connection:
        lines = _lines(connection)
        opened = board.is_open(connection, g.agency_id)
        code = next((one.code for one in board.boards(connection) if one.agency_id == g.agency_id), "")
    plan = living_plan()
    return render_template(
        "pages/honours.html", lines=lines, opened=opened, code=code, levels=plan.levels if plan else {},
        has_board=board.has_board(plan) is not None,
    )  # fmt: skip


@pages.get("/<subject_id>")
@signed_in
def form(subject_id: str) -> ResponseReturnValue:
    """What would be shown of somebody, and the consent to it."""
    return _form(_mine(subject_id))


@pages.post("/<subject_id>")
@signed_in
@by_script(
    "Ghi nhận đồng ý công khai của một gương",
    "given_on",
    "paper",
    "sentence",
    "shows_photo",
    "shows_story",
    "story",
    files=("photo",),
)
def show(subject_id: str) -> ResponseReturnValue:
    """Record the consent: from now on the exemplar is on the board."""
    line, entries = _mine(subject_id), Entries(request.form)
    given = _given(line, entries)
    if not entries.problems:
        try:
            app = application()
            consent.show(app.engine, g.actor, line.one, line.voice, given, app.database.new_id)
            flash(t("honour.is_shown", name=line.one.name))
            return redirect(url_for("consents.index"), 303)
        except Refused as refused:
            mention(refused)
            entries.refuse("sentence", refused)
    return _form(line, entries), 422


@pages.post("/<subject_id>/go")
@signed_in
@by_script("Gỡ một gương khỏi bảng", "why")
def take_down(subject_id: str) -> ResponseReturnValue:
    """Take somebody down at once; nobody has to say why."""
    line, entries = _mine(subject_id), Entries(request.form)
    why = entries.line("why", t("honour.why"), needed=False)
    consent.take_down(application().engine, g.actor, line.one, why)
    flash(t("honour.is_taken_down", name=line.one.name))
    return redirect(url_for("consents.index"), 303)


@pages.post("/mo")
@needs("office")
@by_script("Mở bảng gương điển hình cho mọi người xem")
def open_board() -> ResponseReturnValue:
    """Let the public see the board."""
    return _switch(True)


@pages.post("/dong")
@needs("office")
@by_script("Đóng bảng gương điển hình")
def shut_board() -> ResponseReturnValue:
    """Let nobody see it, at once; consents stay as they are."""
    return _switch(False)


def _switch(opened: bool) -> ResponseReturnValue:
    with application().database.write() as connection:
        board.switch(connection, g.agency_id, g.person.id, opened)
    flash(t("honour.opened" if opened else "honour.shut"))
    return redirect(url_for("consents.index"), 303)


def _lines(connection: sa.Connection) -> list[Line]:
    found = consent.candidates(connection, g.agency_id, visible(g.org, g.person.id))
    lines = (Line(one, _voice(one)) for one in found)
    return [line for line in lines if line.voice]


def _voice(one: Candidate) -> str:
    return consent.voice(g.org, g.person.id, one, is_office=can("office"))


def _mine(subject_id: str) -> Line:
    """NotFound as well for whoever has no voice here."""
    with application().database.read() as connection:
        one = consent.find(connection, g.agency_id, visible(g.org, g.person.id), subject_id)
    voice = _voice(one)
    if not voice or board.has_board(living_plan()) is None:
        raise NotFound("subject")
    return Line(one, voice)


def _given(line: Line, entries: Entries) -> Given:
    sentence = entries.line("sentence", t("honour.sentence"))
    if len(sentence) > SENTENCE:
        entries.problems["sentence"] = Message("honour.long_sentence", {"most": SENTENCE})
    shows_photo, shows_story = bool(request.form.get("shows_photo")), bool(request.form.get("shows_story"))
    story = _story(entries) if shows_story else ""
    paper = entries.line("paper", t("honour.paper")) if line.voice == PAPER else ""
    given_on = entries.day("given_on", t("honour.given_on")) if line.voice == PAPER else None
    if given_on is not None and given_on > g.today:
        entries.problems["given_on"] = Message("honour.not_yet")
    photo = _photo(entries) if shows_photo and not entries.problems else None
    has_one = bool(line.one.live and line.one.live["photo_id"])
    if shows_photo and photo is None and not has_one and not entries.problems:
        entries.problems["photo"] = Message("honour.no_photo")
    field = str(_from_case(line.one, "field") or "")
    return Given(sentence, story, shows_photo, shows_story, photo, photo is None, field, paper, given_on)


def _story(entries: Entries) -> str:
    try:
        story = clean_text(request.form.get("story", ""))
    except Unreadable:
        entries.problems["story"] = Message("honour.unreadable")
        return ""
    if not story:
        entries.problems["story"] = Message("honour.no_story")
    elif len(story) > STORY:
        entries.problems["story"] = Message("honour.long_story", {"most": STORY})
    return story


def _photo(entries: Entries) -> Any:
    """The photo sent along, cleaned and on disk; last, because it costs a child process."""
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return None
    try:
        return photos.take(application().files, g.agency_id, sent.stream)
    except Refused as refused:
        mention(refused)
        entries.refuse("photo", refused)
        return None


def _from_case(one: Candidate, what: str) -> Any:
    """What the case says in the field that the plan's board names for this."""
    name = str((board.has_board(living_plan()) or {}).get(what) or "")
    with application().database.read() as connection:
        return connection.scalar(
            sa.select(case_field.c.value).where(
                case_field.c.agency_id == g.agency_id, case_field.c.case_id == one.case_id, case_field.c.name == name
            )
        )


def _form(line: Line, entries: Entries | None = None) -> str:
    with application().database.read() as connection:
        fields = fields_of(connection, g.agency_id, plan) if (plan := living_plan()) else {}
    field = str(_from_case(line.one, "field") or "")
    return render_template(
        "pages/honour.html", line=line, given=_before(line, entries), errors=entries.errors if entries else {},
        held=render_message(Message("honour.held")) if line.one.held else "", field=fields.get(field, ""),
        levels=plan.levels if plan else {}, most=SENTENCE, nonce=secrets.token_hex(8),
    )  # fmt: skip


def _before(line: Line, entries: Entries | None) -> Mapping[str, Any]:
    """What the form shows: as it was sent, as it is shown now, or what the case says."""
    if entries is not None:
        names = ("sentence", "story", "shows_photo", "shows_story", "paper", "given_on")
        return {name: entries.given.get(name, "") for name in names}
    if live := line.one.live:
        return {**live, "given_on": ""}
    merit = " ".join(str(_from_case(line.one, "merit") or "").split())
    return {
        "sentence": merit[:SENTENCE],
        "story": "",
        "shows_photo": "",
        "shows_story": "",
        "paper": "",
        "given_on": "",
    }
