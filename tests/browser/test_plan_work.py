"""A movement, a publication, a course and a text to be read, each driven to its end by people in real browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.axe import violations
from tests.browser.test_sitting import PROOF, browser_of, unfold
from tests.browser.test_work import overflow, shot
from tests.cast import Cast
from tests.plan_work import PLAN, planned
from tests.servers import served
from web.app import create_app

pytestmark = pytest.mark.browser

CALENDAR = "/tuyen-truyen/lich"
Typed = str | bool | list[str] | Path | None


class Office:
    """The cast at their browsers: each opens pages and sends forms as a person does."""

    def __init__(self, cast: Cast, browser: Browser, address: str, tmp_path: Path) -> None:
        self.cast, self.browser, self.address, self.tmp_path = cast, browser, address, tmp_path
        self.pages: dict[str, Page] = {}

    def at(self, who: str, path: str) -> Page:
        """This person's browser, at a page."""
        if who not in self.pages:
            self.pages[who] = browser_of(self.cast, self.browser, self.address, who, 1280)
        self.pages[who].goto(self.address + path)
        return self.pages[who]

    def begin(self, who: str, process: str, action: str, given: Mapping[str, Typed]) -> str:
        """Begin a case by its form; its code."""
        page = self.at(who, f"/gioi-thieu/{process}/{action}")
        form = page.locator("main form").last
        self._fill(form, given)
        form.locator("button[type=submit]").last.click()
        page.wait_for_url("**/ho-so/**")
        return page.url.rpartition("/")[2]

    def act(self, who: str, code: str, action: str, given: Mapping[str, Typed] | None = None) -> None:
        """Take an action on the case's page, and see it taken."""
        page = self.at(who, f"/ho-so/{code}")
        version = self._version(code)
        self._fill(unfold(page, action), given or {})
        button = unfold(page, action).locator("button[type=submit]").last
        with page.expect_navigation():
            button.click()
        assert self._version(code) > version, page.locator("main").inner_text()[:2000]

    def answer(self, who: str, code: str, given: Mapping[str, Typed]) -> None:
        """Answer what one is asked, out of the inbox."""
        page = self.at(who, "/viec")
        page.get_by_role("link", name=code).first.click()
        form = page.locator("main form", has=page.locator(f"[name='{next(iter(given))}']")).first
        form.evaluate(
            "one => { for (let at = one; at; at = at.parentElement) if (at.tagName == 'DETAILS') at.open = true }"
        )
        self._fill(form, given)
        with page.expect_navigation():
            form.locator("button[type=submit]").last.click()

    def _fill(self, form: Locator, given: Mapping[str, Typed]) -> None:
        for name, value in given.items():
            self._put(form, name, value)

    def _put(self, form: Locator, name: str, value: Typed) -> None:
        control = form.locator(f"[name='{name}']")
        kind = control.first.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.type")
        if kind == "file":
            control.first.set_input_files(PROOF)  # type: ignore[arg-type]
        elif kind == "select":
            control.first.select_option(str(value))
        elif kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [str(value)]:
                form.locator(f"[name='{name}'][value='{one}']").check()
        else:
            control.first.fill("\n".join(value) if isinstance(value, list) else str(value))

    def _version(self, code: str) -> int:
        return next(row.version for row in self._all() if row.code == code)

    def _all(self) -> list[object]:
        processes = ("movement", "unit_movement", "registration", "publicity", "training", "dissemination")
        return [row for process in processes for row in self.cast.cases(process)]

    def state(self, code: str) -> str:
        """Where a case is."""
        return next(row.state for row in self._all() if row.code == code)

    def looks(self, who: str, path: str, name: str) -> None:
        """A page is accessible, fits a phone, and can be looked at."""
        page = self.at(who, path)
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(self.address + path)
        assert overflow(page) <= 0
        shot(page, name, 360, self.tmp_path)
        page.set_viewport_size({"width": 1280, "height": 860})
        shot(page, name, 1280, self.tmp_path)


@pytest.fixture
def office(sqlite_cast: Cast, browser: Browser, tmp_path: Path) -> Iterator[Office]:
    with served(create_app(sqlite_cast.app)) as port:
        made = Office(sqlite_cast, browser, f"http://127.0.0.1:{port}", tmp_path)
        yield made
        for page in made.pages.values():
            page.context.close()


