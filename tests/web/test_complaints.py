"""The register's pages: one form records and holds, the complainant is told to its keepers and to nobody else."""

from __future__ import annotations

import sqlalchemy as sa

from states.complaints.model import complaint
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, SCAN, Desk

pytestmark = BOTH_DESKS
CANARY = "Chimhoangyen"


def recorded(desk: Desk, case_id: str, **more: object):  # type: ignore[no-untyped-def]
    office = desk.browser("office")
    form = office.get(f"/khieu-nai-to-cao/moi/{desk.code(case_id)}")
    typed = {
        "hold_ground": "complaint", "hold_document": ("phieu.pdf", SCAN), "complaint_kind": "complaint",
        "complaint_on": "03/03/2025", "_name": f"Bà {CANARY}", "_contact": CANARY, "_content": f"Tôi là {CANARY}",
    }  # fmt: skip
    return office.send(form, f"/moi/{desk.code(case_id)}", **{**typed, **more})


def test_one_form_records_it_and_holds_the_case(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    wrong = recorded(desk, case_id, complaint_kind="")
    assert (wrong.status_code, "Loại đơn" in wrong.text, CANARY in wrong.text) == (422, True, True)
    assert not desk.cast.row(case_id).is_held
    assert recorded(desk, case_id).status_code == 303
    assert desk.cast.row(case_id).is_held
    office = desk.browser("office")
    listed = office.get("/khieu-nai-to-cao")
    assert "Đơn số 1/2025" in listed.text
    assert CANARY not in listed.text
    with desk.cast.app.database.read() as connection:
        complaint_id = connection.scalar(sa.select(complaint.c.id))
    page = office.get(f"/khieu-nai-to-cao/{complaint_id}")
    assert CANARY not in page.text
    shown = office.send(page, "/nguoi-nop")
    assert f"Tôi là {CANARY}" in shown.text
    assert recorded(desk, case_id).status_code == 303, "a second one on the same ground is a line more"
    assert "Đơn số 2/2025" in office.get("/khieu-nai-to-cao").text


def test_nobody_else_learns_of_it_more_than_the_ground(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    recorded(desk, case_id)
    code = desk.code(case_id)
    with desk.cast.app.database.read() as connection:
        complaint_id = connection.scalar(sa.select(complaint.c.id))
    for name in ("head", "nominator", "director", "candidate"):
        browser = desk.browser(name)
        for path in ("/khieu-nai-to-cao", f"/khieu-nai-to-cao/{complaint_id}", f"/khieu-nai-to-cao/moi/{code}"):
            answer = browser.get(path)
            assert answer.status_code == 403
            assert CANARY not in answer.text
        for path in (f"/ho-so/{code}", f"/ho-so/{code}/lich-su", f"/ho-so?tim={CANARY}", "/viec"):
            answer = browser.get(path)
            asked_for = (f'value="{CANARY}"', f"tim={CANARY}")
            assert CANARY not in answer.text.replace(asked_for[0], "").replace(asked_for[1], "")
    assert "Đang giải quyết khiếu nại, tố cáo" in desk.browser("head").get(f"/ho-so/{code}").text
    api = desk.app.test_client().get(f"/api/v1/cases/{code}", headers=desk.token("director"))
    assert api.status_code == 200
    assert CANARY not in api.text
