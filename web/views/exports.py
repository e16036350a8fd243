"""The log of what left as a file; and whose a file is that turned up somewhere, by the mark it bears."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states import exports
from states.exports import Taken
from web.access import signed_in
from web.application import application
from web.current import can
from web.language import t
from web.page_lists import most

pages = Blueprint("exports", __name__, url_prefix="/nhat-ky-xuat")

PAGE = 100


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One's own; for the office everybody's, and a mark looked up."""
    size = most(PAGE)
    said, before, mine = request.args.get("ma", "")[:40], _moment(request.args.get("truoc", "")), None
    if not can("office"):
        mine = list(g.org.once(g.person.id))
    with application().database.read() as connection:
        found = exports.found(connection, g.agency_id, said) if said else None
        rows = exports.listed(connection, g.agency_id, of=mine, before=before, limit=size + 1)
    if found and mine is not None and found.person_id not in mine:
        found = None
    older = rows[size - 1].at.isoformat() if len(rows) > size else ""
    lines = [(one, what(one), chosen(one)) for one in ([found] if found else [] if said else rows[:size])]
    return render_template("pages/exports.html", lines=lines, said=said, older=older)


def what(one: Taken) -> str:
    """What was taken: the page's own name where it has one."""
    return _said(f"export.of.{one.what}", one.what)


def chosen(one: Taken) -> str:
    """How it was chosen: the names and values of the address, units and people by name."""
    names = {unit_id: str(row["name"]) for unit_id, row in g.org.units.items()}
    names |= {person_id: known.name for person_id, known in g.org.people.items()}
    given = (one.detail.get("chosen") or {}).items()
    said = [(name, value) for name, value in given if value not in ("", None, False) and name not in ("ending", "tep")]
    return " · ".join(f"{_called(name)}: {names.get(str(value), value)}" for name, value in said)


def _called(name: str) -> str:
    return _said("export.by." + name.replace("-", "_"), name)


def _said(key: str, otherwise: str) -> str:
    return t(key) if application().texts.has(key, g.language) else otherwise


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
