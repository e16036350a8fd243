"""Forgetting somebody through the pages: what goes and what stays is shown, confirmed by typing, on record after it."""

from __future__ import annotations

import sqlalchemy as sa

from tests.roads import case_at
from tests.web.conftest import Browser
from tests.web.desk import Desk
from web.tray.model import kept_filter

GROUND = "Theo yêu cầu ngày 02/01/2026."


def test_it_is_shown_confirmed_and_on_record(desk: Desk) -> None:
    cast, office = desk.cast, Browser(desk.browser("office").client)
    case_at(cast, "not_taken_up")
    path = f"/xoa-thong-tin/nguoi/{cast.people['candidate']}"
    assert path in office.get(f"/danh-ba/{cast.people['candidate']}").text
    page = office.get(path).text
    assert "Luật Lưu trữ" in page
    assert "Không lấy lại được" in page
    wrong = office.post(path, {"ground": GROUND, "typed": "khác"}, seen=path)
    assert wrong.status_code == 422
    assert GROUND in wrong.text, "what was typed comes back"
    with cast.app.database.write() as connection:
        row = {"id": "f", "agency_id": cast.agency_id, "person_id": cast.people["candidate"], "name": "của tôi"}
        connection.execute(sa.insert(kept_filter).values(**row, address="q=ai"))
    assert office.post(path, {"ground": GROUND, "typed": "candidate"}, seen=path).status_code == 303
    with cast.app.database.read() as connection:
        assert connection.scalars(sa.select(kept_filter.c.id)).all() == []
    record = office.get("/xoa-thong-tin").text
    assert GROUND in record
    assert "Candidate Nguyễn" not in record
    assert "Candidate Nguyễn" not in office.get("/danh-ba?q=candidate").text


def test_only_the_office_and_of_its_own_agency(desk: Desk) -> None:
    cast, head, office = desk.cast, Browser(desk.browser("head").client), Browser(desk.browser("office").client)
    path = f"/xoa-thong-tin/nguoi/{cast.people['candidate']}"
    for address in (path, "/xoa-thong-tin"):
        assert head.get(address).status_code == 403
    assert head.post(path, {"ground": GROUND, "typed": "candidate"}, seen="/viec").status_code == 403
    assert office.get("/xoa-thong-tin/nguoi/nobody").status_code == 404
    assert office.get("/xoa-thong-tin/duoc-xet/nobody").status_code == 404
