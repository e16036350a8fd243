"""How requests are read and answered: bodies by shape, versions and keys by header, problems as RFC 9457."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from web.api import shapes
from web.api.telling import reason
from web.language import render_message, t
from web.refusals import reference
from web.watching.security import note
from workflow.message import Conflict, Invalid, Message, NotFound, Refused

View = TypeVar("View", bound=Callable[..., Any])
Shape = TypeVar("Shape", bound=BaseModel)
MARK = "__operation__"
LONGEST_KEY = 100
DEEPEST = 10  # a table in a form is six deep
_VERSION = re.compile(r'(?:W/)?"?(\d{1,9})"?', re.ASCII)
_UNREADABLE = re.compile("[\0\ud800-\udfff]")  # no database keeps these, and no keyboard types them


@dataclass(frozen=True)
class Operation:
    """What the OpenAPI document says of a route."""

    summary: str
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    fields: tuple[str, ...] | None = None  # of a page's form, instead of a body
    files: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    problems: tuple[int, ...] = field(default=(401, 403, 404))


def operation(said: Operation) -> Callable[[View], View]:
    """Document a view."""

    def mark(view: View) -> View:
        setattr(view, MARK, said)
        return view

    return mark


class Unfit(Exception):
    """A request that cannot be read; `status` and the reason why."""

    def __init__(self, status: int, message: Message, fields: dict[str, str] | None = None) -> None:
        super().__init__(message.key)
        self.status, self.message, self.fields = status, message, fields or {}


def body(shape: type[Shape]) -> Shape:
    """The request's JSON as this shape; Unfit names every value that is not."""
    try:
        return shape.model_validate(json_object())
    except ValidationError as wrong:
        places = {".".join(str(part) for part in one["loc"]): t("api.unfit_value") for one in wrong.errors()}
        raise Unfit(422, Message("api.unfit"), places) from None


def json_object() -> dict[str, Any]:
    """The request's JSON, an object of readable texts; Unfit for anything else."""
    given = _json()
    if not isinstance(given, dict):
        raise Unfit(400, Message("api.no_json"))
    if unreadable := list(_unreadable(given, ())):
        raise Unfit(422, Message("api.unreadable"), dict.fromkeys(unreadable, t("api.unreadable_value")))
    return given


def _json() -> Any:
    """What the body says; None when it is no JSON, to which NaN and Infinity do not belong."""
    try:
        return json.loads(request.get_data(), parse_constant=_no_constant) if request.is_json else None
    except RecursionError:
        raise Unfit(400, Message("api.too_deep", {"most": DEEPEST})) from None
    except ValueError:
        return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _unreadable(given: Any, place: tuple[str, ...]) -> Iterator[str]:
    """Where the texts stand, names among them, that nobody can read; Unfit when nested too deep to look."""
    if len(place) > DEEPEST:
        raise Unfit(400, Message("api.too_deep", {"most": DEEPEST}))
    if isinstance(given, str) and _UNREADABLE.search(given):
        yield ".".join(place)
    parts = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for name, part in parts:
        here = (*place, _UNREADABLE.sub("?", str(name)))
        if isinstance(name, str) and _UNREADABLE.search(name):
            yield ".".join(here)
        yield from _unreadable(part, here)


def version() -> int:
    """The version the script saw, from If-Match."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise Unfit(428, Message("api.version_missing"))
    found = _VERSION.fullmatch(given)
    if found is None:
        raise Unfit(400, Message("api.version_form"))
    return int(found[1])


def key() -> str:
    """The name the script gave this request, so that sending it again is the same request."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given or len(given) > LONGEST_KEY or not given.isprintable():
        raise Unfit(400, Message("api.key_missing", {"most": LONGEST_KEY}))
    return given


def say(told: BaseModel, status: int = 200, *, etag: int | None = None) -> ResponseReturnValue:
    """A shape as JSON."""
    answer = Response(told.model_dump_json(), status, content_type="application/json; charset=utf-8")
    if etag is not None:
        answer.headers["ETag"] = f'"{etag}"'
    return answer


def refused(refusal: Refused) -> ResponseReturnValue:
    """The status of a refusal: 404, 409 decided, 412 stale, 422 inputs or key, 403 not this person or not now."""
    wrong = refusal.fields if isinstance(refusal, Invalid) else {}
    told = {name: render_message(one) for name, one in wrong.items()}
    return problem(_status(refusal), refusal.reasons, told, ref=reference(refusal))


def _status(refusal: Refused) -> int:
    match refusal:
        case NotFound():
            return 404
        case Conflict(decided=True):
            return 409
        case Conflict():
            return 412
        case Invalid():
            return 422
    return {"key_reused": 422, "busy": 503, "not_found": 404}.get(refusal.status, 403)


def unfit(wrong: Unfit) -> ResponseReturnValue:
    """A request that could not be read."""
    return problem(wrong.status, (wrong.message,), wrong.fields)


def problem(
    status: int, reasons: tuple[Message, ...], fields: dict[str, str] | None = None, *, ref: str = ""
) -> ResponseReturnValue:  # fmt: skip
    """`application/problem+json` in the owner's language."""
    g.setdefault("language", "vi")
    return problem_said(status, [reason(one) for one in reasons], fields, ref=ref)


def problem_said(
    status: int, said: list[shapes.Reason], fields: dict[str, str] | None = None, *, ref: str = ""
) -> ResponseReturnValue:  # fmt: skip
    """The same of reasons that are in words already."""
    if status == 403:
        note("turned away", failed=True, status=status, why=",".join(one.key for one in said))
    title = said[0].text if said else str(status)
    told = shapes.Problem(title=title, status=status, reasons=said, fields=fields or {}, ref=ref)
    return Response(told.model_dump_json(), status, content_type="application/problem+json")
