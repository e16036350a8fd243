"""A sitting in two real browsers: the secretary at a desk, the chair with a phone; what one does the other sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ballots import ballot
from tests.browser.axe import violations
from tests.browser.test_work import overflow, shot
from tests.cast import Cast
from tests.roads import answer
from tests.servers import served
from tests.sittings import MEMBERS, rules, waiting
from tests.states.councils.test_secret import box_of
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
    for _ in range(3):  # what the page itself folds or unfolds meanwhile may cross a click
        if form.is_visible():
            break
        folded = page.locator("details", has=form)
        for number in range(folded.count()):
            if folded.nth(number).get_attribute("open") is None:
                folded.nth(number).locator("> summary").click()
        page.wait_for_timeout(50)
    return form


def send(page: Page, action: str) -> None:
    """Send an action's form."""
    button = unfold(page, action).locator("button[type=submit]").last
    with page.expect_navigation():
        button.click()


def test_a_whole_sitting_at_a_desk_and_on_a_phone(sqlite_council: Cast, browser: Browser, tmp_path: Path) -> None:
    """Nine members, a proxy, one in writing, one aside, twenty names; the second ballot in the system's box, a tie."""
    cast, cases = sqlite_council, waiting(sqlite_council)
    rules(cast)["places"] = "3"
    cast.app.files.root = tmp_path / "files"
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        desk = browser_of(cast, browser, address, "office", 1280)
        phone = browser_of(cast, browser, address, "director", 360)
        case_page = convened(desk, address, [cast.row(one).code for one in cases])
        sitting = str(cast.cases("sitting")[0].id)
        replies(cast, sitting, cases)
        in_session(desk, case_page, [one for one in MEMBERS if one != "clerk"])
        answer(cast, "clerk", sitting, "written", opinion=dict.fromkeys(cases, "agree"))
        watching = desk.context.new_page()
        watching.goto(f"{address}/phien-hop/{cast.row(sitting).code}")
        expect(watching.locator("#live-now")).to_contain_text("8/9 có mặt, cần 6")
        fits(watching)
        counted_on_paper(desk, case_page, tmp_path)
        shows(watching, "#live-now", "3 trường hợp bỏ phiếu vòng sau, còn 2 vị trí")
        in_the_box(cast, sitting, desk, phone, watching, case_page)
        shows(watching, "#live-said", "3 trường hợp bằng phiếu ở vị trí cuối cùng, còn 2 vị trí")
        shot(watching, "sitting-live", 1280, tmp_path)
        signed(desk, phone, case_page, cases, tmp_path)
        shows(watching, "#live-agenda", "Bằng phiếu: theo ý kiến của Chủ tịch Hội đồng")
        watching.reload()
        expect(watching.get_by_text("Phiên họp đã kết thúc.")).to_be_visible()
        for page in (desk, phone):
            page.context.close()
    cast.settle()
    first, second, _, fourth, *_ = cases
    assert {one for one in cases if cast.row(one).state == "director_decision"} == {first, second, fourth}


def fits(page: Page) -> None:
    """Nothing to scroll sideways, nothing axe finds; the menus it opened are closed again."""
    assert (overflow(page), violations(page)) == (0, [])
    page.evaluate("document.querySelectorAll('details.menu').forEach(one => one.open = false)")


def shows(live: Page, part: str, said: str) -> None:
    """What the live page says once it is looked at again; that it asks by itself, one step waits to see."""
    live.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(live.locator(part)).to_contain_text(said)


def convened(desk: Page, address: str, codes: list[str]) -> str:
    """Convened, its agenda chosen, members invited, by the secretary; the address of its case."""
    desk.goto(address + "/gioi-thieu/sitting/convene")
    desk.get_by_label("Ngày họp").fill("20/03/2025")
    desk.get_by_label("Địa điểm").fill("Phòng họp số 1")
    desk.get_by_label("Họp", exact=True).check()
    desk.get_by_role("button", name="Triệu tập phiên họp").click()
    expect(desk.get_by_text("HD-2025-0001").first).to_be_visible()
    case_page = desk.url
    form = unfold(desk, "set_agenda")
    for code in codes:
        form.get_by_label(code).check()
    send(desk, "set_agenda")
    desk.goto(case_page)
    send(desk, "invite")
    return case_page


def replies(cast: Cast, sitting: str, cases: list[str]) -> None:
    """What other members answer from where they are."""
    sent = {"attendance": "proxy", "proxy": cast.people["nominator"], "proxy_file": cast.upload("deputy")}
    answer(cast, "deputy", sitting, "reply", **sent)
    answer(cast, "mentor", sitting, "reply", attendance="present", conflicts=[cases[0]])
    answer(cast, "clerk", sitting, "reply", attendance="absent")


