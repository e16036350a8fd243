"""One's own sign-ins, and an administrator's and the office's hand on those of others."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa

from tests.web.conftest import BOTH, PASSWORD, Browser, Town
from tests.web.test_second_factor import code_of, enter, halfway, set_up
from web.sign_in.model import sign_in, sign_in_policy
from workflow.clock import local_date, wall_now
from workflow.journal import journal
from workflow.organisation import account

pytestmark = BOTH
OWN = "/ca-nhan/bao-mat"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def is_in(browser: Browser) -> bool:
    return browser.get("/danh-ba").status_code == 200


def by_phone(town: Town, login: str = "dung") -> Browser:
    browser = town.browser()
    browser.client.post(
        "/dang-nhap", data={"csrf_token": browser.secret("/dang-nhap"), "login": login, "password": PASSWORD},
        headers={"User-Agent": PHONE}, environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )  # fmt: skip
    return browser


def ids_of(town: Town, login: str) -> list[str]:
    with town.database.read() as connection:
        mine = sa.select(sign_in.c.id).join(account, account.c.id == sign_in.c.account_id)
        return list(connection.scalars(mine.where(account.c.login == login).order_by(sign_in.c.created_at)))


def admin(town: Town, login: str = "an") -> Browser:
    with town.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.login == login).values(is_admin=True))
    return town.signed_in(login)


def test_one_sees_where_one_is_signed_in_and_ends_one_of_them(town: Town) -> None:
    here, phone, third = town.signed_in("dung"), by_phone(town), by_phone(town)
    page = here.get(OWN).text
    assert page.count("Chrome, Android") == 2
    assert "203.0.113.7" in page
    assert re.search(r"phiên này", page)
    _, second, _ = ids_of(town, "dung")
    assert here.post(f"{OWN}/phien/{second}/ket-thuc", seen="/ca-nhan").status_code == 303
    assert [is_in(one) for one in (here, phone, third)] == [True, False, True]
    here.post(f"{OWN}/phien/khac/ket-thuc", seen="/ca-nhan")
    assert [is_in(one) for one in (here, phone, third)] == [True, False, False]


def test_nobody_ends_anothers_or_takes_anothers_passkey_away(town: Town) -> None:
    victim, attacker = town.signed_in("dung"), town.signed_in("chi")
    (theirs,) = ids_of(town, "dung")
    for path in (f"phien/{theirs}/ket-thuc", f"khoa/{theirs}/bo", f"sso/{theirs}/bo"):
        assert attacker.post(f"{OWN}/{path}", seen="/ca-nhan").status_code == 404
    attacker.post(f"{OWN}/phien/khac/ket-thuc", seen="/ca-nhan")
    assert is_in(victim)


def test_the_office_ends_every_sign_in_of_a_person_at_once(town: Town) -> None:
    victims = [by_phone(town), town.signed_in("dung")]
    path = f"/danh-ba/{town.so.people['dung']}/tai-khoan/phien/ket-thuc"
    assert town.signed_in("chi").post(path, seen="/ca-nhan").status_code == 403
    assert all(map(is_in, victims))
    town.signed_in("an").post(path, seen="/ca-nhan")
    assert not any(map(is_in, victims))


def test_only_an_administrator_resets_a_second_factor_and_it_stands_in_the_journal(town: Town) -> None:
    secret, _ = set_up(town.signed_in("dung"))
    path = f"/danh-ba/{town.so.people['dung']}/tai-khoan/hai-lop/xoa"
    assert town.signed_in("an").post(path, seen="/ca-nhan").status_code == 403, "the office may set passwords already"
    assert enter(halfway(town), code_of(secret))[0] == 303
    admin(town).post(path, seen="/ca-nhan")
    assert town.browser().sign_in("dung", next="/danh-ba").location == "/danh-ba"
    with town.database.read() as connection:
        noted = connection.scalars(
            sa.select(journal.c.verb).where(journal.c.noun == "totp").order_by(journal.c.id)
        ).all()
    assert noted == ["insert", "update", "delete"]


def send_rule(browser: Browser, day: str, *groups: str, minutes: str = "15") -> str:
    answer = browser.post(
        "/quy-dinh-dang-nhap", {"groups": list(groups), "starts_on": day, "fresh_minutes": minutes}, seen="/ca-nhan"
    )
    return f"{answer.status_code} {answer.text}"


def test_a_rule_is_an_administrators_and_never_locks_out_who_sets_it(town: Town) -> None:
    today, later = (f"{local_date(wall_now()) + timedelta(days=days):%d/%m/%Y}" for days in (0, 20))
    assert send_rule(town.signed_in("an"), today, "everyone").startswith("403")
    browser = admin(town)
    for groups in (("everyone",), ("admin",)):
        assert "chặn chính bạn" in send_rule(browser, today, *groups)
    assert "Nhập số phút" in send_rule(browser, later, "everyone", minutes="0")
    assert send_rule(browser, later, "everyone").startswith("303")
    page = browser.get("/quy-dinh-dang-nhap").text
    assert "Lê Quốc Dũng" in page.split("Chưa có xác thực hai lớp")[1]
    set_up(browser)
    assert send_rule(browser, today, "everyone", "admin").startswith("303")
    assert is_in(browser)
    with town.database.read() as connection:
        assert connection.scalar(sa.select(sign_in_policy.c.roles)) == ["admin", "everyone"]
        noted = connection.execute(sa.select(journal.c.verb).where(journal.c.noun == "sign_in_policy")).scalars().all()
    assert sorted(noted) == ["insert", "update"]


def test_the_last_administrator_gets_in_again_from_the_terminal(town: Town) -> None:
    from tests.web.commands.terminal import called

    set_up(admin(town))
    settings = town.app.extensions["neuguong"].settings
    environment = {"NEUGUONG_VAR": str(settings.var), "NEUGUONG_DATABASE_URL": settings.database_url}
    assert called("reset-sign-in", "khong-co", **environment).exit_code == 1
    done = called("reset-sign-in", "AN", **environment)
    assert (done.exit_code, "Mật khẩu giữ nguyên" in done.output) == (0, True)
    assert town.browser().sign_in("an", next="/danh-ba").location == "/danh-ba"
