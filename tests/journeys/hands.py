"""Two ways to work over HTTP: a browser that signs in and sends the forms pages show, and a script with a token."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import date
from http.cookiejar import CookieJar
from io import BytesIO
from typing import Any, Protocol

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.web.desk import Form, Forms
from web.api import shapes
from web.client import Client, Refusal
from workflow.db import uuid7

PASSWORD = "nêu gương sáng 2025"
PATIENCE = 20.0  # seconds for one answer


class Paper:
    """A scan to send along; each is a file of its own."""

    def upload(self) -> FileStorage:
        """As a browser sends it."""
        return FileStorage(BytesIO(f"%PDF-1.7 {uuid7()}".encode()), "giay-to.pdf", content_type="application/pdf")


class Unwanted(AssertionError):
    """The server did not take it."""

    def __init__(self, status: int, text: str) -> None:
        main = text.partition("<main")[2].partition("</main>")[0]
        super().__init__(f"{status}: {' '.join(re.sub('<[^>]*>', ' ', main).split()) or text}")
        self.status, self.text = status, text


class Hand(Protocol):
    """Somebody at work."""

    def nominate(self, name: str, unit_id: str, inputs: Mapping[str, Any]) -> str:
        """Bring a person forward; the code of the case."""

    def act(self, code: str, action: str, inputs: Mapping[str, Any]) -> None:
        """Take an action of a case."""

    def answer(self, code: str, ask_id: str, inputs: Mapping[str, Any]) -> None:
        """Answer what was asked."""


class Pages:
    """One person's browser, signed in."""

    def __init__(self, address: str, login: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self._send(Forms(self.read("/")).to("/dang-nhap"), {"login": login, "password": PASSWORD})

    def read(self, path: str) -> str:
        """A page; redirects are followed."""
        return _open(self._opener, urllib.request.Request(self.address + path))[1]

    def nominate(self, name: str, unit_id: str, inputs: Mapping[str, Any]) -> str:
        form = Forms(self.read("/gioi-thieu")).to("/nominee/nominate")
        whom = {"_who": "other", "_kind": "person", "_name": name, "_other_unit": unit_id}
        return self._send(form, {**whom, **_flat(inputs, form.names)}).rpartition("/")[2]

    def act(self, code: str, action: str, inputs: Mapping[str, Any]) -> None:
        form = Forms(self.read(f"/ho-so/{code}")).to(f"/lam/{action}")
        self._send(form, _flat(inputs, form.names))

    def answer(self, code: str, ask_id: str, inputs: Mapping[str, Any]) -> None:
        form = Forms(self.read(f"/ho-so/{code}")).to(f"/tra-loi/{ask_id}")
        self._send(form, _flat(inputs, form.names))

    def _send(self, form: Form, typed: Mapping[str, Any]) -> str:
        """Fill in a form as the page shows it and send it; the address one is led to."""
        unknown = typed.keys() - form.names
        assert not unknown, f"the form shows no {sorted(unknown)}, only {sorted(form.names)}"
        boundary, content = encode_multipart(MultiDict({**form.fields, **typed}))
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(self.address + form.action, content, headers)
        return _open(self._opener, request)[0]


class Script:
    """One person's script, with a bearer token."""

    def __init__(self, address: str, token: str) -> None:
        self._client = Client(address, token, timeout=PATIENCE, pauses=(), proxies={})

    def nominate(self, name: str, unit_id: str, inputs: Mapping[str, Any]) -> str:
        about = shapes.About(other=shapes.OtherSubject(kind="person", name=name, unit=unit_id))
        begun = shapes.StartIn(process="nominee", action="nominate", about=about, inputs=self._kept(inputs))
        return self._asked(lambda: self._client.start(begun)).code

    def act(self, code: str, action: str, inputs: Mapping[str, Any]) -> None:
        seen = self._asked(lambda: self._client.case(code)).version
        body = shapes.ActIn(inputs=self._kept(inputs))
        self._asked(lambda: self._client.act(code, action, body, seen))

    def answer(self, code: str, ask_id: str, inputs: Mapping[str, Any]) -> None:
        options = self._asked(lambda: self._client.actions(code)).options
        seen = next(one.item_version for one in options if one.ask_id == ask_id)
        body = shapes.AnswerIn(inputs=self._kept(inputs))
        self._asked(lambda: self._client.answer(ask_id, body, seen))

    def _kept(self, value: Any) -> Any:
        """The value with its papers uploaded first."""
        if isinstance(value, Mapping):
            return {name: self._kept(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._kept(one) for one in value]
        if isinstance(value, Paper):
            sent = value.upload()
            return self._asked(lambda: self._client.upload(sent.filename, sent.read())).id
        return value.isoformat() if isinstance(value, date) else value

    @staticmethod
    def _asked(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Refusal as refusal:
            raise Unwanted(refusal.status, refusal.problem.model_dump_json()) from None


def _open(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> tuple[str, str]:
    """Where one ends up, and what stands there."""
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.url, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise Unwanted(refusal.code, refusal.read().decode()) from None


def _flat(inputs: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """The inputs under the names a page gives its controls."""
    found: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            cells = ((n, column, cell) for n, row in enumerate(value) for column, cell in row.items())
            found |= {f"{name}.{n}.{column}": _text(cell) for n, column, cell in cells}
        elif isinstance(value, list) and f"{name}.0" in names:
            found |= {f"{name}.{n}": _text(one) for n, one in enumerate(value)}
        elif isinstance(value, list) and not isinstance(value[0], Paper):
            found[name] = "\n".join(value)
        else:
            found[name] = [_text(one) for one in value] if isinstance(value, list) else _text(value)
    return found


def _text(value: Any) -> Any:
    if isinstance(value, Paper):
        return value.upload()
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
