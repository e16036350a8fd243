"""How requests go out: with a token, an idempotency key and patience; what is refused comes back as an error."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from web.api.page_shapes import PageForm, Sent
from web.api.shapes import Problem

Shape = TypeVar("Shape", bound=BaseModel)
Value = str | int | Sequence[str]
Fields = Mapping[str, Value]
"""A page's form: each field's text, or several."""
Files = Sequence[tuple[str, str, bytes]]
"""Of a page's form: the field, the file's name, its bytes."""
NONE: Fields = {}
AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which the same request is sent again: nobody did it, or its key keeps it from being done twice."""


class Refusal(Exception):
    """The server said no: `status`, and `problem` with every reason in words."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__("; ".join(one.text for one in problem.reasons) or problem.title)
        self.status, self.problem = status, problem


class Unreachable(Exception):
    """Nobody answered, however often it was asked."""


@dataclass
class Transport:
    """`address` as people open it (https://…), a token from «Cá nhân»; seconds for an answer, pauses between tries."""

    address: str
    token: str
    timeout: float = 30.0
    pauses: Sequence[float] = (0.5, 2.0, 5.0)
    sleep: Callable[[float], None] = time.sleep
    proxies: Mapping[str, str] | None = None  # None: those of the environment
    _opener: urllib.request.OpenerDirector = field(init=False, repr=False)

    def __post_init__(self) -> None:
        proxies = urllib.request.ProxyHandler(None if self.proxies is None else dict(self.proxies))
        self._opener = urllib.request.build_opener(proxies, _NoRedirects())

    def call(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: BaseModel | Fields | None = None,
        content: tuple[bytes, str] | None = None, version: int | None = None, key: str | None = None,
    ) -> bytes:  # fmt: skip
        """Send a request and give the answer's bytes. Raises Refusal, Unreachable.

        `content`: bytes and their type, instead of `body`. Only what may be sent twice is: a question, a request with
        a key, and one that names the version it saw (the second is refused).
        """
        said = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        url = f"{self.address.rstrip('/')}/api/v1{path}" + (f"?{urllib.parse.urlencode(said)}" if said else "")
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None
        if content is not None:
            data, headers["Content-Type"] = content
        elif body is not None:
            said_in = body.model_dump(mode="json", exclude_unset=True) if isinstance(body, BaseModel) else dict(body)
            data, headers["Content-Type"] = json.dumps(said_in).encode(), "application/json"
        request = urllib.request.Request(url, data, headers, method=method)
        repeatable = method == "GET" or key is not None or version is not None
        return self._send(request, self.pauses if repeatable else ())

    def _send(self, request: urllib.request.Request, pauses: Sequence[float]) -> bytes:
        for pause in (*pauses, None):
            try:
                with self._opener.open(request, timeout=self.timeout) as answer:
                    found: bytes = answer.read()
                    return found
            except urllib.error.HTTPError as refusal:
                if refusal.code not in AGAIN or pause is None:
                    raise Refusal(refusal.code, _problem(refusal)) from None
                wait = max(pause, _asked_pause(refusal))
            except (urllib.error.URLError, TimeoutError, ConnectionError) as failure:
                if pause is None:
                    raise Unreachable(str(failure)) from failure
                wait = pause
            self.sleep(wait)
        raise AssertionError("the last try ends it")

    def form(self, path: str, fields: Fields, files: Files = (), *, key: str | None = None) -> Sent:
        """Send a form of a page; with a key where sending it twice is sending it once."""
        content = parts(fields, files) if files else None
        return self.told(Sent, "POST", path, body=fields, content=content, key=key)

    def send(self, form: PageForm, files: Files = (), *, key: str | None = None, **typed: Value) -> Sent:
        """Send a form that was read off a page, with what is typed over what stood in it."""
        fields: Fields = {**{one.name: one.values for one in form.fields if one.values}, **typed}
        return self.form(f"/pages{form.address}", fields, files, key=key or new_key() if form.once else None)

    def told(self, shape: type[Shape], method: str, path: str, **more: Any) -> Shape:
        """The same, as a shape."""
        return shape.model_validate_json(self.call(method, path, **more))


def new_key() -> str:
    """A name for a request, for it and its repetitions alone."""
    return str(uuid.uuid4())


def form(name: str, content: bytes) -> tuple[bytes, str]:
    """A file as browsers send it."""
    return parts({}, [("file", name, content)])


def parts(fields: Fields, files: Files) -> tuple[bytes, str]:
    """A form of several parts, and its type."""
    mark, sent = uuid.uuid4().hex, b""
    for name, value in fields.items():
        for one in [value] if isinstance(value, (str, int)) else value:
            sent += f'--{mark}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{one}\r\n'.encode()
    for name, called, content in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{_quoted(name)}"; filename="tep"; '
        head += f"filename*=UTF-8''{_quoted(called)}\r\nContent-Type: application/octet-stream\r\n\r\n"
        sent += head.encode() + content + b"\r\n"
    return sent + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


Page = TypeVar("Page", bound=BaseModel)


def pages(ask: Callable[..., Page], **filters: Any) -> Iterator[Page]:
    """All pages of a list, one after the other: `pages(client.cases, stage="recognized")`."""
    after = ""
    while True:
        page = ask(**filters, after=after)
        yield page
        after = str(getattr(page, "next", ""))
        if not after:
            return


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token goes to the address it was given for, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _problem(refusal: urllib.error.HTTPError) -> Problem:
    text = refusal.read()
    try:
        return Problem.model_validate(json.loads(text))
    except ValueError:
        return Problem(title=refusal.reason or str(refusal.code), status=refusal.code, reasons=[], fields={})


def _asked_pause(refusal: urllib.error.HTTPError) -> float:
    given = refusal.headers.get("Retry-After", "")
    return min(float(given), 60.0) if given.isascii() and given.isdecimal() else 0.0


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
