"""Two who turn out to be one: look at everything that hangs on both, then confirm it with a reason."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.twins import parting
from states.twins.deciding import Joining, Noun, decide
from states.twins.looking import Look, look
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.directory import unit_name
from web.forms import Entries
from web.language import t
from web.refusals import mention
from workflow.folding import name_sort_key
from workflow.message import NotFound, Refused

pages = Blueprint("twins", __name__, url_prefix="/nguoi-trung/nhap-mot")

NOUNS = ("person", "subject")
MOST_LISTED = 200


@pages.get("")
@needs("office")
def choose() -> ResponseReturnValue:
    """Who is the same as whom; with both, what joining them would do. Nothing is written."""
    entries = Entries(request.args)
    seen = _looked(entries, "") if request.args.get("into") else None
    return _page(entries, seen), 422 if entries.problems else 200


@pages.post("")
@needs("office")
@by_script("Nhập hai hồ sơ của cùng một người hoặc tập thể", "gone", "into", "noun", "reason", "_nonce")
def confirm() -> ResponseReturnValue:
    """The decision: carried out by a run. The same form sent twice is one decision."""
    entries = Entries(request.form)
    reason = entries.line("reason", t("twins.reason"))
    if not entries.problems:
        try:
            with application().database.write() as connection:
                run_id = decide(connection, _joining(entries, reason), request.form.get("_nonce", ""))
            application().after_commit()
            return redirect(url_for("runs.one", run_id=run_id), 303)
        except NotFound:
            raise
        except Refused as refused:
            mention(refused)
            entries.refuse("reason", refused)
    return _page(entries, _looked(entries, reason)), 422


@pages.get("/<twin_id>/tach-lai")
@needs("office")
def part(twin_id: str) -> ResponseReturnValue:
    """What a correction would bring back, and what it cannot."""
    return _part_page(twin_id, Entries(request.args))


@pages.post("/<twin_id>/tach-lai")
@needs("office")
@by_script("Tách lại hai hồ sơ đã nhập", "reason", "_nonce")
def confirm_parting(twin_id: str) -> ResponseReturnValue:
    """A correction, as a decision of its own."""
    entries = Entries(request.form)
    reason = entries.line("reason", t("twins.reason"))
    if not entries.problems:
        try:
            with application().database.write() as connection:
                nonce = request.form.get("_nonce", "")
                run_id = parting.decide(connection, g.agency_id, twin_id, g.person.id, reason, nonce)
            application().after_commit()
            return redirect(url_for("runs.one", run_id=run_id), 303)
        except NotFound:
            raise
        except Refused as refused:
            mention(refused)
            entries.refuse("reason", refused)
    return _part_page(twin_id, entries), 422


def _part_page(twin_id: str, entries: Entries) -> str:
    with application().database.read() as connection:
        found = parting.past(connection, g.agency_id, twin_id)
    if not found:
        abort(404)
    return render_template(
        "pages/twins_part.html", one=found[0], errors=entries.errors, given=entries.given,
        nonce=application().database.new_id(),
    )  # fmt: skip


def _joining(entries: Entries, reason: str) -> Joining:
    noun, given = entries.given.get("noun", "person"), entries.given
    if noun not in NOUNS:
        abort(404)
    return Joining(
        g.agency_id, cast("Noun", noun), given.get("gone", ""), given.get("into", ""), g.person.id, reason,
        bool(g.sign_in.is_admin),
    )  # fmt: skip


def _looked(entries: Entries, reason: str) -> Look | None:
    try:
        with application().database.read() as connection:
            return look(application().engine, connection, _joining(entries, reason))
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        entries.refuse("into", refused)
        return None


def _others(gone: str) -> list[tuple[str, str]]:
    people = [one for one in g.org.people.values() if one.active and one.id != gone]
    people.sort(key=lambda one: name_sort_key(one.name))
    return [(one.id, f"{one.name} – {one.code} – {unit_name(g.org, one.unit_id)}".rstrip(" –")) for one in people]


def _page(entries: Entries, seen: Look | None) -> str:
    noun, gone = entries.given.get("noun", "person"), entries.given.get("gone", "")
    if noun not in NOUNS or (noun == "person" and gone not in g.org.people):
        abort(404)
    return render_template(
        "pages/twins.html", noun=noun, gone=gone, into=entries.given.get("into", ""), seen=seen,
        who=g.org.people.get(gone), others=_others(gone) if noun == "person" else [], most=MOST_LISTED,
        errors=entries.errors, given=entries.given, nonce=application().database.new_id(),
    )  # fmt: skip
