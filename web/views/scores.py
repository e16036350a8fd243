"""Handing in scores and binding papers to criteria; what waits for one's scores; the table as a file."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.criteria import evidence, scoring
from states.criteria.waiting import MOST, waiting
from web import scores, uploads
from web.access import signed_in
from web.application import application
from web.by_script import by_operation
from web.case_page import gather
from web.downloads import table_file
from web.errors import status_of
from web.language import render_message, t
from web.refusals import mention
from web.views.cases import case_id
from workflow.message import Conflict, Invalid, Message, NotFound, Refused

pages = Blueprint("scores", __name__)


@pages.get("/cham-diem")
@signed_in
def index() -> ResponseReturnValue:
    """The cases that wait for this person's scores."""
    with application().database.read() as connection:
        found = waiting(connection, application().catalogue, g.org, g.person.id)
    return render_template("pages/scores.html", found=found, most=MOST)


@pages.post("/ho-so/<code>/cham-diem")
@signed_in
@by_operation("score")
def hand_in(code: str) -> ResponseReturnValue:
    """Keep one's scores; with an error, the same page with everything that was ticked and typed."""
    form = request.form
    given = scoring.Given(
        scores={name.removeprefix("score-"): int(value) for name, value in form.items()
                if name.startswith("score-") and value.isascii() and value.isdecimal() and len(value) <= 3},
        words=form.get("words", "").replace("\r\n", "\n").strip(), visit=_number("visit"),
        criteria_hash=form.get("criteria_hash", ""), revision=_number("revision"),
    )  # fmt: skip
    try:
        scoring.hand_in(application().engine, g.actor, case_id(code), given)
    except NotFound:
        raise
    except (Invalid, Conflict) as refused:
        errors = refused.fields if isinstance(refused, Invalid) else {"words": refused.reasons[0]}
        return _again(code, scores.Typed(given.scores, given.words, errors, given.revision), status_of(refused))
    except Refused as refused:
        mention(refused)
        errors = {"words": refused.reasons[0]}
        return _again(code, scores.Typed(given.scores, given.words, errors, given.revision), status_of(refused))
    flash(t("criteria.saved", code=code))
    return redirect(url_for("cases.case", code=code, _anchor="cham-diem"), 303)


@pages.post("/ho-so/<code>/cham-diem/xung-dot")
@signed_in
@by_operation("score_recusal")
def recuse(code: str) -> ResponseReturnValue:
    """Somebody asked to score is too close to whom the case is about: out of this and all their cases."""
    try:
        scoring.keep_out(application().engine, g.actor, case_id(code), request.form.get("reason", ""))
    except Invalid as invalid:
        return _again(code, scores.Typed({}, "", {}), 422, {"recuse-reason": invalid.fields["reason"]})
    flash(t("recusal.done"))
    return redirect(url_for("scores.index"), 303)


@pages.post("/ho-so/<code>/minh-chung-tieu-chi")
@signed_in
@by_operation("score_evidence")
def bind(code: str) -> ResponseReturnValue:
    """Files of the case, or new ones, speak for a criterion."""
    ident, problems, new = case_id(code), {}, []
    for sent in [one for one in request.files.getlist("files") if one.filename][: uploads.MOST_AT_ONCE]:
        try:
            new.append(uploads.take(sent))
        except Refused as refused:
            mention(refused)
            problems["files"] = refused.reasons[0]
    criteria, _, criterion = request.form.get("criterion", "").partition(".")
    try:
        if problems:
            raise Invalid(problems)
        evidence.bind(application().engine, g.actor, ident, (criteria, criterion), request.form.getlist("kept"), new)
    except Invalid as invalid:
        return _again(code, scores.Typed({}, "", {}), 422, {f"bind-{k}": v for k, v in invalid.fields.items()})
    flash(t("criteria.bound"))
    return redirect(url_for("cases.case", code=code, _anchor="minh-chung-tieu-chi"), 303)


@pages.get("/ho-so/<code>/cham-diem.<kind>")
@signed_in
def export(code: str, kind: str) -> ResponseReturnValue:
    """Every score this person may see, and no other."""
    page = gather(application(), g.org, g.actor, case_id(code))
    found = page.scoring.round if page.scoring else None
    if found is None or kind not in ("xlsx", "csv"):
        abort(404)
    rows = scores.rows(found, page.names)
    return table_file(code, rows, "cham-diem", kind)


def _again(code: str, typed: scores.Typed, status: int, more: dict[str, Message] | None = None) -> ResponseReturnValue:
    page = gather(application(), g.org, g.actor, case_id(code), scored=typed)
    errors = {f"score-{name}": render_message(found) for name, found in typed.errors.items()}
    errors |= {name: render_message(found) for name, found in (more or {}).items()}
    return render_template("pages/case.html", page=page, errors=errors), status


def _number(name: str) -> int:
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
