"""Quotas and scoring in a real browser: at a desk, on a phone, without scripts; nothing for axe to find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from config.settings import Settings
from tests.browser.axe import violations
from tests.browser.test_work import overflow
from tests.cast import open_cast
from tests.databases import SqliteDatabases
from tests.servers import served
from tests.states.criteria.test_scoring import GOOD, before_the_judges, give, prepare
from tests.web.desk import Desk, open_desk
from web.sign_in.cookie import cookie_name

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    with sqlite_databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        one = open_desk(cast, tmp_path_factory.mktemp("files"))
        with served(one.app) as port:
            yield one, f"http://127.0.0.1:{port}"
        cast.app.dispose()


def context_of(
    browser: Browser, desk: tuple[Desk, str], who: str, width: int, *, scripts: bool = True
) -> BrowserContext:
    one, address = desk
    client = one.browser(who).client
    with one.app.app_context():
        cookie = client.get_cookie(cookie_name())
    assert cookie is not None
    context = browser.new_context(locale="vi-VN", viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    return context


@pytest.fixture(scope="module")
def case_id(desk: tuple[Desk, str]) -> str:
    """A case that two of nine judges have scored."""
    found = before_the_judges(desk[0].cast)
    for judge in ("judge1", "judge2"):
        give(desk[0].cast, judge, found, GOOD, "Tiêu biểu, có sức lan tỏa")
    return found


PAGES = {
    "quotas": ("secretary", "/chi-tieu", 360), "result": ("head", "/ho-so/{code}", 1280),
    "score": ("judge3", "/ho-so/{code}", 360), "nominate": ("member", "/gioi-thieu", 360),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_selection_pass_axe_and_fit_their_screen(
    browser: Browser, desk: tuple[Desk, str], case_id: str, name: str, tmp_path: Path
):
    who, path, width = PAGES[name]
    context = context_of(browser, desk, who, width)
    page = context.new_page()
    page.goto(desk[1] + path.format(code=desk[0].code(case_id)))
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert overflow(page) <= 0
    assert violations(page) == []
    context.close()


def test_scoring_needs_no_script(browser: Browser, desk: tuple[Desk, str], case_id: str):
    one, address = desk
    context = context_of(browser, desk, "judge4", 360, scripts=False)
    page = context.new_page()
    page.goto(f"{address}/ho-so/{one.code(case_id)}")
    for group, label in (("Tiêu biểu", "4 – Nổi bật"), ("dẫn đầu", "3 – Rõ nét"), ("suy tôn", "2 – Có")):
        page.get_by_role("group", name=group).get_by_label(label).check()
    page.locator("#cham-diem").get_by_role("button", name="Chấm điểm").click()
    expect(page.get_by_text("đúng bằng 47/15")).to_be_visible()
    context.close()
