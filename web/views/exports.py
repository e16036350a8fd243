"""The log of what left as a file; and whose a file is that turned up somewhere, by the mark it bears."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from states import exports
from states.exports import Taken
from web.access import signed_in
from web.application import application
from web.current import can
from web.language import t

pages = Blueprint("exports", __name__, url_prefix="/nhat-ky-xuat")

PAGE = 100


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One's own; for the office everybody's, and a mark looked up."""
    said, before, mine = request.args.get("ma", "")[:40], _moment(request.args.get("truoc", "")), None
    if not can("office"):
        mine = list(g.org.once(g.person.id))
    with application().database.read() as connection:
        found = exports.found(connection, g.agency_id, said) if said else None
        rows = exports.listed(connection, g.agency_id, of=mine, before=before, limit=PAGE + 1)
    if found and mine is not None and found.person_id not in mine:
        found = None
    older = rows[PAGE - 1].at.isoformat() if len(rows) > PAGE else ""
    lines = [(one, what(one), chosen(one)) for one in ([found] if found else [] if said else rows[:PAGE])]
    return render_template("pages/exports.html", lines=lines, said=said, older=older)


def what(one: Taken) -> str:
    """What was taken: the page's own name where it has one."""
    key = f"export.of.{one.what}"
    return t(key) if current_app.extensions["neuguong"].texts.has(key, g.language) else one.what


def chosen(one: Taken) -> str:
    """How it was chosen: the names and values of the address, units and people by name."""
    names = {unit_id: str(row["name"]) for unit_id, row in g.org.units.items()}
    names |= {person_id: known.name for person_id, known in g.org.people.items()}
    said = (one.detail.get("chosen") or {}).items()
    return " · ".join(
        f"{name}: {names.get(str(value), value)}" for name, value in said if value not in ("", None, False)
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
