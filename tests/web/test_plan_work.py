"""Pages of movements, publicity, training and texts: what each shows, and to whom."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.plan_work import PLAN, course, launched, planned, propose, published, register
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk

pytestmark = BOTH_DESKS


@pytest.mark.parametrize("path", ["/phong-trao", "/tuyen-truyen", "/tap-huan", "/quan-triet"])
def test_empty_pages_say_what_will_come(desk: Desk, path: str) -> None:
    assert desk.browser("outsider").get(path).status_code == 200


def test_a_movement_shows_once_it_is_launched(desk: Desk) -> None:
    propose(desk.cast, theme="Chưa phát động")
    movement = launched(desk.cast)
    page = desk.browser("colleague1").get("/phong-trao").text
    assert PLAN["theme"] in page
    assert "Chưa phát động" not in page
    assert f"joins={movement}" in page
    code = register(desk.cast, movement, "colleague1").code
    assert f"Bạn đã đăng ký: {code}" in desk.browser("colleague1").get("/phong-trao").text
    assert "1 cá nhân, tập thể" in desk.browser("outsider").get("/phong-trao").text


def test_one_registers_through_the_page(desk: Desk) -> None:
    movement = launched(desk.cast)
    mine = desk.browser("colleague2")
    form = mine.get(f"/gioi-thieu/registration/register?joins={movement}")
    assert PLAN["theme"] in form.text
    sent = mine.send(
        form, "/gioi-thieu/registration/register", _who="staff", _person=desk.cast.people["colleague2"],
        joins=movement, pledge="Số hóa hồ sơ lưu trữ",
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    (case,) = desk.cast.cases("registration")
    assert (case.state, case.subject_id) == ("registered", desk.cast.subject("colleague2"))


def test_publicity_shows_work_to_who_does_it_and_what_is_out_to_all(desk: Desk) -> None:
    item = planned(desk.cast)
    assert "Gương người tốt" in desk.browser("press").get("/tuyen-truyen").text
    assert "Gương người tốt" not in desk.browser("outsider").get("/tuyen-truyen").text
    cast = desk.cast
    cast.act("colleague2", item, "submit", draft="Bản thảo")
    cast.act("press", item, "pass_on")
    cast.act("director", item, "approve")
    cast.act("press", item, "publish", published_on="2025-03-03", link="https://sotttt.example/1")
    page = desk.browser("outsider").get("/tuyen-truyen?kenh=portal").text
    assert "https://sotttt.example/1" in page
    assert desk.code(item) in page
    assert f"/ho-so/{desk.code(item)}" not in page
    assert "https://sotttt.example/1" not in desk.browser("outsider").get("/tuyen-truyen?kenh=newspaper").text


def test_who_is_recognised_and_not_written_about_is_named(desk: Desk) -> None:
    nominee = case_at(desk.cast, "recognized_department")
    desk.cast.settle()
    assert f"/ho-so/{desk.code(nominee)}" in desk.browser("press").get("/tuyen-truyen").text
    (item,) = desk.cast.cases("publicity")
    desk.cast.act("press", item.id, "assign", topic="Gương sáng", channel="portal", outlet="Cổng của Sở",
                  writer=desk.cast.people["colleague2"], publish_by="2025-12-31")  # fmt: skip
    desk.cast.act("colleague2", item.id, "submit", draft="Bản thảo")
    desk.cast.act("press", item.id, "pass_on")
    desk.cast.act("director", item.id, "approve")
    today = desk.cast.now().date().isoformat()
    desk.cast.act("press", item.id, "publish", published_on=today, link="https://sotttt.example/1")
    assert 'id="chua-tuyen-truyen"' not in desk.browser("press").get("/tuyen-truyen").text


def test_who_lacks_what_is_for_who_answers_for_the_whole(desk: Desk) -> None:
    assert "Press Nguyễn" in desk.browser("office").get("/tap-huan").text
    assert 'id="con-thieu"' not in desk.browser("outsider").get("/tap-huan").text
    assert 'id="con-thieu"' not in desk.browser("head").get("/tap-huan").text


def test_a_course_stands_on_the_persons_page_for_themselves_and_the_office(desk: Desk) -> None:
    cast = desk.cast
    case_id = course(cast, invited=[cast.people["mentor"]])
    cast.act("director", case_id, "approve")
    cast.act("office", case_id, "held", attended=[cast.people["mentor"]])
    cast.act("office", case_id, "record", assessed={cast.people["mentor"]: "good"})
    path = f"/danh-ba/{cast.people['mentor']}"
    for who, seen in (("mentor", True), ("office", True), ("outsider", False)):
        assert ("Nghiệp vụ thi đua, khen thưởng 2025" in desk.browser(who).get(path).text) is seen


def test_the_list_of_readers_is_for_who_may_see_the_case(desk: Desk) -> None:
    case_id = published(desk.cast, audience="named", readers=[desk.cast.people["colleague1"]])
    path = f"/quan-triet/{desk.code(case_id)}/danh-sach.xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(desk.browser("office").get(path).data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["Colleague1 Nguyễn", "Chưa đọc"]
    assert desk.browser("outsider").get(path).status_code == 404
    nominee = case_at(desk.cast, "identified")
    assert desk.browser("office").get(f"/quan-triet/{desk.code(nominee)}/danh-sach.xlsx").status_code == 404
