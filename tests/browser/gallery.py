"""Every page there is, found by the routes: with an address that shows something, and who may open it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page

from config.wiring import Application
from tests.browser.axe import CONTRAST, violations
from tests.web.crawl import WORDS, address, ids_of
from web.access import Kind, access_of, public
from web.sign_in import sessions
from web.sign_in.cookie import cookie_name
from workflow.case import case
from workflow.clock import wall_now
from workflow.message import Conflict, Message
from workflow.organisation import person, role_grant

WIDTHS = (360, 640, 1280)  # a phone, a desk at 200 %, a desk


@dataclass(frozen=True)
class Shown:
    """A page: its route, an address of it, and who opens it (a person's id; "" for anybody)."""

    endpoint: str
    path: str
    who: str


class Gallery:
    """A running application with its pages."""

    def __init__(self, application: Application, app: Flask) -> None:
        self.application = application
        self.app = app
        self.app.testing = False
        _failing(self.app)
        self.address = ""
        with application.database.read() as connection:
            first = connection.execute(sa.select(case).order_by(case.c.started_at, case.c.code)).first()
            agency = connection.scalar(sa.select(person.c.agency_id))
            self.agency = str(agency)
            self.people = list(dict.fromkeys(_one_of_each(connection)))
            self.ids = ids_of(connection, self.agency, first.id if first else "")
            holder = connection.scalar(sa.select(role_grant.c.person_id).where(role_grant.c.id == self.ids["grant_id"]))
            self.ids["person_id"] = holder or self.ids["person_id"]
        self._tokens: dict[str, str] = {}

    def token(self, person_id: str) -> str:
        """The cookie of somebody's browser; made once."""
        if person_id not in self._tokens:
            database = self.application.database
            with database.write() as connection:
                account = connection.scalar(sa.select(person.c.account_id).where(person.c.id == person_id))
                now = wall_now()
                self._tokens[person_id] = sessions.begin(connection, database.new_id(), str(account), now)
        return self._tokens[person_id]

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(route, address) of every route that is opened by its address, files and data among them."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            kind = access_of(self.app.view_functions[rule.endpoint])
            if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/api/", "/sai/")) or kind is None:
                continue
            if kind.kind not in (Kind.MACHINE, Kind.LINK):
                yield rule.endpoint, address(self.app, rule, {**WORDS, **self.ids})

    def shown(self) -> tuple[list[Shown], dict[str, int]]:
        """The pages, each with who may open it; and the routes for which nobody was found, with the last answer."""
        found, missing = [], {}
        for endpoint, path in self.addresses():
            for who in ("", *self.people):
                answer = self.client(who).get(path, buffered=True)
                if answer.status_code == 200:
                    is_page = answer.mimetype == "text/html" and answer.text.lstrip().startswith("<!doctype")
                    found += [Shown(endpoint, path, who)] if is_page else []  # a file, or a part of a page
                    missing.pop(endpoint, None)
                    break
                missing[endpoint] = answer.status_code
        return found, missing

    def client(self, who: str) -> FlaskClient:
        """Somebody's client, without a browser; "" for a stranger's."""
        client = self.app.test_client()
        if who:
            client.set_cookie(self._cookie(), self.token(who))
        return client

    def context(self, browser: Browser, who: str, **options: Any) -> BrowserContext:
        """Somebody's browser, signed in."""
        context = browser.new_context(locale="vi-VN", reduced_motion="reduce", **options)
        if who:
            context.add_cookies([{"name": self._cookie(), "value": self.token(who), "url": self.address}])
        return context

    def send(self, page: Page, path: str, fields: Mapping[str, Sequence[str]]) -> None:
        """Send a form as a browser does; the page one is on gives it its secret."""
        with page.expect_navigation():
            page.evaluate(_SEND, [path, [[name, one] for name, values in fields.items() for one in values]])

    def _cookie(self) -> str:
        with self.app.app_context():
            return cookie_name()


_SEND = """([path, fields]) => {
  const form = Object.assign(document.createElement("form"), {method: "post", action: path});
  const secret = document.querySelector("[name=csrf_token]");
  for (const [name, value] of [["csrf_token", secret ? secret.value : ""], ...fields])
    form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
  document.body.append(form);
  form.submit();
}"""


def faults(page: Page, where: str, *, menus: bool = False) -> list[str]:
    """What axe finds, the colours in both themes, and a page wider than its window at any of the widths."""
    found = [f"{where}: {one}" for one in violations(page, menus=menus)]
    page.emulate_media(color_scheme="dark")
    found += [f"{where} (dark): {one}" for one in violations(page, menus=menus, rules=CONTRAST)]
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth") - width
        found += [f"{where}: {over} px wider than {width}"] if over > 0 else []
    return found


def _one_of_each(connection: sa.Connection) -> Iterator[str]:
    """The first of the office, then of each other role, who has an account; then somebody who holds none."""
    has_account = sa.select(person.c.id).where(person.c.account_id.is_not(None), person.c.ends_on.is_(None))
    roles = sorted(set(connection.scalars(sa.select(role_grant.c.role))), key=lambda role: (role != "office", role))
    for role in roles:
        held = sa.select(role_grant.c.person_id).where(role_grant.c.role == role)
        yield from connection.scalars(has_account.where(person.c.id.in_(held)).order_by(person.c.code).limit(1))
    nobody = person.c.id.not_in(sa.select(role_grant.c.person_id))
    yield from connection.scalars(has_account.where(nobody).order_by(person.c.code).limit(1))


STATUSES = (400, 403, 404, 409, 413, 422, 429, 500, 503)


def _failing(app: Flask) -> None:
    """Pages that go wrong, each in its way."""

    @public
    def fail(status: int) -> str:
        if status == 409:
            raise Conflict(Message("action.not_here", {"action": "Công nhận cấp Sở", "state": "Đang bồi dưỡng"}))
        abort(status)

    app.add_url_rule("/sai/<int:status>", "fail", fail)
