"""The mail desk: drafts to people without a sign-in; looked at, corrected, sent one or many, or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.desk import queries, writing
from states.desk.model import DRAFT
from states.desk.truth import against
from states.desk.writing import Office
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.directory import unit_name
from web.language import render_message, t
from web.page_lists import most
from web.refusals import mention
from workflow.clock import business_now
from workflow.message import Conflict, Refused

pages = Blueprint("desk", __name__, url_prefix="/thu-chuyen")

PAGE = 50
MOST = 200  # letters of one sending


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Drafts from the oldest, narrowed by the address; with ?xem=xong those done with."""
    size = most(PAGE)
    app, wanted = application(), _filter()
    with app.database.read() as connection:
        now = business_now(connection)
        after = request.args.get("sau", "")[:36]
        rows = queries.listed(connection, g.agency_id, wanted, now=now, after=after, limit=size + 1)
        wrong = against(connection, app.catalogue, [row for row in rows[:size] if row["status"] == DRAFT])
        full = queries.summary(connection, g.agency_id)
        cut = queries.perhaps_sent(connection, g.agency_id)
        _, plan = app.catalogue.living_plan(connection, g.agency_id) or (None, None)
        titles = {one: life.definition.title for one in full.processes
                  if (life := app.catalogue.living(connection, g.agency_id, one))}  # fmt: skip
    more = rows[size - 1]["id"] if len(rows) > size else ""
    return render_template(
        "pages/desk.html", rows=rows[:size], wanted=wanted, full=full, wrong=wrong, now=now, more=more, cut=cut,
        roles={one: plan.roles[one].title if plan and one in plan.roles else one for one in full.roles},
        processes={one: titles.get(one, one) for one in full.processes}, ages=queries.AGES,
        units={one: unit_name(g.org, one) for one in full.units},
    )  # fmt: skip


@pages.get("/<draft_id>")
@needs("office")
def letter(draft_id: str) -> ResponseReturnValue:
    """One letter as it would leave, with every wording it had."""
    return _letter_page(draft_id, {}, {}, 200)


@pages.post("/<draft_id>/sua")
@needs("office")
@by_script("Sửa một thư nháp", "address", "subject", "text", "version")
def edit(draft_id: str) -> ResponseReturnValue:
    """Correct it; the wording before is kept."""
    words = {name: request.form.get(name, "") for name in ("subject", "text", "address")}
    try:
        with application().database.write() as connection:
            _one(connection, draft_id)
            writing.edit(connection, _office(), draft_id, _number("version"), words)
    except Conflict as refused:
        return _letter_page(draft_id, {"text": render_message(refused.reasons[0])}, words, 409)
    except Refused as refused:
        mention(refused)
        key = refused.reasons[0].key
        name = {"desk.bad_address": "address", "desk.no_subject": "subject"}.get(key, "text")
        return _letter_page(draft_id, {name: render_message(refused.reasons[0])}, words, 422)
    flash(t("desk.edited"))
    return redirect(url_for("desk.letter", draft_id=draft_id), 303)


@pages.post("/<draft_id>/rut")
@needs("office")
@by_script("Rút một thư nháp", "version")
def withdraw(draft_id: str) -> ResponseReturnValue:
    """Not to be sent."""
    try:
        with application().database.write() as connection:
            _one(connection, draft_id)
            writing.withdraw(connection, _office(), draft_id, _number("version"))
    except Conflict as refused:
        return _letter_page(draft_id, {"text": render_message(refused.reasons[0])}, {}, 409)
    flash(t("desk.withdrawn"))
    return redirect(url_for("desk.index"), 303)


@pages.post("/xem-lai")
@needs("office")
@by_script("Xem lại tên và số thư trước khi gửi", "letter")
def confirm() -> ResponseReturnValue:
    """Names and count before anything leaves."""
    return _confirm(list(_wanted()), {}, 200)


@pages.post("/gui")
@needs("office")
@by_script("Gửi các thư đã xem lại", "letter", "restored", "way")
def send() -> ResponseReturnValue:
    """Send what was confirmed, as it was seen."""
    app, wanted = application(), _wanted()
    with app.database.read() as connection:
        cut = queries.perhaps_sent(connection, g.agency_id)
        rows = queries.some(connection, g.agency_id, list(wanted))
    if cut and any(row["drafted_at"] <= cut for row in rows) and not request.form.get("restored"):
        return _confirm(list(wanted), {"restored": t("desk.say_restored")}, 422)
    with app.database.write() as connection:
        sent = writing.send(connection, app.catalogue, _office(), wanted, paper=request.form.get("way") == "paper")
    app.after_commit()
    flash(t("desk.done", mailed=len(sent.mailed), handed=len(sent.handed), kept=len(sent.kept)))
    names = {row["id"]: row["addressee"] for row in rows}
    for letter_id, why in sent.kept:
        flash(t("desk.kept", name=names.get(letter_id, ""), why=t(f"desk.why.{why}")))
    return redirect(url_for("desk.index"), 303)


def _office() -> Office:
    return Office(g.agency_id, g.person.id)


def _number(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def _wanted() -> dict[str, int]:
    """`letter` is ID:VERSION, once for each letter ticked."""
    pairs = (one.partition(":") for one in request.form.getlist("letter")[:MOST])
    return {ident[:36]: int(version) for ident, _, version in pairs if version.isdecimal() and len(version) < 10}


def _filter() -> queries.Filter:
    args = request.args
    days = args.get("tuoi", "")
    return queries.Filter(
        process=args.get("loai", "")[:64], unit=args.get("donvi", "")[:36], role=args.get("noi-nhan", "")[:64],
        kind=args.get("kieu", "")[:60], days=int(days) if days in {str(one) for one in queries.AGES} else 0,
        done=args.get("xem") == "xong",
    )  # fmt: skip


def _one(connection: Any, letter_id: str) -> Mapping[str, Any]:
    found = queries.some(connection, g.agency_id, [letter_id])
    if not found:
        abort(404)
    return found[0]


def _confirm(ids: Sequence[str], errors: dict[str, str], status: int) -> ResponseReturnValue:
    app = application()
    with app.database.read() as connection:
        rows = [row for row in queries.some(connection, g.agency_id, ids) if row["status"] == DRAFT]
        wrong = against(connection, app.catalogue, rows)
        cut = queries.perhaps_sent(connection, g.agency_id)
    if not rows:
        flash(t("desk.nothing_chosen"))
        return redirect(url_for("desk.index"), 303)
    going = [row for row in rows if row["id"] not in wrong]
    stay = [(row, wrong[row["id"]]) for row in rows if row["id"] in wrong]
    restored = bool(cut and any(row["drafted_at"] <= cut for row in going))
    page = render_template("pages/desk_confirm.html", going=going, stay=stay, cut=cut, restored=restored, errors=errors)
    return page, status


def _letter_page(letter_id: str, errors: dict[str, str], given: Mapping[str, str], status: int) -> ResponseReturnValue:
    app = application()
    with app.database.read() as connection:
        row = _one(connection, letter_id)
        why = against(connection, app.catalogue, [row]).get(letter_id, "") if row["status"] == DRAFT else row["why"]
        before = queries.wordings(connection, g.agency_id, letter_id)
    page = render_template(
        "pages/desk_letter.html", letter=row, why=why, wordings=before, errors=errors, given={**row, **given},
        name_of=g.org.name,
    )  # fmt: skip
    return page, status
