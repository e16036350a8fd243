"""The processes to look at: numbers of those one may see, the cases behind them, the same in English."""

from __future__ import annotations

import re

from flask import g

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk
from web.deadline_words import due_words, extension_words
from workflow.sentences import Extension

pytestmark = BOTH_DESKS
PAGE = "/quy-trinh/nominee"


def _count(desk: Desk, who: str, state: str) -> int:
    """The number in the row of a state; the picture must say the same."""
    page = desk.browser(who).get(PAGE).text
    row = page.partition(f'id="buoc-{state}"')[2].partition("</tr>")[0]
    shown = re.search(r'data-label="Hồ sơ"[^>]*>(?:<a[^>]*>)?(\d+)', row)
    assert shown is not None, row
    title = re.search(r"table__main\">([^<]+)<", row)
    assert title is not None
    drawn = re.search(rf">{re.escape(title[1])}</text>\s*<text[^>]*>(\d+)<", page)
    assert drawn is not None
    assert drawn[1] == shown[1]
    return int(shown[1])


def test_counts_are_of_the_cases_one_may_see(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    desk.cast.nominate(by="outsider", who="head2")
    assert (_count(desk, "office", "unit_appraisal"), _count(desk, "office", "identified")) == (1, 1)
    assert (_count(desk, "head", "unit_appraisal"), _count(desk, "head", "identified")) == (1, 0)
    assert _count(desk, "colleague1", "unit_appraisal") == 0, "once it is appraised it is no colleague's"
    index = desk.browser("office").get("/quy-trinh").text
    row = index.partition(f'href="{PAGE}"')[2].partition("</tr>")[0]
    assert re.search(r'data-label="Đang chạy"[^>]*>2<', row)


def test_the_cases_of_a_step_are_listed_for_who_may_see_them(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    assert f"/ho-so/{code}" in desk.browser("head").get(f"{PAGE}?buoc=unit_appraisal").text
    assert f"/ho-so/{code}" not in desk.browser("colleague1").get(f"{PAGE}?buoc=unit_appraisal").text
    for wrong in ("/quy-trinh/khong-co", f"{PAGE}?buoc=khong-co"):
        assert desk.browser("head").get(wrong).status_code == 404


def test_it_says_who_by_when_and_what_follows(desk: Desk) -> None:
    page = desk.browser("colleague1").get(PAGE).text
    row = page.partition('id="buoc-unit_appraisal"')[2].partition("</tr>")[0]
    assert "5 ngày làm việc" in row
    assert "Lãnh đạo phòng, đơn vị" in row
    assert re.search(r'Công nhận cấp phòng</span>\s*→ <a href="#buoc-recognized_unit">', row)
    assert "về cấp đã công nhận gần nhất" in row
    assert "no text" not in page
    assert "stage.work" not in desk.browser("office").get("/quy-trinh/publicity").text


WORDS: tuple[tuple[str | list[str] | None, str], ...] = (
    (None, ""),
    ("1 week", "1 tuần"),
    ("none", ""),
    ("by 31/12", "chậm nhất 31/12"),
    ("before 15/12", "trước 15/12"),
    ("by publish_by", "chậm nhất «Ngày đăng»"),
    ("3 working_days before publish_by", "3 ngày làm việc trước «Ngày đăng»"),
    (["10 days after publish_by", "5 working_days"], "10 ngày sau «Ngày đăng», nếu không thì 5 ngày làm việc"),
    ("by day 15 of last month of quarter", "chậm nhất ngày 15 tháng cuối quý"),
    ("by end of phase", "hết giai đoạn"),
)


def test_a_deadline_in_words(desk: Desk) -> None:
    with desk.app.test_request_context():
        g.language = "vi"
        for due, words in WORDS:
            assert due_words(due, {"publish_by": "Ngày đăng"}) == words
        said = [
            extension_words(one) for one in (None, Extension(allowed=False), Extension(most="2 working_days", times=1))
        ]
    assert said == ["", "Không gia hạn", "Gia hạn nhiều nhất 2 ngày làm việc, 1 lần"]
