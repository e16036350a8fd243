"""Letters about accounts, over a real mail server: reset, invitation, a new address, word of what changed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import wiring
from config.settings import MailServer
from tasks.deliver import deliver
from tests.databases import SqliteDatabases
from tests.mailbox import Mailbox
from tests.web.conftest import PASSWORD, Town, settings_for, settle
from web.app import create_app
from web.sign_in import lockout
from web.sign_in.model import password_link
from workflow.clock import wall_now
from workflow.organisation import account, person
from workflow.outbox import delivery, outbox

NEW = "một câu khác hẳn trước"


@pytest.fixture
def town(sqlite_databases: SqliteDatabases, tmp_path: Path, smtp_server: Mailbox) -> Iterator[Town]:
    with sqlite_databases.fresh() as url:
        server = MailServer(smtp_server.host, smtp_server.port, "offered")
        application = wiring.build(
            settings_for(url, tmp_path, mail_server=server, mail_from="so@so.test", base_url="http://localhost")
        )
        so = settle(application.database, "so-tttt", "Sở Thông tin và Truyền thông")
        app = create_app(application)
        app.testing = True
        yield Town(app, application.database, so, so)
        application.dispose()


def stored(town: Town, table: sa.Table) -> str:
    """Everything a table holds; a row's own words about itself are cut short."""
    with town.database.read() as connection:
        return repr([dict(row) for row in connection.execute(sa.select(table)).mappings()])


def post(town: Town) -> str:
    """Deliver what waits; the outbox as it stood."""
    before = stored(town, outbox)
    with town.database.read() as connection:
        rows = connection.execute(sa.select(outbox).where(outbox.c.status == "new").order_by(outbox.c.id)).all()
    deliver(town.app.extensions["neuguong"], [row.id for row in rows])
    return before


def link_in(letter: object) -> str:
    text = letter.message.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    found = re.search(r"http://localhost(/\S+)", text)
    assert found, text
    return found[1]


def asked(town: Town, login: str) -> str:
    answer = town.browser().post("/quen-mat-khau", {"login": login}, seen="/quen-mat-khau")
    return answer.text.split("<main")[1].split("</main>")[0]


def test_a_forgotten_password_is_set_anew_once_by_who_has_the_mailbox(town: Town, smtp_server: Mailbox) -> None:
    thief = town.signed_in("dung")
    asked(town, " DUNG ")
    rows = post(town)
    (letter,) = smtp_server.letters
    assert letter.recipients == ("dung@so.test",)
    link = link_in(letter)
    kept = rows + "".join(stored(town, table) for table in (password_link, delivery, outbox))
    assert "sealed" in kept
    assert link.rpartition("/")[2] not in kept, "who reads the database opens nothing"
    for _ in range(3):
        assert town.browser().get(link).status_code == 200, "a mail scanner may look"
    assert thief.get("/danh-ba").status_code == 200
    sent = {"password": NEW, "repeated": NEW}
    assert town.browser().post(link, sent, seen=link).status_code == 303
    assert thief.get("/danh-ba").status_code == 303, "every sign-in ends"
    assert town.browser().post(link, sent).status_code == 404
    assert town.browser().sign_in("dung").status_code == 422
    assert town.browser().sign_in("dung", NEW).status_code == 303
    post(town)
    assert "vừa được đặt mới" in smtp_server.letters[-1].message.get_body(("plain",)).get_content()


def test_whoever_asks_learns_nothing_of_which_accounts_there_are(town: Town, smtp_server: Mailbox) -> None:
    with town.database.write() as connection:
        locked = sa.update(account).where(account.c.id == town.so.accounts["chi"])
        connection.execute(locked.values(disabled_at=wall_now()))
        connection.execute(sa.update(account).where(account.c.login == "binh").values(email=""))
        connection.execute(sa.update(person).where(person.c.code == "binh").values(email=""))
    pages = {login: asked(town, login) for login in ("dung", "chi", "binh", "khong-co-ai", "' OR 1=1 --")}
    assert len(set(pages.values())) == 1
    post(town)
    assert [letter.recipients for letter in smtp_server.letters] == [("dung@so.test",)]


