"""The client's operations as Python, written from the routes: `python -m tests.write_client` writes them anew."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import Flask
from pydantic import BaseModel
from werkzeug.routing import Rule

from web.access import access_of
from web.api.openapi import PREFIX, operations
from web.api.page_shapes import Sent
from web.api.speaking import Operation

FOLDER = Path(__file__).resolve().parents[1] / "client"
_HEAD = '''"""{title} Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

{imports}


class {name}({base}):
    """{says}"""
'''
_WIRE = "from web.client.transport import NONE, Fields, Files, Transport, form, new_key"


def sources(app: Flask) -> dict[str, str]:
    """Each module by its name: forms of pages for everybody and for the office, and on both the client."""
    found = sorted(operations(app), key=lambda one: one[0].endpoint)
    forms = [one for one in found if one[2].fields is not None]
    marks = {endpoint: access_of(view) for endpoint, view in app.view_functions.items()}
    office = [one for one in forms if (mark := marks[one[0].endpoint]) and mark.name == "office"]
    own = [one for one in forms if one not in office]
    rest = [one for one in found if one not in forms]
    shaped = "from web.api import {modules}\n"
    return {
        "own_forms.py": _module("Forms of pages that anybody may send.", "OwnForms", "Transport", own, shaped + _WIRE),
        "office_forms.py": _module(
            "Forms of pages that the office sends.", "OfficeForms", "OwnForms", office,
            shaped + "from web.client.own_forms import OwnForms\n" + _WIRE,
        ),
        "operations.py": _module(
            "Every operation of `/api/v1`, a method each.", "Client", "OfficeForms", rest,
            shaped + "from web.client.office_forms import OfficeForms\n" + _WIRE,
        ),
    }  # fmt: skip


def _module(title: str, name: str, base: str, found: Sequence[tuple[Rule, str, Operation]], imports: str) -> str:
    models = {model for _, _, said in found for model in (said.answer, said.body) if model}
    modules = ", ".join(sorted({_file(model) for model in models}))
    says = "One person's access; what a person may not do, this may not either." if name == "Client" else title
    head = _HEAD.format(title=title, name=name, base=base, says=says, imports=imports.format(modules=modules))
    return head + "".join("\n" + "".join(_method(rule, verb, said)) for rule, verb, said in found)


def _method(rule: Rule, verb: str, said: Operation) -> Iterator[str]:
    name = rule.endpoint.partition(".")[2]
    path = rule.rule.removeprefix(PREFIX)
    places = re.findall(r"<(?:[^:<>]+:)?([^<>]+)>", path)
    signature, sent = [f"{place}: str" for place in places], []
    for argument, passed in _arguments(said, is_upload=name == "upload"):
        signature += argument
        sent += passed
    address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{quote(\1, safe='')}", path)
    text = f'f"{address}"' if places else f'"{address}"'
    if said.fields is not None:
        ask, shape, given = "self.form", _named(Sent), [text, *sent]
    elif said.answer:
        ask, shape, given = "self.told", _named(said.answer), [_named(said.answer), f'"{verb}"', text, *sent]
    else:
        ask, shape, given = "self.call", "bytes", [f'"{verb}"', text, *sent]
    yield f"    def {name}({', '.join(['self', *signature])}) -> {shape}:\n"
    known = f" Mục: {', '.join((*said.fields, *said.files))}." if said.fields or said.files else ""
    yield f'        """{said.summary}.{known}"""\n        return {ask}({", ".join(given)})\n'


def _arguments(said: Operation, *, is_upload: bool) -> Iterator[tuple[list[str], list[str]]]:
    """What a method takes beside its address, and how it hands that on."""
    if is_upload:
        yield ["name: str", "content: bytes"], ["content=form(name, content)"]
    if said.body:
        yield [f"body: {_named(said.body)}"], ["body=body"]
    if said.fields is not None:
        yield ["fields: Fields = NONE"], ["fields"]
    if said.files:
        yield ["files: Files = ()"], ["files"]
    if "If-Match" in said.headers:
        yield ["version: int"], ["version=version"]
    named = {_argument(one): one for one in said.query}
    if named or "Idempotency-Key" in said.headers:
        yield ["*"], []
    if "Idempotency-Key" in said.headers:
        yield ["key: str | None = None"], ["key=key or new_key()"]
    if named:
        pairs = ", ".join(f'"{real}": {one}' for one, real in named.items())
        yield [f"{one}: str | None = None" for one in named], [f"query={{{pairs}}}"]


def _named(model: type[BaseModel]) -> str:
    return f"{_file(model)}.{model.__name__}"


def _file(model: type[BaseModel]) -> str:
    return model.__module__.rpartition(".")[2]


def _argument(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name
