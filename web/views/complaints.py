"""Khiếu nại, tố cáo: the register, recording with the hold, and who complained, for who keeps complaints alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.comments import saying
from states.comments.model import COMPLAINT
from states.complaints import complainants, queries, register
from states.complaints.complainants import Identity
from states.subjects.visibility import visible
from web import form_data, uploads
from web.access import needs
from web.application import application
from web.by_script import by_script, in_browser
from web.field_views import Sources, views
from web.forms import Entries
from web.language import render_message, t
from web.plan_texts import living_plan
from web.refusals import mention
from web.views.cases import case_id
from workflow.case import case
from workflow.db import uuid7
from workflow.definition import Action, Field
from workflow.explain import CaseView
from workflow.files import unclaimed
from workflow.message import Invalid, Message, NotFound, Refused

pages = Blueprint("complaints", __name__, url_prefix="/khieu-nai-to-cao")


@pages.get("")
@needs("complaints")
def index() -> ResponseReturnValue:
    """Open ones; with ?xem=xong those concluded."""
    done = request.args.get("xem") == "xong"
    app = application()
    with app.database.read() as connection:
        rows = queries.listed(connection, g.agency_id, visible=visible(g.org, g.person.id), done=done)
        kinds = {row["id"]: _kind(connection, row) for row in rows}
    return render_template("pages/complaints.html", rows=rows, kinds=kinds, done=done)


@pages.get("/moi/<code>")
@needs("complaints")
def form(code: str) -> ResponseReturnValue:
    """What is recorded about a complaint on this case."""
    return _form(code, {}, {}, 200)


@pages.post("/moi/<code>")
@needs("complaints")
@by_script(
    "Ghi nhận đơn thư và tạm dừng hồ sơ",
    "hold_ground",
    "hold_document",
    "complaint_kind",
    "complaint_on",
    "_name",
    "_contact",
    "_content",
    "_comment",
    "_nonce",
    files=("hold_document",),
)
def create(code: str) -> ResponseReturnValue:
    """Record it and put the case on hold, together; on a case held on this ground already only record it."""
    view = _view(code)
    name, action = _recording(view)
    fields = _fields(view, action)
    sent, problems = uploads.with_form(fields)
    given = form_data.read(fields, sent)
    comment_id = request.form.get("_comment", "")
    try:
        if comment_id and _comment(comment_id)["case_id"] != view.case["id"]:
            raise NotFound("comment")
        if problems:
            raise Invalid(problems)
        who = _identity(comment_id)
        kind = Entries(request.form)
        kind.one_of(register.KIND, t("complaint.kind"), view.definition.fields[register.KIND].choices)
        if kind.problems:
            raise Invalid(kind.problems)
        if given.get(register.GROUND) in view.case["holds"]:
            _record_only(view, given, who, comment_id)
        else:
            application().engine.act(
                g.actor, case_id=view.case["id"], action=name, inputs=given, case_version=view.case["version"],
                key=request.form.get("_nonce") or None,
                also=[lambda c: _keep(c, view, who), *([lambda c: _taken(c, comment_id)] if comment_id else [])],
            )  # fmt: skip
    except Invalid as invalid:
        return _form(code, {**problems, **invalid.fields}, given, 422)
    except Refused as refused:
        mention(refused)
        return _form(code, {"_why": refused.reasons[0]}, given, 409)
    flash(t("complaint.recorded", code=view.case["code"]))
    return redirect(url_for("complaints.index"), 303)


@pages.post("/y-kien/<comment_id>")
@needs("complaints")
@by_script("Chuyển một ý kiến thành đơn thư")
def from_comment(comment_id: str) -> ResponseReturnValue:
    """A comment becomes a complaint: at once where the plan asks for nothing more, else by the form, filled in."""
    row = _comment(comment_id)
    with application().database.read() as connection:
        code = connection.scalar(sa.select(case.c.code).where(case.c.id == row["case_id"]))
    view = _view(str(code))
    name, action = _recording(view)
    kinds = view.definition.fields[register.KIND].choices if register.KIND in action.takes else {}
    if action.needs or not kinds:
        return redirect(url_for("complaints.form", code=code, **{"y-kien": comment_id}), 303)
    kind = "petition" if "petition" in kinds else next(iter(kinds))
    who = _of_comment(comment_id, row["text"])
    application().engine.act(
        g.actor, case_id=view.case["id"], action=name, inputs={register.KIND: kind},
        case_version=view.case["version"], also=[lambda c: _keep(c, view, who), lambda c: _taken(c, comment_id)],
    )  # fmt: skip
    flash(t("complaint.recorded", code=code))
    return redirect(url_for("complaints.index"), 303)


@pages.get("/<complaint_id>")
@needs("complaints")
def complaint(complaint_id: str) -> ResponseReturnValue:
    """A line of the register; who complained is told when asked for."""
    with application().database.read() as connection:
        row = _one(connection, complaint_id)
        kind = _kind(connection, row)
    return render_template("pages/complaint.html", row=row, kind=kind, who=None, name_of=g.org.name)


@pages.post("/<complaint_id>/nguoi-nop")
@needs("complaints")
@in_browser("danh tính này chỉ xem ở trang, không qua mã truy cập")
def who(complaint_id: str) -> ResponseReturnValue:
    """Who complained and what they say; that somebody looked is written down."""
    with application().database.write() as connection:
        row = _one(connection, complaint_id)
        found = complainants.told(connection, application().identities, g.agency_id, complaint_id, g.person.id)
        kind = _kind(connection, row)
    return render_template("pages/complaint.html", row=row, kind=kind, who=found, name_of=g.org.name)


def _one(connection: sa.Connection, complaint_id: str) -> Mapping[Any, Any]:
    """Not of one's own case, nor of one in conflict: the same answer as for one that does not exist."""
    row = queries.one(connection, g.agency_id, complaint_id)
    if row is None or not _may_keep(connection, row["case_id"]):
        raise NotFound("complaint")
    return row


