"""The shell in a real browser: no accessibility violation, no sideways scroll, no script needed, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config import wiring
from config.installation import install
from config.settings import SHIPPED_PLANS
from states.documents import register
from tests.browser.axe import violations
from tests.databases import SqliteDatabases
from tests.servers import served
from tests.web.conftest import PASSWORD, Agency, settings_for, settle
from web.app import create_app
from workflow import clock
from workflow import organisation_changes as changes
from workflow.db import Database
from workflow.incidents import Trouble, open_incident
from workflow.message import Message

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
LONG = "Phòng Quản lý Báo chí - Xuất bản và Thông tin đối ngoại kiêm Thường trực Hội đồng Thi đua - Khen thưởng"


class House:
    """A running demonstration with awkward names, an absence and an incident."""

    def __init__(self, url: str, folder: Path) -> None:
        self.application = wiring.build(settings_for(url, folder, demo=True))
        self.database: Database = self.application.database
        install(self.application, SHIPPED_PLANS / "so-tttt-2022-2025", by="test", name="Sở Thông tin và Truyền thông")
        self.so: Agency = settle(self.database, "so-khac", "Sở Thông tin và Truyền thông tỉnh Thừa Thiên Huế")
        self._furnish()
        self.address = ""

    def _furnish(self) -> None:
        today = datetime(2025, 11, 3, 9, 0, tzinfo=clock.ZONE)
        with self.database.write() as connection:
            clock.move_to(connection, today)
            changes.add_unit(connection, self.so.id, code="DAI", name=LONG, starts_on=today.date())
            changes.set_absence(
                connection, self.so.id, person_id=self.so.people["dung"], deputy_id=self.so.people["an"],
                days=(today.date(), today.date() + timedelta(days=9)), reason=LONG,
            )  # fmt: skip
            reason = Message("incident.no_owner", {"roles": [LONG]})
            open_incident(connection, Trouble(self.so.id, "no_owner", reason, "k1"))
            entry, _ = register.give(
                connection, self.so.id, "agency", today.date(), symbol="QĐ-STTTT", title=LONG, case_id=None
            )
            register.give(connection, self.so.id, "council", today.date(), symbol="BB", title=LONG, case_id=None)
            register.give(connection, self.so.id, "agency", today.date(), symbol="TTr-STTTT", title=LONG, case_id=None)
            register.void(connection, self.so.id, entry, LONG, self.so.people["an"])

    def pages(self) -> tuple[str, ...]:
        """Every page of the shell, for someone of the office."""
        people = self.so.people
        return (
            "/chon-co-quan", "/danh-ba", "/danh-ba?q=xyz", f"/danh-ba/{people['an']}", f"/danh-ba/{people['dung']}",
            "/don-vi", f"/don-vi/{self.so.units['VP']}", "/nhap-danh-sach", "/hop-thu-di", "/su-co",
            "/su-co?xem=repaired", "/van-ban", "/van-ban/so", "/ca-nhan", "/ca-nhan/lich-va-thu",
            "/ngay-trinh-dien", "/huong-dan/van-phong", "/khong-co-trang-nay",
        )  # fmt: skip


@pytest.fixture(scope="module")
def house(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with sqlite_databases.fresh() as url:
        found = House(url, tmp_path_factory.mktemp("house"))
        with served(create_app(found.application)) as port:
            found.address = f"http://127.0.0.1:{port}"
            yield found
        found.application.dispose()


def sign_in_as(page: Page, house: House, login: str = "an", password: str = PASSWORD) -> None:
    page.goto(house.address + "/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 360, "height": 740})
    yield context
    context.close()


def test_every_page_is_accessible_and_fits_a_phone(house: House, themed: BrowserContext) -> None:
    page = themed.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    sign_in_as(page, house)
    for path in house.pages():
        page.goto(house.address + path)
        troubles += [f"{path}: {one}" for one in violations(page, menus=path == "/danh-ba")]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                troubles.append(f"{path} scrolls sideways at {width}")
    assert troubles == []


def test_the_judge_is_awake(house: House, page: Page) -> None:
    page.goto(house.address + "/dang-nhap")
    page.evaluate("document.querySelector('h1').setAttribute('role', 'nonsense')")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert {one.split(":")[0] for one in violations(page)} >= {"aria-roles", "label", "html-has-lang"}


def test_errors_take_the_focus_and_are_accessible(house: House, themed: BrowserContext) -> None:
    page = themed.new_page()
    sign_in_as(page, house, password="sai")
    expect(page).to_have_title("Lỗi: Đăng nhập – Nêu Gương")
    assert page.evaluate("document.activeElement.className") == "summary"
    assert violations(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "f-login"


def test_targets_are_large_enough_for_a_thumb(house: House, themed: BrowserContext) -> None:
    page = themed.new_page()
    sign_in_as(page, house)
    page.goto(house.address + "/danh-ba")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, input, .nav a, .menu__list a, .subnav a")]
        .filter(e => e.offsetParent).map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 36 || box.width < 24).map(([html]) => html)"""
    )
    assert small == []


