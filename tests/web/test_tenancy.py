"""Two agencies under one roof with equal codes: every route is crawled with the other's ids, nothing leaks or moves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.cast import SEED, Cast, make_cast
from tests.web.desk import Browser, Desk, Forms
from web.sign_in import sessions
from web.sign_in.cookie import cookie_name
from workflow.case import ask, case
from workflow.clock import wall_now
from workflow.db import metadata, uuid7
from workflow.files import file
from workflow.incidents import Trouble, incident, open_incident
from workflow.message import Message
from workflow.organisation import absence, agency, person, role_grant, unit
from workflow.organisation_changes import add_account
from workflow.outbox import delivery
from workflow.worklist import work_item

CANARY = "Chimhoangyen"  # stands in every text of the other agency
ROLES = ("director", "office", "head", "outsider")
UNFILLED = {"filename", "token"}  # files for everybody; a password link is its own key
WORDS = {"action": "nominate", "process": "nominee", "kind": "people"}


@dataclass
class Other:
    """The other agency, and an id of each thing it owns by the route parameter that takes it."""

    cast: Cast
    ids: dict[str, str]


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Other:
    """The same plan, the same codes, another agency; a case under way, with letters, an incident, an absence."""
    folder = tmp_path / "plan"
    shutil.copytree(SEED, folder)
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("agency: so-tttt", "agency: so-khac"), encoding="utf-8")
    made = make_cast(desk.cast.app.settings, folder=folder)
    _mark(made)
    nominee = made.nominate()
    made.absent("outsider", "head2", made.now().date(), (made.now() + timedelta(days=9)).date())
    with made.app.database.write() as connection:
        reason = Message("incident.no_owner", {"roles": [CANARY]})
        open_incident(connection, Trouble(made.agency_id, "no_owner", reason, "k1", case_id=nominee))
    made.settle()
    return Other(made, _ids(made, nominee))


def _mark(made: Cast) -> None:
    """The canary in every name: of the agency, its units, its people (and so of cases and letters)."""
    with made.app.database.write() as connection:
        for table in (unit, person):
            named = sa.update(table).where(table.c.agency_id == made.agency_id)
            connection.execute(named.values(name=CANARY + " " + table.c.name, folded=CANARY.lower()))
        own = agency.c.id == made.agency_id
        renamed = {"name": f"Sở {CANARY}", "organisation_version": agency.c.organisation_version + 1}
        connection.execute(sa.update(agency).where(own).values(renamed))


def _ids(made: Cast, nominee: str) -> dict[str, str]:
    def first(connection: sa.Connection, table: sa.Table, *where: Any) -> str:
        found = connection.scalar(sa.select(table.c.id).where(table.c.agency_id == made.agency_id, *where))
        return str(found or uuid7())

    with made.app.database.read() as connection:
        return {
            "code": str(connection.scalar(sa.select(case.c.code).where(case.c.id == nominee))),
            "item_id": first(connection, work_item),
            "file_id": first(connection, file, file.c.case_id.is_not(None)),
            "person_id": made.people["head"],
            "unit_id": made.units["cntt"],
            "letter_id": first(connection, delivery, delivery.c.kind == "outbox_page"),
            "incident_id": first(connection, incident),
            "grant_id": first(connection, role_grant),
            "absence_id": first(connection, absence),
            "ask_id": first(connection, ask),
            "token_id": uuid7(),
        }  # fmt: skip


def _of_agency(table: sa.Table, agency_id: str) -> sa.Select[Any]:
    return sa.select(table).where(table.c.agency_id == agency_id)


def _owned(made: Cast) -> dict[str, list[Any]]:
    """Every row of an agency, to see whether anything of it moved."""
    with made.app.database.read() as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(sa.select(table).where(table.c.agency_id == made.agency_id)))
            )
            for table in metadata.sorted_tables
            if "agency_id" in table.c
        }


def _filled(app: Flask, rule: Rule, ids: dict[str, str]) -> str | None:
    """The rule's address with the other's ids; None for what belongs to everybody."""
    if rule.arguments & UNFILLED:
        return None
    unknown = rule.arguments - ids.keys() - WORDS.keys()
    assert not unknown, f"{rule.rule}: the crawl does not know what {sorted(unknown)} are"
    values = {name: ids.get(name) or WORDS[name] for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def _secret(browser: Browser) -> str:
    return Forms(browser.get("/ca-nhan").text).forms[0].fields["csrf_token"][0]


def _asked(browser: Browser, method: str, path: str, secret: str) -> TestResponse:
    if method == "GET":
        return browser.client.get(path)
    data = {"csrf_token": secret, "reason": "Một lý do đủ dài.", "case_version": "1", "item_version": "1", "to": "x"}
    return browser.client.post(path, data=data)


@pytest.mark.parametrize("role", ROLES)
def test_the_others_ids_are_nobodys(desk: Desk, other: Other, role: str) -> None:
    browser = desk.browser(role)
    secret, before = _secret(browser), _owned(other.cast)
    strangers = {name: (value if name == "code" else uuid7()) for name, value in other.ids.items()}
    troubles = []
    for rule in desk.app.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/dang-xuat")):
            continue
        path, stranger = _filled(desk.app, rule, other.ids), _filled(desk.app, rule, strangers)
        for method in sorted(rule.methods & {"GET", "POST"}):
            if path is None:
                continue
            answer = _asked(browser, method, path, secret)
            if CANARY.lower() in answer.data.decode(errors="replace").lower():
                troubles.append(f"{method} {path}: shows the other agency")
            if answer.status_code >= 500:
                troubles.append(f"{method} {path}: {answer.status_code}")
            if path != stranger and answer.status_code != _asked(browser, method, str(stranger), secret).status_code:
                troubles.append(f"{method} {path}: tells that the other's id exists ({answer.status_code})")
    assert not troubles, "\n".join(troubles)
    assert _owned(other.cast) == before


@pytest.mark.parametrize("role", ROLES)
def test_the_api_knows_only_its_own(desk: Desk, other: Other, role: str) -> None:
    header, before = desk.token(role), _owned(other.cast)
    client, troubles = desk.app.test_client(), []
    for rule in desk.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        path = str(_filled(desk.app, rule, other.ids))
        for method in sorted(rule.methods & {"GET", "POST"}):
            headers = {**header, "If-Match": '"1"', "Idempotency-Key": uuid7()}
            body = None if method == "GET" else {"inputs": {}}
            answer = client.open(path, method=method, headers=headers, json=body)
            if CANARY.lower() in answer.data.decode(errors="replace").lower():
                troubles.append(f"{method} {path}: shows the other agency")
            if answer.status_code >= 500 or (rule.arguments and answer.status_code < 400):
                troubles.append(f"{method} {path}: {answer.status_code}")
    assert not troubles, "\n".join(troubles)
    assert _owned(other.cast) == before


def test_searches_find_nothing_of_the_other(desk: Desk, other: Other) -> None:
    browser, part = desk.browser("office"), CANARY[:9]
    for path in ("/viec?tim=", "/ho-so?tim=", "/danh-ba?q="):
        assert CANARY not in browser.get(path + part).text
    for path in ("/viec", "/ho-so", "/danh-ba", "/don-vi", "/hop-thu-di", "/su-co", "/gioi-thieu"):
        assert CANARY not in browser.get(path).text


def test_the_canary_stands_where_the_crawl_looks(desk: Desk, other: Other) -> None:
    """The crawl would be worthless if the other agency's own people saw no canary there."""
    database, client = other.cast.app.database, desk.app.test_client()
    with database.write() as connection:
        known = add_account(connection, login="khac-office", email="khac@so.example", password_hash="")
        own = person.c.id == other.cast.people["office"]
        connection.execute(sa.update(person).where(own).values(account_id=known))
        token = sessions.begin(connection, database.new_id(), known, wall_now())
    with desk.app.app_context():
        client.set_cookie(cookie_name(), token)
    for path in (f"/ho-so/{other.ids['code']}", f"/danh-ba/{other.ids['person_id']}", f"/don-vi/{other.ids['unit_id']}",
                 f"/hop-thu-di/{other.ids['letter_id']}", "/ho-so", "/su-co"):  # fmt: skip
        assert CANARY in client.get(path).text, path
