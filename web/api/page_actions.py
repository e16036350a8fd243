"""Forms of pages for scripts: `POST /api/v1/pages/…` is the page's own view, asked with a script's fields.

Nothing is decided here: the same view reads the same fields and asks the same rules as for a browser, in a request of
its own that knows who holds the token and has no cookie. What differs is the answer: JSON in place of a page, and
`application/problem+json` in place of a page with errors.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, get_flashed_messages, make_response, request, template_rendered
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header

from web.access import Access, Kind, access_of, page_by_script
from web.api import page_reading, shapes, speaking
from web.api.openapi import PREFIX
from web.api.page_shapes import PageFile, Sent
from web.api.speaking import Operation, Unfit, operation, say
from web.api.telling import reason
from web.by_script import ByScript, way_of
from web.forms import Entries
from web.language import render_message, t
from web.office_forms import Form
from web.page_lists import instead
from web.prove import PROOF
from web.refusals import FLASHED
from web.watching.requests import BY_SCRIPT
from workflow.db import uuid7
from workflow.message import Message, Refused

PLACE = f"{PREFIX}/pages"
NONCE = "_nonce"
"""What a page's form carries so that sending it twice is sending it once: a script's Idempotency-Key."""
_LEFT = ("werkzeug.", "flask.", "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_HX_")
_PROBLEMS = (400, 401, 403, 404, 409, 422)


def offer(app: Flask) -> None:
    """Add an operation for every view that scripts may use as it stands. Called once all pages are there."""
    template_rendered.connect(_note, app)
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        way, access = way_of(view), access_of(view)
        if isinstance(way, ByScript) and access:
            several = sum(other.endpoint == rule.endpoint for other in rules) > 1
            name = "_".join([rule.endpoint.replace(".", "_"), *(sorted(rule.arguments) if several else ())])
            app.add_url_rule(
                PLACE + rule.rule, f"{BY_SCRIPT}.{name}", _operation(way, access), methods=["POST"],
            )  # fmt: skip


def _operation(way: ByScript, access: Access) -> Any:
    def take(**_: Any) -> ResponseReturnValue:
        return _taken(way)

    names = tuple(name for name in way.names if name != NONCE)
    headers = ("Idempotency-Key",) if NONCE in way.names else ()
    said = Operation(way.title, Sent, fields=names, files=way.files, headers=headers, problems=_PROBLEMS)
    return page_by_script(access)(operation(said)(take))


def _taken(way: ByScript) -> ResponseReturnValue:
    path = request.path.removeprefix(PLACE)
    fields = None if request.mimetype == "multipart/form-data" else _fields()
    if fields is not None and NONCE in way.names:
        fields[NONCE] = speaking.key() if request.headers.get("Idempotency-Key") else uuid7()
    with as_page("POST", path, fields) as asked:
        sent = sorted({*request.form, *request.files} - {PROOF})
        unknown = [name for name in sent if not way.knows(name) and name not in way.files]
        if unknown:
            raise Unfit(422, Message("api.unknown_fields"), dict.fromkeys(unknown, t("api.unknown_field")))
        answer = asked.answer()
    return told(answer, asked, path)


def _fields() -> MultiDict[str, str]:
    """What the script sent, as a browser would: one text for each value. Unfit for what is no text and no list."""
    given: MultiDict[str, str] = MultiDict()
    wrong = []
    for name, value in speaking.json_object().items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bool):
                given.setlist(name, [*given.getlist(name), *(["on"] if one else [])])
            elif isinstance(one, (str, int)):
                given.add(name, str(one))
            elif one is not None:
                wrong.append(name)
    if wrong:
        raise Unfit(422, Message("api.unfit"), dict.fromkeys(wrong, t("api.unfit_value")))
    return given


# --- a page's own request -----------------------------------------------------------------------------


@dataclass
class Asked:
    """A page's view, asked inside a script's request: what it was rendered from, what it flashed."""

    rendered: list[Mapping[str, Any]] = field(default_factory=list)
    flashed: list[tuple[str, str]] = field(default_factory=list)
    ref: str = ""  # under which a refusal can be asked why

    def answer(self) -> Response:
        """The view's own answer, after what its pages ask of every request. Raises what the view raises."""
        g.rendered = self.rendered
        for ask in current_app.before_request_funcs.get(request.blueprint, ()):
            current_app.ensure_sync(ask)()
        view = current_app.view_functions[request.endpoint or ""]
        answer = instead(make_response(current_app.ensure_sync(view)(**(request.view_args or {}))))
        self.flashed, self.ref = get_flashed_messages(with_categories=True), g.get("refusal_told", "")
        return answer


