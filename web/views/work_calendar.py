"""The agency's working days: what is in force, a change drafted line by line, what it would move, who agrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.calendars import editing, lines
from states.calendars.lines import Data, Line
from web.access import needs, signed_in
from web.application import application
from web.by_script import by_script
from web.calendar_plan import board, plan_of
from web.current import can
from web.errors import status_of
from web.forms import Entries
from web.language import render_message, t
from web.plan_texts import living_plan
from web.refusals import mention
from workflow.calendar import WEEKEND
from workflow.form_values import Wrong, day
from workflow.message import Invalid, Refused

pages = Blueprint("work_calendar", __name__, url_prefix="/lich-lam-viec")
OFF_FIELDS = {"first": "first", "last": "last", "label": "label", "source": "source"}
SWAP_FIELDS = {"worked": "worked", "first": "worked", "last": "worked", "off": "off", "label": "swap_label",
               "source": "swap_source"}  # fmt: skip


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """A year's days off and days worked in exchange, with their sources; for the office, the draft of a change."""
    return _page()


@pages.get("/tep.yaml")
@signed_in
def file() -> ResponseReturnValue:
    """The calendar in force as a file of the kind that is shipped."""
    with application().database.read() as connection:
        text = lines.as_file(editing.in_force(connection, g.agency_id)[1])
    named = {"Content-Disposition": "attachment; filename=lich-lam-viec.yaml"}
    return Response(text, content_type="application/yaml; charset=utf-8", headers=named)


@pages.get("/ngay")
@signed_in
def weekday() -> ResponseReturnValue:
    """Which day of the week a typed date is, and why nobody works then: a line for its field; of no date, nothing."""
    try:
        on = date.fromisoformat(day(request.args.get("ngay", ""), ""))
    except Wrong:
        return "", 204
    with application().database.glance() as connection:
        calendar = application().catalogue.calendar_of(connection, g.agency_id)
    said, label = t(f"calendar.weekday.{on.weekday()}"), calendar.label_of(on)
    if label == WEEKEND:
        said = t("work_calendar.weekend", weekday=said)
    elif label is not None:
        said = t("work_calendar.no_work", weekday=said, why=label)
    return Response(said, content_type="text/plain; charset=utf-8")


@pages.post("/ngay-nghi")
@needs("office")
@by_script("Thêm ngày nghỉ vào lịch làm việc", "edit", "first", "label", "last", "nam", "revision", "source")
def add_off() -> ResponseReturnValue:
    """Days off, from a first to a last."""
    entries = Entries(request.form)
    first = entries.day("first", t("work_calendar.first"))
    last = _optional_day(entries, "last", t("work_calendar.last")) or first
    line = _line(entries, first, last, "label", "source")
    return _edit(entries, lambda data: lines.with_day_off(data, line), OFF_FIELDS)


@pages.post("/lam-bu")
@needs("office")
@by_script("Thêm ngày làm bù", "edit", "nam", "off", "revision", "swap_label", "swap_source", "worked")
def add_swap() -> ResponseReturnValue:
    """A weekend day worked in exchange for another that is off."""
    entries = Entries(request.form)
    worked, off = entries.day("worked", t("work_calendar.worked")), entries.day("off", t("work_calendar.off"))
    line = replace(_line(entries, worked, worked, "swap_label", "swap_source"), instead_of=off)
    return _edit(entries, lambda data: lines.with_swap(data, line), SWAP_FIELDS)


@pages.post("/bo-dong")
@needs("office")
@by_script("Bỏ một dòng của lịch", "line", "nam", "revision")
def remove() -> ResponseReturnValue:
    """A line goes: its days are ordinary again."""
    key = request.form.get("line", "")
    return _edit(Entries(request.form), lambda data: lines.without(data, key), {"line": "line"})


@pages.post("/nam")
@needs("office")
@by_script("Ngày nghỉ của một năm đã được quyết định hay chỉ dự kiến", "official", "revision", "year")
def set_year() -> ResponseReturnValue:
    """Whether a year's days off were decided, or are expected only."""
    year = request.form.get("year", "")
    number = int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0
    official = request.form.get("official") == "1"
    return _edit(Entries(request.form), lambda data: lines.with_year(data, number, official=official), {"year": "year"})


@pages.post("/theo-ban-phat-hanh")
@needs("office")
@by_script("Theo lịch kèm phần mềm", "revision")
def adopt() -> ResponseReturnValue:
    """Draft the release's calendar; what the agency had changed and this says otherwise is shown as a difference."""
    with application().database.read() as connection:
        data = editing.shipped(connection)[1]
    return _edit(Entries(request.form), lambda _: data, {})


@pages.post("/bo-nhap")
@needs("office")
@by_script("Bỏ bản nháp lịch", "edit", "revision")
def drop() -> ResponseReturnValue:
    """Give the draft up."""
    _step(lambda connection, edit_id, seen: editing.drop(connection, g.agency_id, edit_id, seen), _drafted())
    flash(t("work_calendar.dropped"))
    return redirect(url_for("work_calendar.index"), 303)


