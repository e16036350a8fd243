"""People, and those whom cases are about, who may stand twice: side by side."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from states.twins.parting import past
from states.twins.suspects import suspects
from states.units.duplicates import suspicions
from web.access import needs
from web.application import application

MOST = 50  # groups: whoever has joined or looked at these sees the next

pages = Blueprint("duplicates", __name__, url_prefix="/nguoi-trung")


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """The surest first, with what hangs on each, so that one sees which of them goes on."""
    with application().database.read() as connection:
        found = suspicions(connection, g.agency_id, g.today)
        subjects, joined = suspects(connection, g.agency_id), past(connection, g.agency_id)
    return render_template(
        "pages/duplicates.html", found=found[:MOST], subjects=subjects[:MOST], joined=joined, most=MOST,
        more=max(len(found), len(subjects)) > MOST,
    )  # fmt: skip