def _may_keep(connection: sa.Connection, case_id: str) -> bool:
    matter = complainants.matter_of(connection, g.agency_id, case_id)
    return matter is not None and complainants.may_keep(g.org, living_plan(), g.person.id, matter)


def _view(code: str) -> CaseView:
    found = case_id(code)
    with application().database.read() as connection:
        if not _may_keep(connection, found):
            raise NotFound("case")
    return application().engine.view(g.actor, found)


def _recording(view: CaseView) -> tuple[str, Action]:
    """The plan's action for it: of the hold while held, else the state's."""
    ways = dict(register.recording(view.definition, view.case["state"]))
    held = {name: one for name, one in ways.items() if name.startswith("held:")}
    chosen = held if view.case["is_held"] and held else ways
    if not chosen:
        raise Refused(Message("complaint.not_here"))
    return next(iter(chosen.items()))


def _fields(view: CaseView, action: Action) -> tuple[Field, ...]:
    names = dict.fromkeys((*action.needs, *action.takes))
    return tuple(view.definition.fields[name] for name in names if name in view.definition.fields)


def _identity(comment_id: str) -> Identity:
    """What was typed; of a comment who signed it, handed on unseen, unless somebody is named."""
    form = {name: request.form.get(name, "").replace("\x00", "").strip() for name in ("_name", "_contact", "_content")}
    content = form["_content"][: complainants.LONGEST]
    if comment_id and not form["_name"] and not form["_contact"]:
        return _of_comment(comment_id, content)
    return Identity(form["_name"][:300], form["_contact"][:300], content)


def _of_comment(comment_id: str, content: str) -> Identity:
    app = application()
    with app.database.read() as connection:
        who = saying.signed_by(connection, app.identities, g.agency_id, comment_id)
    return Identity(who.name or (g.org.name(who.person_id) if who.person_id else ""), who.contact, content)


def _keep(connection: sa.Connection, view: CaseView, who: Identity) -> None:
    complainants.keep_latest(connection, application().identities, g.agency_id, view.case["id"], who)


def _record_only(view: CaseView, given: Mapping[str, Any], who: Identity, comment_id: str) -> None:
    """The case stands still for the same ground already: one more line, and nothing moves."""
    received = Entries(request.form)
    day = received.day(register.RECEIVED_ON, t("complaint.received"))
    if received.problems:
        raise Invalid(received.problems)
    with application().database.write() as connection:
        complaint_id = register.record(
            connection, agency_id=g.agency_id, case_id=view.case["id"], kind=str(given[register.KIND]),
            ground=str(given[register.GROUND]), received_on=day, by=g.person.id,
        )  # fmt: skip
        complainants.keep(connection, application().identities, g.agency_id, complaint_id, who)
        if comment_id:
            _taken(connection, comment_id)


def _comment(comment_id: str) -> Mapping[Any, Any]:
    with application().database.read() as connection:
        row = saying.one(connection, g.agency_id, comment_id)
        if row is None or not _may_keep(connection, row["case_id"]):
            raise NotFound("comment")
    return row


def _taken(connection: sa.Connection, comment_id: str) -> None:
    saying.moderate(connection, g.agency_id, comment_id, g.person.id, COMPLAINT)


def _typed(comment_id: str) -> Mapping[str, str]:
    """The form as it was sent, or filled in from a comment."""
    if request.method == "POST" or not comment_id:
        return request.form
    row = _comment(comment_id)
    return {"_content": row["text"]}


def _form(code: str, problems: Mapping[str, Message], given: Mapping[str, Any], status: int) -> ResponseReturnValue:
    view = _view(code)
    _, action = _recording(view)
    known = view.definition.fields
    needed = tuple(known[name] for name in dict.fromkeys((*action.needs, register.KIND)) if name in known)
    taken = tuple(known[name] for name in action.takes if name in known and name != register.KIND)
    comment_id = request.form.get("_comment") or request.args.get("y-kien", "")
    with application().database.read() as connection:
        drafts = unclaimed(connection, g.agency_id, g.person.id)
    page = render_template(
        "pages/complaint_form.html", view=view, nonce=request.form.get("_nonce") or uuid7(), title=action.title,
        sent=_typed(comment_id), comment_id=comment_id,
        fields=views(needed, taken, Sources(g.org, files=drafts), given, problems),
        errors={f"complaint.{name}": render_message(one) for name, one in problems.items() if name != "_why"},
        refused=render_message(problems["_why"]) if "_why" in problems else "",
    )  # fmt: skip
    return page, status


def _kind(connection: sa.Connection, row: Mapping[Any, Any]) -> str:
    field = application().catalogue.life(connection, row["definition_id"]).definition.fields.get(register.KIND)
    return field.choices.get(row["kind"], row["kind"]) if field else row["kind"]
