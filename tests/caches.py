"""What a process learns once and every test may use: statements, templates and addresses compiled.

Each test makes a database engine and an app of its own, as a process does once in its life; without these
a seventh of the run went into compiling the same statements and templates again, and 30 ms of each app into its routes.
"""

from __future__ import annotations

from typing import Any

import flask
import sqlalchemy as sa
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Statements(dict[Any, Any]):
    """Compiled SQL by what was asked of which kind of server; SQLAlchemy's own keeps it per engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_by_kind(key), compiled)


def _by_kind(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, *rest)


class Templates(BytecodeCache):
    """Compiled templates by name and text; Jinja's own are kept per app."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key, bucket.checksum] = bucket.code


class Addresses:
    """What builds the address of a route, by the route's parts; Werkzeug compiles two functions a route and app."""

    def __init__(self) -> None:
        self.known: dict[Any, Any] = {}
        self._compile = Rule._compile_builder

    def __call__(self, rule: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in self.known:
            self.known[key] = self._compile(rule, append_unknown)
        return self.known[key]


def keep() -> None:
    """From now on, in this process."""
    statements, addresses = Statements(), Addresses()
    Rule._compile_builder = lambda rule, append_unknown=True: addresses(rule, append_unknown)  # type: ignore[method-assign]

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def use(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    flask.Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": Templates()}
