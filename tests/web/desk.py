"""The cast at their desks: browsers that are signed in and send the forms that pages really show."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import Cast
from web.app import create_app
from web.sign_in import sessions, tokens
from web.sign_in.cookie import cookie_name
from workflow import clock
from workflow.files import FileStore
from workflow.organisation import account, person
from workflow.organisation_changes import add_account

BOTH_DESKS = pytest.mark.parametrize("desk", ["sqlite", "postgres"], indirect=True)
BOTH_COUNCILS = pytest.mark.parametrize("council", ["sqlite", "postgres"], indirect=True)
SCAN = b"%PDF-1.7\nscan"


@dataclass
class Form:
    """A form as the page shows it: where it goes and what it would send untouched."""

    action: str
    id: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # every control, filled or not


class Forms(HTMLParser):
    """Reads the forms of a page as a browser does."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("id", "")))
        if not self.forms:
            return
        now, name = self.forms[-1], given.get("name", "")
        if tag in ("input", "select", "textarea") and name:
            now.names.add(name)
        if tag == "input" and name and given.get("type") != "file":
            ticked = "checked" in given or given.get("type") not in ("checkbox", "radio")
            if ticked:
                now.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            now.fields[self._select] = [given.get("value", "")]
        elif tag == "textarea":
            self._area = name

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields.setdefault(self._area, []).append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def to(self, part: str) -> Form:
        """The form that leads to an address with this part in it, or has this id."""
        found = [form for form in self.forms if part == form.id or form.action.endswith(part)]
        assert found, f"{part!r} is not one of {[form.action for form in self.forms]}"
        return found[0]


class Browser:
    """One person's browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """Open a page; redirects are followed."""
        return self.client.get(path, follow_redirects=True)

    def send(self, page: TestResponse, part: str, **typed: Any) -> TestResponse:
        """Fill in a form of a page and send it; a file is a tuple of name and bytes."""
        form = Forms(page.text).to(part)
        data: dict[str, Any] = {name: list(values) for name, values in form.fields.items()}
        for name, value in typed.items():
            data[name] = _sent(value)
        return self.client.post(form.action, data=data, content_type="multipart/form-data")


def _sent(value: Any) -> Any:
    if isinstance(value, tuple):
        name, content = value
        return (io.BytesIO(content), name)
    return value


@dataclass
class Desk:
    """The application of a cast with its pages, and its people's browsers and tokens."""

    cast: Cast
    app: Flask

    def browser(self, name: str) -> Browser:
        """Signed in already: the sign-in form has tests of its own."""
        account_id, client = self._account(name), self.app.test_client()
        database = self.cast.app.database
        with database.write() as connection:
            token = sessions.begin(connection, database.new_id(), account_id, clock.wall_now())
        with self.app.app_context():
            client.set_cookie(cookie_name(), token)
        return Browser(client)

    def token(self, name: str, *scopes: str) -> dict[str, str]:
        """The header that a script of this person sends."""
        database = self.cast.app.database
        owner = tokens.Owner(self.cast.agency_id, self.cast.people[name], self._account(name))
        with database.write() as connection:
            made = tokens.create(
                connection, database.new_id(), owner, "thử", scopes or ("read", "act", "office"), 30, clock.wall_now()
            )
        return {"Authorization": f"Bearer {made}"}

    def code(self, case_id: str) -> str:
        """The code of a case."""
        return str(self.cast.row(case_id).code)

    def _account(self, name: str) -> str:
        with self.cast.app.database.write() as connection:
            known = connection.scalar(sa.select(account.c.id).where(account.c.login == name))
            if known is None:
                known = add_account(connection, login=name, email=f"{name}@so.example", password_hash="")
                mine = person.c.id == self.cast.people[name]
                connection.execute(sa.update(person).where(mine).values(account_id=known))
        return str(known)


def open_desk(cast: Cast, folder: Path) -> Desk:
    """The pages over a cast; uploaded files go into the folder."""
    cast.app.files = FileStore(folder)
    cast.app.settings = replace(cast.app.settings, given_secret="0123456789abcdef" * 4, var=folder, files=folder)
    app = create_app(cast.app)
    app.testing = True
    return Desk(cast, app)
