"""One's own page: reading, password, tokens; each only one's own."""

from __future__ import annotations

import re
from datetime import date

import sqlalchemy as sa

from tests.web.conftest import BOTH, PASSWORD, Town
from tests.web.test_sign_in import cookie_of, is_in
from web.sign_in import lockout
from web.sign_in.model import api_token, token_use
from workflow.clock import local_date, wall_now

pytestmark = BOTH

NEW = {"password": "một mật khẩu khác hẳn", "repeated": "một mật khẩu khác hẳn"}


def test_preferences_are_kept_for_the_account(town: Town) -> None:
    chi = town.signed_in("chi")
    assert 'data-theme="system" data-shortcuts="on"' in chi.get("/ca-nhan").text
    assert chi.post("/ca-nhan/tuy-chon", {"theme": "dark"}, seen="/ca-nhan").status_code == 303
    assert 'data-theme="dark" data-shortcuts="off"' in town.signed_in("chi").get("/ca-nhan").text
    assert 'data-theme="system"' in town.signed_in("an").get("/ca-nhan").text
    assert chi.post("/ca-nhan/tuy-chon", {"theme": "purple"}, seen="/ca-nhan").status_code == 400


def test_a_new_password_ends_every_other_sign_in_and_renews_this_one(town: Town) -> None:
    here, thief = town.signed_in("chi"), town.signed_in("chi")
    before = cookie_of(here.client)
    answer = here.post("/ca-nhan/mat-khau", {"present": PASSWORD, **NEW}, seen="/ca-nhan")
    assert answer.status_code == 303
    assert cookie_of(here.client) != before
    assert is_in(here)
    assert not is_in(thief)
    assert town.browser().sign_in("chi").status_code == 422
    assert town.browser().sign_in("chi", NEW["password"]).status_code == 303


def test_a_new_password_asks_for_the_present_one_and_counts_guesses(town: Town) -> None:
    chi = town.signed_in("chi")
    for _ in range(lockout.PER_LOGIN):
        answer = chi.post("/ca-nhan/mat-khau", {"present": "đoán", **NEW}, seen="/ca-nhan")
        assert answer.status_code == 422
    assert "Mật khẩu hiện nay chưa đúng" in answer.text
    assert chi.post("/ca-nhan/mat-khau", {"present": PASSWORD, **NEW}, seen="/ca-nhan").status_code == 422


def test_a_wished_password_is_long_and_not_the_login(town: Town) -> None:
    chi = town.signed_in("chi")
    wishes = {"ngắn quá": "ít nhất 12 ký tự", "chi" * 5: "gần như chỉ là tên", "a" * 300: "nhiều nhất 200 ký tự"}
    for wish, said in wishes.items():
        sent = {"present": PASSWORD, "password": wish, "repeated": wish}
        assert said in chi.post("/ca-nhan/mat-khau", sent, seen="/ca-nhan").text
    sent = {"present": PASSWORD, "password": NEW["password"], "repeated": "khác"}
    page = chi.post("/ca-nhan/mat-khau", sent, seen="/ca-nhan").text
    assert "chưa giống nhau" in page
    assert NEW["password"] not in page


def test_a_token_is_shown_once_stored_hashed_and_revoked(town: Town) -> None:
    chi = town.signed_in("chi")
    sent = {"name": "Đồng bộ văn bản", "scopes": ["read", "act"], "days": "30"}
    page = chi.post("/ca-nhan/ma-truy-cap", sent, seen="/ca-nhan").text
    token = re.search(r"ng_[\w-]{43}", page)[0]
    later = chi.get("/ca-nhan").text
    assert token not in later
    assert "Đồng bộ văn bản" in later
    with town.database.read() as connection:
        row = connection.execute(sa.select(api_token)).mappings().one()
    assert token not in map(str, row.values())
    assert row["scopes"] == ["read", "act"]
    revoke = f"/ca-nhan/ma-truy-cap/{row['id']}/thu-hoi"
    assert town.signed_in("an").post(revoke, seen="/ca-nhan").status_code == 404, "somebody else's"
    assert chi.post(revoke, seen="/ca-nhan").status_code == 303
    assert "Đồng bộ văn bản" not in chi.get("/ca-nhan").text
    assert chi.post(revoke, seen="/ca-nhan").status_code == 404


def test_a_token_says_on_which_day_it_was_last_used(town: Town) -> None:
    chi = town.signed_in("chi")
    sent = {"name": "Đồng bộ văn bản", "scopes": ["read"], "days": "30"}
    token = re.search(r"ng_[\w-]{43}", chi.post("/ca-nhan/ma-truy-cap", sent, seen="/ca-nhan").text)[0]
    assert "Chưa dùng" in chi.get("/ca-nhan").text
    for _ in range(2):
        asked = town.app.test_client().get("/api/v1/work-items", headers={"Authorization": f"Bearer {token}"})
        assert asked.status_code == 200
    page = chi.get("/ca-nhan").text
    assert "Chưa dùng" not in page
    assert _used_on(town) == local_date(wall_now())
    with town.database.write() as connection:
        connection.execute(sa.update(token_use).values(used_on=date(2025, 1, 2)))
    assert "02/01/2025" in chi.get("/ca-nhan").text
    town.app.test_client().get("/api/v1/work-items", headers={"Authorization": f"Bearer {token}"})
    assert _used_on(town) == local_date(wall_now())


def _used_on(town: Town) -> date:
    with town.database.read() as connection:
        return connection.execute(sa.select(token_use.c.used_on)).scalar_one()


def test_a_token_says_what_for_and_what_it_may(town: Town) -> None:
    chi = town.signed_in("chi")
    answer = chi.post("/ca-nhan/ma-truy-cap", {"name": "", "days": "9999", "scopes": "everything"}, seen="/ca-nhan")
    assert answer.status_code == 422
    assert answer.text.count('<li><a href="#f-') == 3
    with town.database.read() as connection:
        assert connection.execute(sa.select(api_token)).all() == []
