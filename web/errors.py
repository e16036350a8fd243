"""Pages for what went wrong: what happened, what became of the input, what to do now. They tell strangers nothing."""

from __future__ import annotations

import logging
import secrets

import sqlalchemy.exc
from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.language import render_message, t
from web.refusals import mention
from web.watching.requests import QUIET, is_quiet
from web.watching.security import note
from workflow.message import Conflict, Invalid, Message, NotFound, Refused

_log = logging.getLogger(__name__)

KNOWN = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def install(app: Flask) -> None:
    """Answer every refusal and failure with a page, or with JSON under /api."""
    app.register_error_handler(CSRFError, lambda error: page(400, "csrf", why=str(error.description)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(sqlalchemy.exc.OperationalError, _database)
    app.register_error_handler(sqlalchemy.exc.TimeoutError, _database)
    app.register_error_handler(sqlalchemy.exc.DataError, _unkeepable)
    app.register_error_handler(Exception, _unexpected)


def page(
    status: int, name: str = "", *, reasons: tuple[Message, ...] = (), mark: str = "", why: str = ""
) -> ResponseReturnValue:
    """The page `error.page.NAME`, or that of the status; `mark` finds the failure in the log, `why` stands there alone.

    A form refused for its token may be old, or behind a proxy that hides the address: the log tells which.
    """
    if status in (401, 403) or name == "csrf":
        said = name or ",".join(reason.key for reason in reasons)
        note("turned away", failed=True, status=status, why=f"{said} ({why})" if why else said)
    if request.path.startswith("/api/"):
        return _problem(status, reasons, mark)
    g.setdefault("language", "vi")
    name = name or str(status if status in KNOWN else 500 if status >= 500 else 400)
    return render_template("pages/error.html", name=name, reasons=reasons, mark=mark, status=status), status


def refused(refusal: Refused) -> ResponseReturnValue:
    """The status that a refusal of the engine or the domain stands for, with all its reasons."""
    mention(refusal)
    match refusal:
        case NotFound():
            return page(404)
        case Conflict():
            return page(409, reasons=refusal.reasons)
        case Invalid():
            return page(422, reasons=refusal.reasons)
    return page(status_of(refusal), reasons=refusal.reasons)


def status_of(refusal: Refused) -> int:
    """409 when it moved meanwhile; 422 for a form that does not fit, or under its key has something else; else 403."""
    if isinstance(refusal, Conflict):
        return 409
    return 422 if refusal.status in ("invalid", "key_reused") else 403


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # a redirect raised by routing
        return error.get_response()
    return page(status)


def _database(error: Exception) -> ResponseReturnValue:
    mark = _logged("the database did not answer", error)
    return page(503, mark=mark)


def _unkeepable(error: Exception) -> ResponseReturnValue:
    """A character that PostgreSQL does not know, such as NUL, in an address or an id: nobody's failure but theirs."""
    _log.warning("the database cannot hold what was sent, %s %s: %s", request.method, request.endpoint, type(error))
    return page(400)


def _unexpected(error: Exception) -> ResponseReturnValue:
    return page(500, mark=_logged("a request failed", error))


def _logged(what: str, error: Exception) -> str:
    mark = secrets.token_hex(4).upper()
    if is_quiet():  # a database may quote what it was given
        _log.error("%s, mark %s, %s: %s", what, mark, QUIET[0], type(error).__name__)
        return mark
    _log.error("%s, mark %s, %s %s", what, mark, request.method, request.endpoint, exc_info=error)
    return mark


def _problem(status: int, reasons: tuple[Message, ...], mark: str) -> ResponseReturnValue:
    g.setdefault("language", "vi")
    said = [{"key": reason.key, "text": render_message(reason)} for reason in reasons]
    title = said[0]["text"] if said else t(f"error.page.{status if status in KNOWN else 500}.title")
    body = {"type": "about:blank", "title": title, "status": status, "reasons": said, "fields": {}, "ref": ""}
    body |= {"mark": mark} if mark else {}
    answer = jsonify(body)
    answer.content_type = "application/problem+json"
    return answer, status
