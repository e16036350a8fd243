"""The limit: the row writes of one decision by hand, in one guarded statement, with nothing decided at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.bench.interleaved import Call, Prepare

STEPS = 6
LETTER = {
    "template": "decision",
    "subject": "Đề nghị quyết định hồ sơ",
    "link": "https://so.example/viec/",
    "locale": "vi",
}

TABLES = """
CREATE TABLE flow (id {id}, state text NOT NULL, version int NOT NULL, title text NOT NULL, data {json} NOT NULL,
    moved_at {time} NOT NULL);
CREATE TABLE step (id {id}, flow_id bigint NOT NULL REFERENCES flow, node text NOT NULL, owner int NOT NULL,
    open {bool} NOT NULL, due_at {time} NOT NULL, opened_at {time} NOT NULL, closed_at {time}, closed_by int);
CREATE INDEX step_of_flow ON step (flow_id) WHERE open;
CREATE INDEX step_inbox ON step (owner, due_at, id) WHERE open;
CREATE TABLE line (id {id}, flow_id bigint NOT NULL REFERENCES flow, seq int NOT NULL, owner int NOT NULL,
    said text NOT NULL, was text NOT NULL, is_now text NOT NULL, at {time} NOT NULL, UNIQUE (flow_id, seq));
CREATE TABLE alarm (id {id}, flow_id bigint NOT NULL REFERENCES flow, kind text NOT NULL, due_at {time} NOT NULL,
    waits {bool} NOT NULL);
CREATE INDEX alarm_due ON alarm (due_at) WHERE waits;
CREATE TABLE letter (id {id}, flow_id bigint NOT NULL REFERENCES flow, kind text NOT NULL, body {json} NOT NULL,
    made_at {time} NOT NULL, sent_at {time});
CREATE INDEX letter_new ON letter (id) WHERE sent_at IS NULL;
"""

NEW_FLOW = """
INSERT INTO flow (state, version, title, data, moved_at) VALUES ('s0', 0, 'x', '{{}}', {now}) RETURNING id
"""
NEW_STEP = """
INSERT INTO step (flow_id, node, owner, open, due_at, opened_at) VALUES ({flow}, 's0', 0, true, {now}, {now})
"""

GUARDED = """
WITH guard AS MATERIALIZED (
    SELECT flow.id AS flow, step.id AS step FROM flow JOIN step ON step.flow_id = flow.id AND step.open
    WHERE flow.id = %(flow)s AND version = %(version)s AND state = %(was)s AND owner = %(owner)s
    FOR UPDATE OF flow, step),
moved AS (UPDATE flow SET state = %(is_now)s, version = version + 1, moved_at = %(now)s
    FROM guard WHERE id = guard.flow),
closed AS (UPDATE step SET open = false, closed_at = %(now)s, closed_by = %(owner)s FROM guard WHERE id = guard.step),
opened AS (INSERT INTO step (flow_id, node, owner, open, due_at, opened_at)
    SELECT flow, %(is_now)s, %(next)s, true, %(due)s, %(now)s FROM guard),
noted AS (INSERT INTO line (flow_id, seq, owner, said, was, is_now, at)
    SELECT flow, %(version)s, %(owner)s, %(said)s, %(was)s, %(is_now)s, %(now)s FROM guard),
armed AS (INSERT INTO alarm (flow_id, kind, due_at, waits)
    SELECT flow, kind, due, true
    FROM guard, (VALUES ('remind', %(soon)s::timestamptz), ('due', %(due)s)) AS v (kind, due)),
told AS (INSERT INTO letter (flow_id, kind, body, made_at)
    SELECT flow, 'mail', body, %(now)s FROM guard, (VALUES (%(one)s::jsonb), (%(two)s::jsonb)) AS v (body))
SELECT count(*) FROM guard
"""

LEFT = """
SELECT (SELECT sum(version) FROM flow), (SELECT count(*) FROM step WHERE NOT open),
    (SELECT count(*) FROM step) - (SELECT count(*) FROM flow), (SELECT count(*) FROM line),
    (SELECT count(*) FROM alarm) / 2.0, (SELECT count(*) FROM letter) / 2.0
