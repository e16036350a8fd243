"""The calendar of deadlines: each item on the day it is due, once, for who answers for its unit; late ones apart."""

from __future__ import annotations

from io import BytesIO

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk, Forms
from web.worklists import last_day
from workflow.worklist import work_item

pytestmark = BOTH_DESKS
PAGE = "/tong-quan/lich-han"


def _rows(desk: Desk, who: str, query: str) -> list[list[object]]:
    answer = desk.browser(who).get(f"{PAGE}/tep.xlsx?{query}")
    return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()[1:]


def _due(desk: Desk, case_id: str) -> str:
    with desk.cast.app.database.read() as connection:
        due = sa.select(work_item.c.due_at).where(work_item.c.case_id == case_id, work_item.c.status == "open")
        on = last_day(connection.scalars(due).first())
    assert on is not None
    return on.strftime("%d/%m/%Y")


def test_each_item_stands_once_on_its_last_day_with_whose_it_is(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    day, code = _due(desk, case_id), desk.code(case_id)
    month = f"thang={day[6:]}-{day[3:5]}"
    mine = [row for row in _rows(desk, "office", month) if str(row[2]).startswith(code)]
    assert [row[0] for row in mine] == [day]
    assert mine[0][3] == "Phòng Công nghệ thông tin"
    assert "Lãnh đạo phòng, đơn vị, Phòng Công nghệ thông tin" in str(mine[0][4])
    for view in ("luoi", "danh-sach"):
        page = desk.browser("office").get(f"{PAGE}?{month}&xem={view}").text
        assert page.count(f'href="/ho-so/{code}"') == 1
        assert f'<time datetime="{day[6:]}-{day[3:5]}-{day[:2]}">' in page


def test_who_answers_for_a_unit_sees_its_work_and_nobody_elses(desk: Desk) -> None:
    ours, theirs = case_at(desk.cast, "unit_appraisal"), desk.cast.nominate(by="outsider", who="head2")
    units = desk.cast.units
    desk.cast.at("2025-12-01")
    for who, query, seen in (
        ("office", "", {ours, theirs}), ("head", "", {ours}), ("head", f"don-vi={units['bcvt']}", set()),
        ("office", f"don-vi={units['bcvt']}", {theirs}), ("office", "quy-trinh=publicity", set()),
    ):  # fmt: skip
        found = {str(row[2]).split()[0] for row in _rows(desk, who, query)}
        assert found & {desk.code(ours), desk.code(theirs)} == {desk.code(one) for one in seen}, (who, query)
    assert desk.browser("colleague1").get(PAGE).status_code == 403
    assert desk.browser("colleague1").get(f"{PAGE}/tep.csv").status_code == 403
    assert desk.browser("office").get(f"{PAGE}/tep.pdf").status_code == 404


def test_what_is_late_stands_apart_in_whatever_month(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    assert 'id="qua-han"' not in desk.browser("office").get(f"{PAGE}?thang=2025-03").text
    desk.cast.at("2025-12-01")
    page = desk.browser("office").get(f"{PAGE}?thang=2026-05").text
    assert code in page.partition('id="qua-han"')[2]


def test_a_day_with_many_leads_to_the_list(desk: Desk) -> None:
    desk.cast.at("2025-04-01T00:00:01")
    for who in ("candidate", "mentor", "colleague1", "colleague2", "colleague3", "press", "deputy", "clerk"):
        desk.cast.nominate(who=who)
    day = _due(desk, desk.cast.cases("nominee")[0].id)
    page = desk.browser("office").get(f"{PAGE}?thang={day[6:]}-{day[3:5]}&quy-trinh=nominee").text
    assert "và 2 việc nữa" in page
    assert page.count("calendar__line--planned") == 6


def test_the_office_reminds_and_nobody_else_can(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    desk.cast.later(days=40)
    office = desk.browser("office")
    form = next(one for one in Forms(office.get(PAGE).text).forms if "/nhac/" in one.action)
    address, token = form.action, {name: list(values) for name, values in form.fields.items()}
    answer = office.client.post(address, data=token)
    assert answer.status_code == 303
    assert "Đang nhắc người phụ trách" in office.get("/tong-quan/lich-han").text
    office.client.post(address, data=token)
    assert "Mỗi việc chỉ nhắc một lần trong 24 giờ" in office.get("/tong-quan/lich-han").text
    head = desk.browser("head")
    assert "/nhac/" not in head.get("/tong-quan/lich-han").text