def test_a_movement_to_its_end(office: Office) -> None:
    cast = office.cast
    plan = PLAN | {"register_by": "15/04/2025", "ends_on": "30/09/2025"}
    movement = office.begin("office", "movement", "propose", plan)
    office.act("director", movement, "launch", {"launch_file": None})
    cast.settle()
    parts = {row.unit_id: row.code for row in cast.cases("unit_movement")}
    ours = parts[cast.units["cntt"]]
    office.act("head", ours, "open", {"unit_plan": "Mỗi tuần một buổi trao đổi."})
    page = office.at("candidate", "/phong-trao")
    page.get_by_role("link", name="Đăng ký thi đua").click()
    form = page.locator("main form").last
    form.locator("[name=_who][value=staff]").check()
    form.locator("[name=_person]").select_option(cast.people["candidate"])
    form.locator("[name=pledge]").fill("Số hóa hồ sơ lưu trữ")
    form.locator("button[type=submit]").last.click()
    page.wait_for_url("**/ho-so/DK-*")
    mine = page.url.rpartition("/")[2]
    office.looks("candidate", "/phong-trao", "movements")
    cast.at("2025-10-01")
    cast.run_due()
    registration = cast.cases("registration")[0].id
    office.act("head", ours, "hand_in", {f"result.{registration}": "excelled", "report": "Một người vượt."})
    heads = {"vp": "head_office", "bcvt": "head2", "ttbc": "press"}
    for unit, head in heads.items():
        office.act(head, parts[cast.units[unit]], "nothing", {"reason": "Không có ai đăng ký trong đợt này."})
    cast.settle()
    office.act("office", movement, "submit", {"summary": "Một người đăng ký, một người vượt."})
    office.act("director", movement, "approve", {"signed_copy": None})
    cast.settle()
    cast.run_due()
    assert (office.state(movement), office.state(mine)) == ("summed_up", "excelled")
    expect(office.at("candidate", f"/ho-so/{mine}").get_by_text("Hoàn thành xuất sắc").first).to_be_visible()
    page = office.at("outsider", "/phong-trao")
    expect(page.get_by_text("Đã tổng kết").first).to_be_visible()
    expect(page.get_by_text("Kết quả đăng ký thi đua: Hoàn thành xuất sắc 1.")).to_be_visible()
    expect(page.get_by_role("link", name="Đăng ký thi đua")).to_have_count(0)
    office.looks("office", f"/ho-so/{movement}", "movement-ended")


def test_a_publication_to_its_figures(office: Office) -> None:
    given = {
        "topic": "Gương người tốt việc tốt tháng 3", "channel": "portal", "outlet": "Trang thông tin của Sở",
        "writer": office.cast.people["colleague2"], "publish_by": "31/03/2025",
    }  # fmt: skip
    item = office.begin("press", "publicity", "plan_item", given)
    expect(office.at("colleague2", "/viec").get_by_text("Gương người tốt việc tốt tháng 3").first).to_be_visible()
    expect(office.at("press", f"{CALENDAR}?thang=2025-03").get_by_role("link", name=given["topic"])).to_be_visible()
    office.act("colleague2", item, "submit", {"draft": "Một ngày của người quản trị mạng."})
    office.act("press", item, "pass_on")
    office.act("director", item, "send_back", {"reason": "Cần thêm một câu của người dân được phục vụ."})
    office.act("press", item, "pass_on", {"draft": "Một ngày của người quản trị mạng, qua lời một người dân."})
    office.act("director", item, "approve")
    page = office.at("press", f"/ho-so/{item}")
    office._fill(unfold(page, "publish"), {"published_on": "03/03/2025"})
    unfold(page, "publish").locator("button[type=submit]").last.click()
    expect(page.get_by_text("bản chụp").first).to_be_visible()
    assert office.state(item) == "publishing", "out without a trace is not out"
    clip = {"published_on": "03/03/2025", "link": "https://sotttt.example/guong/1", "clip": None}
    office.act("press", item, "publish", clip)
    office.act("press", item, "report", {"reach": "1250", "reach_source": "Thống kê", "reach_on": "03/03/2025"})
    assert office.state(item) == "reported"
    expect(office.at("outsider", "/tuyen-truyen").get_by_text("1250")).to_be_visible()
    office.looks("press", "/tuyen-truyen", "publicity")


def test_the_calendar_by_keyboard_on_a_phone_and_on_paper(office: Office) -> None:
    cast = office.cast
    planned(cast)
    planned(cast, topic="Chuyện của tổ công nghệ số cộng đồng", publish_by="2025-03-12", channel="broadcast")
    cast.at("2025-03-20")
    for view in ("luoi", "danh-sach"):
        office.looks("press", f"{CALENDAR}?thang=2025-03&xem={view}", f"calendar-{view}")
    page = office.at("press", f"{CALENDAR}?thang=2025-03")
    day = page.locator(".calendar__day", has_text="Chuyện của tổ")
    assert day.locator("time").get_attribute("datetime") == "2025-03-12"
    expect(day.get_by_text("Quá hạn")).to_be_visible()
    expect(page.locator("[aria-current=date] time")).to_have_attribute("datetime", "2025-03-20")
    page.get_by_role("link", name="Tháng trước").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**thang=2025-02**")
    page.go_back()
    page.get_by_label("Kênh").select_option("broadcast")
    page.get_by_role("button", name="Lọc").press("Enter")
    page.wait_for_url("**kenh=broadcast**")
    expect(page.locator(".calendar__line", has_text="Gương người tốt")).to_have_count(0)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{office.address}{CALENDAR}?thang=2025-03")
    seen = [one for one in page.locator(".calendar__day").all() if one.is_visible()]
    assert [one.locator("time").get_attribute("datetime") for one in seen] == ["2025-03-01", "2025-03-12", "2025-03-31"]
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True, path=str(office.tmp_path / "calendar.pdf"))
    assert re.search(rb"/MediaBox\s*\[\s*0 0 84[12]", printed), "on its side"


