"""The public board and the dashboards in a real browser: both themes, phone, desk, paper, no script, no violation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from config.settings import Settings
from tests.browser.axe import violations
from tests.browser.test_selection import context_of
from tests.browser.test_work import overflow
from tests.cast import open_cast, prepare_seed_cast
from tests.databases import SqliteDatabases
from tests.roads import case_at, do
from tests.servers import served
from tests.web.desk import Desk, open_desk
from tests.web.test_honours import agree, picture

pytestmark = pytest.mark.browser

STORY = "Năm 2024, phòng một cửa còn hơn 300 hồ sơ chậm.\n\nSau sáng kiến, không còn hồ sơ nào quá hạn."


@pytest.fixture(scope="module")
def desk(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    with sqlite_databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        one = open_desk(cast, tmp_path_factory.mktemp("files"))
        first = cast.row(case_at(cast, "recognized_department"))
        agree(
            one,
            "candidate",
            first.subject_id,
            shows_photo="1",
            photo=("a.jpg", picture()),
            shows_story="1",
            story=STORY,
        )
        second = cast.row(case_at(cast, "recognized_unit", who="mentor"))
        agree(one, "mentor", second.subject_id)
        do(cast, "office", cast.nominate(who="colleague1"), "hold")
        cast.nominate(who="colleague2")
        cast.settle()
        cast.later(days=40)
        with served(one.app) as port:
            yield one, f"http://127.0.0.1:{port}"
        cast.app.dispose()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_board_for_a_stranger(browser: Browser, desk: tuple[Desk, str], theme: str, tmp_path: Path) -> None:
    for width in (360, 1280):
        context = browser.new_context(
            color_scheme=theme, viewport={"width": width, "height": 900}, java_script_enabled=True
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on(
            "console", lambda message, said=troubles: said.append(message.text) if message.type == "error" else None
        )
        page.goto(f"{desk[1]}/guong")
        page.screenshot(path=tmp_path / f"board-{theme}-{width}.png", full_page=True)
        assert (overflow(page) <= 0, violations(page)) == (True, [])
        page.get_by_role("link", name="Candidate Nguyễn").click()
        expect(page.get_by_role("heading", name="Candidate Nguyễn")).to_be_visible()
        expect(page.get_by_text("không còn hồ sơ nào quá hạn")).to_be_visible()
        page.screenshot(path=tmp_path / f"exemplar-{theme}-{width}.png", full_page=True)
        assert (overflow(page) <= 0, violations(page), troubles) == (True, [], [])
        assert context.cookies() == []
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dashboards_at_a_desk_and_on_a_phone(
    browser: Browser, desk: tuple[Desk, str], theme: str, tmp_path: Path
) -> None:
    context = context_of(browser, desk, "office", 1280)
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    for path in ("/tong-quan", "/tong-quan/in", "/bang-vinh-danh", "/tong-quan/lich-han", "/quy-trinh/nominee"):
        page.goto(desk[1] + path)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=tmp_path / f"{path.replace('/', '-')}-{theme}-{width}.png", full_page=True)
            assert overflow(page) <= 0, (path, width)
        assert violations(page) == [], path
    context.close()


def test_the_summary_is_one_sheet_of_paper(browser: Browser, desk: tuple[Desk, str], tmp_path: Path) -> None:
    context = context_of(browser, desk, "director", 1280)
    page = context.new_page()
    page.goto(f"{desk[1]}/tong-quan/in")
    page.emulate_media(media="print")
    page.screenshot(path=tmp_path / "paper.png", full_page=True)
    printed = page.pdf(prefer_css_page_size=True, path=str(tmp_path / "paper.pdf"))
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    context.close()


def test_saying_yes_and_taking_back_need_no_script(browser: Browser, desk: tuple[Desk, str]) -> None:
    context = context_of(browser, desk, "mentor", 360, scripts=False)
    page = context.new_page()
    page.goto(f"{desk[1]}/bang-vinh-danh")
    page.get_by_role("link", name="Mentor Nguyễn").click()
    page.get_by_role("button", name="Gỡ xuống ngay").click()
    expect(page.get_by_text("Đã gỡ Mentor Nguyễn")).to_be_visible()
    page.goto(f"{desk[1]}/guong")
    expect(page.get_by_text("Mentor Nguyễn")).to_have_count(0)
    page.goto(f"{desk[1]}/bang-vinh-danh")
    page.get_by_role("link", name="Mentor Nguyễn").click()
    page.get_by_label("Câu thành tích").fill("Người thầy của ba điển hình")
    page.get_by_role("button", name="Tôi đồng ý").click()
    page.goto(f"{desk[1]}/guong")
    expect(page.get_by_role("link", name="Mentor Nguyễn")).to_be_visible()
    context.close()
