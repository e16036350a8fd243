"""The pages of the agency's calendar: drafted with its source, planned, agreed to, applied; errors at their fields."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
import yaml

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk, Forms
from workflow.calendar import Calendar
from workflow.due import Due
from workflow.timers import timer

HERE = "/lich-lam-viec?nam=2025"
STORM = {"first": "06/03/2025", "label": "Nghỉ bão", "source": "Công văn 1234/VPCP-KGVX ngày 01/3/2025"}
REASON = "Thủ tướng quyết định nghỉ để khắc phục bão"


def due_on(desk: Desk, case_id: str) -> date:
    [item] = desk.cast.open_items(case_id)
    return Due.from_json(item.due).due_on


def proposed(desk: Desk) -> str:
    """The address of a change that the office put forward and whose plan stands."""
    office = desk.browser("office")
    assert office.send(office.get(HERE), "/ngay-nghi", **STORM).status_code == 303
    answer = office.send(office.get(HERE), "/trinh", reason=REASON)
    assert answer.status_code == 303
    desk.cast.run_due()
    return str(answer.location)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("05/03/2025", "Thứ Tư"),
        ("8/3/2025", "Thứ Bảy, ngày nghỉ hằng tuần"),
        ("2025-03-09", "Chủ nhật, ngày nghỉ hằng tuần"),
        ("01/01/2025", "Thứ Tư, ngày nghỉ (Tết Dương lịch)"),
        ("26/04/2025", "Thứ Bảy"),  # worked in exchange for 2 May
    ],
)
def test_a_typed_day_is_told_with_its_weekday_and_why_it_is_off(desk: Desk, typed: str, said: str) -> None:
    answer = desk.browser("head").get(f"/lich-lam-viec/ngay?ngay={typed}")
    assert answer.text == said
    assert answer.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("typed", ["", "31/02/2025", "mai", "1" * 9_000, "\x00", "01/01/0001"])
def test_of_what_is_no_day_nothing_is_told(desk: Desk, typed: str) -> None:
    answer = desk.browser("head").get("/lich-lam-viec/ngay?" + urlencode({"ngay": typed}))
    assert (answer.status_code, answer.text) == (204, "")


@BOTH_DESKS
def test_from_the_decree_to_the_moved_deadline(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    office = desk.browser("office")
    page = office.get(HERE)
    assert "Tết Ất Tỵ" in page.text
    assert "Công văn 8726/VPCP-KGVX ngày 26/11/2024" in page.text
    assert office.send(page, "/ngay-nghi", **STORM).status_code == 303
    page = office.get(HERE)
    assert "Bạn đang xem bản sửa, chưa áp dụng." in page.text
    assert "Nghỉ bão" not in desk.browser("head").get(HERE).text, "a draft is the office's"
    where = str(office.send(page, "/trinh", reason=REASON).location)
    desk.cast.run_due()
    plan = office.get(where).text
    assert "Việc đang mở có hạn hoặc nhắc việc đổi: 1" in plan
    assert re.search(r"10/03/2025</td>\s*<td[^>]*><strong>11/03/2025</strong>", plan)
    assert due_on(desk, case_id) == date(2025, 3, 10)
    assert office.send(office.get(where), "/duyet").status_code == 303
    desk.cast.run_due()
    assert due_on(desk, case_id) == date(2025, 3, 11)
    told = office.get(where).text
    assert "Đã áp dụng" in told
    assert "Đã đổi theo kế hoạch" in told
    history = office.get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    assert "Tính lại hạn theo lịch làm việc mới (LLV-1)" in history
    assert "Hạn: 10/03/2025 → 11/03/2025" in history
    head = desk.browser("head")
    assert "được tính lại theo lịch làm việc mới; trước đó là 10/03/2025" in head.get("/viec").text
    assert "Nghỉ bão" in head.get(HERE).text


def test_steps_that_go_by_themselves_are_said_to_keep_their_day(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    where = proposed(desk)
    kept = "bước tự làm sau một số ngày đã hẹn giờ"
    assert kept not in desk.browser("office").get(where).text
    with desk.cast.app.database.write() as connection:  # as if one of the case's timers were such a wait
        one = sa.select(sa.func.min(timer.c.id)).where(timer.c.status == "armed").scalar_subquery()
        connection.execute(sa.update(timer).where(timer.c.id == one).values(kind="after"))
    assert f"1 {kept}" in desk.browser("office").get(where).text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_comes_back(desk: Desk) -> None:
    office = desk.browser("office")
    page = office.get(HERE)
    wrong = office.send(page, "/ngay-nghi", first="28/01/2025", label="Nghỉ thêm", source="CV")
    assert wrong.status_code == 422
    assert "Văn bản quyết định dài từ 8 đến 300 ký tự" in wrong.text
    assert 'value="Nghỉ thêm"' in wrong.text
    twice = office.send(page, "/ngay-nghi", **{**STORM, "first": "28/01/2025"})
    assert "28/01/2025 đã có trong lịch: Tết Ất Tỵ" in twice.text
    swap = office.send(page, "/lam-bu", off="06/03/2025", worked="07/03/2025", swap_label="Làm bù",
                       swap_source=STORM["source"])  # fmt: skip
    assert "07/03/2025 là ngày làm việc thường." in swap.text
    assert office.send(page, "/ngay-nghi", first="31/02/2025", label="x", source="").status_code == 422
    assert "Chưa sửa lần nào" in office.get(HERE).text, "nothing of it was kept"
    office.send(page, "/ngay-nghi", **STORM)
    short = office.send(office.get(HERE), "/trinh", reason="vì thế")
    assert (short.status_code, "Lý do dài từ 10 đến 500 ký tự." in short.text) == (422, True)
    stale = office.send(page, "/ngay-nghi", **{**STORM, "first": "07/03/2025"})
    assert stale.status_code == 409
    assert "Lịch vừa được người khác sửa." in stale.text


def test_who_may_agree_is_told_on_the_inbox(desk: Desk) -> None:
    where = proposed(desk)
    assert f'href="{where}"' in desk.browser("office2").get("/viec").text
    assert f'href="{where}"' not in desk.browser("head").get("/viec").text


def test_who_may_not_is_refused(desk: Desk) -> None:
    where = proposed(desk)
    for name in ("head", "director", "candidate"):
        client = desk.browser(name).client
        token = Forms(client.get(HERE).text).forms[0].fields["csrf_token"][0]
        assert client.get(where).status_code == 200, "the days are everybody's"
        for step in ("tinh-lai", "rut", "duyet", "tiep"):
            assert client.post(f"{where}/{step}", data={"csrf_token": token, "revision": "2"}).status_code == 403, step
        assert client.post("/lich-lam-viec/ngay-nghi", data={"csrf_token": token, **STORM}).status_code == 403
    assert "Văn phòng duyệt lịch làm việc." in desk.browser("director").get(where).text


def test_a_case_that_one_may_not_see_is_a_number_only(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    where = proposed(desk)
    assert "Candidate Nguyễn" in desk.browser("office").get(where).text
    other = desk.browser("outsider").get(where).text
    assert "Candidate Nguyễn" not in other
    assert "1 hạn khác thuộc hồ sơ bạn không được xem." in other


def test_a_proposal_is_taken_back_edited_and_given_up(desk: Desk) -> None:
    where, office = proposed(desk), desk.browser("office")
    assert office.send(office.get(where), "/rut").status_code == 303
    page = office.get(HERE)
    assert office.send(page, "/bo-dong", line="2025-03-06").status_code == 303
    assert "Không ngày nào đổi" in office.get(HERE).text
    assert office.send(office.get(HERE), "/bo-nhap").status_code == 303
    assert "Bạn đang xem bản sửa" not in office.get(HERE).text


def test_the_file_is_one_that_can_be_read_again(desk: Desk) -> None:
    text = desk.browser("head").get("/lich-lam-viec/tep.yaml").text
    data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only
    with desk.cast.app.database.read() as connection:
        now = desk.cast.app.catalogue.calendar_of(connection, desk.cast.agency_id)
    assert Calendar.from_data(data).version == now.version