"""  # moved, closed, opened, noted, armed, told: each must be the number of decisions


def values(flow: int, version: int) -> dict[str, Any]:
    """Everything a decision writes, as a program would have it."""
    now = datetime.now(UTC)
    body = [json.dumps({**LETTER, "flow": flow, "step": version, "to": version + to}) for to in (0, 1)]
    return {
        "flow": flow, "version": version, "was": f"s{version}", "is_now": f"s{version + 1}", "owner": version,
        "next": version + 1, "said": "Looks complete; the nominee meets criteria 1-4.", "now": now,
        "soon": now + timedelta(days=3), "due": now + timedelta(days=7), "one": body[0], "two": body[1],
    }  # fmt: skip


class Walk:
    """One client's flows, each decided step by step; a new one, begun outside of the clock, when the last has ended."""

    def __init__(self, begin: Callable[[], int], decide: Callable[[dict[str, Any]], None]) -> None:
        self.begin, self.decide = begin, decide
        self.flow, self.version = 0, STEPS
        self.values: dict[str, Any] = {}

    def prepare(self) -> None:
        if self.version == STEPS:
            self.flow, self.version = self.begin(), 0
        self.values = values(self.flow, self.version)

    def call(self) -> None:
        self.decide(self.values)
        self.version += 1


def plain(url: str) -> str:
    """The address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def make_tables(address: str) -> None:
    """The tables in an empty database; `address` is a plain postgresql:// one."""
    types = {
        "id": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "json": "jsonb",
        "time": "timestamptz",
        "bool": "bool",
    }
    with psycopg.connect(address) as connection:
        connection.execute(TABLES.format(**types))


def begin(connection: psycopg.Connection) -> int:
    """A new flow with its first step open."""
    [flow] = connection.execute(NEW_FLOW.format(now="now()")).fetchone() or (0,)
    connection.execute(NEW_STEP.format(flow="%s", now="now()"), [flow])
    return int(flow)


def left(address: str, decisions: int, query: str = LEFT) -> None:
    """Raise unless exactly that many decisions left their rows, whole."""
    with psycopg.connect(address) as connection:
        found = connection.execute(query).fetchone() or ()
    if set(found) != {decisions}:
        raise AssertionError(f"{decisions} decisions were acknowledged, the rows say {[str(one) for one in found]}")


def postgres(address: str) -> Callable[[int], tuple[Call, Prepare]]:
    """The guarded statement, prepared, committed durably each time."""
    make_tables(address)

    def make(_number: int) -> tuple[Call, Prepare]:
        connection = psycopg.connect(address, autocommit=True, prepare_threshold=1)

        def decide(given: dict[str, Any]) -> None:
            assert connection.execute(GUARDED, given).fetchone() == (1,)

        walk = Walk(lambda: begin(connection), decide)
        return walk.call, walk.prepare

    return make


def sqlite(path: str) -> Callable[[int], tuple[Call, Prepare]]:
    """The same rows with synchronous=FULL, in one BEGIN IMMEDIATE."""
    types = {"id": "INTEGER PRIMARY KEY", "json": "text", "time": "text", "bool": "boolean"}
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(TABLES.format(**types))

    def make(_number: int) -> tuple[Call, Prepare]:
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        run = connection.execute

        def begin() -> int:
            flow = int(run(NEW_FLOW.format(now="''")).fetchone()[0])
            run(NEW_STEP.format(flow="?", now="''"), [flow])
            return flow

        walk = Walk(begin, lambda given: _decide(run, given))
        return walk.call, walk.prepare

    return make


ONE_BY_ONE = (
    """UPDATE flow SET state = :is_now, version = version + 1, moved_at = :now
    WHERE id = :flow AND version = :version""",
    """UPDATE step SET open = false, closed_at = :now, closed_by = :owner
    WHERE flow_id = :flow AND open AND owner = :owner""",
    """INSERT INTO step (flow_id, node, owner, open, due_at, opened_at)
    VALUES (:flow, :is_now, :next, true, :due, :now)""",
    """INSERT INTO line (flow_id, seq, owner, said, was, is_now, at)
    VALUES (:flow, :version, :owner, :said, :was, :is_now, :now)""",
    """INSERT INTO alarm (flow_id, kind, due_at, waits)
    VALUES (:flow, 'remind', :soon, true), (:flow, 'due', :due, true)""",
    """INSERT INTO letter (flow_id, kind, body, made_at)
    VALUES (:flow, 'mail', :one, :now), (:flow, 'mail', :two, :now)""",
)


def _decide(run: Callable[..., Any], given: dict[str, Any]) -> None:
    text = {name: str(value) if isinstance(value, datetime) else value for name, value in given.items()}
    run("BEGIN IMMEDIATE")
    for statement in ONE_BY_ONE:
        assert run(statement, text).rowcount > 0
    run("COMMIT")
