"""Signing in through the pages: what opens, what ends it, and what a stranger learns (nothing)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.web.conftest import BOTH, PASSWORD, Browser, Town
from web.sign_in import accounts, links, lockout, sessions
from web.sign_in.model import sign_in
from workflow.clock import wall_now
from workflow.organisation import account
from workflow.organisation_changes import change_person

pytestmark = BOTH


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("neuguong")
    return found.value if found else ""


def is_in(browser: Browser) -> bool:
    answer = browser.get("/")
    return answer.status_code == 302 and "/dang-nhap" not in answer.location


def age(town: Town, **columns: timedelta) -> None:
    """Let time pass for every sign-in, in the database itself."""
    with town.database.write() as connection:
        for row in connection.execute(sa.select(sign_in)).mappings().all():
            moved = {name: row[name] - by for name, by in columns.items()}
            connection.execute(sa.update(sign_in).where(sign_in.c.id == row["id"]).values(**moved))


def test_a_stranger_is_sent_to_sign_in_and_back(town: Town) -> None:
    browser = town.browser()
    answer = browser.get("/?tab=2")
    assert answer.status_code == 303
    assert answer.location == "/dang-nhap?next=/?tab%3D2"
    assert 'value="/?tab=2"' in browser.get(answer.location).text
    assert browser.sign_in("an", next="/?tab=2").location == "/?tab=2"
    assert is_in(browser)


def test_a_form_of_an_ended_sign_in_is_told_and_leads_back_to_the_page_it_stood_on(town: Town) -> None:
    browser = town.browser()
    answer = browser.client.post("/chon-co-quan", headers={"Referer": "http://localhost/danh-ba?q=b%C3%ACnh"})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Phiên đăng nhập đã hết" in page
    assert 'value="/danh-ba?q=b%C3%ACnh"' in page
    assert "Phiên đăng nhập đã hết" not in browser.get(answer.location).text


@pytest.mark.parametrize(
    "referrer",
    ["", "https://evil.test/danh-ba", "http://localhost.evil.test/danh-ba", "http://[", "http://localhost//evil.test",
     "http://localhost/khong-co", "http://localhost/dang-xuat"],
)  # fmt: skip
def test_a_form_from_elsewhere_leads_to_no_page(town: Town, referrer: str) -> None:
    """Neither another host, nor an address that only takes what is sent."""
    answer = town.browser().client.post("/chon-co-quan", headers={"Referer": referrer})
    assert answer.location == "/dang-nhap"


@pytest.mark.parametrize("address", ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", ""])
def test_the_way_back_stays_here(town: Town, address: str) -> None:
    assert town.browser().sign_in("an", next=address).location == "/"


def test_login_is_read_without_case_and_spaces(town: Town) -> None:
    assert town.browser().sign_in("  AN ").status_code == 303


def test_unknown_wrong_locked_and_empty_accounts_answer_alike(town: Town) -> None:
    with town.database.write() as connection:
        accounts.lock(connection, town.so.accounts["binh"], wall_now())
        connection.execute(sa.update(account).where(account.c.id == town.so.accounts["chi"]).values(password_hash=""))
    tries = {"an": "wrong", "nobody": PASSWORD, "binh": PASSWORD, "chi": "", "dung": PASSWORD + " "}
    pages = {login: town.browser().sign_in(login, password or "x") for login, password in tries.items()}
    assert {login: page.status_code for login, page in pages.items()} == dict.fromkeys(tries, 422)
    said = {town_page.text.split('class="summary"')[1].split("</ul>")[0] for town_page in pages.values()}
    assert len(said) == 1


def test_an_error_keeps_the_login_and_never_the_password(town: Town) -> None:
    page = town.browser().sign_in("an", "sai mật khẩu").text
    assert "<title>Lỗi:" in page
    assert 'value="an"' in page
    assert "sai mật khẩu" not in page


def test_signing_out_kills_the_cookie_itself(town: Town) -> None:
    browser = town.signed_in("an")
    stolen = cookie_of(browser.client)
    browser.post("/dang-xuat", seen="/chon-co-quan")
    assert cookie_of(browser.client) == ""
    thief = town.browser()
    thief.client.set_cookie("neuguong", stolen)
    assert not is_in(thief)


def test_signing_in_never_takes_over_a_token_that_was_there_before(town: Town) -> None:
    browser = town.browser()
    browser.client.set_cookie("neuguong", "planted-by-a-stranger")
    browser.sign_in("an")
    first = cookie_of(browser.client)
    assert first != "planted-by-a-stranger"
    secret = browser.secret("/chon-co-quan")
    browser.client.post("/dang-nhap", data={"csrf_token": secret, "login": "binh", "password": PASSWORD})
    assert cookie_of(browser.client) != first
    thief = town.browser()
    thief.client.set_cookie("neuguong", first)
    assert not is_in(thief), "the earlier sign-in of this browser has ended"


def test_idling_ends_a_sign_in_and_being_seen_keeps_it(town: Town) -> None:
    browser = town.signed_in("an")
    age(town, seen_at=timedelta(minutes=29))
    assert is_in(browser)
    age(town, seen_at=timedelta(minutes=29))
    assert is_in(browser), "the visit before moved the end"
    age(town, seen_at=sessions.IDLE)
    assert not is_in(browser)


def test_twelve_hours_end_a_sign_in_however_busy(town: Town) -> None:
    browser = town.signed_in("an")
    age(town, expires_at=sessions.ABSOLUTE - timedelta(minutes=1))
    assert is_in(browser)
    age(town, expires_at=timedelta(minutes=1))
    assert not is_in(browser)


def test_locking_an_account_ends_its_sign_ins_at_once(town: Town) -> None:
    browser = town.signed_in("binh")
    with town.database.write() as connection:
        accounts.lock(connection, town.so.accounts["binh"], wall_now())
    assert not is_in(browser)


def test_a_copied_database_opens_no_door(town: Town) -> None:
    browser = town.signed_in("an")
    with town.database.read() as connection:
        stored = connection.scalars(sa.select(sign_in.c.token_hash)).all()
    assert cookie_of(browser.client) not in stored
    thief = town.browser()
    thief.client.set_cookie("neuguong", stored[0])
    assert not is_in(thief)


def test_too_many_tries_close_a_login_for_the_right_password_too(town: Town) -> None:
    for login in ("an", "nobody"):
        for _ in range(lockout.PER_LOGIN):
            assert "Đã thử quá nhiều lần" not in town.browser().sign_in(login, "wrong").text
        assert "Đã thử quá nhiều lần" in town.browser().sign_in(login, PASSWORD).text
    assert town.browser().sign_in("binh").status_code == 303, "others are not locked out"


def test_a_lock_of_a_login_ends_after_its_window(town: Town) -> None:
    for _ in range(lockout.PER_LOGIN + 1):
        town.browser().sign_in("an", "wrong")
    later = wall_now() + lockout.WINDOW
    opened = accounts.open_sign_in(town.database, "an", PASSWORD, address="", client="", now=later)
    assert isinstance(opened, accounts.Opened)


def test_a_right_password_forgets_the_wrong_ones(town: Town) -> None:
    for _ in range(2):
        for _ in range(lockout.PER_LOGIN - 1):
            town.browser().sign_in("an", "wrong")
        assert town.browser().sign_in("an").status_code == 303


def test_a_password_link_sets_a_password_once_and_ends_sign_ins(town: Town) -> None:
    thief = town.signed_in("chi")
    with town.database.write() as connection:
        token = links.invite(connection, "link-1", town.so.accounts["chi"], wall_now())
    address, browser = f"/dat-mat-khau/{token}", town.browser()
    assert browser.get(address).status_code == browser.get(address).status_code == 200, "a mail scanner may look"
    sent = {"password": "một câu thật dài", "repeated": "một câu thật dài"}
    assert (
        "gần như chỉ là tên"
        in browser.post(address, {"password": "chi chi chi chi", "repeated": ""}, seen=address).text
    )
    assert browser.post(address, sent, seen=address).status_code == 303
    assert browser.get(address).status_code == 404
    assert not is_in(thief)
    assert town.browser().sign_in("chi").status_code == 422
    assert town.browser().sign_in("chi", "một câu thật dài").status_code == 303


def test_an_old_password_link_opens_nothing(town: Town) -> None:
    with town.database.write() as connection:
        past = wall_now() - links.LINK_LIFE
        token = links.invite(connection, "link-1", town.so.accounts["chi"], past)
    assert town.browser().get(f"/dat-mat-khau/{token}").status_code == 404


def test_a_link_that_opens_nothing_says_what_to_do_and_nothing_of_any_account(town: Town) -> None:
    with town.database.write() as connection:
        now = wall_now()
        expired = links.invite(connection, "link-1", town.so.accounts["chi"], now - links.LINK_LIFE)
        replaced = links.invite(connection, "link-2", town.so.accounts["binh"], now)
        links.invite(connection, "link-3", town.so.accounts["binh"], now)
        locked = links.invite(connection, "link-4", town.so.accounts["an"], now)
        accounts.lock(connection, town.so.accounts["an"], now)
    said = set()
    for token in (expired, replaced, locked, "nothing"):
        for way in ("get", "post"):
            browser, address = town.browser(), f"/dat-mat-khau/{token}"
            answer = browser.get(address) if way == "get" else browser.post(address, {"password": "x"})
            assert answer.status_code == 404
            assert "Đề nghị Văn phòng gửi lại" in answer.text
            heading, _, words = answer.text.partition("<h1>")[2].partition("</h1>")
            assert heading == "Đường dẫn đã dùng hoặc hết hạn"
            said.add(words.partition("</p>")[0])
    assert len(said) == 1


def test_an_account_in_two_agencies_chooses_and_sees_one(town: Town) -> None:
    with town.database.write() as connection:
        change_person(connection, town.other.id, town.other.people["an"], {"account_id": town.so.accounts["an"]})
    browser = town.browser()
    browser.sign_in("an")
    assert browser.get("/").location == "/chon-co-quan"
    page = browser.get("/chon-co-quan").text
    assert "Sở Thông tin và Truyền thông" in page
    assert "Sở Khác" in page
    assert browser.post("/chon-co-quan", {"person": town.so.people["binh"]}, seen="/chon-co-quan").status_code == 404
    browser.post("/chon-co-quan", {"person": town.other.people["an"]}, seen="/chon-co-quan")
    assert is_in(browser)


def test_who_left_the_agency_sees_nothing_of_it(town: Town) -> None:
    browser = town.signed_in("chi")
    with town.database.write() as connection:
        ended = wall_now().date() - timedelta(days=2)
        change_person(connection, town.so.id, town.so.people["chi"], {"ends_on": ended})
    assert browser.get("/").location == "/chon-co-quan"
