"""What people write is text on every page: markup in any of it makes no element, no attribute, no address, no code."""

from __future__ import annotations

from html.parser import HTMLParser

import sqlalchemy as sa

from tests.web.crawl import LEAVES, Caller, calls, secret_of
from tests.web.desk import Browser, Desk
from tests.web.test_tenancy import Other, other  # noqa: F401 - a fixture
from web.sign_in import sessions
from web.sign_in.cookie import cookie_name
from workflow.clock import wall_now
from workflow.db import metadata
from workflow.organisation import account, person
from workflow.organisation import agency as agency_table
from workflow.organisation_changes import add_account

MARK = "xss9c4"
PAYLOAD = f"javascript:\"'><img src=x onerror={MARK}()></title><script>{MARK}()</script>{{{{7*7}}}}</textarea>"
WORDS = frozenset({
    "name", "label", "title", "reason", "text", "words", "why", "note", "about", "sentence", "story", "post", "email",
    "subject", "description", "ground", "wanted", "source", "symbol", "contact",
})  # fmt: skip
"""Columns that hold what somebody wrote."""
SHORTEST = 80
SEALED = ("event", "delivery_log", "event_detail", "journal")


class Reader(HTMLParser):
    """Elements, attributes and scripts in which a payload came alive."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.alive: list[str] = []
        self.texts = 0
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction") and "javascript:" in (value or "").lower()[:20]
            if name.startswith("on") or MARK in name or leads:
                self.alive.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if MARK in data:
            self.texts += 1
            if self._script:
                self.alive.append(f"<script>{data[:60]}")


def _holds_words(column: sa.Column[object]) -> bool:
    """What somebody wrote; no key, and not the plan's own name of a paper."""
    table = column.table
    keys = [one for one in table.constraints if isinstance(one, sa.PrimaryKeyConstraint | sa.UniqueConstraint)]
    is_long = isinstance(column.type, sa.String) and (column.type.length or SHORTEST) >= SHORTEST
    is_key = any(column.name in one.columns for one in keys) or f"{table.name}.{column.name}" == "document.name"
    return is_long and column.name in WORDS and not is_key


def _poison(connection: sa.Connection, agency: str) -> int:
    """The payload in every column of the agency that holds words, as far as it is long; how many columns."""
    done = 0
    for table in metadata.sorted_tables:
        names = [one.name for one in table.c if _holds_words(one)]
        if names and "agency_id" in table.c and table.name not in SEALED:
            filled = {name: PAYLOAD[: getattr(table.c[name].type, "length", None)] for name in names}
            changed = sa.update(table).where(table.c.agency_id == agency).values(filled)
            done += len(names) if connection.execute(changed).rowcount else 0
    own = agency_table.c.id == agency
    connection.execute(sa.update(agency_table).where(own).values(name=PAYLOAD, organisation_version=10_000))
    return done


def test_words_stay_words_on_every_page(desk: Desk, other: Other) -> None:  # noqa: F811
    database, client = other.cast.app.database, desk.app.test_client()
    with database.write() as connection:
        assert _poison(connection, other.cast.agency_id) > 20
        known = add_account(connection, login="khac-office", email="khac@so.example", password_hash="")
        connection.execute(sa.update(account).where(account.c.id == known).values(is_admin=True))
        own = person.c.id == other.cast.people["office"]
        connection.execute(sa.update(person).where(own).values(account_id=known))
        token = sessions.begin(connection, database.new_id(), known, wall_now())
    with desk.app.app_context():
        client.set_cookie(cookie_name(), token)
    browser = Browser(client)
    caller, troubles, shown = Caller(browser, {}, secret_of(browser)), [], 0
    for call in calls(desk.app, other.ids):
        if call.endpoint in LEAVES or call.is_api or call.method != "GET":
            continue
        answer = caller.make(call)
        if "html" in answer.content_type:
            found = Reader(answer.text)
            troubles += [f"{call.method} {call.path}: {one}" for one in found.alive]
            shown += found.texts > 0
        elif MARK in answer.headers.get("Content-Disposition", ""):
            troubles.append(f"{call.path}: a name in a header")
    assert troubles == []
    assert shown > 25, "the payload is on the pages"
