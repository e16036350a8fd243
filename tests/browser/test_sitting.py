"""A sitting in two real browsers: the secretary at a desk, the chair with a phone; what one does the other sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.test_work import overflow, shot
from tests.cast import Cast
from tests.roads import case_at
from tests.servers import served
from tests.sittings import rules
from tests.states.councils.test_sittings import MEMBERS, grant_members, staff
from web.app import create_app
from web.sign_in import sessions
from workflow.clock import wall_now
from workflow.organisation_changes import add_account, change_person

pytestmark = pytest.mark.browser

PROOF = {"name": "kiem-phieu.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


def browser_of(cast: Cast, browser: Browser, address: str, name: str, width: int) -> Page:
    """A signed-in browser of this width."""
    database = cast.app.database
    with database.write() as connection:
        account_id = add_account(connection, login=name)
        change_person(connection, cast.agency_id, cast.people[name], {"account_id": account_id})
        token = sessions.begin(connection, database.new_id(), account_id, wall_now())
    context = browser.new_context(locale="vi-VN", viewport={"width": width, "height": 860})
    context.add_cookies([{"name": "neuguong", "value": token, "url": address}])
    return context.new_page()


def unfold(page: Page, action: str) -> Locator:
    """The form of an action, to be seen: itself, or out of what it is folded into."""
    form = page.locator(f"#move-{action}")
    if not form.is_visible():
        folded = page.locator("details", has=form)
        for number in range(folded.count()):
            if folded.nth(number).get_attribute("open") is None:
                folded.nth(number).locator("> summary").click()
    return form


def send(page: Page, action: str) -> None:
    """Send an action's form."""
    unfold(page, action).locator("button[type=submit]").last.click()
    page.wait_for_load_state()


def test_a_sitting_from_invitation_to_minutes(sqlite_cast: Cast, browser: Browser, tmp_path: Path) -> None:
    cast = sqlite_cast
    grant_members(cast)
    rules(cast)["places"] = "1"
    cases = [case_at(cast, "council_review", who=who) for who in staff(cast, 3)]
    codes = [cast.row(one).code for one in cases]
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        desk = browser_of(cast, browser, address, "office", 1280)
        phone = browser_of(cast, browser, address, "director", 360)
        desk.goto(address + "/gioi-thieu/sitting/convene")
        desk.get_by_label("Ngày họp").fill("20/03/2025")
        desk.get_by_label("Địa điểm").fill("Phòng họp số 1")
        desk.get_by_label("Họp", exact=True).check()
        desk.get_by_role("button", name="Triệu tập phiên họp").click()
        expect(desk.get_by_text("HD-2025-0001").first).to_be_visible()
        case_page = desk.url
        unfold(desk, "set_agenda")
        for code in codes:
            desk.get_by_label(code).check()
        send(desk, "set_agenda")
        for action in ("invite",):
            desk.goto(case_page)
            send(desk, action)
        desk.goto(case_page)
        unfold(desk, "open")
        for name in ("director", *MEMBERS[:3]):
            desk.locator("#move-open").get_by_label(f"{name.title()} Nguyễn", exact=True).check()
        send(desk, "open")
        expect(desk.get_by_text("Có mặt 4/9 thành viên, cần ít nhất 6").first).to_be_visible()
        desk.goto(case_page)
        unfold(desk, "open").get_by_label("Director Nguyễn", exact=True).check()
        for name in MEMBERS:
            desk.locator("#move-open").get_by_label(f"{name.title()} Nguyễn", exact=True).check()
        send(desk, "open")
        desk.goto(case_page)
        send(desk, "call_vote")
        desk.goto(case_page)
        unfold(desk, "count")
        shot(desk, "count", 1280, tmp_path)
        assert violations(desk) == []
        for number, cell in enumerate(desk.locator("#move-count input[name^='agreed.']").all()):
            cell.fill(["9", "8", "x"][number])
        desk.locator("#move-count input[type=file]").set_input_files(PROOF)
        send(desk, "count")
        expect(desk.locator("#move-count .field__error").first).to_be_visible()
        assert desk.locator("#move-count input[name^='agreed.']").nth(1).input_value() == "8", "nothing typed is lost"
        desk.locator("#move-count input[name^='agreed.']").nth(2).fill("8")
        send(desk, "count")
        phone.goto(case_page)
        expect(phone.get_by_text("Lập biên bản").first).to_be_visible()
        assert overflow(phone) <= 0
        assert violations(phone) == []
        shot(phone, "sitting", 360, tmp_path)
        expect(phone.get_by_text("không đạt").first).to_be_visible()
        for page in (desk, phone):
            page.context.close()
