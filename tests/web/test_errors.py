"""Every failure has a page that says what became of the input and what to do; scripts get JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy.exc
from flask import abort

from tests.web.conftest import Town
from web.access import public
from web.errors import KNOWN
from workflow.message import Conflict, Invalid, Message, NotFound, Refused

REASON = Message("authority.not_active")


def raising(what: BaseException | int) -> Callable[[], str]:
    def view() -> str:
        if isinstance(what, int):
            abort(what)
        raise what

    return public(view)


@pytest.fixture
def broken(town: Town) -> Town:
    """The town with routes that fail in every way, for pages and for scripts."""
    ways = {
        "not_found": NotFound("case"), "conflict": Conflict(REASON), "invalid": Invalid({"name": REASON}),
        "refused": Refused(REASON, Message("absence.not_yours", {"name": "Ánh"})), "bug": ZeroDivisionError("secret"),
        "key_reused": Refused(REASON, status="key_reused"),
        "database": sqlalchemy.exc.OperationalError("SELECT secret", {}, Exception("secret")),
        **{str(status): status for status in KNOWN},
    }  # fmt: skip
    for name, what in ways.items():
        town.app.add_url_rule(f"/try/{name}", f"try_{name}", raising(what))
        town.app.add_url_rule(f"/api/try/{name}", f"api_try_{name}", raising(what))
    town.app.testing = False
    return town


FAILURES = {"not_found": 404, "conflict": 409, "invalid": 422, "refused": 403, "key_reused": 422, "bug": 500,
            "database": 503}  # fmt: skip


@pytest.mark.parametrize(("name", "status"), [*FAILURES.items(), *((str(s), s) for s in sorted(KNOWN))])
def test_each_has_its_page_and_its_json(broken: Town, name: str, status: int) -> None:
    browser = broken.browser()
    page, script = browser.get(f"/try/{name}"), browser.get(f"/api/try/{name}")
    assert (page.status_code, script.status_code) == (status, status)
    assert "<h1" in page.text
    assert "secret" not in page.text + script.text
    assert script.content_type == "application/problem+json"
    assert script.json["status"] == status


def test_all_reasons_are_said(broken: Town) -> None:
    page = broken.browser().get("/try/refused").text
    assert page.count("<li>") == 2
    assert len(broken.browser().get("/api/try/refused").json["reasons"]) == 2


def test_a_failure_is_found_in_the_log_by_the_mark_on_the_page(broken: Town, caplog: pytest.LogCaptureFixture) -> None:
    page = broken.browser().get("/try/bug").text
    mark = page.split("đọc mã ")[1].split(".")[0]
    assert len(mark) == 8
    assert mark in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_page_of_another_agency_and_no_page_at_all_look_alike(town: Town) -> None:
    an = town.signed_in("an")
    foreign = an.get(f"/danh-ba/{town.other.people['chi']}")
    nowhere = an.get("/danh-ba/00000000-0000-0000-0000-000000000000")
    assert foreign.status_code == nowhere.status_code == 404
    asked = (town.other.people["chi"], "00000000-0000-0000-0000-000000000000")
    told = [re.sub(r'name="csrf_token" value="[^"]+"', "", one.text) for one in (foreign, nowhere)]
    assert told[0].replace(asked[0], "") == told[1].replace(asked[1], "")


def test_too_large_a_form_is_refused_before_it_is_read(town: Town) -> None:
    stranger, chi = town.browser(), town.signed_in("chi")
    for browser, letters in ((stranger, 70_000), (chi, 2_200_000)):
        answer = browser.client.post("/dang-nhap", data={"login": "x" * letters})
        assert answer.status_code == 413
        assert "quá lớn" in answer.text
    assert chi.client.post("/dang-nhap", data={"login": "x" * 70_000}).status_code == 400
