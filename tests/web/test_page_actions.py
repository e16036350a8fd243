"""What a form of a page does, a script does: every one has a way, and the same comes of it by both."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast
from tests.roads import case_at
from tests.servers import served
from tests.web.conftest import PASSWORD, password_hash
from tests.web.crawl import Call, Caller, calls, ids_of, page_of, secret_of
from tests.web.desk import Browser, Desk
from tests.web.test_tenancy import Other, other  # noqa: F401
from web.api import page_shapes
from web.api.openapi import operations
from web.api.page_actions import PLACE
from web.by_script import ByOperation, ByScript, InBrowser, way_of
from web.client import Client, Refusal
from web.client.transport import new_key
from web.refusals import FLASHED
from web.sign_in import sessions, tokens
from web.sign_in.cookie import cookie_name
from workflow.clock import wall_now
from workflow.organisation import account, person
from workflow.organisation_changes import add_account

APART = frozenset({"sign_in", "sign_in_attempt", "api_token", "token_use", "refusal"})
"""Tables in which the two ways differ on purpose: who signed in, with which token, by which channel one was refused."""
VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,64}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:[\d.+:Z]+|[\w-]{40,}|[A-Z]{2}-[0-9A-F]{4}-[0-9A-F]{4}"
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
    """What came of one way: whether it was done, what was said, the rows that changed."""

    done: bool
    said: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)


@dataclass
class Before:
    """A database as it stood, to be compared with and brought back."""

    path: str

    def __post_init__(self) -> None:
        self.copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.path)) as living:
            living.backup(self.copy)
        self.rows = rows(self.path)

    def changed(self, act: Callable[[], Came]) -> Came:
        """What came of an act, with the rows it took away (-) and added (+); then all is as before."""
        came, after = act(), rows(self.path)
        came.rows.update(f"+ {steady(row)}" for row in (after - self.rows).elements())
        came.rows.update(f"- {steady(row)}" for row in (self.rows - after).elements())
        with closing(sqlite3.connect(self.path)) as living:
            self.copy.backup(living)
        return came


def rows(path: str) -> Counter[tuple[Any, ...]]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as living:
        named = living.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
        tables = [table for (table,) in named if table not in APART]
        return Counter((table, *row) for table in tables for row in living.execute(f'select * from "{table}"'))


def steady(row: tuple[Any, ...]) -> str:
    """A row without what is new each time."""
    text = " | ".join(one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in row)
    return VOLATILE.sub("#", text).replace("| api |", "| page |").replace('"channel": "api"', '"channel": "page"')


def by_page(caller: Caller, call: Call) -> Came:
    with caller.client.session_transaction() as session:
        session.pop("_flashes", None)
    answer = caller.make(call)
    with caller.client.session_transaction() as session:
        flashed = [(tone, text) for tone, text in session.get("_flashes", []) if tone != FLASHED]
    only_bad = bool(flashed) and all(tone == "bad" for tone, _ in flashed)
    moved = 300 <= answer.status_code < 400
    done = answer.status_code < 400 and not (moved and only_bad)
    return Came(done, [text for _, text in flashed] if done and moved else [])


def by_client(client: Client, call: Call) -> Came:
    body = {name: value for name, value in call.form.items() if name != "_nonce"}
    key = call.form.get("_nonce") or new_key()
    told: bytes | Refusal
    try:
        told = client.call("POST", f"/pages{call.path}", body={**body, "_proof": PASSWORD}, key=key)
    except Refusal as refusal:
        told = refusal
    if isinstance(told, Refusal):
        assert told.status < 500, (call.endpoint, told)
        assert told.problem.title, call.endpoint
        return Came(False)
    done = page_shapes.Sent.model_validate_json(told)
    return Came(True, [*done.said, *done.warned])


def compared(desk: Desk, cast: Cast, who: str, ids: dict[str, str]) -> set[str]:
    """Every form offered to scripts sent by both ways, each to the same agency; the endpoints that did something."""
    database, person_id = cast.app.database, cast.people[who]
    with database.write() as connection:
        known = add_account(connection, login=f"ca-hai-{who}", email="ca-hai@so.example", password_hash=password_hash())
        connection.execute(sa.update(account).where(account.c.id == known).values(is_admin=who == "office"))
        connection.execute(sa.update(person).where(person.c.id == person_id).values(account_id=known))
        seen = sessions.begin(connection, database.new_id(), known, wall_now())
        owner = tokens.Owner(cast.agency_id, person_id, known)
        token = tokens.create(connection, database.new_id(), owner, "thử", tokens.SCOPES, 30, wall_now())
    browser = Browser(desk.app.test_client())
    with desk.app.app_context():
        browser.client.set_cookie(cookie_name(), seen)
    caller, troubles, done = Caller(browser, {}, secret_of(browser)), [], set()
    before = Before(str(database.engine.url.database))
    offered = {page_of(desk.app, rule) for rule, _, _ in operations(desk.app)} - {""}
    with served(desk.app) as port:
        client = Client(f"http://127.0.0.1:{port}", token, pauses=(), proxies={})
        for call in calls(desk.app, ids):
            if call.endpoint in offered and call.method != "GET":
                page = before.changed(partial(by_page, caller, call))
                script = before.changed(partial(by_client, client, call))
                troubles += [] if page == script else [f"{call.endpoint}\n  {page}\n  {script}"]
                done |= {call.endpoint} if page.done else set()
    assert troubles == [], "\n".join(troubles)
    return done


def test_the_same_comes_of_a_form_by_page_and_by_client(desk: Desk, other: Other) -> None:  # noqa: F811
    done = compared(desk, other.cast, "office", other.ids)
    assert len(done) > 45, sorted(done)


def test_and_for_somebody_who_may_little(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal", who="candidate")
    with desk.cast.app.database.read() as connection:
        ids = ids_of(connection, desk.cast.agency_id, case_id)
    done = compared(desk, desk.cast, "head", ids)
    assert "calendars.create" in done
    assert "units.add" not in done
