"""Deciding in a real browser: keys alone, thumbs alone, two people at one item, a Vietnamese input method at work."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import typst
from playwright.sync_api import Browser, Page, Response, expect

from config.settings import Settings
from states.subjects.enrol import enrol_person
from tests.browser.axe import violations
from tests.cast import BEGIN, Cast, open_cast, prepare_seed_cast, sound
from tests.databases import SqliteDatabases
from tests.roads import ENDORSED, case_at, do
from tests.servers import served
from tests.sittings import staff
from tests.web.conftest import PASSWORD, password_hash
from tests.web.desk import Desk, open_desk
from web.field_views import MOST_LISTED
from web.tray import snippets
from workflow.files import file
from workflow.organisation import account
from workflow.organisation_changes import add_person

pytestmark = pytest.mark.browser

NAMES = ("Đặng Thị Ngọc Ánh", "Lò Thị Hieu", "Nguyễn Văn Ước", "Trần Thị Ýẻn", "Lê Hữu Phước", "Phạm Ngọc Hiếu",
         "H'Mai Niê", "Y Blơm Êban", "Hoàng Thị Kiều", "Võ Đình Trường")  # fmt: skip


@dataclass
class Place:
    """A cast at its desks, served on this machine."""

    desk: Desk
    address: str
    cases: list[str]

    @property
    def cast(self) -> Cast:
        return self.desk.cast

    def sign_in(self, page: Page, name: str) -> None:
        """By the form and the keyboard alone."""
        self.desk.browser(name)  # gives the person an account
        with self.cast.app.database.write() as connection:
            connection.execute(sa.update(account).where(account.c.login == name).values(password_hash=password_hash()))
        page.goto(self.address + "/dang-nhap")
        while page.evaluate("document.activeElement.name") != "login":
            page.keyboard.press("Tab")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(self.address + "/viec", timeout=30_000)  # passwords are slow on purpose
        page.wait_for_load_state()

    def states(self) -> list[str]:
        return [self.cast.row(one).state for one in self.cases]


def prepare_ten(url: str) -> None:
    """Ten nominees whom the head of a unit may put forward without filling anything in: made once, then copied."""
    prepare_seed_cast(url)
    cast = open_cast(Settings(database_url=url))
    for number, name in enumerate(NAMES):
        with cast.app.database.write() as connection:
            person = add_person(
                connection, cast.agency_id, code=f"nv{number}", name=name, starts_on=BEGIN, unit_id=cast.units["cntt"]
            )
            subject = enrol_person(connection, cast.agency_id, person, new_id=cast.app.database.new_id)
        case_id = cast.nominate(subject=subject)
        for who, action in (("head", "take_up"), *ENDORSED):
            do(cast, who, case_id, action)
    cast.app.dispose()


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Place]:
    cast = open_cast(Settings(database_url=url, strict_texts=True))
    desk = open_desk(cast, folder)
    with served(desk.app) as port:
        yield Place(desk, f"http://127.0.0.1:{port}", [row.id for row in cast.cases("nominee")])
    sound(cast)
    cast.app.dispose()


@pytest.fixture
def place(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Place]:
    with sqlite_databases.fresh(prepare_seed_cast) as url, opened(url, tmp_path) as found:
        yield found


@pytest.fixture
def ten(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Place]:
    with sqlite_databases.fresh(prepare_ten) as url, opened(url, tmp_path) as found:
        yield found


def test_sign_in_and_ten_decisions_with_three_keys_each(ten: Place, page: Page) -> None:
    ten.sign_in(page, "head")
    for number in range(1, 11):
        heading = page.locator(".pane__name").inner_text()
        page.keyboard.press("a")
        expect(page.get_by_role("button", name="Đưa ra bình xét", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_contain_text("Đã ghi «Đưa ra bình xét»")
        expect(page.locator(".pane__name").first).not_to_have_text(heading)
        expect(page.locator("h1:focus")).to_have_attribute("aria-describedby", "status")
        page.wait_for_load_state()
        assert ten.states().count("unit_appraisal") == number


def test_ten_decisions_with_two_taps_each_on_a_phone(ten: Place, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="vi-VN")
    page = context.new_page()
    ten.sign_in(page, "head")
    for number in range(1, 11):
        page.locator(".work-row__quick").first.tap()
        page.get_by_role("button", name="Xác nhận: Đưa ra bình xét").tap()
        expect(page.locator("#status")).to_contain_text("Đã ghi «Đưa ra bình xét»")
        assert ten.states().count("unit_appraisal") == number
    context.close()


def test_several_are_decided_together_and_each_is_told_by_itself(ten: Place, page: Page) -> None:
    ten.sign_in(page, "head")
    page.keyboard.press("x")
    expect(page.locator(".work-row--here [name=chon]")).to_be_checked()
    for box in page.locator("[name=chon]").all()[1:3]:
        box.check()
    page.keyboard.press("Shift+A")
    expect(page.get_by_role("heading", name="Quyết định 3 việc")).to_be_visible()
    expect(page.get_by_role("heading", name="Đưa ra bình xét: 3 hồ sơ")).to_be_visible()
    assert ten.states().count("unit_appraisal") == 0, "nothing is recorded by looking"
    assert violations(page) == []
    first = str(page.locator("[name=one]").first.get_attribute("value")).partition(":")[0]
    with ten.cast.app.database.read() as connection:
        row = connection.execute(sa.text("SELECT case_id FROM work_item WHERE id = :id"), {"id": first}).one()
    do(ten.cast, "head", row.case_id, "propose")
    page.keyboard.press("Enter")
    expect(page.locator("h1:focus")).to_have_text("Đã ghi 2/3 quyết định")
    expect(page.get_by_text("Chưa ghi", exact=True)).to_have_count(1)
    assert violations(page) == []
    assert ten.states().count("unit_appraisal") == 3


def test_several_are_returned_for_one_reason_by_keys(place: Place, page: Page) -> None:
    cases = [case_at(place.cast, "office_check", who=name) for name in staff(place.cast, 2)]
    place.sign_in(page, "office")
    for box in page.locator("[name=chon]").all():
        box.check()
    page.keyboard.press("Shift+A")
    page.get_by_role("link", name="Trả lại").click()
    expect(page.locator("textarea:focus")).to_have_attribute("name", "reason")
    page.keyboard.type("Cả hai hồ sơ thiếu biên bản có chữ ký.")
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1:focus")).to_have_text("Đã ghi 2/2 quyết định")
    assert [place.cast.row(one).state for one in cases] == ["completion"] * 2


def test_new_work_is_told_and_the_list_stays_where_it_is(place: Place, page: Page) -> None:
    first, second = staff(place.cast, 2)
    case_at(place.cast, "office_check", who=first)
    place.sign_in(page, "office")
    lines = page.locator("a.work-line")
    expect(lines).to_have_count(1)
    where = page.locator(".pane__name").bounding_box()
    case_at(place.cast, "office_check", who=second)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    told = page.locator("[role=status] a", has_text="Có 1 việc mới")
    expect(told).to_be_visible()
    expect(lines).to_have_count(1)
    assert page.locator(".pane__name").bounding_box() == where, "nothing jumps"
    assert violations(page) == []
    told.click()
    expect(lines).to_have_count(2)
    expect(page.locator("[data-arrivals] a")).to_have_count(0)


def test_a_file_is_chosen_in_our_words(place: Place, page: Page, tmp_path: Path) -> None:
    place.sign_in(page, "nominator")
    page.goto(place.address + "/gioi-thieu/nominee/nominate")
    told = page.locator(".pick__name").first
    expect(told).to_have_text("Chưa chọn tệp nào")
    paths = [tmp_path / "biên bản.pdf", tmp_path / "ảnh.pdf"]
    for path in paths:
        path.write_bytes(b"%PDF-1.7 x")
    field = page.locator("input[type=file]").first
    field.set_input_files(paths[:1])
    expect(told).to_have_text("biên bản.pdf")
    field.set_input_files(paths)
    expect(told).to_have_text("2 tệp")
    field.focus()
    assert page.locator(".pick__face").first.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_a_file_is_chosen_without_scripts(place: Place, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(place.address + "/dang-nhap")
    with_scripts = browser.new_context()
    place.sign_in(signed := with_scripts.new_page(), "nominator")
    plain.context.add_cookies(signed.context.cookies())
    plain.goto(place.address + "/gioi-thieu/nominee/nominate")
    expect(plain.locator("input[type=file]").first).to_have_css("opacity", "1")
    expect(plain.locator(".pick__face").first).to_be_hidden()
    for context in (plain.context, with_scripts):
        context.close()


def test_keys_wait_while_letters_are_composed_and_while_somebody_types(ten: Place, page: Page) -> None:
    ten.sign_in(page, "head")
    press = "given => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...given}))"
    for given in ({"key": "a", "isComposing": True}, {"key": "a", "keyCode": 229}, {"key": "a", "ctrlKey": True}):
        page.evaluate(press, given)
        assert page.evaluate("document.activeElement.tagName") != "BUTTON", given
    page.keyboard.press("/")
    page.keyboard.type("athr?")
    expect(page.locator("#f-tim")).to_have_value("athr?")
    expect(page.locator("#keys")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.evaluate(press, {"key": "a"})
    expect(page.get_by_role("button", name="Đưa ra bình xét", exact=True)).to_be_focused()


def test_the_sheet_of_keys_holds_the_focus_and_keys_do_nothing_behind_it(ten: Place, page: Page) -> None:
    ten.sign_in(page, "head")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    assert violations(page) == []
    here = page.url
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url == here
    page.keyboard.press("j")
    expect(page).not_to_have_url(here)
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(ten.address + "/viec")


def test_among_many_who_is_meant_is_typed_and_suggested(place: Place, page: Page) -> None:
    staff(place.cast, MOST_LISTED)
    with place.cast.app.database.write() as connection:
        for code in ("bh1", "bh2"):
            add_person(
                connection, place.cast.agency_id, code=code, name="Đỗ Thị Bích Hạnh", starts_on=BEGIN,
                unit_id=place.cast.units["cntt"],
            )  # fmt: skip
    page.set_viewport_size({"width": 360, "height": 740})
    place.sign_in(page, "nominator")
    page.goto(f"{place.address}/gioi-thieu")
    page.get_by_label("Cán bộ của cơ quan").check()
    field = page.locator("[name=_person]")
    field.press_sequentially("bich hanh")
    expect(page.locator("datalist#f-nominate-_person-near option")).to_have_count(2)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("select[name=_person] option")).to_have_count(3)
    assert violations(page) == []
    field.select_option(label="Đỗ Thị Bích Hạnh (bh2)")
    page.locator("[name=life_field]").select_option(index=1)
    page.locator("[name=merit]").fill("Rút ngắn một nửa thời gian")
    scan = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nx"}
    page.locator("input[type=file][name=evidence]").set_input_files([scan])
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Đã gửi DH-2025-0001")).to_be_visible()
    assert [one.label for one in place.cast.cases("nominee")] == ["Đỗ Thị Bích Hạnh"]


def test_what_was_typed_exactly_comes_first(ten: Place, page: Page) -> None:
    ten.sign_in(page, "head")
    for search, name in (("hieu", "Lò Thị Hieu"), ("Hiếu", "Phạm Ngọc Hiếu")):
        page.goto(f"{ten.address}/viec?tim={search}")
        names = page.locator(".work-line__name").all_inner_texts()
        assert len(names) == 2
        assert names[0] == name


def test_the_offices_ways_are_few_and_stand_in_one_line(place: Place, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    place.sign_in(page, "office")
    assert page.locator(".nav > ul > li").count() <= 7
    assert page.locator(".nav").evaluate("one => one.getBoundingClientRect().height") < 60
    page.locator(".menu--ways summary", has_text="Văn phòng").click()
    page.get_by_role("link", name="Câu mẫu cho lý do").click()
    expect(page.locator(".menu--ways summary.here")).to_have_text("Văn phòng")
    expect(page.get_by_label("Khi trả lại")).to_have_value(re.compile("Bổ sung minh chứng"))


def test_put_off_kept_filters_and_ready_sentences(place: Place, page: Page) -> None:
    cast = place.cast
    case_at(cast, "unit_appraisal")
    with cast.app.database.write() as connection:
        ready = {"return": ["Thiếu minh chứng cho tiêu chuẩn 2."], "refuse": [], "extend": []}
        snippets.write(connection, cast.app.database.new_id, cast.agency_id, ready)
    place.sign_in(page, "head")
    page.keyboard.press("t")
    page.get_by_role("button", name="Thiếu minh chứng").click()
    expect(page.locator("textarea:focus")).to_have_value("Thiếu minh chứng cho tiêu chuẩn 2.")
    page.keyboard.type(" Bổ sung biên bản.")
    expect(page.locator("textarea:focus")).to_have_value("Thiếu minh chứng cho tiêu chuẩn 2. Bổ sung biên bản.")
    page.goto(place.address + "/viec?han=week")
    page.get_by_label("Lưu bộ lọc này với tên").fill("Gấp")
    page.get_by_role("button", name="Lưu bộ lọc").click()
    expect(page.get_by_role("link", name="Gấp")).to_be_visible()
    page.goto(place.address + "/viec")
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Hạn của việc không đổi.")
    expect(page.locator("a.work-line")).to_have_count(0)
    page.get_by_role("link", name="Đang hoãn: 1").click()
    expect(page.locator("a.work-line")).to_have_count(1)
    page.get_by_role("button", name="Đang hoãn đến").click()
    page.goto(place.address + "/viec")
    expect(page.locator("a.work-line")).to_have_count(1)


def test_a_decision_is_taken_back_while_nothing_has_left(place: Place, page: Page) -> None:
    case_id = case_at(place.cast, "unit_appraisal")
    place.sign_in(page, "head")
    page.keyboard.press("t")
    page.keyboard.type("Thiếu biên bản họp của đơn vị")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Hoàn tác «Trả lại bổ sung»")).to_be_visible()
    assert place.cast.row(case_id).state == "cultivating"
    page.wait_for_load_state()
    page.keyboard.press("z")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Đã hoàn tác.")
    assert place.cast.row(case_id).state == "unit_appraisal"
    expect(page.locator("h1:focus")).to_have_text("Candidate Nguyễn")
    expect(page.get_by_role("button", name="Hoàn tác")).to_have_count(0)


def test_two_at_one_item_see_each_other_and_only_one_decides(place: Place, browser: Browser) -> None:
    case_at(place.cast, "office_check")
    pages = [browser.new_context(locale="vi-VN").new_page() for _ in range(2)]
    for page, name in zip(pages, ("office", "office2"), strict=True):
        place.sign_in(page, name)
    first, second = pages
    expect(second.locator("[data-looking] span")).to_have_text("Đang xem: Office Nguyễn")
    second.keyboard.press("t")
    second.keyboard.type("Thiếu biên bản họp của đơn vị")
    first.keyboard.press("a")
    first.keyboard.press("Enter")
    expect(first.locator("#status")).to_contain_text("Đã ghi")
    second.keyboard.press("Control+Enter")
    expect(second.get_by_role("heading", level=1)).to_be_focused()
    expect(second.get_by_text("Office Nguyễn").first).to_be_visible()
    expect(second.get_by_text("Thiếu biên bản họp của đơn vị")).to_be_visible()
    assert violations(second) == []
    for page in pages:
        page.context.close()


def test_evidence_opens_beside_the_decision_and_keys_go_on(place: Place, page: Page) -> None:
    case_id, cast = case_at(place.cast, "unit_appraisal"), place.cast
    made = typst.compile(b"= Minh chung\n#pagebreak()\n= Trang hai", ignore_system_fonts=True)
    kept = cast.app.files.put(io.BytesIO(made), cast.agency_id, "minh-chung.pdf")
    with cast.app.database.write() as connection:
        of_case = sa.update(file).where(file.c.case_id == case_id)
        connection.execute(of_case.values(digest=kept.digest, size=kept.size))
    place.sign_in(page, "head")
    page.keyboard.press("e")
    sheet = page.locator(".inside img").first
    expect(sheet).to_have_attribute("alt", "Trang 1/2 của minh-chung.pdf")
    assert sheet.evaluate("one => one.decode().then(() => one.naturalWidth)") > 800
    assert violations(page) == []
    page.keyboard.press("e")
    expect(page.locator(".inside")).to_have_count(0)
    page.keyboard.press("t")
    expect(page.locator("textarea:focus")).to_have_count(1)


def test_list_decision_and_empty_states_are_accessible_at_twice_the_size(ten: Place, browser: Browser) -> None:
    """In both themes and without motion. Zoomed to 200 %, a window of 1280 is 640 wide to the page."""
    context = browser.new_context(viewport={"width": 640, "height": 430}, reduced_motion="reduce")
    page, troubles = context.new_page(), []
    ten.sign_in(page, "head")
    item = page.locator("a.work-line").first.get_attribute("href")
    for path in ("/viec", str(item), "/viec?hoan=1", "/cau-mau"):
        page.goto(ten.address + path)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            troubles += [f"{path} {theme}: {one}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > 640:
            troubles.append(f"{path} scrolls sideways")
    moving = "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0)"
    assert page.evaluate(moving + ".length") == 0
    context.close()
    assert troubles == []


def test_the_first_load_is_light(ten: Place, page: Page, record_property: Callable[[str, object], None]) -> None:
    """As a server that compresses sends it; fonts are compressed in themselves."""
    ten.sign_in(page, "head")
    fresh = page.context.browser.new_context(storage_state=page.context.storage_state())  # type: ignore[union-attr]
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        kind, body = response.request.resource_type, response.body()
        sent = len(body) if kind == "font" else len(gzip.compress(body, 9))
        weights[kind] = weights.get(kind, 0) + sent

    first = fresh.new_page()
    first.on("response", weigh)
    first.goto(ten.address + "/viec", wait_until="networkidle")
    everything = sum(weights.values())
    record_property("first load, bytes", weights)
    print("first load, bytes:", weights, "together", everything)
    fresh.close()
    assert {"document", "stylesheet", "script", "font"} <= weights.keys()
    assert everything - weights["font"] <= 40_000
    assert everything <= 130_000
