"""Open data on its page, by the interface and as runs: who may, what comes, what is on record."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import sqlalchemy as sa
from werkzeug.test import TestResponse

from states import exports
from states.imports.sheet import read_rows
from states.open_data import conforming, taking
from tests.roads import case_at
from tests.tampering import unguard
from tests.web.desk import Desk
from web.diagrams.kinds import KINDS
from workflow import files, runs
from workflow.case import case

PAGE = "/du-lieu-mo"


def ordered(desk: Desk, part: str, **typed: str) -> TestResponse:
    """The page of the run that a form of the office begins, once it is done."""
    browser = desk.browser("office")
    app = desk.cast.app
    app.doers |= {taking.KIND: taking.TakingLogs(app.database, app.files, app.catalogue)}
    app.doers |= {conforming.KIND: conforming.Conforming(
        app.database, app.files, app.catalogue, lambda one: app.texts.render(one, "vi"))}  # fmt: skip
    answer = browser.send(browser.get(PAGE), part, **typed)
    assert answer.status_code == 303, answer.text
    desk.cast.run_due()
    return browser.get(answer.location)


def fetched_from(desk: Desk, page: TestResponse) -> TestResponse:
    """The file that a run's page offers."""
    return desk.browser("office").client.get(re.search(r'href="(/tep/[^"]+)"', page.text)[1], buffered=True)


def test_the_log_is_made_by_a_run_and_is_on_record(desk: Desk) -> None:
    case_at(desk.cast, "cultivating")
    page = ordered(desk, "/nhat-ky", format="xes", process="nominee")
    fetched = fetched_from(desk, page)
    assert "attachment" in fetched.headers["Content-Disposition"]
    log = ET.fromstring(fetched.data)
    assert len(list(log.iter("{http://www.xes-standard.org/}trace"))) == 1
    assert "Candidate" not in fetched.text
    assert ".xes" in fetched.headers["Content-Disposition"]
    page = ordered(desk, "/nhat-ky", format="ocel", names="on")
    named = fetched_from(desk, page)
    assert "Candidate Nguyễn" in json.dumps(json.loads(named.data), ensure_ascii=False)
    with desk.cast.app.database.read() as connection:
        one, other = exports.listed(connection, desk.cast.agency_id)
    assert [(line.what, line.detail["chosen"]["named"]) for line in (one, other)] == [
        ("run.event_log", True), ("run.event_log", False)
    ]  # fmt: skip


def test_what_cannot_be_written_is_said_at_its_field(desk: Desk) -> None:
    browser = desk.browser("office")
    for typed, sentence in (
        ({"format": "xes"}, "XES chỉ ghi được một quy trình"),
        ({"format": "pdf"}, "Định dạng"),
        ({"format": "ocel", "first": "31/02/2025"}, "ngày"),
        ({"format": "ocel", "first": "02/03/2025", "last": "01/03/2025"}, "Ngày đầu sau ngày cuối"),
    ):
        answer = browser.send(browser.get(PAGE), "/nhat-ky", **typed)
        assert answer.status_code == 422, typed
        assert sentence in answer.text, typed
        assert typed.get("first", "") in answer.text
    for who in ("director", "head", "candidate"):
        assert desk.browser(who).get(PAGE).status_code == 403


def test_cases_are_compared_with_their_processes(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    assert "Mọi hồ sơ đều đi đúng quy trình" in ordered(desk, "/doi-chieu").text
    with desk.cast.app.database.write() as connection:
        unguard(connection)
        connection.execute(sa.update(case).where(case.c.id == case_id).values(state="identified"))
    page = ordered(desk, "/doi-chieu", process="nominee").text
    assert "Lịch sử kết thúc ở bước “cultivating” nhưng hồ sơ đang ở bước “identified”" in page
    assert desk.code(case_id) in page
    with desk.cast.app.database.read() as connection:
        (run, *_) = runs.listed(connection, desk.cast.agency_id)
        row = files.find(connection, desk.cast.agency_id, run["file_id"])
    assert {name: run["result"][name] for name in ("cases", "deviations")} == {"cases": 1, "deviations": 1}
    lines = read_rows(desk.cast.app.files.path(desk.cast.agency_id, row["digest"]))
    assert lines[1][:3] == [desk.code(case_id), "nominee", "0"]
    with desk.cast.app.database.write() as connection:  # as it was: the cast's soundness is asked at the end
        connection.execute(sa.update(case).where(case.c.id == case_id).values(state="cultivating"))


def test_processes_in_every_format(desk: Desk) -> None:
    browser = desk.browser("colleague1")
    page = browser.get("/quy-trinh/nominee").text
    for drawing, kind in KINDS.items():
        assert f"/quy-trinh/nominee/so-do.{drawing}" in page
        answer = browser.get(f"/quy-trinh/nominee/so-do.{drawing}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="nominee.{drawing}"'
        assert answer.content_type == kind.content_type
        if drawing != "mmd":
            ET.fromstring(answer.data)
    assert browser.get("/quy-trinh/khong-co/so-do.svg").status_code == 404
    drawn = browser.get("/quy-trinh/nominee/so-do.svg").text
    assert "Bình xét tại phòng, đơn vị" in drawn
    assert not re.search(r"https?://(?!www\.w3\.org)|<script|<style|class=", drawn), "it stands by itself"


def test_by_the_interface(desk: Desk) -> None:
    case_at(desk.cast, "cultivating")
    client = desk.app.test_client()
    office, head = desk.token("office"), desk.token("head")
    said = client.get("/api/v1/event-log?format=ocel", headers=office)
    assert said.status_code == 200
    assert len(json.loads(said.data)["events"]) == 2
    assert "Candidate" not in said.text
    with desk.cast.app.database.read() as connection:
        (line,) = exports.listed(connection, desk.cast.agency_id)
    assert line.detail["file"] == "event-log.jsonocel"
    assert client.get("/api/v1/event-log?format=xes", headers=office).status_code == 422
    assert client.get("/api/v1/event-log?from=x", headers=office).status_code == 422
    assert client.get("/api/v1/event-log", headers=head).status_code == 403
    assert client.get("/api/v1/processes/nominee/diagram/bpmn", headers=head).data.startswith(b"<?xml")
    assert client.get("/api/v1/processes/nominee/diagram/doc", headers=head).status_code == 404
