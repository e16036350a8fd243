"""Whoever watches machines learns whether this one lives and whether it can work."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from config import wiring
from tests.web.conftest import Town, settings_for
from web.app import create_app


def test_alive_and_ready(town: Town) -> None:
    browser = town.browser()
    assert browser.get("/healthz").json == {"status": "ok"}
    assert browser.get("/readyz").json == {"status": "ok"}


def test_a_database_of_another_shape_is_not_ready(town: Town) -> None:
    with town.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = town.browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["status"] == "migrate"


def test_without_its_database_it_is_alive_but_not_ready(tmp_path: Path) -> None:
    application = wiring.build(settings_for(f"sqlite:///{tmp_path}/no/such/folder.db", tmp_path))
    client = create_app(application).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "database"})
    page = client.get("/dang-nhap")
    assert page.status_code == 503
    assert "Đợi một phút rồi thử lại" in page.text
    application.dispose()
