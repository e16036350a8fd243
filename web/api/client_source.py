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
from web.client.transport import Transport, form, new_key


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
    upload = name == "upload"
    if upload:
        signature += ["name: str", "content: bytes"]
        sent.append("content=form(name, content)")
    if said.body:
        signature.append(f"body: {_named(said.body)}")
        sent.append("body=body")
    if "If-Match" in said.headers:
        signature.append("version: int")
        sent.append("version=version")
    named = {_argument(one): one for one in said.query}
    if named or "Idempotency-Key" in said.headers:
        signature.append("*")
    if "Idempotency-Key" in said.headers:
        signature.append("key: str | None = None")
        sent.append("key=key or new_key()")
    if named:
        signature += [f"{one}: str | None = None" for one in named]
        pairs = ", ".join(f'"{real}": {one}' for one, real in named.items())
        sent.append(f"query={{{pairs}}}")
    shape = _named(said.answer) if said.answer else "bytes"
    address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{quote(\1, safe='')}", path)
    text = f'f"{address}"' if places else f'"{address}"'
    ask = "self.call" if said.answer is None else "self.told"
    given = ", ".join([*([shape] if said.answer else []), f'"{verb}"', text, *sent])
    yield f"    def {name}({', '.join(['self', *signature])}) -> {shape}:\n"
    yield f'        """{said.summary}."""\n        return {ask}({given})\n'


def _named(model: type[BaseModel]) -> str:
    return f"{_module(model)}.{model.__name__}"


def _module(model: type[BaseModel]) -> str:
    return model.__module__.rpartition(".")[2]


def _argument(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name