@contextmanager
def as_page(method: str, path: str, fields: MultiDict[str, str] | None, query: str | None = None) -> Iterator[Asked]:
    """A request to a page by whoever holds the token, with no cookie; `fields` None: the body as it came."""
    environ = {name: value for name, value in request.environ.items() if not name.startswith(_LEFT)}
    environ |= {"PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"), "REQUEST_METHOD": method}
    if query is not None:
        environ["QUERY_STRING"] = query
    if fields is not None:
        body = urlencode(list(fields.items(multi=True))).encode()
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    known = {name: g.get(name) for name in g}
    with current_app.request_context(environ):
        for name, value in known.items():
            setattr(g, name, value)
        yield Asked()


def _note(_: Flask, context: Mapping[str, Any], **__: Any) -> None:
    if (kept := g.get("rendered")) is not None:
        kept.append(context)


# --- the answer ---------------------------------------------------------------------------------------


def told(answer: Response, asked: Asked, path: str) -> ResponseReturnValue:
    """What was said and what follows, the page or the file that answered, or a problem."""
    said = [text for tone, text in asked.flashed if tone not in ("bad", FLASHED)]
    warned = [text for tone, text in asked.flashed if tone == "bad"]
    moved = 300 <= answer.status_code < 400
    if answer.status_code >= 400 or (moved and warned and not said):
        return problem(answer.status_code if answer.status_code >= 400 else 403, asked)
    if answer.mimetype == "text/html" and not moved:
        page = page_reading.read(answer.get_data(as_text=True), path)
        return say(Sent(said=said, warned=warned, see="", page=page))
    if moved or answer.status_code == 204:
        return say(Sent(said=said, warned=warned, see=answer.location or ""))
    _, named = parse_options_header(answer.headers.get("Content-Disposition", ""))
    content = base64.b64encode(b"".join(answer.iter_encoded()))
    file = PageFile(name=named.get("filename", ""), type=answer.mimetype, content=content)
    return say(Sent(said=said, warned=warned, see="", file=file))


def problem(status: int, asked: Asked) -> ResponseReturnValue:
    """What a page with errors says, as a problem."""
    warned = [text for tone, text in asked.flashed if tone == "bad"]
    return speaking.problem_said(status, _reasons(asked, warned), _wrong(asked), ref=asked.ref)


def _reasons(asked: Asked, warned: list[str]) -> list[shapes.Reason]:
    """What speaks against it: what was flashed, and the refusals a page was made of; that it does not fit, at least."""
    found = [shapes.Reason(key="", text=text) for text in warned]
    for context in asked.rendered:
        refusals = [one for one in context.values() if isinstance(one, Refused)]
        told = [*(context.get("reasons") or ()), *(one for refusal in refusals for one in refusal.reasons)]
        found += [reason(one) for one in told if isinstance(one, Message)]
    return found or [reason(Message("api.unfit"))]


def _wrong(asked: Asked) -> dict[str, str]:
    """What is wrong with each field, of whichever of a page's forms was sent."""
    wrong: dict[str, Message | str] = {}
    for context in asked.rendered:
        wrong |= context.get("errors") or {}
        for form in context.values():
            entries = form.entries if isinstance(form, Form) else form
            wrong |= entries.errors if isinstance(entries, Entries) else {}
    return {str(name): render_message(one) if isinstance(one, Message) else str(one) for name, one in wrong.items()}


def may_read(access: Access | None) -> str | None:
    """The scope under which a script may read a page of this mark; None: not at all."""
    if access is None or access.kind not in (Kind.PERSON, Kind.OFFICE):
        return None
    return "office" if access.kind is Kind.OFFICE else "read"
