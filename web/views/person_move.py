"""One person goes to another unit with all that is open about them: look first, then confirm with the decision."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.units.moving import Move, Moving, decide, look
from web.access import needs
from web.application import application
from web.by_script import by_script
from web.directory import unit_name
from web.forms import Entries
from web.language import t
from web.plan_texts import role_titles
from web.refusals import mention
from web.views.people import known
from workflow.message import NotFound, Refused

pages = Blueprint("person_move", __name__, url_prefix="/danh-ba/<person_id>/chuyen-don-vi")

MOST_LISTED = 200


@pages.get("")
@needs("office")
def look_at(person_id: str) -> ResponseReturnValue:
    """To which unit and from which day; with both, what it would do. Nothing is written."""
    entries = Entries(request.args)
    seen = _looked(person_id, entries) if request.args.get("unit") else None
    return _page(person_id, entries, seen), 422 if entries.problems else 200


@pages.post("")
@needs("office")
@by_script("Điều chuyển một người sang đơn vị khác", "unit", "day", "number", "reason", "kept", "_nonce")
def confirm(person_id: str) -> ResponseReturnValue:
    """The decision: carried out by a run on its day. The same form sent twice is one."""
    known(person_id)
    entries = Entries(request.form)
    number = entries.line("number", t("moving.number"))
    reason = entries.line("reason", t("moving.reason"), needed=False)
    moving = _moving(person_id, entries, number, reason)
    if moving and not entries.problems:
        try:
            with application().database.write() as connection:
                run_id = decide(connection, moving, request.form.get("_nonce", ""))
            application().after_commit()
            return redirect(url_for("runs.one", run_id=run_id), 303)
        except NotFound:
            raise
        except Refused as refused:
            mention(refused)
            entries.refuse("number", refused)
    return _page(person_id, entries, _looked(person_id, entries)), 422


def _moving(person_id: str, entries: Entries, number: str = "", reason: str = "") -> Moving | None:
    unit_id = entries.one_of("unit", t("moving.unit"), dict(_units()))
    day = entries.day("day", t("moving.day"))
    if not unit_id or day is None:
        return None
    kept = tuple(entries.given.getlist("kept"))
    return Moving(g.agency_id, person_id, unit_id, day, g.person.id, number, reason, kept)


def _looked(person_id: str, entries: Entries) -> Move | None:
    moving = _moving(person_id, entries)
    if moving is None:
        return None
    try:
        with application().database.read() as connection:
            return look(application().engine, connection, moving)
    except NotFound:
        raise
    except Refused as refused:
        mention(refused)
        entries.refuse("day", refused)
        return None


def _units() -> list[tuple[str, str]]:
    living = [(one, row) for one, row in g.org.units.items() if row["ends_on"] is None or row["ends_on"] >= g.today]
    return [(one, str(row["name"])) for one, row in living]


def _page(person_id: str, entries: Entries, seen: Move | None) -> str:
    one = known(person_id)
    return render_template(
        "pages/person_move.html", one=one, unit=unit_name(g.org, one.unit_id), units=_units(), seen=seen,
        kept=entries.given.getlist("kept"), titles=role_titles(), errors=entries.errors, given=entries.given,
        most=MOST_LISTED, nonce=application().database.new_id(),
    )  # fmt: skip