def test_a_reviews_wide_tables_on_a_phone_and_at_a_desk(office: Office) -> None:
    cast = office.cast
    cast.at("2025-12-01T00:00:01")
    cast.run_due()
    cast.settle()
    parts = {row.unit_id: row.id for row in cast.cases("unit_report")}
    heads = {"vp": "head_office", "cntt": "head", "bcvt": "head2", "ttbc": "press"}
    for unit, head in heads.items():
        cast.act(head, parts[cast.units[unit]], "nothing", reason="Trong năm đơn vị không có điển hình.")
    cast.settle()
    (review,) = cast.cases("annual_review")
    cast.act("office", review.id, "submit", summary="Đã quán triệt Kế hoạch.")
    path = f"/ho-so/{review.code}"
    office.looks("director", path, "review")
    for width in (360, 1280):
        page = office.at("director", path)
        page.set_viewport_size({"width": width, "height": 860})
        for one in page.locator("details:has(.table--numbers)").all():
            if one.get_attribute("open") is None:
                one.locator("> summary").click()
        box = page.get_by_role("group", name="Kết quả của từng đơn vị").first
        box.focus()
        name = box.locator("tbody th").first
        before = name.bounding_box()
        box.evaluate("one => { one.scrollLeft = 10000 }")
        assert box.evaluate("one => one.scrollLeft") > 0, "there is more at the right"
        assert name.bounding_box() == before, "and the unit's name stays in sight"
        assert (overflow(page) <= 0, violations(page)) == (True, [])


def test_a_course_to_everyones_record(office: Office) -> None:
    people = [office.cast.people[name] for name in ("mentor", "press")]
    given = {
        "course": "Nghiệp vụ thi đua 2025", "topics": "emulation", "content": "Luật và nghị định mới",
        "host": "Sở Nội vụ", "held_on": "20/03/2025", "place": "Hội trường A", "invited": people,
    }  # fmt: skip
    course = office.begin("office", "training", "plan_course", given)
    office.act("director", course, "approve")
    office.answer("mentor", course, {"coming": "yes"})
    office.act("office", course, "held", {"attended": people})
    office.act("office", course, "record", {f"assessed.{people[0]}": "good", f"assessed.{people[1]}": "passed"})
    assert office.state(course) == "results_recorded"
    page = office.at("mentor", "/tap-huan")
    expect(page.get_by_role("row", name="Nghiệp vụ thi đua 2025").get_by_text("Đạt loại tốt")).to_be_visible()
    page = office.at("office", f"/danh-ba/{people[0]}")
    expect(page.get_by_text("Nghiệp vụ thi đua 2025")).to_be_visible()
    expect(office.at("outsider", "/tap-huan").get_by_text("Nghiệp vụ thi đua 2025")).to_have_count(0)
    office.looks("office", "/tap-huan", "training")


def test_a_text_until_all_have_read_it(office: Office) -> None:
    readers = ("colleague1", "outsider")
    given = {
        "about": "Kế hoạch gương điển hình tiên tiến", "text_file": None, "gist": "Mục đích, yêu cầu",
        "audience": "named", "readers": [office.cast.people[name] for name in readers], "read_by": "14/03/2025",
    }  # fmt: skip
    text = office.begin("office", "dissemination", "publish", given)
    first, second = readers
    office.answer(first, text, {"understood": "yes"})
    assert office.state(text) != "made_known"
    expect(office.at("office", "/quan-triet").get_by_text("1 trên 2")).to_be_visible()
    office.answer(second, text, {"understood": "yes"})
    assert office.state(text) == "made_known"
    office.looks("office", "/quan-triet", "dissemination")
    page = office.at("office", "/quan-triet")
    expect(page.get_by_text("2 trên 2")).to_be_visible()
    with page.expect_download() as proof:
        page.get_by_role("link", name="Kế hoạch gương điển hình tiên tiến").last.click()
    rows = CalamineWorkbook.from_path(proof.value.path()).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["Đã đọc", "Đã đọc"]
