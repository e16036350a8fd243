"""The inbox: what is due first, in whose place, found without diacritics; and a decision on one screen."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from tests.roads import case_at
from tests.statements import sent_to
from tests.web.desk import BOTH_DESKS, SCAN, Desk, Forms

MOST_STATEMENTS = 40  # of an inbox page with a case open


def lines(page: str) -> list[str]:
    return re.findall(r'class="work-line__name"[^>]*>([^<]+)<', page)


def test_what_is_due_first_stands_first_and_is_open(desk: Desk) -> None:
    late = case_at(desk.cast, "unit_appraisal")
    desk.cast.later(days=4)
    case_at(desk.cast, "identified", who="colleague2")
    desk.cast.later(days=11)
    page = desk.browser("head").get("/")
    assert lines(page.text) == ["Candidate Nguyễn", "Colleague2 Nguyễn"]
    assert re.findall(r'work__group--(\w+)"', page.text) == ["late", "week"]
    assert f'/ho-so/{desk.code(late)}/lam/recognize"' in page.text


@BOTH_DESKS
def test_a_page_is_read_in_one_snapshot(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head, begun = desk.browser("head"), []
    page = head.get("/viec").text
    item = re.search(r'class="work-line[^"]*" href="(/viec/[^"]+)"', page)
    assert item
    database = desk.cast.app.database
    listener = begun.append
    sa.event.listen(database.engine, "begin", listener)
    try:
        for path in ("/viec", item[1]):
            begun.clear()
            with sent_to(database) as statements:
                assert head.get(path).status_code == 200
            assert len(begun) <= 2, "who asks, then the page"
            assert len(statements) <= MOST_STATEMENTS
    finally:
        sa.event.remove(database.engine, "begin", listener)


def test_a_deputy_sees_in_whose_place(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    desk.cast.absent("head", "mentor", date(2025, 3, 1), date(2025, 3, 31))
    page = desk.browser("mentor").get("/viec").text
    assert "thay mặt Head Nguyễn" in page
    assert "vắng đến 31/03/2025" in page


@BOTH_DESKS
@pytest.mark.parametrize(
    "search, found", [("candidate nguyen", 1), ("CÀNDIDATE", 1), ("dh-2025", 1), ("không có ai", 0)]
)
def test_search_needs_no_diacritics(desk: Desk, search: str, found: int) -> None:
    case_at(desk.cast, "identified")
    page = desk.browser("head").get(f"/viec?tim={search}").text
    assert len(lines(page)) == found
    assert ("đang ẩn 1 việc" in page) == (not found)


@pytest.mark.parametrize(
    "who, sentence",
    [("outsider", "Bạn chưa giữ vai trò nào nhận việc."), ("clerk", "Chưa có việc nào gửi đến bạn.")],
)
def test_an_empty_inbox_says_why(desk: Desk, who: str, sentence: str) -> None:
    assert sentence in desk.browser(who).get("/viec").text


def test_after_the_last_decision_it_says_how_much_was_done(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec")
    answer = head.send(page, "/lam/refuse", reason="Chưa đủ thời gian theo dõi")
    assert answer.status_code == 303
    case_id = desk.cast.cases("nominee")[0].id
    desk.cast.act("office", case_id, "close", end_ground="left", note="Chuyển công tác")
    assert "Hôm nay bạn đã xử lý 3 việc" in head.get("/viec").text


@BOTH_DESKS
def test_a_decision_is_one_form_and_leads_to_the_next_item(desk: Desk) -> None:
    first = case_at(desk.cast, "unit_appraisal")
    case_at(desk.cast, "identified", who="colleague2")
    head = desk.browser("head")
    page = head.get("/viec")
    answer = head.send(page, "/lam/recognize", unit_minutes=("Biên bản họp.pdf", SCAN))
    assert answer.status_code == 303
    assert desk.cast.row(first).state == "recognized_unit"
    following = head.get(answer.location)
    assert "Đã ghi «Công nhận cấp phòng»" in following.text
    assert "sau 30 giây. Việc tiếp theo của: Head Nguyễn." in following.text
    assert re.search(r'<h1 class="pane__name"[^>]*data-focus[^>]*>Colleague2 Nguyễn</h1>', following.text)


def test_a_missing_reason_comes_back_with_what_was_typed_and_where(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    answer = head.send(head.get("/viec"), "/lam/send_back", reason="thiếu")
    assert answer.status_code == 422
    assert answer.text.count("Nhập «Lý do» cụ thể hơn, ít nhất 10 chữ cái.") == 2  # in the summary and at the field
    assert Forms(answer.text).to("/lam/send_back").fields["reason"] == ["thiếu"]
    assert re.search(r'href="#(f-move-send_back-reason)".*id="\1"', answer.text, re.DOTALL)
    assert "<title>Lỗi:" in answer.text.replace("\n", "")
    assert desk.cast.row(case_id).state == "unit_appraisal"


def test_the_form_of_the_error_page_can_be_sent_again(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    wrong = head.send(head.get("/viec"), "/lam/send_back", reason="thiếu")
    assert head.send(wrong, "/lam/send_back", reason="Bổ sung xác nhận của địa phương").status_code == 303
    assert desk.cast.row(case_id).state == "cultivating"


@BOTH_DESKS
def test_the_same_form_sent_twice_is_one_decision(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec")
    answers = [head.send(page, "/lam/recognize", unit_minutes=("a.pdf", SCAN)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len({answer.location for answer in answers}) == 1
    events = desk.cast.app.engine.view(desk.cast.actor("head"), case_id).history
    assert [event.action for event in events].count("recognize") == 1


@BOTH_DESKS
def test_whoever_comes_second_is_told_who_was_first_and_keeps_the_words(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec")
    desk.cast.act("head", case_id, "refuse", reason="Chưa đủ thời gian theo dõi")
    answer = head.send(page, "/lam/send_back", reason="Bổ sung xác nhận của địa phương")
    assert answer.status_code == 409
    assert "Head Nguyễn đã «Không công nhận»" in answer.text
    assert "Bổ sung xác nhận của địa phương" in answer.text
    assert desk.cast.row(case_id).state == "cultivating"


def test_a_link_to_a_closed_item_says_what_became_of_it(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    desk.cast.act("head", case_id, "refuse", reason="Chưa đủ thời gian theo dõi")
    page = desk.browser("head").get(f"/viec/{item.id}")
    assert page.status_code == 200
    assert "Việc này đã xong" in page.text
    assert "Head Nguyễn đã xử lý «Bình xét tại phòng, đơn vị»" in page.text


@BOTH_DESKS
def test_an_item_is_taken_given_back_and_handed_over(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    office = desk.browser("office")
    path = f"/viec/{item.id}"
    assert office.send(office.get(path), f"{path}/nhan").status_code == 303
    assert "Office Nguyễn đang làm" in desk.browser("office2").get("/viec").text
    assert office.send(office.get(path), f"{path}/tra").status_code == 303
    handed = office.send(
        office.get(path), f"{path}/chuyen", to=desk.cast.people["head2"], reason="Người này nắm rõ hồ sơ nhất"
    )
    assert "Đã chuyển việc cho Head2 Nguyễn." in office.get(handed.location).text
    assert "được Office Nguyễn chuyển việc" in desk.browser("head2").get("/viec").text


def test_handing_over_without_a_reason_is_told_and_changes_nothing(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    office = desk.browser("office")
    answer = office.send(office.get(f"/viec/{item.id}"), "/chuyen", to=desk.cast.people["head2"], reason="vì")
    assert answer.status_code == 422
    assert "ít nhất 10 chữ cái" in answer.text
    assert "chuyển việc" not in desk.browser("head2").get("/viec").text


def test_handing_over_to_nobody_is_told_and_keeps_the_reason(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    office = desk.browser("office")
    answer = office.send(office.get(f"/viec/{item.id}"), "/chuyen", to="", reason="Người này nắm rõ hồ sơ nhất")
    assert answer.status_code == 422
    assert "Chọn người nhận việc." in answer.text
    assert Forms(answer.text).to("/chuyen").fields["reason"] == ["Người này nắm rõ hồ sơ nhất"]
    handed = office.send(answer, "/chuyen", to=desk.cast.people["head2"])
    assert "Đã chuyển việc cho Head2 Nguyễn." in office.get(handed.location).text


@BOTH_DESKS
def test_an_item_is_handed_over_to_a_name_or_a_code_that_is_typed(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    office, why = desk.browser("office"), "Người này nắm rõ hồ sơ nhất"
    path = f"/viec/{item.id}"
    assert f'value="{desk.cast.people["head2"]}"' not in office.get(path).text  # colleagues are asked for, not sent
    suggested = office.get("/danh-ba/goi-y?q=hEad2").text
    assert suggested.count("<option") == 1
    assert "Head2 Nguyễn (head2)" in suggested
    assert "<option" not in office.get("/danh-ba/goi-y?q=khong-co-ai").text
    nobody = office.send(office.get(path), "/chuyen", to="Khôngcóai", reason=why)
    assert nobody.status_code == 422
    assert "họ tên hoặc mã là «Khôngcóai»" in nobody.text
    several = office.send(office.get(path), "/chuyen", to="nguyen hea", reason=why)
    assert several.status_code == 422
    assert "chọn một người trong danh sách" in several.text
    assert f'value="{desk.cast.people["head2"]}"' in several.text
    brief = office.send(several, "/chuyen", to=desk.cast.people["head2"], reason="vì")
    assert 'value="Head2 Nguyễn (head2)"' in brief.text  # whoever was chosen stands there by name
    handed = office.send(brief, "/chuyen", reason=why)
    assert "Đã chuyển việc cho Head2 Nguyễn." in office.get(handed.location).text


def test_a_role_that_was_added_to_its_own_item_is_named_once(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    desk.cast.at("2025-03-11T08:00:01")
    desk.cast.run_due()
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    assert "Việc này của: Văn phòng Sở." in page
    assert "Văn phòng Sở, Văn phòng Sở" not in page


def test_a_stranger_to_the_case_finds_no_item(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    item = desk.cast.open_items(case_id)[0]
    assert desk.browser("outsider").get(f"/viec/{item.id}").status_code == 404
    assert desk.browser("head").get("/viec/khong-co").status_code == 404


def test_an_address_made_by_hand_shows_the_beginning(desk: Desk) -> None:
    case_at(desk.cast, "identified")
    head = desk.browser("head")
    for after in ("x", "2025-01-01_x", "'; DROP TABLE case_; --"):
        assert lines(head.get(f"/viec?sau={after}").text) == ["Candidate Nguyễn"]


@BOTH_DESKS
def test_more_pages_follow_one_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.inbox.PAGE", 1)
    case_at(desk.cast, "identified")
    case_at(desk.cast, "identified", who="colleague2")
    head = desk.browser("head")
    first = head.get("/viec").text
    following = re.search(r'href="(/viec\?sau=[^"]+)"', first)
    assert following
    second = head.get(following[1].replace("&amp;", "&")).text
    assert sorted(lines(first) + lines(second)) == ["Candidate Nguyễn", "Colleague2 Nguyễn"]


def test_a_conflict_of_interest_is_declared_where_one_is_asked_and_takes_the_case_away(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec")
    short = head.send(page, "/xung-dot", reason="")
    assert "Nhập «Lý do»" in short.text
    answer = head.send(head.get("/viec"), "/xung-dot", reason="Là anh em họ với người được xét")
    assert answer.status_code == 303
    after = head.get(answer.location).text
    assert "Đã ghi nhận xung đột lợi ích" in after
    assert lines(after) == []
    assert head.get(f"/ho-so/{desk.code(case_id)}").status_code == 404
    assert lines(desk.browser("director").get("/viec").text) == ["Candidate Nguyễn"]
    assert "Khai báo xung đột lợi ích" in desk.browser("office").get(f"/ho-so/{desk.code(case_id)}/lich-su").text
