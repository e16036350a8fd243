"""Logs say whose work a line is and hold nothing that nobody may read."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from tasks.deliver import deliver
from tests.web.conftest import Town
from tests.web.desk import Desk
from web.watching import logs
from workflow import outbox, witness

PASSWORD, SECRET, FORM = "canary-mat-khau-9f3", "canary-token-77c", "Chim hoàng yến trong lý do"


@pytest.fixture
def lines() -> Iterator[object]:
    """What was logged as JSON."""
    kept, stream = (logging.root.handlers[:], logging.root.level), io.StringIO()
    logs.set_up("json", stream=stream)

    def read() -> list[dict[str, object]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    logging.root.handlers[:], _ = kept
    logging.root.setLevel(kept[1])


def test_a_request_and_the_hands_that_go_on_with_it_share_an_id(desk: Desk, lines):
    client = desk.browser("head").client
    answer = client.get("/viec", headers={"X-Request-ID": "proxy-12345678"}, follow_redirects=True)
    assert answer.headers["X-Request-ID"] == "proxy-12345678"
    with witness.about(request_id="proxy-87654321"):
        case_id = desk.cast.nominate()
    desk.cast.later(seconds=31)
    with desk.cast.app.database.read() as connection:
        due = outbox.due_ids(connection, 10)
    assert deliver(desk.cast.app, due)
    told = lines()
    mine = [line for line in told if line.get("request_id") == "proxy-12345678"]
    assert [line for line in mine if line["logger"] == "neuguong.request" and line["milliseconds"] > 0]
    (delivered, *_) = [line for line in told if line["logger"] == "tasks.deliver"]
    assert (delivered["request_id"], delivered["case_id"]) == ("proxy-87654321", case_id)
    assert delivered["message_id"] in due


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g h", "tên-của-tôi-1234", "1234567\n8", "-------------"]
)
def test_an_id_that_is_none_is_replaced(town: Town, given: str):
    from werkzeug.datastructures import Headers

    headers = Headers() if "\n" in given else Headers([("X-Request-ID", given)])
    answer = town.app.test_client().get("/healthz", headers=headers)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_no_password_token_or_form_text_is_ever_logged(town: Town, lines, monkeypatch: pytest.MonkeyPatch):
    client = town.app.test_client()
    secret = town.browser().secret("/dang-nhap")
    client.post("/dang-nhap", data={"csrf_token": secret, "login": "an", "password": PASSWORD})
    client.get(f"/dat-mat-khau/{SECRET}?reason={FORM}")
    client.get("/api/v1/cases", headers={"Authorization": f"Bearer {SECRET}"})
    town.app.testing = False

    def breaks() -> None:
        with town.database.write() as connection:
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", (FORM,))

    monkeypatch.setitem(town.app.view_functions, "sign_in.form", _public(breaks))
    assert client.get("/dang-nhap").status_code in (500, 503)
    log = logging.getLogger("somewhere")
    log.warning("no connection to redis://:%s@10.0.0.1:6379/0 nor postgresql+psycopg://u:%s@db/x", PASSWORD, PASSWORD)
    log.error("key exists\nDETAIL:  Key (login)=(%s) already exists.", FORM)
    log.error("sent to %s with Authorization: Bearer %s", "chi.nguyen@so.gov.vn", SECRET)
    told = lines()
    text = json.dumps(told, ensure_ascii=False)
    assert "nowhere" in text, "the failure itself is there"
    assert "…@10.0.0.1" in text
    assert len([line for line in told if line["logger"] == "neuguong.request"]) >= 4
    for canary in (PASSWORD, SECRET, FORM, "chi.nguyen"):
        assert canary not in text


def _public(view):
    from web.access import public

    return public(view)


def test_text_is_for_people():
    formatter = logs._formatter("text")
    record = logging.LogRecord("tasks.fire", logging.WARNING, __file__, 1, "timer cannot fire", (), None)
    with witness.about(timer_id="t1"):
        line = formatter.format(record)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\S+Z WARNING tasks.fire: timer cannot fire \[timer_id=t1\]", line)


def test_attempts_on_doors_are_told_with_ids_and_fixed_words(town: Town, lines):
    browser = town.browser()
    browser.sign_in("an", password=PASSWORD)
    browser.sign_in("an")
    browser.client.post("/ca-nhan/tuy-chon", data={"theme": "dark"})
    dung = town.signed_in("dung")
    dung.get("/nhap-danh-sach")
    town.app.test_client().get("/api/v1/cases", headers={"Authorization": f"Bearer {SECRET}"})
    told = [line["event"] for line in lines() if line["logger"] == "neuguong.security"]
    wanted = [
        ("sign-in refused", "why=sign_in.wrong"), ("signed in", f"account={town.so.accounts['an']} "),
        ("turned away", "why=csrf (The CSRF token is missing.)"),
        ("turned away", f"account={town.so.accounts['dung']} "),
        ("turned away", "status=401"),
    ]  # fmt: skip
    assert len(told) == len(wanted)
    for line, (what, part) in zip(told, wanted, strict=True):
        assert line.startswith(f"{what}: "), line
        assert part in line
        assert "address=127.0.0.1" in line
    assert PASSWORD not in str(told)
    assert "=an" not in str(told), "what was typed as a login may be a password"


def test_nothing_somebody_sends_looks_like_a_line_of_ours():
    stream = io.StringIO()
    kept = (logging.root.handlers[:], logging.root.level)
    forged = "2026-11-27T01:02:03Z INFO neuguong.security: signed in: account=nobody"
    try:
        logs.set_up("text", stream=stream)
        try:
            raise ValueError(f"odd\n{forged}")
        except ValueError:
            logging.getLogger("x").exception("cannot read %s", f"a\r\n{forged}\u2028{forged}\x1b[2K\x00")
    finally:
        logging.root.handlers[:], _ = kept
        logging.root.setLevel(kept[1])
    first, *rest = stream.getvalue().split("\n")
    assert first.endswith("cannot read a")
    assert all(line.startswith("    ") for line in rest if line)
    assert not {"\x1b", "\x00", "\r", "\u2028"} & set(stream.getvalue())