@pages.post("/trinh")
@needs("office")
@by_script("Trình bản nháp lịch", "edit", "nam", "reason", "revision")
def propose() -> ResponseReturnValue:
    """Put the draft forward: what it would move is worked out, and nothing moves before somebody agrees."""
    edit_id, reason = _drafted(), request.form.get("reason", "")
    try:
        _step(
            lambda connection, edit, seen: editing.propose(connection, g.agency_id, edit, seen, g.person.id, reason),
            edit_id,
        )
    except Invalid as invalid:
        entries = Entries(request.form)
        entries.problems.update(invalid.fields)
        return _page(entries), 422
    application().after_commit()
    return redirect(url_for("work_calendar.one", edit_id=edit_id), 303)


@pages.get("/<edit_id>")
@signed_in
def one(edit_id: str) -> ResponseReturnValue:
    """One change: what differs, each open deadline it moves, who agreed, what came of it."""
    found = plan_of(edit_id)
    return render_template("pages/work_calendar_plan.html", found=found)


@pages.post("/<edit_id>/tinh-lai")
@needs("office")
@by_script("Tính lại những gì lịch mới sẽ dời", "revision")
def plan_again(edit_id: str) -> ResponseReturnValue:
    """Work out anew what it would move."""
    return _on(edit_id, editing.plan_again, g.person.id)


@pages.post("/<edit_id>/rut")
@needs("office")
@by_script("Rút lịch đã trình về bản nháp", "revision")
def take_back(edit_id: str) -> ResponseReturnValue:
    """Back to a draft."""
    _on(edit_id, editing.take_back)
    return redirect(url_for("work_calendar.index"), 303)


@pages.post("/<edit_id>/duyet")
@signed_in
@by_script("Duyệt lịch làm việc đã trình", "revision")
def agree(edit_id: str) -> ResponseReturnValue:
    """Put it in force; the run that moves what is open begins."""
    with application().database.read() as connection:
        row = editing.find(connection, g.agency_id, edit_id)
    reasons = editing.against(g.org, living_plan(), row, g.person.id, office=can("office"))
    if reasons:
        raise Refused(*reasons, status="forbidden")
    return _on(edit_id, editing.agree, g.person.id)


@pages.post("/<edit_id>/tiep")
@needs("office")
@by_script("Tính tiếp các hạn còn lại", "revision")
def go_on(edit_id: str) -> ResponseReturnValue:
    """Move what is left, where the run was stopped or given up."""
    return _on(edit_id, editing.go_on, g.person.id)


def _on(edit_id: str, step: Callable[..., Any], *more: Any) -> ResponseReturnValue:
    """A step of a change, as it was seen, and back to its page."""
    _step(lambda connection, edit, seen: step(connection, g.agency_id, edit, seen, *more), edit_id)
    application().after_commit()
    return redirect(url_for("work_calendar.one", edit_id=edit_id), 303)


def _step(step: Callable[[Any, str, int], Any], edit_id: str) -> None:
    with application().database.write() as connection:
        step(connection, edit_id, _seen())


def _drafted() -> str:
    return request.form.get("edit", "")[:36]


def _seen() -> int:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _line(entries: Entries, first: date | None, last: date | None, label: str, source: str) -> Line:
    """What the form says; what is wrong about it is noted, and the rest judged by `lines`."""
    said = entries.line(label, t("work_calendar.label")), entries.line(source, t("work_calendar.source"))
    return Line(first or date.min, last or date.min, *said, expected=request.form.get("expected") == "1")


def _optional_day(entries: Entries, name: str, title: str) -> date | None:
    raw = entries.given.get(name, "")
    try:
        return date.fromisoformat(day(raw, title)) if raw.strip() else None
    except Wrong as wrong:
        entries.problems[name] = wrong.message
        return None


def _edit(entries: Entries, change: Callable[[Data], Any], fields: dict[str, str]) -> ResponseReturnValue:
    """One edit of the draft; what is wrong with it stands at its field, and what was typed comes back."""
    if not entries.problems:
        app = application()
        try:
            with app.database.write() as connection:
                editing.edit(connection, app.database.new_id, g.agency_id, g.person.id, change, _seen())
            flash(t("work_calendar.noted"))
            return redirect(url_for("work_calendar.index", nam=request.form.get("nam", "")), 303)
        except Invalid as invalid:
            entries.problems.update({fields.get(name, name): found for name, found in invalid.fields.items()})
        except Refused as refused:
            mention(refused)
            for reason in refused.reasons:
                flash(render_message(reason), "bad")
            return _page(entries), status_of(refused)
    return _page(entries), 422


def _page(entries: Entries | None = None) -> str:
    with application().database.read() as connection:
        found = board(connection, request.values.get("nam", ""))
    errors = entries.errors if entries else {}
    given = request.form if entries else {}
    return render_template("pages/work_calendar.html", found=found, errors=errors, given=given)