def test_known_and_unknown_take_about_the_same_time(town: Town) -> None:
    """A third at most between the medians of both, a few thousandths of a second: a network hides it."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    people = [f"người {number}" for number in range(40)]
    with town.database.write() as connection:
        for name in people:
            values = {"id": name, "login": name, "created_at": wall_now(), "email": "x@so.test"}
            connection.execute(sa.insert(account).values(**values))
    browser = town.browser()
    secret = browser.secret("/quen-mat-khau")
    for number, name in enumerate(people):
        for kind, login in (("known", name), ("unknown", f"ai {number}")):
            environ = {"REMOTE_ADDR": f"10.0.{kind == 'known':d}.{number}"}
            began = time.perf_counter()
            browser.client.post("/quen-mat-khau", data={"csrf_token": secret, "login": login}, environ_base=environ)
            times[kind].append(time.perf_counter() - began)
    known, unknown = (sorted(times[kind])[len(people) // 2] for kind in ("known", "unknown"))
    assert abs(known - unknown) < max(known, unknown) / 3, (known, unknown)


def test_a_mailbox_is_not_flooded_and_a_strangers_request_ends_nobodys_link(town: Town, smtp_server: Mailbox) -> None:
    for _ in range(lockout.PER_LOGIN + 4):
        asked(town, "dung")
    post(town)
    assert len(smtp_server.letters) == lockout.PER_LOGIN
    assert town.browser().get(link_in(smtp_server.letters[0])).status_code == 200


def test_a_reset_link_ends_within_the_hour(town: Town, smtp_server: Mailbox) -> None:
    asked(town, "dung")
    post(town)
    link = link_in(smtp_server.letters[0])
    with town.database.write() as connection:
        (ends,) = connection.scalars(sa.select(password_link.c.expires_at))
        assert timedelta(minutes=59) < ends - wall_now() <= timedelta(minutes=60)
        connection.execute(sa.update(password_link).values(expires_at=wall_now()))
    assert town.browser().get(link).status_code == 404


def test_a_link_is_good_whole_for_its_purpose_and_opened_by_a_scanner_changes_nothing(
    town: Town, smtp_server: Mailbox
) -> None:
    asked(town, "dung")
    post(town)
    link = link_in(smtp_server.letters[0])
    token, browser = link.rpartition("/")[2], town.browser()
    secret = browser.secret("/quen-mat-khau")
    sent = {"csrf_token": secret, "password": NEW, "repeated": NEW}
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        changed = f"/dat-mat-khau/{token[:place]}{other}{token[place + 1 :]}"
        assert browser.client.post(changed, data=sent).status_code == 404
    assert browser.client.post(f"/xac-nhan-thu/{token}", data=sent).status_code == 404, "another purpose"
    for _ in range(10):
        assert browser.client.head(link).status_code == browser.client.get(link).status_code == 200
    assert browser.client.post(link, data={**sent, "csrf_token": "x"}).status_code == 400
    assert browser.client.post(link, data=sent).status_code == 303


def test_a_host_that_a_caller_sends_is_in_no_link(town: Town, smtp_server: Mailbox) -> None:
    browser = town.browser()
    secret = browser.secret("/quen-mat-khau")
    browser.client.post(
        "/quen-mat-khau", data={"csrf_token": secret, "login": "dung"}, headers={"X-Forwarded-Host": "evil.test"}
    )
    post(town)
    assert "evil.test" not in smtp_server.letters[0].message.as_string()


def test_the_office_invites_by_mail_again_and_never_sees_the_link(town: Town, smtp_server: Mailbox) -> None:
    with town.database.write() as connection:
        connection.execute(sa.update(person).where(person.c.code == "chi").values(account_id=None))
    office, page = town.signed_in("an"), f"/danh-ba/{town.so.people['chi']}"
    done = office.client.post(
        f"{page}/tai-khoan", data={"csrf_token": office.secret("/ca-nhan"), "login": "chi.tran"}, follow_redirects=True
    )
    assert "thư mời đặt mật khẩu" in done.text
    assert "/dat-mat-khau/" not in done.text
    post(town)
    first = link_in(smtp_server.letters[0])
    assert "Thư mời có hạn đến" in office.get(page).text
    office.post(f"{page}/tai-khoan/moi-thu", seen="/ca-nhan")
    post(town)
    second = link_in(smtp_server.letters[1])
    assert town.browser().get(first).status_code == 404
    assert town.browser().post(second, {"password": NEW, "repeated": NEW}, seen=second).status_code == 303
    assert town.browser().sign_in("chi.tran", NEW).status_code == 303


def test_a_new_address_holds_once_confirmed_from_it_and_the_old_one_is_told(town: Town, smtp_server: Mailbox) -> None:
    browser, own = town.signed_in("dung"), "/ca-nhan/bao-mat"
    browser.post(f"{own}/thu-dien-tu", {"email": "moi@so.test"}, seen=own)
    post(town)
    (letter,) = smtp_server.letters
    assert letter.recipients == ("moi@so.test",)
    link = link_in(letter)
    stranger = town.browser()
    assert stranger.get(link).status_code == 200
    with town.database.read() as connection:
        assert connection.scalar(sa.select(account.c.email).where(account.c.login == "dung")) == "dung@so.test"
    assert stranger.post(f"/dat-mat-khau/{link.rpartition('/')[2]}", {"password": NEW}).status_code == 404
    assert stranger.post(link, seen=link).status_code == 303
    assert stranger.post(link).status_code == 404
    post(town)
    assert [letter.recipients[0] for letter in smtp_server.letters] == ["moi@so.test", "dung@so.test"]
    asked(town, "dung")
    post(town)
    assert smtp_server.letters[-1].recipients == ("moi@so.test",)


def test_changes_of_security_are_told_by_mail(town: Town, smtp_server: Mailbox) -> None:
    from tests.web.test_second_factor import enter, halfway, set_up

    browser = town.signed_in("dung")
    _, made = set_up(browser)
    assert enter(halfway(town), made[0])[0] == 303
    browser.post("/ca-nhan/bao-mat/ma-du-phong", seen="/ca-nhan")
    browser.post("/ca-nhan/bao-mat/ung-dung/bo", seen="/ca-nhan")
    sent = {"present": PASSWORD, "password": NEW, "repeated": NEW}
    browser.post("/ca-nhan/mat-khau", sent, seen="/ca-nhan")
    town.signed_in("an").post(f"/danh-ba/{town.so.people['dung']}/tai-khoan/phien/ket-thuc", seen="/ca-nhan")
    post(town)
    subjects = [letter.message["Subject"] for letter in smtp_server.letters]
    for part in ("thêm cách xác thực", "mã dự phòng", "Mã dự phòng mới", "bỏ một cách", "Mật khẩu", "phiên"):
        assert any(part in subject for subject in subjects), (part, subjects)


def test_without_a_mail_server_the_link_is_not_written_where_the_office_reads(town: Town) -> None:
    from dataclasses import replace

    asked(town, "dung")
    app = town.app.extensions["neuguong"]
    quiet = wiring.build(replace(app.settings, mail_server=None))
    with town.database.read() as connection:
        ids = connection.scalars(sa.select(outbox.c.id)).all()
    assert deliver(quiet, ids) == 1
    quiet.dispose()
    kept = stored(town, delivery)
    assert "Đặt lại mật khẩu" in kept
    assert "/dat-mat-khau/" not in kept
