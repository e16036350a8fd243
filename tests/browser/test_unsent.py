"""What is typed and not sent stays in the tab of who typed it: over an ended sign-in, another language, an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.test_inbox import Place, opened
from tests.cast import prepare_seed_cast
from tests.databases import SqliteDatabases
from tests.roads import case_at
from tests.web.conftest import PASSWORD
from web.sign_in.model import sign_in

pytestmark = pytest.mark.browser

TYPED = "Biên bản họp thiếu chữ ký của thư ký, đề nghị bổ sung."
ENGLISH = re.compile("English")
REASON = "#f-move-send_back-reason"
BACK = "Đã lấy lại nội dung bạn đang soạn."


@pytest.fixture
def place(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Place]:
    with sqlite_databases.fresh(prepare_seed_cast) as url, opened(url, tmp_path) as found:
        yield found


def reason(page: Page, place: Place, case_id: str) -> Locator:
    """The reason for giving a case back, open to be typed."""
    page.goto(f"{place.address}/ho-so/{place.desk.code(case_id)}")
    page.wait_for_load_state()
    page.locator("summary", has_text="Trả lại").first.click()
    return page.locator(REASON)


def end_all(place: Place) -> None:
    with place.cast.app.database.write() as connection:
        connection.execute(sa.delete(sign_in))


def again(page: Page, login: str) -> None:
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_load_state()


def stored(page: Page) -> str:
    return str(page.evaluate("sessionStorage.getItem('unsent') || ''"))


def test_an_ended_sign_in_loses_nothing_and_what_was_sent_is_forgotten(place: Place, page: Page) -> None:
    case_id = case_at(place.cast, "office_check")
    place.sign_in(page, "office")
    field = reason(page, place, case_id)
    at = page.url
    field.fill(TYPED)
    end_all(place)
    field.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("Phiên đăng nhập đã hết")
    again(page, "office")
    expect(page).to_have_url(at)
    expect(page.locator(REASON)).to_have_value(TYPED)
    expect(page.get_by_text(BACK)).to_be_visible()
    field.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("Đã ghi «Trả lại bổ sung»")
    assert TYPED not in stored(page)


def test_another_language_loses_nothing_and_it_can_be_dropped(place: Place, page: Page) -> None:
    case_id = case_at(place.cast, "office_check")
    place.sign_in(page, "office")
    reason(page, place, case_id).fill(TYPED)
    page.get_by_role("button", name=ENGLISH).click()
    field = page.locator(REASON)
    expect(field).to_have_value(TYPED)
    page.get_by_role("button", name="Drop it").click()
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    assert TYPED not in stored(page)
    field.fill(TYPED)
    page.reload()
    expect(page.get_by_role("button", name="Drop it")).to_be_visible()
    assert violations(page) == []


def test_what_came_back_with_an_error_is_kept_for_the_page_it_came_from(place: Place, page: Page) -> None:
    case_id = case_at(place.cast, "office_check")
    place.sign_in(page, "office")
    field = reason(page, place, case_id)
    at = page.url
    field.fill("ngắn")
    field.press("Control+Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    field.fill(TYPED)
    page.get_by_role("button", name=ENGLISH).click()
    expect(page).to_have_url(at)
    expect(field).to_have_value(TYPED)
    field.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("recorded", ignore_case=True)
    page.goto(at)
    expect(page.locator("[data-unsent]")).to_be_visible()
    assert TYPED not in stored(page)


@pytest.mark.parametrize("leaves", ["signs out", "is timed out"])
def test_the_next_person_in_the_tab_finds_nothing(place: Place, page: Page, leaves: str) -> None:
    case_id = case_at(place.cast, "office_check")
    place.desk.browser("director")
    place.sign_in(page, "office")
    field = reason(page, place, case_id)
    at = page.url
    field.fill(TYPED)
    assert TYPED in stored(page)
    if leaves == "signs out":
        page.locator(".menu--user summary").click()
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_load_state()
        assert TYPED not in stored(page), "nothing waits on the sign-in page of a shared computer"
    else:
        end_all(place)
    place.sign_in(page, "director")
    assert TYPED not in stored(page)
    page.goto(at)
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert TYPED not in page.content()


def test_a_complaint_and_a_password_are_never_kept(place: Place, page: Page) -> None:
    case_id = case_at(place.cast, "office_check")
    place.sign_in(page, "office")
    page.goto(f"{place.address}/khieu-nai-to-cao/moi/{place.desk.code(case_id)}")
    page.locator("textarea[name=_content]").fill(TYPED)
    page.locator("input[name=_name]").fill("Nguyễn Văn Tố")
    page.goto(place.address + "/ca-nhan")
    page.locator("input[name=present]").fill("mật khẩu của tôi")
    assert page.evaluate("sessionStorage.length") == 1
    assert not any(word in stored(page) for word in (TYPED, "Nguyễn Văn Tố", "mật khẩu của tôi"))
