"""The live page of a sitting, for who runs it; it asks every few seconds and gets only the parts that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from states.councils import live
from states.councils.live import Live
from states.councils.settling import said
from states.quality.sheet import Line, Period, sheet
from states.subjects.visibility import visible
from web.access import signed_in, unattended
from web.application import application
from web.sitting_page import SHOWN, Agenda, Wanted, agenda, changed, marks
from workflow.case_list import find_code
from workflow.message import NotFound

pages = Blueprint("sittings", __name__, url_prefix="/phien-hop")


@dataclass(frozen=True)
class Watched:
    """A sitting for one look: as it stands, what of its agenda is asked for, and the word for this state of it."""

    live: Live
    wanted: Wanted
    agenda: Agenda
    changes: str
    paused: bool


@pages.get("/<code>")
@signed_in
def sitting(code: str) -> ResponseReturnValue:
    """The whole page; it is the same without a script, and then looked at again by its link."""
    watched = _watched(code)
    names = [(one, str(g.org.units[one]["name"])) for one in watched.live.units if one in g.org.units]
    return render_template(
        "pages/sitting.html", **_given(watched), quality=_quality(watched.live), shown=SHOWN, units=names
    )


@pages.get("/<code>/moi")
@signed_in
@unattended
def fresh(code: str) -> ResponseReturnValue:
    """What has changed since the page asked last: nothing at all as a rule, and then nothing is drawn anew."""
    app = application()
    with app.database.read() as connection:
        changes = live.changes(connection, g.agency_id, _case_id(connection, code))
    if changes == request.args.get("luc"):
        return "", 204
    drawn = request.args.get("co", "")
    return render_template("pages/sitting_fresh.html", **_given(_watched(code)), changed=partial(changed, drawn))


def _watched(code: str) -> Watched:
    app, wanted = application(), Wanted.read(request.args)
    with app.database.read() as connection:
        case_id = _case_id(connection, code)
        changes = live.changes(connection, g.agency_id, case_id)  # before: what moves in between is told next time
        found = live.look(connection, app.engine, g.actor, case_id)
    return Watched(found, wanted, agenda(found, wanted), changes, "dung" in request.args)


def _case_id(connection: sa.Connection, code: str) -> str:
    row = find_code(connection, visible(g.org, g.person.id), g.agency_id, code)
    if row is None:
        raise NotFound("case")
    return str(row["id"])


def _given(watched: Watched) -> dict[str, Any]:
    return {
        "watched": watched, "live": watched.live, "agenda": watched.agenda, "share_said": said, "marks": marks,
    }  # fmt: skip


def _quality(found: Live) -> tuple[Line, ...]:
    """The numbers of this year of the units whose people stand on the agenda."""
    app, units = application(), found.units
    if not units:
        return ()
    period = Period(date(g.today.year, 1, 1), g.today)
    with app.database.read() as connection:
        return sheet(connection, app.catalogue, g.agency_id, period, units)
