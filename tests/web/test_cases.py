"""Cases: found, read, acted on; who may not see one finds none; files only for those who may see their case."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.roads import case_at, do
from tests.sittings import convene, grant_members, staff
from tests.statements import sent_to
from tests.web.desk import BOTH_DESKS, SCAN, Desk, Forms
from workflow.commands import Actor


def labels(page: str) -> list[str]:
    return re.findall(r'class="table__main" href="[^"]+">([^<]+)<', page)


@pytest.fixture
def two(desk: Desk) -> tuple[str, str]:
    """A recognised candidate and a new colleague."""
    return case_at(desk.cast, "recognized_unit"), case_at(desk.cast, "identified", who="colleague2")


@BOTH_DESKS
@pytest.mark.parametrize(
    "query, found",
    [
        ("", ["Colleague2 Nguyễn", "Candidate Nguyễn"]),
        ("?cap=unit", ["Candidate Nguyễn"]),
        ("?buoc=identified", ["Colleague2 Nguyễn"]),
        ("?loai=merit_request", []),
        ("?tim=colleague2", ["Colleague2 Nguyễn"]),
        ("?tim=NGUYEN", ["Colleague2 Nguyễn", "Candidate Nguyễn"]),
        ("?tim=dh-2025-0001", ["Candidate Nguyễn"]),
        ("?trang-thai=xong", []),
        ("?qua-han=1", []),
        ("?sau=rubbish", ["Colleague2 Nguyễn", "Candidate Nguyễn"]),
    ],
)
def test_a_list_is_narrowed_by_its_address(desk: Desk, two: tuple[str, str], query: str, found: list[str]) -> None:
    assert labels(desk.browser("office").get(f"/ho-so{query}").text) == found


def test_what_is_late_is_found(desk: Desk, two: tuple[str, str]) -> None:
    desk.cast.later(days=30)
    assert labels(desk.browser("office").get("/ho-so?qua-han=1").text) == ["Colleague2 Nguyễn"]
    desk.cast.run_due()


def test_a_case_page_says_where_whose_turn_and_why_not(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    assert "Văn phòng Sở kiểm tra hồ sơ" in page
    assert "Office Nguyễn, Office2 Nguyễn" in page
    assert "5 ngày làm việc, tính từ 03/03/2025." in page
    assert "Việc này của: Văn phòng Sở." in page
    assert "/lam/forward" not in page


def test_what_speaks_against_a_decision_stands_before_its_button(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    assert "Chưa thể «Đưa ra bình xét»" in page
    assert page.index("Chưa thể «Đưa ra bình xét»") < page.index('id="quyet-dinh"')
    assert f"http://127.0.0.1:8080/ho-so/{desk.code(case_id)}</code>" in page, "what colleagues are to open"


def test_who_may_endorse_finds_the_button_unfolded(desk: Desk) -> None:
    case_id = case_at(desk.cast, "identified")
    shown = {}
    for who in ("mentor", "head2"):
        page = desk.browser(who).get(f"/ho-so/{desk.code(case_id)}").text
        decide = page.partition('id="quyet-dinh"')[2].partition("</section>")[0]
        shown[who] = '/lam/endorse"' in decide
    assert shown == {"mentor": True, "head2": False}


def test_the_way_a_sitting_did_not_take_is_no_obstacle_but_stays_to_be_read(desk: Desk) -> None:
    grant_members(desk.cast)
    sitting = convene(desk.cast, [case_at(desk.cast, "council_review", who=one) for one in staff(desk.cast, 2)])
    page = desk.browser("office").get(f"/ho-so/{desk.code(sitting)}").text
    assert "Chưa thể «Gửi lấy ý kiến bằng văn bản»" not in page
    assert "Gửi lấy ý kiến bằng văn bản" in page.partition("Việc chưa làm được")[2]


def test_a_number_left_blank_is_said_to_be_the_systems(desk: Desk) -> None:
    page = desk.browser("director").get(f"/ho-so/{desk.code(case_at(desk.cast, 'director_decision'))}").text
    assert "«Số quyết định» để trống thì hệ thống cấp số." in page


def test_what_follows_a_decision_is_waited_for_by_the_page_itself(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, path = desk.browser("head"), f"/ho-so/{desk.code(case_id)}"
    do(desk.cast, "head", case_id, "recognize")
    page = head.get(path).text
    aside = page.partition('id="case-aside"')[2].partition(">")[0]
    assert f'hx-get="{path}"' in aside
    assert "tải lại trang sau 30 giây" in page
    desk.cast.settle()
    assert "hx-get" not in head.get(path).text, "and then no longer"


@pytest.mark.parametrize(
    "ground, words", [("moving", "Chuyển đơn vị"), ("complaint", "Đang giải quyết khiếu nại, tố cáo")]
)
def test_a_hold_is_told_once_and_takes_no_side(desk: Desk, ground: str, words: str) -> None:
    case_id = case_at(desk.cast, "unit_appraisal", held=[ground])
    page = desk.browser("head2" if ground == "moving" else "head").get(f"/ho-so/{desk.code(case_id)}").text
    boxes = re.findall(r'<div class="notice notice--warn">.*?</ul>', page, re.DOTALL)
    sentence = f"Hồ sơ đang tạm dừng ({words}); thao tác này chờ đến khi hết tạm dừng."
    [box] = [one for one in boxes if "Công nhận cấp phòng" in one]
    assert re.findall(r"<li>(.*?)</li>", box) == [sentence]
    assert "NĐ 152" not in box


def test_what_merely_may_be_done_besides_is_no_obstacle(desk: Desk) -> None:
    """A head who has endorsed nobody is not warned that there is nothing to take back."""
    case_id = case_at(desk.cast, "identified")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    assert "notice--warn" not in page
    assert "Rút lời suy tôn" in page.partition("Việc chưa làm được")[2], "why not stays to be read"


def test_scores_not_handed_in_are_told_before_the_decision(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    page = desk.browser("office").get(f"/ho-so/{desk.code(case_id)}").text
    assert re.search(r"Mới có 0/\d+ người chấm điểm", page)
    told = page.index("người chấm điểm. Quyết định")
    assert page.index('id="cham-diem"') < told < page.index('id="quyet-dinh"')


def test_a_deadline_is_explained_in_words(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "at_province"))
    page = desk.browser("office").get(f"/ho-so/{code}").text
    assert "20 ngày làm việc tính từ «Ngày gửi» (03/03/2025)." in page
    assert "Vậy hạn là 31/03/2025.</li>" in page, "without the working calendar's number"


def test_the_history_reads_who_did_what_for_whom(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_unit")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    titles = re.findall(r'timeline__line"><strong>([^<]+)<', page)
    assert titles == [
        "Giới thiệu nhân tố mới", "Đưa vào bồi dưỡng", "Suy tôn", "Suy tôn", "Suy tôn", "Đưa ra bình xét",
        "Công nhận cấp phòng",
    ]  # fmt: skip
    assert "Bình xét tại phòng, đơn vị → <strong>Điển hình cấp phòng</strong>" in page


def test_the_history_of_today_is_of_one_day(desk: Desk) -> None:
    case_id = desk.cast.nominate()
    assert "sự kiện trong 1 ngày." in desk.browser("head").get(f"/ho-so/{desk.code(case_id)}/lich-su").text


@pytest.mark.parametrize("path", ["", "/lich-su"])
def test_who_may_not_see_a_case_finds_none(desk: Desk, path: str) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    outsider = desk.browser("outsider")
    assert outsider.get(f"/ho-so/{code}{path}").status_code == 404
    assert outsider.get(f"/ho-so/KHONG-CO{path}").status_code == 404
    assert labels(outsider.get("/ho-so").text) == []


def test_an_action_that_is_not_mine_is_refused_with_the_reason(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    code = desk.code(case_id)
    head = desk.browser("head")
    page = head.get(f"/ho-so/{code}")
    sent = head.send(page, "/lam/withdraw", reason="Rút để chuẩn bị kỹ hơn")
    assert sent.status_code == 303
    forged = head.client.post(
        f"/ho-so/{code}/lam/forward", data={"csrf_token": _secret(page.text), "_case_version": "99"}
    )
    assert forged.status_code == 409  # the case moved; nothing was done


def test_a_forged_form_is_refused_with_every_reason(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    head = desk.browser("head")
    page = head.get(f"/ho-so/{desk.code(case_id)}")
    version = str(desk.cast.row(case_id).version)
    answer = head.client.post(
        f"/ho-so/{desk.code(case_id)}/lam/forward",
        data={"csrf_token": _secret(page.text), "_case_version": version, "state": "recognized_department"},
    )
    assert answer.status_code == 403
    assert "Việc này của: Văn phòng Sở." in answer.text
    assert "Chưa có gì được ghi." in answer.text
    assert desk.cast.row(case_id).state == "office_check"


def test_a_field_the_form_does_not_ask_for_is_refused(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    office = desk.browser("office2")
    page = office.get(f"/ho-so/{desk.code(case_id)}")
    answer = office.send(page, "/lam/forward", merit="Một thành tích khác")
    assert answer.status_code == 422
    assert desk.cast.row(case_id).state == "office_check"


def test_a_check_in_answers_for_every_shortcoming(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    desk.cast.later(days=95)
    desk.cast.run_due()
    mentor = desk.browser("mentor")
    page = mentor.get("/viec")
    ask = re.search(r'action="(/ho-so/[^"]+/tra-loi/[^"]+)"', page.text)
    assert ask
    missing = mentor.send(page, ask[1])
    assert missing.status_code == 422
    assert mentor.send(page, ask[1], **{"progress.0": "partly"}).status_code == 303
    assert "Chưa chủ động chia sẻ kinh nghiệm: Đang khắc phục" in mentor.get(f"/ho-so/{desk.code(case_id)}").text
    desk.cast.settle()


def test_an_appraisal_looks_back_on_the_check_ins_before_it(desk: Desk) -> None:
    case_id = case_at(desk.cast, "identified")
    do(desk.cast, "head", case_id, "take_up", shortcomings=["Còn nói nhỏ", "Ít viết bài"])
    for day in ("2025-06-03", "2025-06-18", "2025-09-03"):
        desk.cast.at(f"{day}T08:00:01")
        desk.cast.run_due()
    desk.cast.answer("mentor", case_id, "check_in", progress=["done", "partly"])
    do(desk.cast, "head", case_id, "replan", shortcomings=["Chưa thạo phần mềm"])
    for who, action in (("colleague1", "endorse"), ("colleague2", "endorse"), ("colleague3", "endorse")):
        do(desk.cast, who, case_id, action)
    do(desk.cast, "head", case_id, "propose")
    item = next(row for row in desk.cast.open_items(case_id) if row.kind == "state")
    head = desk.browser("head")
    for path in (f"/viec/{item.id}", f"/ho-so/{desk.code(case_id)}"):
        section = head.get(path).text.partition("Các lần ghi nhận ở những bước trước")[2].partition("</section>")[0]
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section)).strip()
        assert words == (
            "Ghi nhận bồi dưỡng Đã trả lời Mentor Nguyễn · 03/09/2025 "
            "Còn nói nhỏ: Đã khắc phục Ít viết bài: Đang khắc phục "
            "Ghi nhận bồi dưỡng Bỏ lỡ Người giúp đỡ · 18/06/2025"
        )


def test_only_the_last_check_ins_before_are_shown(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    for _ in range(24):
        desk.cast.later(days=31)
        desk.cast.run_due()
    for who in ("colleague1", "colleague2", "colleague3"):
        do(desk.cast, who, case_id, "endorse")
    do(desk.cast, "head", case_id, "propose")
    desk.cast.settle()
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    section = page.partition("Các lần ghi nhận ở những bước trước")[2].partition("</section>")[0]
    assert section.count("<strong>Ghi nhận bồi dưỡng</strong>") == 8


def test_what_a_hold_asks_is_called_by_its_own_name(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal", held=("complaint",))
    desk.cast.at("2025-04-03T08:00:01")
    desk.cast.run_due()
    section = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text.partition("Đã hỏi, và trả lời")[2]
    assert "<strong>Hỏi tiến độ xác minh</strong>" in section.partition("</section>")[0]


def test_a_hold_is_shown_and_its_release_is_one_of_the_moves(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal", held=("complaint",))
    code = desk.code(case_id)
    head = desk.browser("head").get(f"/ho-so/{code}").text
    assert "Tạm dừng" in head
    office = desk.browser("office")
    page = office.get(f"/ho-so/{code}")
    assert "/lam/held:clear" in page.text
    sent = office.send(page, "/lam/held:clear", hold_ground="complaint", clearance=("Kết luận.pdf", SCAN))
    assert sent.status_code == 303, sent.text
    assert not desk.cast.row(case_id).is_held


def test_files_open_for_those_who_may_see_the_case(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    head.send(head.get("/viec"), "/lam/recognize", unit_minutes=("Biên bản “họp”.pdf", SCAN))
    case_id = desk.cast.cases("nominee")[0].id
    page = head.get(f"/ho-so/{desk.code(case_id)}").text
    links = re.findall(r'href="(/tep/[^"]+)">Biên bản', page)
    with head.get(links[0]) as answer:
        assert answer.data == SCAN
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name, status in (("outsider", 404), ("director", 200)):
        with desk.browser(name).get(links[0]) as answer:
            assert answer.status_code == status


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("virus.exe", b"MZ\x90", "Chỉ nhận tệp PDF"),
        ("ảnh.svg", b"<svg onload='alert(1)'/>", "Chỉ nhận tệp PDF"),
        ("rỗng.pdf", b"", "Tệp không có nội dung"),
    ],
)
def test_a_file_that_is_not_taken_is_told_at_its_field(desk: Desk, name: str, content: bytes, sentence: str) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    answer = head.send(head.get("/viec"), "/lam/recognize", unit_minutes=(name, content))
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert desk.cast.row(case_id).state == "unit_appraisal"


def test_a_file_sent_with_a_wrong_form_is_kept_for_the_next(desk: Desk) -> None:
    case_id = case_at(desk.cast, "at_province")
    office = desk.browser("office")
    page = office.get(f"/ho-so/{desk.code(case_id)}")
    wrong = office.send(page, "/lam/recognize", decision_number="12/QĐ-UBND", decision_file=("QĐ.pdf", SCAN))
    assert wrong.status_code == 422
    assert "QĐ.pdf" in wrong.text
    wrong = office.send(wrong, "/lam/recognize", decided_on="02/03/2025")
    assert wrong.status_code == 422
    assert "không thể có ngày trước khi hồ sơ bắt đầu (03/03/2025)" in wrong.text
    right = office.send(wrong, "/lam/recognize", decided_on="03/03/2025")
    assert right.status_code == 303, right.text
    assert desk.cast.row(case_id).state == "recognized_province"
    desk.cast.settle()


def test_what_has_happened_is_not_dated_ahead(desk: Desk) -> None:
    case_id = case_at(desk.cast, "at_province")
    office = desk.browser("office")
    page = office.get(f"/ho-so/{desk.code(case_id)}")
    given = {"decision_number": "12/QĐ-UBND", "decision_file": ("QĐ.pdf", SCAN)}
    wrong = office.send(page, "/lam/recognize", decided_on="04/03/2025", **given)
    assert wrong.status_code == 422
    assert "Ngày quyết định không được sau hôm nay, 03/03/2025." in wrong.text
    assert desk.cast.row(case_id).state == "at_province"
    right = office.send(wrong, "/lam/recognize", decided_on="03/03/2025")
    assert right.status_code == 303, right.text
    desk.cast.settle()


HOSTILE = "<script>alert(1)</script>\" onmouseover='x' {{7*7}}"


def test_what_people_type_is_only_ever_text(desk: Desk) -> None:
    case_id = case_at(desk.cast, "identified")
    do(desk.cast, "colleague1", case_id, "endorse", endorsement=HOSTILE)
    code = desk.code(case_id)
    head = desk.browser("head")
    for path in ("/viec", f"/ho-so/{code}", f"/ho-so/{code}/lich-su", f"/ho-so?tim={HOSTILE}", f"/viec?tim={HOSTILE}"):
        page = head.get(path).text
        assert "<script>alert" not in page
        assert "onmouseover='x'" not in page.replace("&#39;", "'") or "&#34; onmouseover" in page
        assert "49" not in re.findall(r"endorsement[^<]*", page)


def test_another_agency_sees_nothing_of_it(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    with pytest.raises(Exception, match="not_found"):
        desk.cast.app.engine.view(Actor(desk.cast.people["head"], "01900000-other", "page"), case_id)


def _secret(page: str) -> Any:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_receipt_names_what_was_pressed_here(desk: Desk) -> None:
    """Several states have an action of one name."""
    code = desk.code(case_at(desk.cast, "director_decision"))
    director = desk.browser("director")
    answer = director.send(director.get(f"/ho-so/{code}"), "/lam/recognize")
    receipt = director.get(answer.location).text.partition('role="status"')[2][:600]
    assert "Công nhận cấp Sở" in receipt
    assert "Công nhận cấp phòng" not in receipt


def test_what_the_system_counts_is_seen_before_it_is_sent_and_read_in_words(desk: Desk) -> None:
    exemplar = case_at(desk.cast, "recognized_unit")
    desk.cast.at("2025-12-01T00:00:01")
    desk.cast.run_due()
    report = next(one for one in desk.cast.cases("unit_report") if one.unit_id == desk.cast.units["cntt"])
    head = desk.browser("head")
    page = head.get(f"/ho-so/{report.code}")
    for words in ("Số lượng", "Nhân tố mới được giới thiệu", "Được công nhận: Cấp phòng"):
        assert words in page.text
    assert "review." not in page.text
    said = {"narrative": "Một năm có nhiều việc tốt", f"verdict.{exemplar}": "continue"}
    assert head.send(page, "/lam/hand_in", **said).status_code == 303
    office = desk.browser("office").get(f"/ho-so/{report.code}").text
    assert "Được công nhận: Cấp phòng" in office
    assert "review." not in office


def test_only_what_the_plan_keeps_stands_in_the_next_form(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    desk.cast.act("colleague1", case_id, "endorse", endorsement="Một lời suy tôn của riêng tôi")
    code = desk.code(case_id)
    endorsing = Forms(desk.browser("colleague2").get(f"/ho-so/{code}").text).to("/lam/endorse")
    assert "".join(endorsing.fields.get("endorsement", [])).strip() == ""
    replanning = Forms(desk.browser("head").get(f"/ho-so/{code}").text).to("/lam/replan")
    assert "Chưa chủ động chia sẻ kinh nghiệm" in replanning.fields["shortcomings"][0]
    assert replanning.fields["mentor"] == [desk.cast.people["mentor"]]


def test_the_step_before_is_in_view_with_its_numbers(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "director_decision"))
    pane = desk.browser("director").get(f"/ho-so/{code}").text
    before = pane.partition("Bước trước")[2].partition("</section>")[0]
    for words in ("Ghi kết quả đạt", "Số có mặt", "Số đồng ý", "Số biên bản"):
        assert words in before


def test_a_case_leads_to_the_one_it_began_from(desk: Desk) -> None:
    origin = case_at(desk.cast, "recognized_province")
    desk.cast.settle()
    (child,) = desk.cast.cases("merit_request")
    pane = desk.browser("office").get(f"/ho-so/{child.code}").text
    assert f'Từ hồ sơ <a href="/ho-so/{desk.code(origin)}">' in pane


def test_a_case_that_ended_says_its_result_and_asks_for_nothing(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "withdrawn"))
    pane = desk.browser("office").get(f"/ho-so/{code}").text
    glance = pane.partition('class="glance"')[2].partition("</dl>")[0]
    assert "Kết quả" in glance
    assert "Đã rút" in glance
    assert "Việc cần làm" not in glance


def test_what_a_rule_refuses_comes_back_with_everything_typed(desk: Desk) -> None:
    """The council's count does not reach the share: the form says so above itself, and holds what was typed."""
    code = desk.code(case_at(desk.cast, "council_review"))
    office = desk.browser("office")
    typed = {"present_count": "9", "agreed_count": "1", "members_count": "9", "minutes_number": "Biên bản 07/HĐ"}
    answer = office.send(
        office.get(f"/ho-so/{code}"), "/lam/record_passed", **typed, minutes_file=("bien-ban.pdf", SCAN)
    )
    assert answer.status_code == 403
    assert 'value="Biên bản 07/HĐ"' in answer.text
    assert '<details class="move move--approve" name="move" open>' in answer.text
    assert 'href="#f-move-record_passed-_refused"' in answer.text
    assert 'id="f-move-record_passed-_refused"' in answer.text
    mended = office.send(answer, "/lam/record_passed", agreed_count="9")
    assert mended.status_code == 303
    assert desk.cast.row(desk.cast.cases("nominee")[0].id).state == "director_decision"


def test_the_page_of_a_case_reads_it_once(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "office_check"))
    office = desk.browser("office")
    with sent_to(desk.cast.app.database) as said:
        assert office.get(f"/ho-so/{code}").status_code == 200
    assert len(said.of("FROM case_field")) == 1
