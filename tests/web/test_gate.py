"""The gate: each mark lets through whom it names, and sends the others where they can go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import g

from tests.web.conftest import FIRST, Town
from web.access import bearer, needs, public, signed_in, with_account
from web.directory import grants
from web.sign_in import tokens
from workflow import organisation_changes as changes
from workflow.clock import wall_now


@pytest.fixture
def gated(town: Town) -> Town:
    """The town with one route of each mark, and one without."""
    for name, mark in {
        "public": public, "account": with_account, "person": signed_in, "office": needs("office"),
        "read": bearer("read"), "act": bearer("act"), "forgotten": lambda view: view,
    }.items():  # fmt: skip
        town.app.add_url_rule(f"/api/try/{name}", name, mark(lambda: g.person.name if g.person else "stranger"))
    town.app.testing = False
    return town


def token_of(town: Town, code: str, *scopes: str, days: int = 7) -> dict[str, str]:
    owner = tokens.Owner(town.so.id, town.so.people[code], town.so.accounts[code])
    with town.database.write() as connection:
        token = tokens.create(connection, town.database.new_id(), owner, "script", scopes, days, wall_now())
    return {"Authorization": f"Bearer {token}"}


def test_each_mark_lets_through_whom_it_names(gated: Town) -> None:
    browsers = {"stranger": gated.browser(), "chi": gated.signed_in("chi"), "an": gated.signed_in("an")}
    seen = {
        name: {who: browser.get(f"/api/try/{name}").status_code for who, browser in browsers.items()}
        for name in ("public", "account", "person", "office", "read", "forgotten")
    }
    assert seen == {
        "public": {"stranger": 200, "chi": 200, "an": 200},
        "account": {"stranger": 303, "chi": 200, "an": 200},
        "person": {"stranger": 303, "chi": 200, "an": 200},
        "office": {"stranger": 303, "chi": 403, "an": 200},
        "read": {"stranger": 401, "chi": 401, "an": 401},
        "forgotten": {"stranger": 500, "chi": 500, "an": 500},
    }


def test_an_office_that_stands_in_may_what_the_absent_may(gated: Town) -> None:
    chi = gated.signed_in("chi")
    today = wall_now().date()
    with gated.database.write() as connection:
        changes.set_absence(
            connection, gated.so.id, person_id=gated.so.people["an"], deputy_id=gated.so.people["chi"],
            days=(today - timedelta(days=1), today + timedelta(days=1)),
        )  # fmt: skip
    assert chi.get("/api/try/office").status_code == 200


def test_a_role_taken_away_counts_from_the_next_request(gated: Town) -> None:
    an = gated.signed_in("an")
    assert an.get("/api/try/office").status_code == 200
    with gated.database.write() as connection:
        [held] = grants(connection, gated.so.id, gated.so.people["an"], wall_now().date())
        changes.revoke_role(connection, gated.so.id, held["id"], last_day=FIRST)
    assert an.get("/api/try/office").status_code == 403


def test_a_token_opens_its_scopes_and_cookies_open_nothing(gated: Town) -> None:
    header = token_of(gated, "chi", "read")
    browser = gated.browser()
    answer = browser.get("/api/try/read", headers=header)
    assert (answer.status_code, answer.text) == (200, "Trần Thị Chi")
    assert browser.get("/api/try/act", headers=header).status_code == 403
    assert browser.get("/api/try/person", headers=header).status_code == 303, "a token is no sign-in for pages"


def test_tokens_end_when_expired_revoked_locked_or_their_person_leaves(gated: Town) -> None:
    browser = gated.browser()
    expired = token_of(gated, "chi", "read", days=-1)
    assert browser.get("/api/try/read", headers=expired).status_code == 401
    revoked = token_of(gated, "chi", "read")
    with gated.database.write() as connection:
        tokens.revoke_all(connection, gated.so.accounts["chi"], wall_now())
    assert browser.get("/api/try/read", headers=revoked).status_code == 401
    left = token_of(gated, "chi", "read")
    with gated.database.write() as connection:
        ended = wall_now().date() - timedelta(days=2)
        changes.change_person(connection, gated.so.id, gated.so.people["chi"], {"ends_on": ended})
    assert browser.get("/api/try/read", headers=left).status_code == 401
    for nonsense in ("Bearer", "Bearer ng_x", "Basic eDp4", "bearer  "):
        assert browser.get("/api/try/read", headers={"Authorization": nonsense}).status_code == 401


def test_an_ended_sign_in_moves_the_whole_page_of_a_script(town: Town) -> None:
    answer = town.browser().get("/danh-ba", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/dang-nhap"


def test_nobody_sees_anything_of_another_agency_by_its_ids(town: Town) -> None:
    an, other = town.signed_in("an"), town.other
    for path in (f"/danh-ba/{other.people['chi']}", f"/don-vi/{other.units['VP']}", "/hop-thu-di/nothing"):
        assert an.get(path).status_code == 404
    assert "Sở Khác" not in an.get("/danh-ba").text
    sent = {"deputy": town.so.people["an"], "first": "01/01/2030", "last": "02/01/2030"}
    assert an.post(f"/danh-ba/{other.people['chi']}/vang-mat", sent, seen="/danh-ba").status_code == 404
    for action in ("khoa", "moi", "mo-khoa"):
        path = f"/danh-ba/{other.people['chi']}/tai-khoan/{action}"
        assert an.post(path, seen="/danh-ba").status_code == 404
