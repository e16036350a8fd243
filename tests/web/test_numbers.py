"""The pages of a plan's numbers: shown in words, changed from a day on by the office, refused with what was typed."""

from __future__ import annotations

import pytest
from flask import g

from config.installation import install
from config.settings import SHIPPED_PLANS
from tasks.run import run
from tests.web.conftest import Town
from web.number_words import said
from workflow import runs
from workflow.clock import business_now, local_date

PATH = "/thiet-lap/con-so"
NUMBER = f"{PATH}/values.accept_time"


@pytest.fixture
def seed(town: Town) -> None:
    """The seed's plan in force."""
    install(town.app.extensions["neuguong"], SHIPPED_PLANS / "so-tttt-2022-2025", by="test")


def test_a_number_is_changed_on_its_page_by_the_office_alone(town: Town, seed: None) -> None:
    an, chi = town.signed_in("an"), town.signed_in("chi")
    assert "10 ngày làm việc" in an.get(PATH).text
    assert "working_day" not in an.get(PATH).text, "in words, not as the file writes it"
    page = an.get(NUMBER).text
    assert "Đơn vị: ngày làm việc." in page
    sent = {"number": "7", "seen-number": "10", "starts_on": "01/01/2020", "ground": "KH 12"}
    past = an.post(NUMBER, sent, seen=NUMBER)
    assert (past.status_code, 'value="7"' in past.text) == (422, True)
    assert "Chọn từ hôm nay" in past.text
    sent["starts_on"] = town_today(town)
    assert an.post(NUMBER, {**sent, "number": "bảy"}, seen=NUMBER).status_code == 422
    assert an.post(NUMBER, {**sent, "ground": ""}, seen=NUMBER).status_code == 422
    stale = an.post(NUMBER, {**sent, "seen-number": "9"}, seen=NUMBER)
    assert (stale.status_code, "Người khác vừa sửa" in stale.text) == (409, True)
    once = an.post(NUMBER, {**sent, "_nonce": "a"}, seen=NUMBER)
    assert once.status_code == 303
    assert an.post(NUMBER, {**sent, "_nonce": "a"}, seen=NUMBER).location == once.location, "pressed twice is one"
    app = town.app.extensions["neuguong"]
    with town.database.read() as connection:
        due = runs.due_ids(connection)
    assert run(app, due) == 1
    assert "7 ngày làm việc" in an.get(PATH).text
    assert "10 ngày làm việc" in an.get("/thiet-lap/lich-su?noun=plan").text
    assert chi.get(PATH).status_code == 403
    assert chi.post(NUMBER, sent, seen="/danh-ba").status_code == 403
    assert an.get(f"{PATH}/values.khong-co").status_code == 404


def test_without_a_plan_or_its_files_the_page_says_so(town: Town) -> None:
    assert "Chưa có kế hoạch nào" in town.signed_in("an").get(PATH).text


def town_today(town: Town) -> str:
    """Today as it is typed."""
    with town.database.read() as connection:
        return f"{local_date(business_now(connection)):%d/%m/%Y}"


def test_a_quota_is_said_in_words(town: Town) -> None:
    with town.app.test_request_context():
        g.language = "vi"
        told = [said(text) for text in ("..60", "1..3", "2..", "at most 1/5 of people, rounded up", "1 month")]
    assert told == [
        "nhiều nhất 60", "từ 1 đến 3", "ít nhất 2", "nhiều nhất 1/5 trên số người, làm tròn lên", "1 tháng",
    ]  # fmt: skip


DAY = f"{PATH}/values.unit_reports_by"


@pytest.mark.parametrize("typed", ["trước 20/12", "20/12", "Trước 20/12", "before 20/12"])
def test_a_day_is_shown_and_typed_in_words(town: Town, seed: None, typed: str) -> None:
    an = town.signed_in("an")
    page = an.get(DAY).text
    assert 'value="trước 15/12"' in page
    assert "before" not in page
    sent = {"seen-number": "trước 15/12", "starts_on": town_today(town), "ground": "KH 12", "number": typed}
    assert an.post(DAY, sent, seen=DAY).status_code == 303


@pytest.mark.parametrize(
    "typed, told",
    [("sau 20/12", "giữ nguyên các chữ. Ghi như «trước 15/12»"), ("31/02", "«31/02» không dùng được"),
     ("20/12/1", "giữ nguyên các chữ")],
)  # fmt: skip
def test_what_is_wrong_with_a_day_is_told_in_words(town: Town, seed: None, typed: str, told: str) -> None:
    an = town.signed_in("an")
    sent = {"seen-number": "trước 15/12", "starts_on": town_today(town), "ground": "KH 12", "number": typed}
    answer = an.post(DAY, sent, seen=DAY)
    assert answer.status_code == 422
    assert told in answer.text
    assert "before" not in answer.text
    assert "working_day" not in answer.text