def test_everything_works_without_scripts(house: House, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in_as(page, house, "binh")
    page.goto(house.address + "/danh-ba")
    page.locator(".menu--user summary").click()
    page.get_by_role("link", name="Vắng mặt và người thay").click()
    page.get_by_text("Báo vắng và chọn người thay").click()
    page.get_by_label("Người thay").select_option(label="Trần Thị Chi – Phòng Công nghệ thông tin")
    page.get_by_label("Ngày đầu").fill("10/11/2025")
    page.get_by_label("Ngày cuối").fill("9/11/2025")
    page.get_by_role("button", name="Lưu lịch vắng").click()
    expect(page).to_have_title("Lỗi: Nguyễn Văn Bình – Nêu Gương")
    expect(page.get_by_label("Ngày đầu")).to_have_value("10/11/2025")
    page.get_by_label("Ngày cuối").fill("12/11/2025")
    page.get_by_role("button", name="Lưu lịch vắng").click()
    expect(page.locator("#status")).to_contain_text("Trần Thị Chi thay từ 10/11/2025 đến hết 12/11/2025.")
    page.locator(".menu--user summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page).to_have_title("Đăng nhập – Nêu Gương")
    context.close()


def test_a_keyboard_reaches_the_content_first(house: House, page: Page) -> None:
    sign_in_as(page, house)
    page.goto(house.address + "/don-vi")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Đến nội dung chính")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(house.address + "/danh-ba")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-q"


def test_the_chosen_theme_wins_over_the_systems(house: House, browser: Browser) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    sign_in_as(page, house, "dung")
    page.goto(house.address + "/ca-nhan")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Tối").check()
    page.get_by_role("button", name="Lưu tùy chọn").click()
    expect(page.locator("#status")).to_contain_text("Đã lưu tùy chọn.")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    context.close()


def test_fonts_have_every_vietnamese_letter(house: House, page: Page) -> None:
    page.goto(house.address + "/dang-nhap")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family + f.weight)")
    assert any("Be Vietnam Pro" in one for one in loaded)
    assert page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"', 'ĐđĂăÂâÊêÔôƠơƯưẠạỆệỘộỮữỲỳỹ')")


def test_paper_is_white_whatever_the_theme_and_shows_what_is_folded(house: House, browser: Browser) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    sign_in_as(page, house)
    page.goto(house.address + "/danh-ba")
    dark = page.evaluate(COLOURS)
    page.emulate_media(media="print", color_scheme="dark")
    on_paper = page.evaluate(COLOURS)
    assert dark != on_paper
    assert on_paper == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgb(83, 92, 102)"]
    assert not page.locator(".header").is_visible()
    assert not page.locator(".search").first.is_visible()
    folded = "<details class='more'><summary>Xem thêm</summary><p>Điều đã gấp lại</p></details>"
    page.locator("main").evaluate("(main, folded) => main.insertAdjacentHTML('beforeend', folded)", folded)
    expect(page.locator("details.more > p")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator("details.more > p")).to_be_hidden()
    context.close()


COLOURS = """() => [
  ...["backgroundColor", "color"].map((name) => getComputedStyle(document.body)[name]),
  getComputedStyle(document.querySelector(".page-header__lead")).color,
]"""
