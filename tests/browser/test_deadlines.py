"""More time and the agency's calendar in a real browser: on a phone, by taps, in both themes, without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.test_work import overflow
from tests.cast import Cast
from tests.roads import case_at
from tests.servers import served
from tests.web.desk import Desk, open_desk

pytestmark = pytest.mark.browser

REASON = "Chờ số liệu của Phòng Kế hoạch - Tài chính"


@pytest.fixture
def place(sqlite_cast: Cast, tmp_path: Path) -> Iterator[tuple[str, Desk]]:
    desk = open_desk(sqlite_cast, tmp_path / "files")
    with served(desk.app) as port:
        yield f"http://127.0.0.1:{port}", desk


def signed_in(browser: Browser, place: tuple[str, Desk], name: str, width: int, scheme: str) -> BrowserContext:
    """A window of somebody who signed in before."""
    address, desk = place
    context = browser.new_context(
        locale="vi-VN",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    cookie = next(iter(desk.browser(name).client._cookies.values()))
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    return context


def look(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert overflow(page) <= 0, name
    assert violations(page) == [], name


def test_more_time_on_a_phone_and_a_changed_calendar(browser: Browser, place: tuple[str, Desk], tmp_path: Path) -> None:
    address, desk = place
    case_id = case_at(desk.cast, "unit_appraisal")
    [item] = desk.cast.open_items(case_id)
    head = signed_in(browser, place, "head", 360, "light")
    page = head.new_page()
    page.goto(f"{address}/viec/{item.id}")
    page.get_by_text("Xin gia hạn", exact=True).click()
    page.get_by_label("Xin đến ngày").fill("15/03/2025")
    page.locator("#f-more-why").fill(REASON)
    expect(page.locator("#f-more-weekday")).to_have_text("Thứ Bảy, ngày nghỉ hằng tuần")
    page.get_by_role("button", name="Gửi đề nghị").click()
    expect(page.get_by_text("15/03/2025 là ngày nghỉ. Chọn một ngày làm việc.")).to_be_visible()
    expect(page.locator("#f-more-why")).to_have_value(REASON)
    look(page, tmp_path, "ask")
    page.locator("details.tool", has=page.locator("#f-more")).evaluate("tool => tool.open = true")
    page.get_by_label("Xin đến ngày").fill("14/03/2025")
    page.get_by_role("button", name="Gửi đề nghị").click()
    expect(page.get_by_text("Đã gửi đề nghị gia hạn.")).to_be_visible()
    head.close()

    [request] = [one for one in desk.cast.open_items(case_id) if one.kind == "extension"]
    director = signed_in(browser, place, "director", 360, "dark")
    page = director.new_page()
    page.goto(f"{address}/viec/{request.id}")
    expect(page.get_by_role("heading", name="Head Nguyễn xin gia hạn")).to_be_visible()
    look(page, tmp_path, "grant")
    page.locator("details.tool", has=page.locator("#f-grant")).evaluate("tool => tool.open = true")
    page.get_by_role("button", name="Đồng ý gia hạn").click()  # the day that was asked for stands there: one tap
    expect(page.get_by_text("Đã gia hạn. Người xin được báo.")).to_be_visible()
    director.close()

    case_at(desk.cast, "identified", who="colleague2")
    for width, scheme in ((360, "dark"), (1280, "light")):
        office = signed_in(browser, place, "office", width, scheme)
        page = office.new_page()
        page.goto(f"{address}/lich-lam-viec?nam=2025")
        if width == 360:
            page.get_by_label("Từ ngày").fill("06/03/2025")
            page.locator("#f-label").fill("Nghỉ bão")
            page.locator("#f-source").fill("CV")
            page.get_by_role("button", name="Thêm vào bản sửa").first.click()
            expect(page.get_by_text("Văn bản quyết định dài từ 8 đến 300 ký tự").first).to_be_visible()
            look(page, tmp_path, "calendar-error")
            page.locator("#f-source").fill("Công văn 1234/VPCP-KGVX ngày 01/3/2025")
            page.get_by_role("button", name="Thêm vào bản sửa").first.click()
            expect(page.get_by_text("Đã ghi vào bản sửa.")).to_be_visible()
        look(page, tmp_path, f"calendar-{width}")
        office.close()
    office = signed_in(browser, place, "office", 360, "light")
    page = office.new_page()
    page.goto(f"{address}/lich-lam-viec?nam=2025")
    page.get_by_label("Lý do sửa").fill("Thủ tướng quyết định nghỉ để khắc phục bão")
    page.get_by_role("button", name="Lập kế hoạch tính lại").click()
    expect(page.get_by_role("heading", name="Sửa lịch làm việc, lần 1")).to_be_visible()
    desk.cast.run_due()
    page.reload()
    expect(page.get_by_role("heading", name="Việc đang mở có hạn hoặc nhắc việc đổi: 2")).to_be_visible()
    look(page, tmp_path, "plan")
    page.get_by_role("button", name="Duyệt và áp dụng").click()
    desk.cast.run_due()
    page.reload()
    expect(page.get_by_text("Đã đổi theo kế hoạch").first).to_be_visible()
    look(page, tmp_path, "applied")
    office.close()


def test_why_on_a_phone_from_a_refusal_to_what_it_rests_on(
    browser: Browser, place: tuple[str, Desk], tmp_path: Path
) -> None:
    """Somebody is refused while the page was open, and follows the link that the refusal carries."""
    address, desk = place
    case_id = case_at(desk.cast, "unit_appraisal")
    code, item = desk.code(case_id), desk.cast.open_items(case_id)[0].id
    for theme in ("light", "dark"):
        head = signed_in(browser, place, "head", 360, theme)
        page = head.new_page()
        for name, path in (("item", f"viec/{item}"), ("due", f"han/{item}"), ("case", f"ho-so/{code}"),
                           ("person", f"nguoi/{desk.cast.people['head']}?ho-so={code}")):  # fmt: skip
            page.goto(f"{address}/vi-sao/{path}")
            look(page, tmp_path, f"why-{name}-{theme}")
        page.goto(f"{address}/khieu-nai-to-cao")
        page.get_by_role("link", name="Vì sao?").press("Enter")  # a tap goes astray when the font comes meanwhile
        page.wait_for_url("**/vi-sao/tu-choi/**")
        expect(page.get_by_role("heading", name="Quy tắc nào đã từ chối")).to_be_visible()
        look(page, tmp_path, f"why-refusal-{theme}")
        head.close()
