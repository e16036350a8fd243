"""Proof asked again before a signature and before a change of how one signs in; nothing typed is lost on the way."""

from __future__ import annotations

import io
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from tests.roads import case_at
from tests.web.conftest import PASSWORD, Browser, Town
from tests.web.desk import SCAN, Desk, Form, Forms
from tests.web.test_second_factor import code_of, set_up
from web.sign_in import policy
from web.sign_in.model import sign_in
from web.sign_in.passwords import hash_password
from workflow.clock import wall_now
from workflow.db import Database
from workflow.organisation import account

OWN = "/ca-nhan/bao-mat"


def stale(database: Database, minutes: int = 16) -> None:
    """Everybody who is signed in was proven so long ago."""
    with database.write() as connection:
        connection.execute(sa.update(sign_in).values(proven_at=wall_now() - timedelta(minutes=minutes)))


def cookie_of(browser: Browser) -> str:
    found = browser.client.get_cookie("neuguong")
    return found.value if found else ""


def test_a_change_of_ways_in_is_taken_only_from_who_was_proven_lately(town: Town) -> None:
    browser = town.signed_in("dung")
    stale(town.database, 14)
    assert browser.post(f"{OWN}/thu-dien-tu", {"email": "khong phai"}, seen=OWN).status_code == 422
    stale(town.database)
    for path in ("ung-dung", "ung-dung/bo", "ma-du-phong", "khoa/them", "phien/khac/ket-thuc", "thu-dien-tu"):
        page = browser.post(f"{OWN}/{path}", {"email": "moi@so.test"}, seen=OWN)
        assert page.status_code == 200, path
        assert "Xác nhận lại là bạn" in page.text
        assert 'name="email" value="moi@so.test"' in page.text
    assert "Xác nhận lại" in browser.post("/ca-nhan/ma-truy-cap", {"name": "x"}, seen=OWN).text


def test_the_right_password_goes_on_with_what_was_typed_under_a_new_token(town: Town) -> None:
    browser = town.signed_in("dung")
    stale(town.database)
    before = cookie_of(browser)
    wrong = browser.post(f"{OWN}/thu-dien-tu", {"email": "moi@so.test", "_proof": "sai"}, seen=OWN)
    assert wrong.status_code == 422
    assert 'name="email" value="moi@so.test"' in wrong.text
    assert "sai" not in wrong.text.split("<form")[-1]
    assert cookie_of(browser) == before
    done = browser.post(f"{OWN}/thu-dien-tu", {"email": "moi@so.test", "_proof": PASSWORD}, seen=OWN)
    assert done.status_code == 303
    assert "moi@so.test" in unescape(browser.get(OWN).text)
    thief = town.browser()
    thief.client.set_cookie("neuguong", before)
    assert thief.get("/danh-ba").status_code == 303, "the token from before is worth nothing"
    assert browser.post(f"{OWN}/phien/khac/ket-thuc", seen=OWN).status_code == 303, "and is not asked again"


def test_a_code_of_the_app_proves_it_too_and_once(town: Town) -> None:
    browser = town.signed_in("dung")
    secret, made = set_up(browser)
    stale(town.database)
    code = code_of(secret)
    assert browser.post(f"{OWN}/phien/khac/ket-thuc", {"_proof": code}, seen=OWN).status_code == 303
    stale(town.database)
    assert browser.post(f"{OWN}/phien/khac/ket-thuc", {"_proof": code}, seen=OWN).status_code == 422
    assert browser.post(f"{OWN}/phien/khac/ket-thuc", {"_proof": made[0]}, seen=OWN).status_code == 422


def test_guessing_the_proof_waits_longer_and_longer(town: Town) -> None:
    browser = town.signed_in("dung")
    stale(town.database)
    for _ in range(8):
        browser.post(f"{OWN}/phien/khac/ket-thuc", {"_proof": "sai"}, seen=OWN)
    assert browser.post(f"{OWN}/phien/khac/ket-thuc", {"_proof": PASSWORD}, seen=OWN).status_code == 422


def test_the_office_proves_itself_before_it_opens_accounts_and_gives_roles(town: Town) -> None:
    browser = town.signed_in("an")
    stale(town.database)
    person = f"/danh-ba/{town.so.people['chi']}"
    for path in ("/tai-khoan/moi", "/tai-khoan/moi-thu", "/vai-tro"):
        assert "Xác nhận lại" in browser.post(person + path, {"role": "director"}, seen="/ca-nhan").text, path
    assert browser.post(f"{person}/tai-khoan/khoa", seen="/ca-nhan").status_code == 303, "a lock never waits"


def form_of(browser: Browser, action: str) -> Form:
    """The form of an action on the item that stands open."""
    return Forms(browser.get("/viec").text).to(f"/lam/{action}")


