"""A demonstration's date moves forward by a button; a real installation has neither button nor address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config import wiring
from tests.databases import SqliteDatabases
from tests.web.conftest import Town, settings_for, settle
from web.app import create_app
from workflow import clock

STAND = datetime(2025, 11, 3, 9, 0, tzinfo=clock.ZONE)


@pytest.fixture
def demo(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Town]:
    """A demonstration that stands at 03/11/2025."""
    with sqlite_databases.fresh() as url:
        application = wiring.build(settings_for(url, tmp_path, demo=True))
        so = settle(application.database, "so-tttt", "Sở Thông tin và Truyền thông")
        with application.database.write() as connection:
            clock.move_to(connection, STAND)
        yield Town(create_app(application), application.database, so, so)
        application.dispose()


def stands_at(town: Town) -> datetime:
    with town.database.read() as connection:
        return clock.business_now(connection).astimezone(clock.ZONE)


def test_the_banner_says_where_the_system_stands_and_moves_it_on(demo: Town) -> None:
    chi = demo.signed_in("chi")
    page = chi.get("/danh-ba").text
    assert "đang đứng ở ngày 03/11/2025" in page
    assert "Chuyển đến 31/12/2025" in page
    woken: list[bool] = []
    demo.app.extensions["neuguong"].listeners.append(lambda: woken.append(True))
    assert chi.post("/ngay-trinh-dien", {"day": "2025-12-31"}, seen="/danh-ba").status_code == 303
    assert stands_at(demo) - datetime(2025, 12, 31, 8, 0, tzinfo=clock.ZONE) < timedelta(minutes=1)
    assert woken
    page = chi.get("/danh-ba").text
    assert "31/12/2025" in page
    assert "Chuyển đến 31/12/2025" not in page


@pytest.mark.parametrize("day", ["03/11/2025", "01/01/2025", "", "31/02/2026", "ngày mai"])
def test_it_never_goes_back(demo: Town, day: str) -> None:
    answer = demo.signed_in("chi").post("/ngay-trinh-dien", {"day": day}, seen="/ngay-trinh-dien")
    assert answer.status_code == 422
    assert stands_at(demo) - STAND < timedelta(minutes=1)


def test_a_stranger_moves_nothing_and_sees_where_it_stands(demo: Town) -> None:
    browser = demo.browser()
    page = browser.get("/dang-nhap").text
    assert "03/11/2025" in page
    assert "Chuyển đến" not in page
    assert browser.post("/ngay-trinh-dien", {"day": "2025-12-31"}).location == "/dang-nhap"


def test_a_real_installation_has_no_such_page(town: Town) -> None:
    an = town.signed_in("an")
    assert an.get("/ngay-trinh-dien").status_code == 404
    assert an.post("/ngay-trinh-dien", {"day": "2030-01-01"}, seen="/danh-ba").status_code == 404
    assert 'class="banner"' not in an.get("/danh-ba").text
