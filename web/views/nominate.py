"""Beginning a case by hand: a nomination, or whatever else the plan lets a person begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial, reduce
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from web import form_data, uploads
from web.access import signed_in
from web.application import application
from web.beginnings import STAFF, Beginning, about, all_of, beginnings, choices, named
from web.by_script import by_operation
from web.directory import not_meant, person_id
from web.errors import status_of
from web.field_views import Choice, Sources, people, views
from web.language import render_message, t
from web.quota_lines import of_start
from web.refusals import mention
from workflow.db import uuid7
from workflow.definition import Field
from workflow.files import unclaimed
from workflow.forms import REASON
from workflow.message import Invalid, Message, NotFound, Refused, joined

pages = Blueprint("nominate", __name__)

Forms = ImmutableMultiDict[str, str]


@pages.get("/gioi-thieu")
@signed_in
def form() -> ResponseReturnValue:
    """The first way to begin a case; the others are named beside it."""
    ways = _ways()
    if not ways:
        raise Refused(Message("nominate.none"))
    return _page(ways, ways[0], ImmutableMultiDict(request.args))


@pages.get("/gioi-thieu/<process>/<action>")
@signed_in
def other(process: str, action: str) -> ResponseReturnValue:
    """One way to begin a case."""
    ways = _ways()
    return _page(ways, _chosen(ways, process, action), ImmutableMultiDict(request.args))


@pages.post("/gioi-thieu/<process>/<action>")
@signed_in
@by_operation("start")
def start(process: str, action: str) -> ResponseReturnValue:
    """Begin the case; with an error, the same page with everything that was typed and sent."""
    app, ways = application(), _ways()
    way = _chosen(ways, process, action)
    fields = _fields(way, way.action.needs) + _fields(way, way.action.takes)
    sent, problems = uploads.with_form(fields)
    try:
        whom = about(app.database, g.agency_id, way, _with_person(sent))
        if problems:
            raise Invalid(problems)
        receipt = app.engine.start(
            g.actor, process=process, action=action, subject_type=whom.type, subject_id=whom.id,
            inputs=_read(fields, sent), key=sent.get("_nonce") or None, whom=named(sent), also=whom.also,
        )  # fmt: skip
    except Invalid as invalid:
        return _page(ways, way, sent, {**problems, **invalid.fields}), 422
    except NotFound:
        return _page(ways, way, sent, {"subject": Message("nominate.who_missing")}), 422
    except Refused as refused:
        mention(refused)
        if refused.status == "key_reused":  # sent before, then gone back to and changed: another case, if they say so
            return _page(ways, way, _anew(sent), {"subject": Message("nominate.sent_before")}), status_of(refused)
        return _page(ways, way, _anew(sent), {"subject": reduce(joined, refused.reasons)}), status_of(refused)
    flash(t("nominate.done", code=receipt.code, state=receipt.state_title))
    return redirect(url_for("cases.case", code=receipt.code), 303)


def _read(fields: Sequence[Field], sent: Forms) -> dict[str, Any]:
    return form_data.read(fields, sent, partial(person_id, g.org))


def _with_person(sent: Forms) -> Forms:
    """The form with the id of the one who is nominated, where the name or the code was typed."""
    words = sent.get("_person", "").strip()[:200]
    found = person_id(g.org, words)
    if words and found not in g.org.people and sent.get("_who", STAFF) == STAFF:
        raise Invalid({"_person": not_meant(g.org, words)})
    return ImmutableMultiDict({**sent.to_dict(), "_person": found})


def _anew(sent: Forms) -> Forms:
    """The form as typed, to be sent under a nonce of its own."""
    return ImmutableMultiDict((name, value) for name, value in sent.items(multi=True) if name != "_nonce")


def _ways() -> list[Beginning]:
    with application().database.read() as connection:
        return beginnings(connection, application().catalogue, g.org, g.person.id)


def _chosen(ways: list[Beginning], process: str, action: str) -> Beginning:
    found = next((way for way in ways if way.process == process and way.action.name == action), None)
    if found is None:
        raise NotFound("process")
    return found


def _fields(way: Beginning, names: tuple[str, ...]) -> tuple[Field, ...]:
    known = {REASON.name: REASON, **way.life.definition.fields}
    return tuple(known[name] for name in names if name in known and known[name].type != "subject")


def _page(ways: list[Beginning], way: Beginning, sent: Forms, problems: Mapping[str, Message] | None = None) -> str:
    needs, takes = _fields(way, way.action.needs), _fields(way, way.action.takes)
    with application().database.read() as connection:
        drafts = unclaimed(connection, g.agency_id, g.person.id)
        quotas = of_start(connection, way.life.plan, way.process)
        listed = choices(connection, g.org, way, needs + takes, g.person.id)
    given = _read(needs + takes, sent) if problems is not None or sent else None  # an address may fill it in
    problems = problems or {}
    sources = Sources(g.org, cases=listed, files=drafts, suggested=all_of(listed, needs + takes))
    units = [Choice(one, str(row["name"])) for one, row in g.org.units.items()]
    return render_template(
        "pages/nominate.html", begins=ways, way=way, sent=sent, nonce=sent.get("_nonce") or uuid7(),
        fields=views(needs, takes, sources, given, problems),
        people=people(g.org), units=units, wrong=problems, quotas=quotas,
        errors={f"nominate.{name}": render_message(one) for name, one in problems.items()},
    )  # fmt: skip
