"""The client's operations as Python, written from the routes: `python -m tests.write_client` writes them anew."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from pydantic import BaseModel
from werkzeug.routing import Rule

from web.api.openapi import PREFIX, operations
from web.api.speaking import Operation

TARGET = Path(__file__).resolve().parents[1] / "client" / "operations.py"
_HEAD = '''"""Every operation of `/api/v1`, a method each. Written by `web.api.client_source`: change nothing here."""

# ruff: noqa: E501 - summaries are the interface's own

from __future__ import annotations

from urllib.parse import quote

from web.api import {modules}
from web.client.transport import NONE, Fields, Files, Transport, form, new_key, parts


class Client(Transport):
    """One person's access; what a person may not do, this may not either."""
'''


def source(app: Flask) -> str:
    """The whole module."""
    found = sorted(operations(app), key=lambda one: one[0].endpoint)
    models = {model for _, _, said in found for model in (said.answer, said.body) if model}
    modules = ", ".join(sorted({_module(model) for model in models}))
    return _HEAD.replace("{modules}", modules) + "".join(
        f"\n{method}" for rule, verb, said in found for method in ["".join(_method(rule, verb, said))]
    )


def _method(rule: Rule, verb: str, said: Operation) -> Iterator[str]:
    name = rule.endpoint.partition(".")[2]
    path = rule.rule.removeprefix(PREFIX)
    places = re.findall(r"<(?:[^:<>]+:)?([^<>]+)>", path)
    signature, sent = [f"{place}: str" for place in places], []
    for argument, passed in _arguments(said, is_upload=name == "upload"):
        signature += argument
        sent += passed
    shape = _named(said.answer) if said.answer else "bytes"
    address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{quote(\1, safe='')}", path)
    text = f'f"{address}"' if places else f'"{address}"'
    ask = "self.call" if said.answer is None else "self.told"
    given = ", ".join([*([shape] if said.answer else []), f'"{verb}"', text, *sent])
    yield f"    def {name}({', '.join(['self', *signature])}) -> {shape}:\n"
    known = f" Mục: {', '.join((*said.fields, *said.files))}." if said.fields or said.files else ""
    yield f'        """{said.summary}.{known}"""\n        return {ask}({given})\n'


def _arguments(said: Operation, *, is_upload: bool) -> Iterator[tuple[list[str], list[str]]]:
    """What a method takes beside its address, and how it hands that on."""
    if is_upload:
        yield ["name: str", "content: bytes"], ["content=form(name, content)"]
    if said.body:
        yield [f"body: {_named(said.body)}"], ["body=body"]
    if said.fields is not None:
        yield ["fields: Fields = NONE"], ["body=fields"]
    if said.files:
        yield ["files: Files = ()"], ["content=parts(fields, files) if files else None"]
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
    return f"{_module(model)}.{model.__name__}"


def _module(model: type[BaseModel]) -> str:
    return model.__module__.rpartition(".")[2]


def _argument(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name
