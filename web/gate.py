"""The gate before every view: reads its mark, finds out who asks, lets through, sends to sign in, or refuses."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, flash, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web import current, second_factor
from web.access import Access, Kind, access_of, for_machines
from web.language import t
from web.way_back import came_from
from workflow.message import Message, Refused

STRANGERS_MOST = 64 * 1024
TEXTS_MOST = 2 * 1024 * 1024
WITHOUT_SECOND = frozenset({"security", "sign_in", "passkeys"})
"""What stays open to who still has to set up the second factor that their agency asks for."""


def install(app: Flask) -> None:
    """Put the gate before every request of this app; Flask's own route for static files is open."""
    app.view_functions["static"] = for_machines(app.view_functions["static"])
    app.before_request(check)


def check() -> BaseResponse | None:
    """None lets the request go on to its view."""
    if request.endpoint is None:  # no such address: the error page still wants to know who asks
        current.recognise(Access(Kind.PUBLIC))
        return None
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        raise RuntimeError(f"the route {request.endpoint!r} does not declare who may call it")
    if access.kind is Kind.MACHINE:
        return None
    if access.kind is Kind.SHARED:
        current.nobody()
        return None
    current.recognise(access)
    _bound_the_body()
    return _answer(access)


def _bound_the_body() -> None:
    """Flask bounds files; text it would read whole, so a stranger's is kept short and everyone's bearable."""
    if not (g.sign_in or g.bearer):
        request.max_content_length = STRANGERS_MOST
    elif request.mimetype != "multipart/form-data":
        request.max_content_length = TEXTS_MOST


def _answer(access: Access) -> BaseResponse | None:
    match access.kind:
        case Kind.PUBLIC:
            return None
        case Kind.TOKEN:
            return _check_token(access)
        case Kind.LINK:
            return _check_link(access.name)
        case Kind.ACCOUNT:
            return None if g.sign_in else to_sign_in()
    if g.sign_in is None:
        return to_sign_in()
    if g.person is None:
        return redirect(url_for("sign_in.agencies"))
    if request.blueprint not in WITHOUT_SECOND and (asked := second_factor.demand()) and asked.is_due:
        return to_security()
    if access.kind is Kind.OFFICE and not current.can(access.name):
        raise Refused(Message(f"access.needs.{access.name}"))
    return None


def to_security() -> BaseResponse:
    """To the page where a second factor is set up; whoever has a right password can, so nobody is locked out."""
    if request.headers.get("HX-Request"):
        response: Response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("security.index")
        return response
    return redirect(url_for("security.index"), 303)


def _check_token(access: Access) -> None:
    if g.bearer is None or g.person is None:
        abort(401)
    needs(access.name, access.capability)


def needs(scope: str, capability: str) -> None:
    """What a token and its owner must have; Refused tells what is missing."""
    if scope not in g.bearer.scopes:
        raise Refused(Message("access.scope_missing", {"scope": scope}))
    if capability and not current.can(capability):
        raise Refused(Message(f"access.needs.{capability}"))


def _check_link(scope: str) -> None:
    """An address that opens nothing is as one that never was."""
    if g.person is None or scope not in g.bearer.scopes:
        abort(404)


def to_sign_in() -> BaseResponse:
    """To the sign-in page and back; a script in the page is told to move the whole page."""
    is_form = request.method == "POST"  # it was sent from a page of somebody signed in: what was typed was not taken
    back = came_from() if is_form else request.full_path.rstrip("?") if request.method == "GET" else None
    if is_form:
        flash(t("sign_in.ended"), "warn")
    address = url_for("sign_in.form", next=back or None)
    if request.headers.get("HX-Request"):
        response: Response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("sign_in.form")
        return response
    return redirect(address, 303)
