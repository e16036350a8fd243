"""A migrated application with two agencies of equal codes, and browsers that sign in to it through its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import wiring
from config.settings import Settings
from tests.cast import open_cast, prepare_seed_cast, sound
from tests.sittings import prepare_council
from tests.web.desk import Desk, open_desk
from web.app import create_app
from web.sign_in import passwords, sessions
from workflow import organisation_changes as changes
from workflow.clock import wall_now
from workflow.db import Database

FIRST = date(2023, 4, 3)
PASSWORD = "nêu gương sáng 2025"
CAST = {  # code: name, unit, roles in the unit or (with unit "") in the agency
    "an": ("Đặng Thị Ngọc Ánh", "VP", ("office",)),
    "binh": ("Nguyễn Văn Bình", "CNTT", ("unit_head",)),
    "chi": ("Trần Thị Chi", "CNTT", ()),
    "dung": ("Lê Quốc Dũng", "VP", ("director",)),
}
UNITS = {"VP": "Văn phòng Sở", "CNTT": "Phòng Công nghệ thông tin"}


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow on purpose is slow in every test; how slow it really is, tests/web/sign_in/test_passwords.py looks at."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@cache
def password_hash() -> str:
    """One hash for all."""
    return passwords.hash_password(PASSWORD)


@dataclass
class Agency:
    """An agency of the tests, by codes."""

    id: str
    units: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """The application, the agency the tests live in, and another one with the same codes."""

    app: Flask
    database: Database
    so: Agency
    other: Agency

    def browser(self) -> Browser:
        """A stranger's browser."""
        return Browser(self.app.test_client())

    def signed_in(self, code: str) -> Browser:
        """The browser of a person of the first agency, past the password (which is slow on purpose)."""
        browser = self.browser()
        with self.database.write() as connection:
            token = sessions.begin(connection, self.database.new_id(), self.so.accounts[code], wall_now())
        browser.client.set_cookie("neuguong", token)
        return browser


class Browser:
    """A Flask client that reads a form's secret as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, buffered=True, **options)

    def post(self, path: str, data: dict[str, object] | None = None, *, seen: str = "/dang-nhap") -> TestResponse:
        """Send a form with the secret of a page seen before."""
        return self.client.post(path, data={"csrf_token": self.secret(seen), **(data or {})})

    def secret(self, path: str) -> str:
        """The form secret that a page carries."""
        page = self.client.get(path, follow_redirects=True).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        return unescape(found[1])

    def sign_in(self, login: str, password: str = PASSWORD, **more: object) -> TestResponse:
        """Send the sign-in form."""
        return self.post("/dang-nhap", {"login": login, "password": password, **more})


def settle(database: Database, code: str, name: str, prefix: str = "") -> Agency:
    """An agency with two units and four people, each with an account."""
    with database.write() as connection:
        so = Agency(changes.add_agency(connection, code=code, name=name))
        for unit, title in UNITS.items():
            so.units[unit] = changes.add_unit(connection, so.id, code=unit, name=title, starts_on=FIRST)
        for person, (full_name, unit, roles) in CAST.items():
            account = changes.add_account(
                connection, login=prefix + person, email=f"{prefix}{person}@so.test", password_hash=password_hash()
            )
            so.accounts[person] = account
            so.people[person] = changes.add_person(
                connection, so.id, code=person, name=full_name, starts_on=FIRST, unit_id=so.units[unit],
                account_id=account, post="Chuyên viên", email=f"{prefix}{person}@so.test",
            )  # fmt: skip
            for role in roles:
                unit_id = so.units[unit] if role == "unit_head" else None
                changes.grant_role(
                    connection, so.id, person_id=so.people[person], role=role, starts_on=FIRST, unit_id=unit_id
                )
    return so


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """The town on SQLite; a module marked BOTH meets it on PostgreSQL too."""
    databases = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_databases")
    with databases.fresh() as url:
        application = wiring.build(settings_for(url, tmp_path))
        so = settle(application.database, "so-tttt", "Sở Thông tin và Truyền thông")
        other = settle(application.database, "so-khac", "Sở Khác", "khac-")
        app = create_app(application)
        app.testing = True
        yield Town(app, application.database, so, other)
        application.dispose()


BOTH = pytest.mark.parametrize("town", ["sqlite", "postgres"], indirect=True)


def settings_for(database_url: str, folder: Path, **more: object) -> Settings:
    """Settings of a test installation."""
    return Settings(
        database_url=database_url, var=folder, files=folder / "files", strict_texts=True,
        given_secret="0123456789abcdef" * 4, **more,
    )  # fmt: skip


@pytest.fixture
def council(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The pages over a council of nine with twenty nominees before it (`tests.sittings.waiting`); BOTH_COUNCILS."""
    databases = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_databases")
    with databases.fresh(prepare_council) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield open_desk(cast, tmp_path / "files")
            sound(cast)
        finally:
            cast.app.dispose()


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The pages over the seed's plan and cast, on SQLite; a test marked BOTH_DESKS meets PostgreSQL too."""
    databases = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_databases")
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield open_desk(cast, tmp_path / "files")
            sound(cast)
        finally:
            cast.app.dispose()
