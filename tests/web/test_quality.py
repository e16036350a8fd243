"""The quality sheet's pages: the whole for roles of the agency, one's own unit for its head, nothing for others."""

from __future__ import annotations

from tests.roads import case_at, do
from tests.web.desk import BOTH_DESKS, Desk

pytestmark = BOTH_DESKS


def test_who_sees_which_units(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    do(desk.cast, "head", case_id, "send_back")
    whole = desk.browser("office").get("/chat-luong").text
    assert "Phòng Công nghệ thông tin" in whole
    assert "Phòng Bưu chính - Viễn thông" in whole
    own = desk.browser("head").get("/chat-luong").text
    assert "Phòng Công nghệ thông tin" in own
    assert "Phòng Bưu chính - Viễn thông" not in own
    assert desk.browser("outsider").get("/chat-luong").status_code == 403
    unit_id = desk.cast.units["cntt"]
    behind = desk.browser("office").get(f"/chat-luong/{unit_id}").text
    assert desk.code(case_id) in behind
    assert "Bị trả lại (1)" in behind
    assert desk.browser("head2").get(f"/chat-luong/{unit_id}").status_code == 404


def test_the_files_say_what_the_page_says(desk: Desk) -> None:
    office = desk.browser("office")
    sent = office.get("/chat-luong?tep=csv&tu=01/01/2025&den=31/12/2025")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="chat-luong.csv"'
    assert "Phòng Công nghệ thông tin" in sent.data.decode("utf-8-sig")
    assert office.get("/chat-luong?tep=xlsx").data[:2] == b"PK"
    for nonsense in ("tu=31/02/2025", "tu=x&den=y", "tu=01/01/2026&den=01/01/2025"):
        assert office.get(f"/chat-luong?{nonsense}").status_code == 200
