"""Joining two who are one through the pages: looked at, confirmed with a reason, both codes lead to one."""

from __future__ import annotations

import re

from tests.states.twins.test_joining import REASON, stands_twice
from tests.web.conftest import Browser
from tests.web.desk import Desk

PATH = "/nguoi-trung/nhap-mot"


def browser(desk: Desk, name: str) -> Browser:
    return Browser(desk.browser(name).client)


def asked(desk: Desk, gone: str, into: str, noun: str = "person") -> dict[str, str]:
    people = desk.cast.people
    return {"noun": noun, "gone": people.get(gone, gone), "into": people.get(into, into)}


def address(form: dict[str, str]) -> str:
    return PATH + "?" + "&".join(f"{name}={value}" for name, value in form.items())


def test_two_are_looked_at_joined_and_found_under_both_codes(desk: Desk) -> None:
    cast, office = desk.cast, browser(desk, "office")
    stands_twice(cast)
    case_id = cast.nominate(who="again")
    listed = office.get("/nguoi-trung").text
    assert PATH in listed
    form = asked(desk, "again", "candidate")
    page = office.get(address(form))
    assert page.status_code == 200
    assert desk.code(case_id) in page.text
    assert "Head Nguyễn" in page.text, "who would own the case"
    lacking = office.post(PATH, {**form, "reason": " ", "_nonce": "n"}, seen=address(form))
    assert lacking.status_code == 422
    first = office.post(PATH, {**form, "reason": REASON, "_nonce": "n"}, seen=address(form))
    cast.run_due()
    again = office.post(PATH, {**form, "reason": REASON, "_nonce": "n"}, seen="/viec")
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    done = office.get(first.location).text
    assert "Đã xong" in done
    assert re.search(r"Hồ sơ[^<]*</dt><dd>1<", done)
    history = office.get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    assert "Hai người trùng được nhập làm một" in history
    assert REASON in history
    old = office.get(f"/danh-ba/{cast.people['again']}").text
    assert f"/danh-ba/{cast.people['candidate']}" in old
    assert "again" in office.get(f"/danh-ba/{cast.people['candidate']}").text
    assert "Candidate Nguyễn" in office.get("/danh-ba?q=again").text
    after = office.get("/nguoi-trung").text
    assert f"{PATH}?" not in after
    part = re.search(rf"{PATH}/[^/]+/tach-lai", after)[0]
    assert desk.code(case_id) in office.get(part).text
    assert office.post(part, {"reason": "", "_nonce": "p"}, seen=part).status_code == 422
    corrected = office.post(part, {"reason": REASON, "_nonce": "p"}, seen=part)
    cast.run_due()
    assert "Đã xong" in office.get(corrected.location).text
    assert f"{PATH}?" in office.get("/nguoi-trung").text, "they are two again"


def test_what_stands_against_it_is_named_and_nothing_can_be_confirmed(desk: Desk) -> None:
    cast, office = desk.cast, browser(desk, "office")
    stands_twice(cast, called="Nguyễn Candidate")
    codes = [desk.code(cast.nominate()), desk.code(cast.nominate(who="again"))]
    form = asked(desk, "again", "candidate")
    page = office.get(address(form)).text
    assert all(code in page for code in codes)
    assert "Phải giải quyết trước" in page
    assert 'name="reason"' not in page
    run = office.post(PATH, {**form, "reason": REASON, "_nonce": "n"}, seen="/viec").location
    cast.run_due()
    failed = office.get(run).text
    assert all(code in failed for code in codes), "what was true when it was done says why it was not"


def test_only_the_office_and_only_its_own_agency(desk: Desk) -> None:
    stands_twice(desk.cast)
    form = asked(desk, "again", "candidate")
    head, office = browser(desk, "head"), browser(desk, "office")
    assert head.get(address(form)).status_code == 403
    assert head.post(PATH, {**form, "reason": REASON, "_nonce": "n"}, seen="/viec").status_code == 403
    assert office.get(address(asked(desk, "again", "nobody"))).status_code == 404
    assert office.get(address(asked(desk, "nobody", "again"))).status_code == 404
    assert office.get(address(asked(desk, "again", "candidate", "unit"))).status_code == 404
    mine = office.get(address(asked(desk, "again", "office")))
    assert mine.status_code == 422, "nobody joins themselves"