def test_who_signs_papers_is_asked_before_the_decision_and_it_goes_on_as_typed(desk: Desk) -> None:
    case_id = case_at(desk.cast, "director_decision")
    browser = desk.browser("director")
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(account).values(password_hash=hash_password(PASSWORD)))
    move = form_of(browser, "recognize")
    sent = {**move.fields, "reward": ["none"], "decision_number": ["12 <b>&"], "decision_on": ["03/11/2025"]}
    stale(desk.cast.app.database)
    asked = browser.client.post(
        move.action, data={**sent, "decision": (io.BytesIO(SCAN), "quyết định.pdf")}, content_type="multipart/form-data"
    )
    assert "Xác nhận lại là bạn" in asked.text
    again = Forms(asked.text).to("/lam/recognize")
    assert {name: again.fields[name] for name in sent if name != "csrf_token"} == {
        name: values for name, values in sent.items() if name != "csrf_token"
    }
    assert state_of(desk, case_id) == "director_decision"
    assert "Xác nhận lại" in browser.client.post(move.action, data={**again.fields, "_proof": "sai"}).text
    done = browser.client.post(move.action, data={**again.fields, "_proof": PASSWORD})
    assert "Xác nhận lại" not in done.text, "who was proven goes on"
    assert "_proof" not in done.text


def names_signers(desk: Desk) -> None:
    """The agency makes a rule about who signs, for a day to come."""
    with desk.cast.app.database.write() as connection:
        rule = policy.Rule(("signers",), wall_now().date() + timedelta(days=9))
        policy.put(connection, desk.cast.agency_id, rule, by=desk.cast.people["office"], now=wall_now())


def test_a_refusal_and_who_signs_nothing_are_not_asked_unless_the_rule_says_so(desk: Desk) -> None:
    case_at(desk.cast, "director_decision")
    browser = desk.browser("director")
    move = form_of(browser, "refuse")
    stale(desk.cast.app.database, 25)
    assert "Xác nhận lại" not in browser.client.post(move.action, data=move.fields).text
    names_signers(desk)
    assert "Xác nhận lại" in browser.client.post(move.action, data=move.fields).text


def test_where_there_is_a_rule_a_token_of_a_script_signs_nothing(desk: Desk) -> None:
    case_id = case_at(desk.cast, "director_decision")
    names_signers(desk)
    code = desk.code(case_id)
    headers = {**desk.token("director"), "If-Match": f'"{desk.cast.row(case_id).version}"', "Idempotency-Key": "k1"}
    answer = desk.app.test_client().post(
        f"/api/v1/cases/{code}/actions/recognize", json={"inputs": {}}, headers=headers
    )
    assert answer.status_code == 403
    assert "mã truy cập không ký được" in answer.json["title"]


@pytest.mark.parametrize("groups", [("admin",), ("everyone",), ("clerk",), ()])
def test_whomever_the_rule_names_a_signature_is_no_scripts(desk: Desk, groups: tuple[str, ...]) -> None:
    """The agency has said that who signs is proven anew: that holds for every door, not for the named groups alone."""
    case_id = case_at(desk.cast, "director_decision")
    script, headers = desk.app.test_client(), {**desk.token("director"), "Idempotency-Key": "k1"}
    path = f"/api/v1/cases/{desk.code(case_id)}/actions"
    with desk.cast.app.database.write() as connection:
        rule = policy.Rule(groups, wall_now().date() + timedelta(days=900))
        policy.put(connection, desk.cast.agency_id, rule, by=desk.cast.people["office"], now=wall_now())
    headers["If-Match"] = f'"{desk.cast.row(case_id).version}"'
    answer = script.post(f"{path}/recognize", json={"inputs": {}}, headers=headers)
    assert (answer.status_code, answer.json["reasons"][0]["key"]) == (403, "prove.not_by_token")
    assert state_of(desk, case_id) == "director_decision"
    item = script.get("/api/v1/work-items", headers=headers).json["items"][0]
    one = f"{item['id']}:{item['version']}:{item['case_version']}:recognize"
    together = script.post("/api/v1/pages/viec/cung-quyet", json={"one": one, "cach": "approve"}, headers=headers)
    assert (together.status_code, together.json["reasons"][0]["key"]) == (403, "prove.not_by_token")
    assert state_of(desk, case_id) == "director_decision"
    sent = {"inputs": {"reason": "Trả lại để bổ sung minh chứng"}}
    answer = script.post(f"{path}/send_back", json=sent, headers={**headers, "Idempotency-Key": "k2"})
    assert answer.status_code == 200, "to send back signs nothing"


def state_of(desk: Desk, case_id: str) -> str:
    return str(desk.cast.row(case_id).state)
