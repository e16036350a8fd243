"""Voting on a phone, without and with its script: marked, looked over, cast; the chair and the secretary end it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.ballots import again, box_at
from tests.browser.axe import violations
from tests.browser.test_sitting import browser_of
from tests.browser.test_work import overflow, shot
from tests.cast import Cast
from tests.servers import served
from web.app import create_app

pytestmark = pytest.mark.browser


def fits(page: Page) -> None:
    """Nothing to scroll sideways, nothing axe finds; the menus it opened are closed again."""
    assert (overflow(page), violations(page)) == (0, [])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")


def test_a_ballot_on_a_phone_and_its_end(sqlite_cast: Cast, browser: Browser, tmp_path: Path) -> None:
    cast = sqlite_cast
    box = box_at(cast, names=20)
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        phone = browser_of(cast, browser, address, "deputy", 360)
        phone.goto(address + "/bo-phieu")
        fits(phone)
        shot(phone, "ballots", 360, tmp_path)
        phone.get_by_role("link", name="Bỏ phiếu", exact=True).click()
        expect(phone.get_by_role("heading", name="Phiếu bầu")).to_be_visible()
        fits(phone)
        shot(phone, "ballot", 360, tmp_path)
        phone.get_by_role("group", name="1. Cán bộ cb00").get_by_label("Không đồng ý").check()
        phone.get_by_role("button", name="Xem lại phiếu").click()
        expect(phone.locator(".summary li")).to_have_count(19)
        phone.get_by_role("button", name="Đồng ý", exact=True).click()
        phone.get_by_role("button", name="Xem lại phiếu").click()
        expect(phone.get_by_role("heading", name="Xem lại trước khi bỏ phiếu")).to_be_visible()
        fits(phone)
        shot(phone, "ballot-look", 360, tmp_path)
        expect(phone.get_by_text("● Không đồng ý")).to_have_count(1)
        phone.get_by_role("button", name="Bỏ phiếu vào hòm").click()
        expect(phone.get_by_role("heading", name="Đã bỏ phiếu")).to_be_visible()
        fits(phone)
        shot(phone, "ballot-receipt", 360, tmp_path)
        code = phone.locator(".ballot__code").inner_text()
        with pytest.raises(Error, match="CACHE_MISS"):  # going back shows no marked paper: the browser kept none
            phone.go_back()
        desk = browser_of(cast, browser, address, "office", 1280)
        desk.goto(f"{address}/bo-phieu/{box.id}")
        fits(desk)
        shot(desk, "ballot-box", 1280, tmp_path)
        desk.get_by_role("button", name="Đồng ý kết thúc bỏ phiếu").click()
        expect(desk.get_by_text("Bạn đã đồng ý kết thúc. Hòm đóng khi người còn lại")).to_be_visible()
        chair = browser_of(cast, browser, address, "director", 360)
        chair.goto(f"{address}/bo-phieu/{box.id}")
        chair.get_by_role("button", name="Đồng ý kết thúc bỏ phiếu").click()
        expect(chair.get_by_role("heading", name="Kết quả kiểm phiếu")).to_be_visible()
        fits(chair)
        shot(chair, "ballot-count", 360, tmp_path)
        assert again(cast, box).status == "closed"
        phone.goto(f"{address}/bo-phieu/{box.id}")
        phone.get_by_label("Mã nhận phiếu").fill(code)
        phone.get_by_role("button", name="Kiểm tra mã").click()
        expect(phone.get_by_text("Phiếu của mã này có trong hòm.")).to_be_visible()
        for page in (phone, desk, chair):
            page.context.close()


def test_without_a_script_it_is_the_same(sqlite_cast: Cast, browser: Browser) -> None:
    box = box_at(sqlite_cast, names=2)
    with served(create_app(sqlite_cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        signed_in = browser_of(sqlite_cast, browser, address, "deputy", 360)
        cookies = signed_in.context.cookies()
        context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 800}, java_script_enabled=False)
        context.add_cookies([{"name": one["name"], "value": one["value"], "url": address} for one in cookies])
        page = context.new_page()
        page.goto(f"{address}/bo-phieu/{box.id}")
        page.get_by_role("link", name="Bỏ phiếu", exact=True).last.click()
        page.get_by_role("button", name="Phiếu trắng", exact=True).click()
        page.get_by_role("button", name="Xem lại phiếu").click()
        page.get_by_role("button", name="Bỏ phiếu vào hòm").click()
        expect(page.get_by_role("heading", name="Đã bỏ phiếu")).to_be_visible()
        context.close()
        signed_in.context.close()
    assert again(sqlite_cast, box).there == 1
