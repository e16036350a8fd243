"""Vietnamese first, English on a button; an account remembers it, a stranger's browser too."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from tests.web.conftest import Town
from web.language import day, iso, moment
from workflow.organisation import account


def test_a_stranger_switches_and_goes_back(town: Town) -> None:
    browser = town.browser()
    assert 'lang="vi"' in browser.get("/dang-nhap").text
    answer = browser.post("/ngon-ngu", {"language": "en", "next": "/dang-nhap"})
    assert answer.location == "/dang-nhap"
    page = browser.get("/dang-nhap").text
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert "Tiếng Việt" in page


def test_an_account_remembers_its_language(town: Town) -> None:
    chi = town.signed_in("chi")
    chi.post("/ngon-ngu", {"language": "en", "next": "//evil.test"}, seen="/danh-ba")
    assert "Directory" in town.signed_in("chi").get("/danh-ba").text
    assert "Danh bạ" in town.signed_in("an").get("/danh-ba").text
    with town.database.read() as connection:
        chosen = sa.select(account.c.language).where(account.c.id == town.so.accounts["chi"])
        assert connection.scalar(chosen) == "en"


def test_an_unknown_language_changes_nothing(town: Town) -> None:
    browser = town.browser()
    assert browser.post("/ngon-ngu", {"language": "fr"}).status_code == 400
    browser.client.set_cookie("language", "<x>")
    assert '<html lang="vi"' in browser.get("/dang-nhap").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (date(2025, 11, 3), "03/11/2025"), (datetime(2025, 11, 3, 17, 30, tzinfo=UTC), "04/11/2025"),
        ("2025-11-03", "03/11/2025"), (None, ""), ("", ""),
    ],
)  # fmt: skip
def test_days_are_those_of_viet_nam(given: object, said: str) -> None:
    assert day(given) == said


def test_moments_are_on_viet_nams_clock() -> None:
    late = datetime(2025, 12, 31, 17, 5, tzinfo=UTC)
    assert moment(late) == "00:05 01/01/2026"
    assert iso(late) == "2025-12-31T17:05:00+00:00"