def in_session(desk: Page, case_page: str, present: list[str]) -> None:
    """Refused with too few, opened with enough."""
    desk.goto(case_page)
    for names, refused in ((["director", *present[:3]], True), (["director", *present], False)):
        form = unfold(desk, "open")
        ticked = form.get_by_role("checkbox", checked=True)
        while ticked.count():  # those who said they would come
            ticked.first.uncheck()
        for name in names:
            form.get_by_label(f"{name.title()} Nguyễn", exact=True).check()
        send(desk, "open")
        if refused:
            expect(desk.get_by_text("Có mặt 4/9 thành viên, cần ít nhất 6").first).to_be_visible()
            desk.goto(case_page)


def counted_on_paper(desk: Page, case_page: str, folder: Path) -> None:
    """The first ballot: tellers named, nineteen numbers and a slip of the pen, nothing typed is lost."""
    desk.goto(case_page)
    form = unfold(desk, "call_vote")
    for name in ("Press", "Outsider"):
        form.get_by_label(f"{name} Nguyễn", exact=True).check()
    send(desk, "call_vote")
    desk.goto(case_page)
    form = unfold(desk, "count")
    shot(desk, "count", 1280, folder)
    assert violations(desk) == []
    cells = form.locator("input[name^='agreed.']").all()
    for cell, number in zip(cells, ["7", "8", "7", "7", *["3"] * (len(cells) - 5), "x"], strict=True):
        cell.fill(number)
    send(desk, "count")
    expect(desk.locator("#move-count .field__error").first).to_be_visible()
    assert desk.locator("#move-count input[name^='agreed.']").nth(1).input_value() == "8", "nothing typed is lost"
    desk.locator("#move-count input[name^='agreed.']").last.fill("3")
    send(desk, "count")


def in_the_box(cast: Cast, sitting: str, desk: Page, phone: Page, watching: Page, case_page: str) -> None:
    """The second ballot: the chair votes on the phone, the live page counts along, two people close the box."""
    desk.goto(case_page)
    send(desk, "call_ballot")
    box = box_of(cast, sitting)
    shows(watching, "#live-now", "Hòm phiếu vòng 2: 0/8 đã bỏ phiếu")
    phone.goto(case_page.partition("/ho-so")[0] + "/bo-phieu")
    phone.get_by_role("link", name="Bỏ phiếu", exact=True).click()
    phone.get_by_role("button", name="Đồng ý", exact=True).click()
    phone.get_by_role("button", name="Xem lại phiếu").click()
    fits(phone)
    phone.get_by_role("button", name="Bỏ phiếu vào hòm").click()
    expect(phone.get_by_role("heading", name="Đã bỏ phiếu")).to_be_visible()
    expect(watching.locator("#live-now")).to_contain_text("Hòm phiếu vòng 2: 1/8 đã bỏ phiếu")
    for seat in box.electors:
        member = next(name for name, one in cast.people.items() if one == seat.member_id)
        marks = {1: "a", 2: "g" if member == "press" else "a", 3: "b" if member == "outsider" else "a"}
        if member != "director":
            letters = "".join(marks[number] for number in sorted(box.may_vote(seat)))
            ballot(cast, box, member, letters, by="nominator" if member == "deputy" else "")
    for page in (desk, phone):
        page.goto(case_page.partition("/ho-so")[0] + f"/bo-phieu/{box.id}")
        with page.expect_navigation():
            page.get_by_role("button", name="Đồng ý kết thúc bỏ phiếu").click()
    expect(phone.get_by_role("heading", name="Kết quả kiểm phiếu")).to_be_visible()
    desk.goto(case_page)
    send(desk, "count_box")


def signed(desk: Page, phone: Page, case_page: str, cases: list[str], folder: Path) -> None:
    """The chair decides between equals on the phone, the secretary writes, the chair signs."""
    phone.goto(case_page.replace("/ho-so/", "/phien-hop/"))
    fits(phone)
    shot(phone, "sitting-live", 360, folder)
    phone.goto(case_page)
    form = unfold(phone, "decide")
    for name, word in zip((0, 2, 3), ("passed", "failed", "passed"), strict=True):
        form.locator(f"[name='chair_for.{cases[name]}'][value='{word}']").check()
    send(phone, "decide")
    desk.goto(case_page)
    form = unfold(desk, "write")
    form.locator("textarea[name=discussion]").fill("Hội đồng thảo luận từng trường hợp.")
    form.locator("input[type=file]").set_input_files(PROOF)
    send(desk, "write")
    phone.goto(case_page)
    assert overflow(phone) <= 0
    assert violations(phone) == []
    shot(phone, "sitting", 360, folder)
    unfold(phone, "sign").locator("input[type=file]").set_input_files(PROOF)
    send(phone, "sign")
    phone.goto(case_page)
    expect(phone.get_by_text("Đã có kết quả").first).to_be_visible()
