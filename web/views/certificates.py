"""Whether a certificate still holds: for anybody who has one in hand, without a sign-in, and nothing about a person."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from states.certificates import looking
from states.certificates.codes import LONGEST_TYPED
from states.certificates.issuing import LOOK_UP
from web.access import public
from web.application import application
from web.crowd import Crowd
from web.language import t
from workflow import witness

pages = Blueprint("certificates", __name__, url_prefix=LOOK_UP)

MOST = 60  # of one address in ten minutes: a hall full of guests behind one network, not a search
CROWD = Crowd(MOST)
NONE: Mapping[str, str] = {}

log = logging.getLogger("neuguong.certificates")


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """Where a code is typed by hand; one that was typed goes on to its own page."""
    typed = request.args.get("ma")
    if typed is not None and not typed.strip():
        return _page("ask", status=422, errors={"ma": t("certificate.no_code")})
    if typed:
        return redirect(url_for("certificates.check", code=typed.strip().replace("/", "-")[:LONGEST_TYPED]), 303)
    return _page("ask")


@pages.get("/<path:code>")
@public
def check(code: str) -> ResponseReturnValue:
    """Valid, revoked or unknown. Unknown and malformed are one page."""
    if not CROWD.take(request.remote_addr or ""):
        return _page("busy", status=429)
    app = application()
    with app.database.read() as connection:
        look, document_id = looking.look_up(connection, code)
    if request.method == "GET":
        _note(document_id, look.outcome)
    return _page(look.outcome, look=look)


def _note(document_id: str, outcome: looking.Outcome) -> None:
    """Every look is counted: in the certificate's log, else in a figure alone. A log that fails hides no answer."""
    witness.told("certificate", outcome=outcome)
    if not document_id:
        return
    try:
        with application().database.write() as connection:
            looking.note(connection, document_id, outcome)
    except SQLAlchemyError:
        log.warning("a look at a certificate was not written down", exc_info=True)


def _page(
    outcome: str, *, look: looking.Look = looking.UNKNOWN, status: int = 200, errors: Mapping[str, str] = NONE
) -> Response:
    page = render_template("pages/certificate.html", outcome=outcome, look=look, errors=errors)
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the code
    return response
