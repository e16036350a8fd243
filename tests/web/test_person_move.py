"""Moving one person with their cases through the pages: looked at, confirmed by a decision, followed on its page."""

from __future__ import annotations

from tests.web.conftest import Browser
from tests.web.desk import Desk


def test_a_move_is_looked_at_confirmed_and_followed(desk: Desk) -> None:
    cast, office = desk.cast, Browser(desk.browser("office").client)
    case_id, one = cast.nominate(), cast.people["candidate"]
    path = f"/danh-ba/{one}/chuyen-don-vi"
    assert path in office.get(f"/danh-ba/{one}").text
    asked = f"{path}?unit={cast.units['bcvt']}&day=03/03/2025"
    page = office.get(asked)
    assert page.status_code == 200
    assert desk.code(case_id) in page.text
    assert "Head2 Nguyễn" in page.text, "who would own the case"
    form = {"unit": cast.units["bcvt"], "day": "03/03/2025", "_nonce": "one"}
    lacking = office.post(path, {**form, "number": ""}, seen=asked)
    assert lacking.status_code == 422
    first = office.post(path, {**form, "number": "7/QĐ-STTTT", "reason": "Luân chuyển"}, seen=asked)
    again = office.post(path, {**form, "number": "7/QĐ-STTTT", "reason": "Luân chuyển"}, seen=asked)
    assert (first.status_code, first.location) == (303, again.location)
    cast.run_due()
    assert "Đã xong" in office.get(first.location).text
    history = office.get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    assert "7/QĐ-STTTT" in history
    assert "Luân chuyển" in history
    assert office.get(f"{path}?unit={cast.units['bcvt']}&day=04/03/2025").status_code == 422, "is there already"
    assert office.get(f"{path}?unit=nothing&day=04/03/2025").status_code == 422


def test_only_the_office_moves_people(desk: Desk) -> None:
    cast, head = desk.cast, Browser(desk.browser("head").client)
    path = f"/danh-ba/{cast.people['candidate']}/chuyen-don-vi"
    form = {"unit": cast.units["bcvt"], "day": "03/03/2025", "_nonce": "one", "number": "7/QĐ"}
    assert head.get(path).status_code == 403
    assert head.post(path, form, seen="/viec").status_code == 403
    assert "chuyen-don-vi" not in head.get(f"/danh-ba/{cast.people['candidate']}").text
    office = Browser(desk.browser("office").client)
    assert office.get("/danh-ba/nobody/chuyen-don-vi").status_code == 404
