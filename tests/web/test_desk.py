"""The mail desk's pages: names and count before anything leaves, a colleague's change is never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from config import wiring
from tests.roads import case_at, do
from tests.web.desk import BOTH_DESKS, Desk, Forms
from workflow import fence
from workflow.outbox import NOTICE

pytestmark = BOTH_DESKS


@pytest.fixture
def case_id(desk: Desk) -> Iterator[str]:
    """A nominee recognised, its letter on the desk; the case."""
    house = wiring.build(desk.cast.app.settings)
    desk.cast.app.handlers[NOTICE] = house.handlers[NOTICE]
    case_id = case_at(desk.cast, "recognized_unit")
    desk.cast.settle()
    house.dispose()
    yield case_id
    house.dispose()


def test_a_draft_is_read_corrected_confirmed_by_name_and_sent(desk: Desk, case_id: str) -> None:
    office = desk.browser("office")
    page = office.get("/thu-chuyen")
    assert "Candidate Nguyễn" in page.text
    assert "Bản nháp (1)" in page.text
    (chosen,) = [form for form in Forms(page.text).forms if form.id == "chon-thu"]
    assert "letter" in chosen.names
    letter_id = page.text.split('name="letter" value="')[1].split(":")[0]
    letter = office.get(f"/thu-chuyen/{letter_id}")
    edited = office.send(letter, "/sua", subject="Chúc mừng chị", text="Kính gửi chị.", address="")
    assert edited.status_code == 303
    letter = office.get(f"/thu-chuyen/{letter_id}")
    assert "Các bản đã có (2)" in letter.text
    wrong = office.send(letter, "/sua", subject="Chúc mừng", text="", address="")
    assert (wrong.status_code, "Nhập nội dung thư" in wrong.text) == (422, True)
    stale = office.send(letter, "/sua", version="1", subject="Của người đến sau", text="Ý khác", address="")
    assert (stale.status_code, "vừa được người khác sửa" in stale.text) == (409, True)
    confirm = office.send(letter, "/xem-lai")
    assert "Gửi 1 thư?" in confirm.text
    assert "Candidate Nguyễn" in confirm.text
    done = office.send(confirm, "/gui", way="paper")
    assert done.status_code == 303
    over = office.get("/thu-chuyen?xem=xong").text
    assert "Chúc mừng chị" in over
    assert "Trao bản giấy" in over
    again = office.send(confirm, "/gui", way="paper")
    assert again.status_code == 303
    assert "vừa được người khác sửa, gửi hoặc rút" in office.get("/thu-chuyen").text


def test_what_a_newer_decision_contradicts_is_shown_and_not_offered(desk: Desk, case_id: str) -> None:
    office = desk.browser("office")
    page = office.get("/thu-chuyen")
    value = page.text.split('name="letter" value="')[1].split('"')[0]
    do(desk.cast, "head", case_id, "revoke")
    assert value not in office.get("/thu-chuyen").text
    assert "đã bị hủy" in office.get(f"/thu-chuyen/{value.split(':')[0]}").text
    assert office.send(page, "chon-thu", letter=value).status_code == 303
    assert "Chưa chọn bản nháp nào" in office.get("/thu-chuyen").text


def test_nothing_chosen_says_so_and_only_the_office_comes_here(desk: Desk, case_id: str) -> None:
    office = desk.browser("office")
    assert office.send(office.get("/thu-chuyen"), "chon-thu").status_code == 303
    assert "Chưa chọn bản nháp nào" in office.get("/thu-chuyen").text
    letter_id = office.get("/thu-chuyen").text.split('name="letter" value="')[1].split(":")[0]
    for path in ("/thu-chuyen", f"/thu-chuyen/{letter_id}"):
        assert desk.browser("head").get(path).status_code == 403
    assert office.get("/thu-chuyen/khong-co").status_code == 404


def test_what_may_have_left_before_a_restore_is_sent_only_by_who_made_sure(desk: Desk, case_id: str) -> None:
    database = desk.cast.app.database
    with database.write() as connection:
        fence.raise_everywhere(connection, cut_at=desk.cast.now() + timedelta(minutes=5), origin={})
    office = desk.browser("office")
    page = office.get("/thu-chuyen")
    assert "Có thể đã gửi trước khi phục hồi" in page.text
    value = page.text.split('name="letter" value="')[1].split('"')[0]
    confirm = office.send(page, "chon-thu", letter=value)
    unsure = office.send(confirm, "/gui", way="paper")
    assert (unsure.status_code, "Xác nhận các thư" in unsure.text) == (422, True)
    assert office.send(unsure, "/gui", way="paper", restored="1").status_code == 303
    assert "Trao bản giấy" in office.get("/thu-chuyen?xem=xong").text
