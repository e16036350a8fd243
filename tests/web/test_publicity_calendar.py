"""The publicity calendar: what stands on which day, for whom, narrowed how, and as a file."""

from __future__ import annotations

from io import BytesIO

import icalendar
from python_calamine import CalamineWorkbook

from tests.plan_work import planned
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk

pytestmark = BOTH_DESKS
PAGE = "/tuyen-truyen/lich"


def _out(desk: Desk, item: str, link: str = "https://sotttt.example/1") -> None:
    cast = desk.cast
    cast.act("colleague2", item, "submit", draft="Bản thảo")
    cast.act("press", item, "pass_on")
    cast.act("director", item, "approve")
    cast.act("press", item, "publish", published_on=cast.now().date().isoformat(), link=link)


def test_each_thing_stands_on_its_day_for_who_may_see_it(desk: Desk) -> None:
    item, other = planned(desk.cast), planned(desk.cast, topic="Đăng sớm", publish_by="2025-04-20")
    _out(desk, other)
    press, outsider = desk.browser("press"), desk.browser("outsider")
    march, april = (press.get(f"{PAGE}?thang=2025-0{n}").text for n in (3, 4))
    assert f'href="/ho-so/{desk.code(item)}"' in march
    assert "Đăng sớm" in march, "what is out stands on the day it came out"
    assert "Đăng sớm" not in april
    seen = outsider.get(f"{PAGE}?thang=2025-03").text
    assert "Đăng sớm" in seen
    assert "Gương người tốt" not in seen, "what is not out is for who works on it"
    assert f"/ho-so/{desk.code(other)}" not in seen
    assert press.get(f"{PAGE}?thang=hom-qua").status_code == 200


def test_it_is_narrowed_by_channel_writer_and_unit_of_either(desk: Desk) -> None:
    planned(desk.cast)
    press, people, units = desk.browser("press"), desk.cast.people, desk.cast.units
    for query, found in (
        ("kenh=portal", True), ("kenh=newspaper", False),
        (f"nguoi={people['colleague2']}", True), (f"nguoi={people['press']}", False),
        (f"don-vi={units['cntt']}", True), (f"don-vi={units['bcvt']}", False),
    ):  # fmt: skip
        for view in ("luoi", "danh-sach"):
            page = press.get(f"{PAGE}?thang=2025-03&xem={view}&{query}").text
            assert ("Gương người tốt" in page) is found, (query, view)


def test_what_the_director_refused_is_no_plan_any_more(desk: Desk) -> None:
    item, cast = planned(desk.cast), desk.cast
    cast.act("colleague2", item, "submit", draft="Bản thảo")
    cast.act("press", item, "pass_on")
    assert desk.code(item) in desk.browser("press").get(f"{PAGE}?thang=2025-03&xem=danh-sach").text
    cast.act("director", item, "refuse", reason="Chưa đủ căn cứ để đăng phát.")
    for month in ("2025-03", "2025-05"):
        assert desk.code(item) not in desk.browser("press").get(f"{PAGE}?thang={month}&xem=danh-sach").text


def test_what_is_late_is_named_in_whatever_month_one_looks(desk: Desk) -> None:
    planned(desk.cast)
    desk.cast.at("2025-05-06")
    page = desk.browser("press").get(f"{PAGE}?thang=2025-05").text
    assert 'id="qua-han"' in page
    assert "Quá hạn, chưa đăng phát: 1" in page
    rows = _rows(desk, "thang=2025-05")
    assert [row[1] for row in rows[1:] if row[0] == "31/03/2025"] == ["Gương người tốt việc tốt tháng 3"]


def test_a_recognition_without_a_day_and_without_a_story_is_named(desk: Desk) -> None:
    nominee = case_at(desk.cast, "recognized_department")
    desk.cast.settle()
    (item,) = desk.cast.cases("publicity")
    page = desk.browser("press").get(PAGE).text
    undated, waiting = page.partition('id="chua-dinh-ngay"')[2].split('id="chua-tuyen-truyen"')
    assert item.code in undated
    assert desk.code(nominee) in waiting


def test_slots_stand_there_before_their_time_and_say_who_has_not_told(desk: Desk) -> None:
    press = desk.browser("press")
    assert "Theo kế hoạch" in press.get(f"{PAGE}?thang=2025-12").text
    desk.cast.at("2025-04-01T00:00:01")
    desk.cast.run_due()
    (month,) = desk.cast.cases("living_topic")
    desk.cast.answer("head", month.id, "held", talked="Gương chị Mai.", attended=7)
    assert "1 trên 4 đơn vị đã ghi" in press.get(f"{PAGE}?thang=2025-04&xem=danh-sach").text
    mine = f"{PAGE}?thang=2025-04&xem=danh-sach&don-vi={desk.cast.units['cntt']}"
    assert "1 trên 1 đơn vị đã ghi" in press.get(mine).text
    assert "Chưa ghi" not in press.get(f"{PAGE}?thang=2025-04").text
    desk.cast.at("2025-05-06")
    assert "Chưa ghi" in press.get(f"{PAGE}?thang=2025-04&xem=danh-sach").text, "before the month is closed, too"
    desk.cast.run_due()
    late = press.get(f"{PAGE}?thang=2025-04&xem=danh-sach").text
    assert "Chưa ghi: Phòng Bưu chính - Viễn thông, " in late
    assert press.get(f"{PAGE}?thang=2026-01").text.count("Theo kế hoạch") == 0, "the plan ends with 2025"


def test_the_same_month_as_a_table_and_for_ones_own_calendar(desk: Desk) -> None:
    item = planned(desk.cast, topic="=HYPERLINK(1)\r\nSUMMARY:x, hai; ba")
    (_, line) = [row for row in _rows(desk, "thang=2025-03") if row[0] in ("Ngày", "31/03/2025")]
    assert line[:3] == ["31/03/2025", "=HYPERLINK(1) SUMMARY:x, hai; ba", "Cổng (trang) thông tin điện tử"]
    book = icalendar.Calendar.from_ical(desk.browser("press").get(f"{PAGE}/tep.ics?thang=2025-03").data)
    events = [one for one in book.walk("VEVENT") if desk.code(item) in str(one["uid"])]
    assert len(events) == 1
    assert str(events[0]["summary"]) == "=HYPERLINK(1) SUMMARY:x, hai; ba"
    assert str(events[0].decoded("dtstart")) == "2025-03-31"
    assert str(events[0]["url"]).endswith(f"/ho-so/{desk.code(item)}")
    assert desk.browser("outsider").get(f"{PAGE}/tep.ics?thang=2025-03").text.count("HYPERLINK") == 0
    assert desk.browser("press").get(f"{PAGE}/tep.exe").status_code == 404


def _rows(desk: Desk, query: str) -> list[list[object]]:
    answer = desk.browser("press").get(f"{PAGE}/tep.xlsx?{query}")
    return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
