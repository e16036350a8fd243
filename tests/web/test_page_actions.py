"""What a form of a page does, a script does: every one has a way, and the same comes of it by both."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from states.desk.model import letter
from tests.roads import case_at
from tests.servers import served
from tests.web.conftest import password_hash
from tests.web.crawl import Call, Caller, calls, ids_of, page_of, secret_of
from tests.web.desk import Desk
from web.api import page_shapes
from web.api.openapi import operations
from web.api.page_actions import PLACE
from web.by_script import ByOperation, ByScript, InBrowser, way_of
from web.client import Client, Refusal
from workflow.organisation import account

PASSWORD = "một mật khẩu dài"
APART = frozenset({"sign_in", "api_token", "refusal", "alembic_version"})
"""Tables in which the two ways differ on purpose: who signed in, with which token, by which channel one was refused."""
VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,64}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[\d.+:Z]+"
    r"|[\w-]{40,}|[A-Z]{2}-[0-9A-F]{4}-[0-9A-F]{4}"
)


def page_rules(app: Flask) -> Iterator[tuple[str, Any]]:
    for rule in app.url_map.iter_rules():
        if rule.methods and rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and not rule.rule.startswith("/api/"):
            yield rule.endpoint, way_of(app.view_functions[rule.endpoint])


def test_every_form_of_a_page_says_how_a_script_does_it(desk: Desk) -> None:
    known = {rule.endpoint.partition(".")[2] for rule, _, _ in operations(desk.app)}
    offered = {page_of(desk.app, rule) for rule, _, _ in operations(desk.app) if rule.rule.startswith(PLACE)}
    ways = dict(page_rules(desk.app))
    assert [endpoint for endpoint, way in ways.items() if way is None] == []
    assert {endpoint for endpoint, way in ways.items() if isinstance(way, ByScript)} == offered
    named = {way.operation for way in ways.values() if isinstance(way, ByOperation)}
    assert named <= known
    assert all(way.why for way in ways.values() if isinstance(way, InBrowser))
    assert len(offered) > 100


def test_an_operation_has_one_name(desk: Desk) -> None:
    names = Counter(rule.endpoint.partition(".")[2] for rule, _, _ in operations(desk.app))
    assert [name for name, many in names.items() if many > 1] == []


# --- the same by both ways ------------------------------------------------------------------------------


@dataclass
class Came:
    """What came of one way: whether it was done, what was said and wrong, the rows that changed."""

    done: bool
    said: list[str]
    wrong: set[str]
    rows: Counter[str]


@contextmanager
def kept(path: str) -> Iterator[None]:
    """The database as it was, afterwards."""
    with closing(sqlite3.connect(path)) as living, closing(sqlite3.connect(":memory:")) as copy:
        living.backup(copy)
        yield
        copy.backup(living)


def rows(path: str) -> Counter[str]:
    """Every row of every table, without what is new each time."""
    found: Counter[str] = Counter()
    with closing(sqlite3.connect(path)) as living:
        tables = living.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
        for (table,) in tables.fetchall():
            if table not in APART:
                for row in living.execute(f'select * from "{table}"'):
                    found[f"{table} {steady(row)}"] += 1
    return found


def steady(row: tuple[Any, ...]) -> str:
    text = " | ".join(one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in row)
    return VOLATILE.sub("#", text).replace("| api |", "| page |").replace('"channel": "api"', '"channel": "page"')


def changed(path: str, act: Any) -> tuple[Any, Counter[str]]:
    """What an act gave, and the rows it took away (-) and added (+)."""
    with kept(path):
        before = rows(path)
        given = act()
        after = rows(path)
    difference = Counter({f"+ {row}": many for row, many in (after - before).items()})
    difference.update({f"- {row}": many for row, many in (before - after).items()})
    return given, difference


def by_page(caller: Caller, call: Call, path: str) -> Came:
    def act() -> tuple[TestResponse, list[tuple[str, str]]]:
        with caller.client.session_transaction() as session:
            session.pop("_flashes", None)
        answer = caller.make(call)
        with caller.client.session_transaction() as session:
            return answer, [tuple(one) for one in session.get("_flashes", [])]

    (answer, flashed), difference = changed(path, act)
    said = [text for tone, text in flashed if tone != "refusal"]
    bad = [text for tone, text in flashed if tone == "bad"]
    done = answer.status_code < 400 and not (300 <= answer.status_code and bad and len(bad) == len(said))
    wrong = set(re.findall(r'id="error-([^"]+)"', answer.text)) if "html" in answer.content_type else set()
    return Came(done, said, wrong, difference)


def by_client(client: Client, call: Call, path: str) -> Came:
    body = {name: value for name, value in call.form.items() if name != "_nonce"}
    nonce = {"key": call.form["_nonce"]} if "_nonce" in call.form else {}

    def act() -> page_shapes.Done | Refusal | bytes:
        try:
            told = client.call("POST", f"/pages{call.path}", body={**body, "_proof": PASSWORD}, **nonce)
            return page_shapes.Done.model_validate_json(told) if told.startswith(b'{"said"') else told
        except Refusal as refusal:
            return refusal

    found, difference = changed(path, act)
    if isinstance(found, Refusal):
        assert found.status < 500, (call.endpoint, found)
        return Came(False, [one.text for one in found.problem.reasons], set(found.problem.fields), difference)
    said = [] if isinstance(found, bytes) else [*found.said, *found.warned]
    return Came(True, said, set(), difference)


@pytest.mark.parametrize("who", ["office", "head"])
def test_the_same_comes_of_a_form_by_page_and_by_client(desk: Desk, who: str) -> None:
    case_id = case_at(desk.cast, "unit_appraisal", who="candidate")
    desk.cast.settle()
    browser, database = desk.browser(who), desk.cast.app.database
    with database.write() as connection:
        connection.execute(sa.update(account).values(password_hash=password_hash(), is_admin=who == "office"))
        ids = ids_of(connection, desk.cast.agency_id, case_id)
    token = desk.token(who)["Authorization"].removeprefix("Bearer ")
    path = str(database.engine.url.database)
    caller, troubles, done = Caller(browser, {}, secret_of(browser)), [], set()
    offered = {page_of(desk.app, rule) for rule, _, _ in operations(desk.app)} - {""}
    with served(desk.app) as port:
        client = Client(f"http://127.0.0.1:{port}", token, pauses=(), proxies={})
        for call in calls(desk.app, ids):
            if call.endpoint not in offered or call.method == "GET":
                continue
            page, script = by_page(caller, call, path), by_client(client, call, path)
            if page.done != script.done or page.rows != script.rows:
                troubles.append((call.endpoint, page, script))
            done |= {call.endpoint} if page.done else set()
    for one in troubles:
        print(*one, sep="\n   ")
    print(len(done), sorted(done))
    assert [endpoint for endpoint, _, _ in troubles] == []
    assert len(done) > 40
