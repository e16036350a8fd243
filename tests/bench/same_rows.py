"""The other limit: the very rows that our decision writes, sent again by hand, with nothing read and nothing decided.

Six decisions of a case are listened to; what they sent is then sent again for other cases, with ids of their own made
beforehand: the same texts, guards and values, from the driver straight to the database.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa

from config.wiring import build
from tests.bench import limits
from tests.bench.interleaved import Call, Make, Prepare
from tests.bench.walking import STEPS, Walk
from tests.cast import Cast
from tests.statements import sent_to
from workflow import writing_postgres, writing_sqlite
from workflow.db import uuid7
from workflow.timers import timer
from workflow.worklist import candidate, work_item

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Sent:
    """A statement as it went to the driver: its values, or a list of those of many rows."""

    text: str
    values: Any

    @property
    def is_many(self) -> bool:
        return isinstance(self.values, list)

    def again(self, new: Callable[[re.Match[str]], str]) -> Sent:
        """The same with other ids."""

        def other(value: Any) -> Any:
            return ID.sub(new, value) if isinstance(value, str) else value

        def row(values: Any) -> Any:
            if isinstance(values, dict):
                return {name: other(value) for name, value in values.items()}
            return tuple(other(value) for value in values)

        return Sent(self.text, [row(one) for one in self.values] if self.is_many else row(self.values))


Send = Callable[[Sequence[Sent]], None]


class Again:
    """One client: a case's six decisions are heard once, then sent again for one new case after the other."""

    def __init__(self, cast: Cast, send: Send) -> None:
        self.cast, self.walk, self.send = cast, Walk(cast), send
        self.own, self.before = _ids(cast, self.walk.begin()), uuid7()
        self.steps: list[list[Sent]] = []
        with heard(cast) as sent:
            for _ in STEPS:
                self.walk.call()
                self.steps.append(sent[:])
                sent.clear()
        self.left: list[list[Sent]] = []

    def prepare(self) -> None:
        if not self.left:
            known = dict(zip(self.own, _ids(self.cast, self.walk.begin()), strict=True))

            def new(found: re.Match[str]) -> str:
                old = found.group()
                return known.setdefault(old, uuid7()) if old > self.before else known.get(old, old)

            self.left = [[one.again(new) for one in step] for step in self.steps]

    def call(self) -> None:
        self.send(self.left.pop(0))


def _ids(cast: Cast, case_id: str) -> list[str]:
    """Those of a case that was just begun, in the same order for each."""
    found = [case_id]
    with cast.app.database.read() as connection:
        for table, order in ((work_item, "status"), (candidate, "person_id"), (timer, "kind")):
            of_case = sa.select(table.c.id).where(table.c.case_id == case_id)
            found += connection.scalars(of_case.order_by(table.c[order])).all()
    return found


@contextmanager
def heard(cast: Cast) -> Iterator[list[Sent]]:
    """What the engine sends to write its decisions, and nothing else that it asks."""
    sent: list[Sent] = []
    module = writing_sqlite if cast.app.database.is_sqlite else writing_postgres
    whole = module.write

    def write(*given: Any) -> bool:
        with sent_to(cast.app.database) as found:
            answer = whole(*given)
        sent.extend(Sent(*one) for one in found.sent)
        return answer

    module.write = write
    try:
        yield sent
    finally:
        module.write = whole


def way(cast: Cast) -> Make:
    """Committed durably each time: one prepared statement on PostgreSQL, some in one BEGIN IMMEDIATE on SQLite."""

    def make(_number: int) -> tuple[Call, Prepare]:
        cast.app = build(cast.app.settings)  # connections of this process
        again = Again(cast, sender(connected(cast)))
        return again.call, again.prepare

    return make


def connected(cast: Cast) -> psycopg.Connection | sqlite3.Connection:
    """The driver's own connection, set as the engine's are."""
    url = cast.app.settings.database_url
    if not url.startswith("sqlite"):
        return psycopg.connect(limits.plain(url), autocommit=True, prepare_threshold=1)
    connection = sqlite3.connect(str(sa.make_url(url).database), timeout=60, isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def sender(connection: psycopg.Connection | sqlite3.Connection) -> Send:
    """Sends a decision; its first statement answers whether all stood as it was read."""
    if isinstance(connection, psycopg.Connection):
        return partial(_send_one, connection)
    return partial(_send_some, connection)


def _send_one(connection: psycopg.Connection, step: Sequence[Sent]) -> None:
    [one] = step
    assert connection.execute(one.text, one.values).fetchone() == (1,)


def _send_some(connection: sqlite3.Connection, step: Sequence[Sent]) -> None:
    guard, *rest = step
    connection.execute("BEGIN IMMEDIATE")
    assert connection.execute(guard.text, guard.values).fetchone() == (1,)
    for one in rest:
        (connection.executemany if one.is_many else connection.execute)(one.text, one.values)
    connection.execute("COMMIT")
