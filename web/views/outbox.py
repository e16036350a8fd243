"""The outbox page: letters kept to be read where no mail server is set, letters for desks, and what still waits."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from states.desk import queries as desk
from states.notices import queries
from web.access import needs
from web.application import application
from web.case_names import names
from web.page_lists import most

pages = Blueprint("outbox", __name__, url_prefix="/hop-thu-di")

PAGE = 30


@pages.get("")
@needs("office")
def index() -> ResponseReturnValue:
    """Kept letters, newest first, after those not yet told."""
    size = most(PAGE)
    after = request.args.get("sau", "")[:36]
    with application().database.read() as connection:
        letters = queries.outbox_page(connection, g.agency_id, after, size + 1)
        waiting = queries.pending(connection, g.agency_id) if not after else []
        drafts = desk.summary(connection, g.agency_id).drafts
        cases = names(connection, g.agency_id, [one.case_id for one in waiting])
    more = letters[size - 1].id if len(letters) > size else ""
    return render_template(
        "pages/outbox.html", letters=letters[:size], waiting=waiting, cases=cases, more=more, drafts=drafts
    )  # fmt: skip


@pages.get("/<letter_id>")
@needs("office")
def letter(letter_id: str) -> ResponseReturnValue:
    """One letter, as it would be read."""
    with application().database.read() as connection:
        found = queries.one_letter(connection, g.agency_id, letter_id)
        if found is None:
            abort(404)
        code, _ = names(connection, g.agency_id, [found.case_id]).get(found.case_id, ("", ""))
    return render_template("pages/letter.html", letter=found, code=code)
