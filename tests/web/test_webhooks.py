"""Systems that are told, on the pages and through the interface: by an administrator, each secret shown once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from states.webhooks.deliver import Webhooks
from states.webhooks.model import telling, webhook
from tests.receiver import Receiver, is_ours, receiver
from tests.web.desk import Browser, Desk
from tests.web.test_api import Script, problem
from workflow.clock import wall_now
from workflow.organisation import account

PAGE = "/he-thong-nhan"


@pytest.fixture
def to(desk: Desk) -> Iterator[Receiver]:
    with receiver() as found:
        app = desk.cast.app
        app.webhooks = Webhooks(app.database, app.identities, found.door)
        yield found


@pytest.fixture
def admin(desk: Desk) -> Browser:
    browser = desk.browser("office")
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.login == "office").values(is_admin=True))
    return browser


def add(admin: Browser, to: Receiver, **changed: object) -> str:
    given = {"name": "Cổng tỉnh", "address": to.address, "kinds": ["case.moved", "case.decided"], **changed}
    return admin.send(admin.get(PAGE), PAGE, **given).text


def bring(desk: Desk) -> None:
    webhooks = desk.cast.app.webhooks
    with desk.cast.app.database.read() as connection:
        due = webhooks.due(connection)
    for one in due:
        webhooks.bring(one)


def ident(desk: Desk) -> str:
    with desk.cast.app.database.read() as connection:
        return str(connection.scalar(sa.select(webhook.c.id)))


def secret_in(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    return found[0] if found else ""


def test_an_administrator_adds_one_sees_its_secret_once_and_it_is_told(
    desk: Desk, to: Receiver, admin: Browser
) -> None:
    assert "Chưa báo cho hệ thống nào" in admin.get(PAGE).text
    secret = secret_in(add(admin, to))
    assert secret
    mine = f"{PAGE}/{ident(desk)}"
    assert secret_in(admin.get(mine).text) == ""
    with desk.cast.app.database.read() as connection:
        assert secret not in str(connection.execute(sa.select(webhook)).one()), "sealed at rest"
    desk.cast.nominate()
    desk.cast.settle()
    bring(desk)
    [got] = to.got
    assert is_ours(secret, got.headers, got.body)
    page = admin.get(mine).text
    assert "Hồ sơ chuyển bước" in page
    assert got.id in page
    assert "đã nhận" in page


def test_what_the_office_does_by_hand_stands_in_the_history(desk: Desk, to: Receiver, admin: Browser) -> None:
    first = secret_in(add(admin, to))
    mine = f"{PAGE}/{ident(desk)}"
    page = admin.get(mine)
    second = secret_in(admin.send(page, "/doi-khoa").text)
    assert second not in ("", first)
    for way in ("/gui-thu", "/tam-dung", "/tiep-tuc"):
        assert admin.send(admin.get(mine), way).status_code == 303
    bring(desk)
    assert [one.headers["webhook-signature"].count("v1,") for one in to.got] == [2]
    assert admin.send(admin.get(mine), "/gui-lai", number="1").status_code == 303
    bring(desk)
    assert len({one.id for one in to.got}) == 1
    answer = admin.send(admin.get(mine), mine, name="Tên khác", address=to.address, kinds=["case.ended"])
    assert answer.status_code == 303
    page = admin.get(f"/thiet-lap/lich-su?noun=webhook&row={ident(desk)}").text
    for word in ("thêm", "đổi khóa ký", "gửi thử", "tạm dừng", "cho tiếp tục", "gửi lại", "sửa", "Hồ sơ kết thúc"):
        assert word in page
    assert secret_in(page) == ""
    assert admin.send(admin.get(mine), "/ket-thuc").status_code == 303
    assert admin.client.get(mine).status_code == 404
    assert "Tên khác" not in admin.get(PAGE).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "https://169.254.169.254/latest"}, "NEUGUONG_WEBHOOK_NETWORKS"),
        ({"address": "http://nhan.example/"}, "https://ten-may-chu"),
        ({"address": "https://nhan.example:22/"}, "NEUGUONG_WEBHOOK_PORTS"),
        ({"name": " "}, "Nhập tên hệ thống"),
        ({"kinds": []}, "Chọn ít nhất một loại tin"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_comes_back(
    desk: Desk, to: Receiver, admin: Browser, changed: dict[str, object], said: str
) -> None:
    page = add(admin, to, **changed)
    assert said in page
    for typed in changed.values():
        assert not isinstance(typed, str) or f'value="{typed}"' in page
    with desk.cast.app.database.read() as connection:
        assert connection.execute(sa.select(webhook)).all() == []


def test_the_office_sees_and_sends_again_and_only_an_administrator_changes(
    desk: Desk, to: Receiver, admin: Browser
) -> None:
    add(admin, to)
    mine = f"{PAGE}/{ident(desk)}"
    office = desk.browser("office2")
    page = office.get(mine)
    assert "/tam-dung" not in page.text
    token = office.get("/ca-nhan").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    for way in ("", "/tam-dung", "/tiep-tuc", "/gui-thu", "/doi-khoa", "/ket-thuc"):
        assert office.client.post(mine + way, data={"csrf_token": token}).status_code == 403, way
    assert office.client.post(f"{mine}/gui-lai", data={"csrf_token": token}).status_code == 303
    assert desk.browser("head").client.get(mine).status_code == 403


def test_what_was_put_aside_stands_among_the_incidents_with_its_button(
    desk: Desk, to: Receiver, admin: Browser
) -> None:
    add(admin, to)
    desk.cast.nominate()
    desk.cast.settle()
    to.answers = [500]
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(telling).values(give_up_at=wall_now()))
    bring(desk)
    office = desk.browser("office2")
    page = office.get("/su-co")
    assert "1 tin chưa gửi được đến «Cổng tỉnh»" in page.text
    to.answers = [204]
    assert office.send(page, "/thu-lai").status_code == 303
    bring(desk)
    assert len(to.got) == 2
    assert "Cổng tỉnh" not in admin.get("/su-co").text
    assert "Gửi lại 1 tin" not in admin.get(f"{PAGE}/{ident(desk)}").text


def test_scripts_of_the_office_see_how_it_goes_and_send_again_but_never_a_secret(
    desk: Desk, to: Receiver, admin: Browser
) -> None:
    secret = secret_in(add(admin, to))
    desk.cast.nominate()
    desk.cast.settle()
    bring(desk)
    script = Script(desk, "office2", "office")
    [one] = script.get("/webhooks").json["webhooks"]
    assert (one["name"], one["status"], one["waiting"], one["aside"]) == ("Cổng tỉnh", "active", 0, 0)
    told = script.get(f"/webhooks/{one['id']}/tellings")
    assert [(each["id"], each["status"], each["body"]) for each in told.json["tellings"]] == [
        (to.got[0].id, "done", to.got[0].body.decode())
    ]
    assert secret not in told.text
    assert script.post(f"/webhooks/{one['id']}/send-again").json == {"count": 0}
    assert problem(script.get("/webhooks/khong-co/tellings")) == (404, ["error.not_found.webhook"])
    assert problem(Script(desk, "head", "office").get("/webhooks"))[0] == 403
