"""The public page of certificates: three answers, nothing about a person, every look on the case for the office."""

from __future__ import annotations

import re

import pytest

from states.certificates.codes import grouped
from states.certificates.issuing import LOOK_UP
from tests.roads import do
from tests.states.certificates.test_certificates import codes_of, recognised
from tests.web.desk import Browser, Desk
from web.crowd import Crowd
from web.views import certificates

NEVER_ISSUED = "0123456789ABCDEFGHJKMNPQRS"


@pytest.fixture(autouse=True)
def empty_hall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has looked anything up yet."""
    monkeypatch.setattr(certificates, "CROWD", Crowd(certificates.MOST))


def a_stranger(desk: Desk) -> Browser:
    """Somebody with a certificate in hand and no sign-in."""
    return Browser(desk.app.test_client())


def bare(page: str) -> str:
    """The page without a form's secret, and without its own address, to which the choice of language leads back."""
    return re.sub(r'value="[^"]{60,}"|[?&]v=\w+', "", re.sub(LOOK_UP + r'[^"]*', "", page))


def test_a_stranger_learns_whether_it_holds_and_nothing_of_the_person(desk: Desk) -> None:
    case_id = recognised(desk.cast)
    code = codes_of(desk.cast, case_id)["certificate"]
    stranger = a_stranger(desk)
    valid = stranger.get(f"{LOOK_UP}/{code}")
    assert valid.status_code == 200
    assert "Còn giá trị" in valid.text
    assert "Số 01 năm 2025" in valid.text
    do(desk.cast, "director", case_id, "revoke")
    revoked = stranger.get(f"{LOOK_UP}/{grouped(code).lower()}")
    assert "Đã bị hủy bỏ" in revoked.text
    assert "Còn giá trị" not in revoked.text
    for page in (valid, revoked):
        for secret in ("Candidate", "DH-2025", "Công nghệ", "Sáng kiến rút ngắn", case_id, code):
            assert secret not in bare(page.text), secret
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert page.headers["Referrer-Policy"] == "no-referrer"


def test_unknown_and_malformed_codes_get_one_page(desk: Desk) -> None:
    recognised(desk.cast)
    stranger = a_stranger(desk)
    tries = (
        NEVER_ISSUED,
        "x",
        "..%2f..%2fetc",
        "a/b/c",
        "%27%20OR%201=1--",
        "%F0%9F%98%80",
        "A" * 3000,
        NEVER_ISSUED[:-1],
    )
    pages = {(answer.status_code, bare(answer.text)) for answer in (stranger.get(f"{LOOK_UP}/{one}") for one in tries)}
    assert len(pages) == 1
    status, said = pages.pop()
    assert status == 200
    assert "Không tìm thấy" in said


def test_a_code_typed_by_hand_is_taken_to_its_page(desk: Desk) -> None:
    code = codes_of(desk.cast, recognised(desk.cast))["certificate"]
    stranger = a_stranger(desk)
    assert "Nhập mã" in stranger.get(LOOK_UP).text
    assert "Còn giá trị" in stranger.get(f"{LOOK_UP}?ma={grouped(code).replace('-', '+')}").text


def test_the_office_sees_each_look_on_the_case_and_others_only_whether_it_holds(desk: Desk) -> None:
    case_id = recognised(desk.cast)
    code, address = codes_of(desk.cast, case_id)["certificate"], f"/ho-so/{desk.code(case_id)}"
    assert "Chưa ai tra cứu" in desk.browser("office").get(address).text
    stranger = a_stranger(desk)
    for _ in range(3):
        stranger.get(f"{LOOK_UP}/{code}")
    assert stranger.client.head(f"{LOOK_UP}/{code}").status_code == 200
    office = desk.browser("office").get(address).text
    assert "Đã tra cứu 3 lượt" in office
    assert grouped(code) in office
    head = desk.browser("head").get(address).text
    assert "Còn giá trị" in head
    assert "tra cứu" not in head
    assert grouped(code) not in head


def test_one_address_cannot_go_on_for_ever_and_is_not_told_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "CROWD", Crowd(2))
    code = codes_of(desk.cast, recognised(desk.cast))["certificate"]
    stranger = a_stranger(desk)
    assert [stranger.get(f"{LOOK_UP}/{one}").status_code for one in (code, NEVER_ISSUED, code)] == [200, 200, 429]
    assert "Còn giá trị" not in stranger.get(f"{LOOK_UP}/{code}").text


def test_a_log_that_cannot_be_written_hides_no_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(certificates.looking, "note", full)
    code = codes_of(desk.cast, recognised(desk.cast))["certificate"]
    assert "Còn giá trị" in a_stranger(desk).get(f"{LOOK_UP}/{code}").text


@pytest.mark.parametrize("typed", ["", "%20%20"])
def test_no_code_is_told_at_its_field(desk: Desk, typed: str) -> None:
    answer = a_stranger(desk).get(f"{LOOK_UP}?ma={typed}")
    assert answer.status_code == 422
    assert answer.text.count("Nhập mã xác thực in trên giấy") == 2
    assert 'href="#f-ma"' in answer.text
