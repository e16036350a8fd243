"""Pages for scripts: reading one, as text and forms or as a file; sending a form is an operation of each page's own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from web import gate
from web.access import Kind, access_of, page_reader
from web.api import page_actions, page_reading, speaking
from web.api import page_shapes as shapes
from web.api.speaking import Operation, Unfit, operation, say
from web.views.api import pages
from web.watching.requests import BY_SCRIPT, QUIET
from workflow.message import Message, NotFound, Refused

forms = Blueprint(BY_SCRIPT, __name__)
forms.register_error_handler(Refused, speaking.refused)
forms.register_error_handler(Unfit, speaking.unfit)

READING = (400, 401, 403, 404)


def offer(app: Flask) -> None:
    """Let scripts send every form that says so."""
    app.register_blueprint(forms)
    page_actions.offer(app)


@pages.get("/page")
@page_reader
@operation(Operation("Một trang: lời và các biểu mẫu như đang có", shapes.Page, query=("address",), problems=READING))
def page() -> ResponseReturnValue:
    """What the token's owner would see at this address."""
    found, asked, path = _asked()
    if found.status_code >= 400:
        return page_actions.problem(found.status_code, asked)
    if found.mimetype != "text/html":
        raise Unfit(400, Message("api.page_is_file"))
    return say(page_reading.read(found.get_data(as_text=True), path))


@pages.get("/page-file")
@page_reader
@operation(Operation("Một tệp mà trang cho tải về", None, query=("address",), problems=READING))
def page_file() -> ResponseReturnValue:
    """What this address gives, as it is."""
    found, asked, _ = _asked()
    return page_actions.problem(found.status_code, asked) if found.status_code >= 400 else found


def _asked() -> tuple[Response, page_actions.Asked, str]:
    """A page's own answer, what it was made of, its path. NotFound, Refused as for a browser."""
    given = urlsplit(request.args.get("address", "")[:2000])
    if given.scheme or given.netloc or not given.path.startswith("/"):
        raise Unfit(400, Message("api.page_address"))
    try:
        endpoint, _arguments = current_app.url_map.bind("localhost").match(given.path, method="GET")
    except HTTPException:
        raise NotFound("page") from None
    access = access_of(current_app.view_functions[endpoint])
    scope = page_actions.may_read(access)
    if access is None or scope is None or endpoint.startswith(QUIET):  # of a secret ballot nothing is to be told apart
        raise NotFound("page")
    gate.needs(scope, access.name if access.kind is Kind.OFFICE else "")
    with page_actions.as_page("GET", given.path, None, given.query) as asked:
        found = asked.answer()
    if 300 <= found.status_code < 400:
        raise Unfit(400, Message("api.page_leads", {"address": found.location or ""}))
    return found, asked, given.path
