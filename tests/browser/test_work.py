"""The work itself in a real browser, over the demo: inbox, decision, timeline, nomination; also their pictures.

`NEUGUONG_SHOTS=1` (`python3 dev.py shots`) writes them to where they are kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config.demo.building import PASSWORD
from tests import demonstration
from tests.browser.axe import violations
from tests.databases import SqliteDatabases
from tests.servers import served
from web.app import create_app

pytestmark = pytest.mark.browser

DIRECTOR, CLERK = "trung.nq", "anh.vtn"
WIDTHS = (1280, 360)
PAGES = ("/viec", "/viec?q=khong+co+ai", "/ho-so", "/ho-so?q=xyz", "/ho-so/DH-2023-0005", "/ho-so/DH-2023-0005/lich-su",
         "/ho-so/DH-2025-0002", "/gioi-thieu", "/thu-chuyen", "/hop-thu-di",
         "/chat-luong", "/khieu-nai-to-cao/moi/DH-2025-0002")  # fmt: skip
KEPT = Path(__file__).parents[2] / "web" / "static" / "guide"
SHOWN = (
    "inbox-1280", "decision-1280", "decision-360", "timeline-1280", "nominate-1280", "import-1280", "sitting-1280",
    "documents-1280",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        with served(create_app(application)) as port:
            yield f"http://127.0.0.1:{port}"
        application.dispose()


def sign_in(context: BrowserContext, address: str, login: str) -> Page:
    page = context.new_page()
    page.goto(address + "/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(address + "/viec")
    page.wait_for_load_state()  # the whole list, and the script that listens to keys
    return page


def shot(page: Page, name: str, width: int, folder: Path) -> None:
    """A picture as a person sees it first; where README and guides have theirs, when pictures were asked for."""
    target = KEPT if os.environ.get("NEUGUONG_SHOTS") and f"{name}-{width}" in SHOWN else folder
    page.screenshot(path=target / f"{name}-{width}.png")
    assert (target / f"{name}-{width}.png").stat().st_size > 10_000


def overflow(page: Page) -> int:
    """Pixels one would have to scroll sideways, once the page that a press may have asked for is there."""
    page.wait_for_load_state()
    return int(page.locator("html").evaluate("root => root.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_of_inbox_decision_and_timeline(address: str, browser: Browser, width: int, tmp_path: Path) -> None:
    context = browser.new_context(locale="vi-VN", viewport={"width": width, "height": 860})
    page = sign_in(context, address, DIRECTOR)
    expect(page.get_by_role("heading", name="Việc cần làm").first).to_be_visible()
    shot(page, "inbox", width, tmp_path)
    page.locator("main a[href^='/viec/']").first.click()
    expect(page.get_by_text("Vì sao là ngày này?").first).to_be_visible()
    shot(page, "decision", width, tmp_path)
    page.goto(address + "/ho-so/DH-2023-0005/lich-su")
    expect(page.get_by_role("heading", name="Lịch sử hồ sơ")).to_be_visible()
    shot(page, "timeline", width, tmp_path)
    context.close()


def test_pictures_of_the_guides(address: str, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 720})
    page = sign_in(context, address, CLERK)
    page.goto(address + "/ho-so?q=HD-")
    sitting = page.locator("main a[href^='/ho-so/HD-']").first.get_attribute("href")
    assert sitting is not None
    for name, path, said in (
        ("nominate", "/gioi-thieu?loai=nominee", "Bạn giới thiệu ai?"),
        ("import", "/nhap-danh-sach", "Mẫu trống"),
        ("sitting", sitting.replace("/ho-so/", "/phien-hop/"), "Phiên họp lúc này"),
        ("documents", "/van-ban", "Văn bản"),
    ):
        page.goto(address + path)
        expect(page.get_by_text(said).first).to_be_attached()
        shot(page, name, 1280, tmp_path)
    context.close()


@pytest.mark.parametrize(("login", "theme"), [(DIRECTOR, "dark"), (CLERK, "light")])
def test_every_page_of_the_work_is_accessible_and_fits_a_phone(
    address: str, browser: Browser, login: str, theme: str
) -> None:
    context = browser.new_context(color_scheme=theme, viewport={"width": 360, "height": 740})  # type: ignore[arg-type]
    page = sign_in(context, address, login)
    items = [link.get_attribute("href") for link in page.locator("main a[href^='/viec/']").all()[:2]]
    troubles = []
    for path in [*PAGES, *filter(None, items)]:
        page.goto(address + path)
        troubles += [f"{path}: {one}" for one in violations(page, menus=path == "/viec")]
        if overflow(page) > 0:
            troubles.append(f"{path}: scrolls sideways by {overflow(page)} px")
    context.close()
    assert not troubles, "\n".join(troubles)


def test_keys_go_through_the_list(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 860})
    page = sign_in(context, address, DIRECTOR)
    items = [str(link.get_attribute("href")) for link in page.locator("a.work-line").all()]
    assert len(items) > 2, "the demonstration's Director has several items"
    chosen = page.locator("a.work-line[aria-current]")
    for key, at in (("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(chosen).to_have_attribute("href", items[at])
        page.wait_for_load_state()  # a key pressed before the page's script is there does nothing
    context.close()


def test_a_key_opens_a_form_at_its_first_field(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 860})
    page = sign_in(context, address, DIRECTOR)
    while not page.locator("summary[data-hotkey=t]").count():
        page.goto(address + str(page.locator("a.work-line[data-hotkey=j]").get_attribute("href")))
    reason = page.locator("details:has(> summary[data-hotkey=t]) textarea[name=reason]")
    page.keyboard.press("t")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("")
    page.keyboard.type("chưa rõ")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(re.compile("^Lỗi: "))
    expect(page.locator("textarea[name=reason]").first).to_have_value("chưa rõ")
    context.close()


def test_a_receipt_stands_apart_from_what_follows(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 860})
    page = sign_in(context, address, CLERK)
    page.locator("main a[href^='/viec/']").first.click()
    page.get_by_role("button", name="Nhận việc này").click()
    receipt, heading = (page.locator(one).first.bounding_box() for one in (".status .notice", ".status ~ *"))
    assert receipt, "a receipt is shown"
    assert heading
    assert heading["y"] - (receipt["y"] + receipt["height"]) >= 12
    context.close()


def test_a_decision_without_scripts(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    page = sign_in(context, address, DIRECTOR)
    page.goto(address + "/viec?q=dinh+thi+thanh+tam")
    page.locator("main a[href^='/viec/']").first.click()
    code = page.locator("main a[href^='/ho-so/']").first.inner_text()
    refuse = page.locator("details", has_text="Không đề nghị").last
    refuse.locator("summary").click()
    refuse.locator("textarea[name=reason]").fill("quá ngắn")
    refuse.get_by_role("button", name="Không đề nghị").click()
    expect(page).to_have_title(re.compile("^Lỗi: "))
    reason = page.get_by_role("textbox", name="Lý do")
    expect(reason).to_have_value("quá ngắn")
    reason.fill("Thành tích chưa rõ phạm vi ảnh hưởng trong tỉnh.")
    page.get_by_role("button", name="Không đề nghị").click()
    page.goto(f"{address}/ho-so/{code}")
    expect(page.get_by_text("Sở không đề nghị").first).to_be_visible()
    context.close()
