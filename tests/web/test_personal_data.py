"""Corrections asked for and answered, and how long data is kept, through the pages."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa

from tests.web.desk import BOTH_DESKS, Browser, Desk
from web.sign_in.model import sign_in
from workflow import outbox
from workflow.organisation import account, person
from workflow.organisation_changes import change_person

HERE, TIMES = "/dinh-chinh", "/thoi-han-luu"


def name_of(desk: Desk, who: str) -> str:
    with desk.cast.app.database.read() as connection:
        return str(connection.scalar(sa.select(person.c.name).where(person.c.id == desk.cast.people[who])))


@pytest.fixture
def admin(desk: Desk) -> Browser:
    """An administrator of the office."""
    browser = desk.browser("office2")
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.login == "office2").values(is_admin=True))
    return browser


@BOTH_DESKS
def test_one_asks_the_office_answers_and_both_see_it(desk: Desk) -> None:
    own, office = desk.browser("candidate"), desk.browser("office")
    assert HERE in own.get(f"/danh-ba/{desk.cast.people['candidate']}").text
    asked = own.send(own.get(HERE), HERE, field="name", wanted="Phan Duy Nhất", why="Giấy khai sinh")
    assert asked.status_code == 303
    assert "Phan Duy Nhất" in own.get(HERE).text
    assert "Phan Duy Nhất" not in desk.browser("head").get(HERE).text, "nobody else's business"
    page = office.get(HERE)
    assert "Trả lời trước hết ngày 05/03/2025" in page.text
    silent = office.send(page, "/tra-loi", status="done", words="")
    assert silent.status_code == 422
    assert "Hãy viết lời trả lời" in silent.text
    assert name_of(desk, "candidate") == "Candidate Nguyễn"
    done = office.send(office.get(HERE), "/tra-loi", status="done", words="Đã đối chiếu giấy khai sinh.")
    assert done.status_code == 303
    assert name_of(desk, "candidate") == "Phan Duy Nhất"
    with desk.cast.app.database.read() as connection:
        letters = connection.scalars(
            sa.select(outbox.outbox.c.payload).where(outbox.outbox.c.kind == outbox.NOTICE)
        ).all()
    assert [one["about"] for one in letters if one.get("template") == "account"] == ["correction_answered"]
    told = unescape(own.get(HERE).text)
    assert "Đã đối chiếu giấy khai sinh." in told
    assert "trước đây: Candidate Nguyễn" in told


def test_what_cannot_be_comes_back_with_what_was_typed(desk: Desk) -> None:
    own = desk.browser("candidate")
    wrong = own.send(own.get(HERE), HERE, field="email", wanted="không phải", why="Vì sai")
    assert wrong.status_code == 422
    assert "không phải một địa chỉ thư điện tử" in wrong.text
    assert "Vì sai" in wrong.text
    assert own.send(own.get(HERE), HERE, field="", wanted="x", why="").status_code == 422


def test_only_the_office_answers_nobody_their_own_and_one_may_withdraw(desk: Desk) -> None:
    own, office = desk.browser("candidate"), desk.browser("office")
    own.send(own.get(HERE), HERE, field="other", wanted="Sửa giúp tôi", why="")
    office.send(office.get(HERE), HERE, field="other", wanted="Của văn phòng", why="")
    page = own.get(HERE)
    assert "/tra-loi" not in page.text
    path = office.get(HERE).text.split("/dinh-chinh/")[1].split("/")[0]
    secret = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"csrf_token": secret, "status": "done", "words": "Tôi tự sửa"}
    assert own.client.post(f"{HERE}/{path}/tra-loi", data=sent).status_code == 403
    assert office.get(HERE).text.count("/tra-loi") == 1, "one's own is somebody else's to answer"
    assert own.send(page, "/rut").status_code == 303
    assert "Đã rút" in own.get(HERE).text


def test_an_administrator_sets_a_time_and_carries_it_out(desk: Desk, admin: Browser) -> None:
    with desk.cast.app.database.write() as connection:
        for who in ("mentor", "colleague3"):
            change_person(connection, desk.cast.agency_id, desk.cast.people[who], {"ends_on": date(2015, 1, 1)})
    page = admin.get(TIMES)
    for years, source in (("0", "x"), ("abc", "x"), ("5", " ")):
        wrong = admin.send(page, "/quy-tac/left", years=years, source=source)
        assert wrong.status_code == 422
    assert "Không ai đến hạn" in admin.get(TIMES).text
    assert admin.send(page, "/quy-tac/left", years="5", source="Quy chế lưu trữ, điều 12").status_code == 303
    page = admin.get(TIMES)
    assert "Đến hạn xóa (2)" in page.text
    assert "Mentor Nguyễn" in page.text
    kept = admin.send(page, "/giu/" + page.text.split("/giu/")[1].split('"')[0], until="01/01/2030", why="Đang kiện")
    assert kept.status_code == 303
    page = admin.get(TIMES)
    assert "Đến hạn xóa (1)" in page.text
    assert "Đang kiện" in page.text
    chosen = page.text.split('name="proposal" value="')[1].split('"')[0]
    assert admin.send(page, "/xoa", proposal=chosen, number="2").status_code == 422
    gone = [who for who in ("mentor", "colleague3") if name_of(desk, who) == "Người đã xóa"]
    assert gone == [], "the number must be that of those chosen"
    assert admin.send(page, "/xoa", proposal=chosen, number="1").status_code == 303
    gone = [who for who in ("mentor", "colleague3") if name_of(desk, who) == "Người đã xóa"]
    assert len(gone) == 1
    assert "Hết thời hạn lưu 60 tháng: Quy chế lưu trữ, điều 12" in admin.get("/xoa-thong-tin").text


def test_the_office_sees_it_and_decides_nothing(desk: Desk, admin: Browser) -> None:
    office = desk.browser("office")
    page = office.get(TIMES)
    assert page.status_code == 200
    assert "/quy-tac/" not in page.text
    secret = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    for path in ("quy-tac/left", "giu/x", "xoa"):
        assert office.client.post(f"{TIMES}/{path}", data={"csrf_token": secret}).status_code == 403
    assert desk.browser("head").get(TIMES).status_code == 403
    assert admin.send(admin.get(TIMES), "/quy-tac/left", years="", source="").status_code == 303
    form = admin.get(TIMES)
    secret = form.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert admin.client.post(f"{TIMES}/giu/khong-co", data={"csrf_token": secret, "until": "01/01/2040", "why": "x"}
                             ).status_code == 404  # fmt: skip


def test_who_has_not_proven_lately_is_asked_before_an_erasure(desk: Desk, admin: Browser) -> None:
    page = admin.get(TIMES)
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(sign_in).values(proven_at=sa.func.datetime("2020-01-01")))
    asked = admin.send(page, "/quy-tac/left", years="5", source="Quy chế")
    assert asked.status_code == 200
    assert "Xác nhận lại" in asked.text
