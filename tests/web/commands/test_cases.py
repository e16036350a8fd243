"""`neuguong case`, `why`, `verify`, `incidents`, `retry`: read at a terminal and by scripts, with honest exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result

from tests.cast import Cast
from tests.roads import case_at
from tests.tampering import unguard
from tests.web.commands.terminal import called
from workflow import outbox
from workflow.clock import wall_now
from workflow.history import event
from workflow.incidents import Trouble, incident, open_incident
from workflow.message import Message
from workflow.organisation_changes import add_account, change_person


@pytest.fixture
def run(sqlite_cast: Cast, tmp_path: Path):
    here = {"NEUGUONG_VAR": str(tmp_path), "NEUGUONG_DATABASE_URL": sqlite_cast.app.settings.database_url}

    def command(*arguments: str) -> Result:
        return called(*arguments, **here)

    return command


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_case_is_read_at_the_terminal(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "office_check")).code
    told = run("case", code)
    assert told.exit_code == 0
    assert f"{code}  Candidate Nguyễn" in told.stdout
    assert "Đến lượt: Office Nguyễn, Office2 Nguyễn – Văn phòng Sở kiểm tra hồ sơ" in told.stdout
    assert "Đề nghị xét cấp Sở → Văn phòng Sở kiểm tra hồ sơ  [Head Nguyễn]" in told.stdout


def test_what_nobody_answered_is_said_at_the_terminal(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "cultivating")).code
    for day in ("2025-06-03", "2025-06-18"):
        sqlite_cast.at(f"{day}T08:00:01")
        sqlite_cast.run_due()
    assert "Ghi nhận bồi dưỡng: bỏ lỡ  [Hệ thống]" in run("case", code).stdout


def test_a_case_is_read_by_a_script(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "office_check")).code
    told = read(run("case", code, "--json"))
    assert (told["code"], told["state"], told["items"][0]["due_on"]) == (code, "office_check", "2025-03-10")
    assert len(told["items"][0]["calendar"]) == 12
    assert told["history"][-1]["action"] == "climb"
    for at in (told["started_at"], told["history"][-1]["at"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", at)


def test_why_explains_the_deadline_and_every_refusal(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "office_check")).code
    told = run("why", code, "--as", "head").stdout
    assert "5 ngày làm việc, tính từ 03/03/2025." in told
    assert re.search(r"- .+: bạn không làm được\n    - Việc này của: Văn phòng Sở\.", told)
    assert "+ Rút hồ sơ: bạn làm được" in told


def test_codes_and_logins_are_taken_as_they_are_typed(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "office_check")).code
    with sqlite_cast.app.database.write() as connection:
        account_id = add_account(connection, login="truong.phong", email="t@so.example", password_hash="")
        change_person(connection, sqlite_cast.agency_id, sqlite_cast.people["head"], {"account_id": account_id})
    wanted = read(run("why", code, "--as", "head", "--json"))["options"]
    for who in ("HEAD", "Truong.Phong", " head "):
        assert read(run("why", code.lower(), "--as", who, "--json"))["options"] == wanted
    assert run("case", f" {code.lower()} ").stdout == run("case", code).stdout


def test_why_says_what_the_engine_says(sqlite_cast: Cast, run) -> None:
    case_id = case_at(sqlite_cast, "cultivating")
    code = sqlite_cast.row(case_id).code
    for person in ("head", "mentor", "office", "outsider", "candidate"):
        told = {one["name"]: one["allowed"] for one in read(run("why", code, "--as", person, "--json"))["options"]}
        view = sqlite_cast.app.engine.view(sqlite_cast.actor(person), case_id)
        assert told == {one.name: one.allowed for one in view.options}


@pytest.mark.parametrize("arguments", [("case", "DH-1900-0001"), ("why", "DH-1900-0001"), ("retry", "nothing")])
def test_what_is_not_there_is_told_with_exit_code_1(run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert arguments[1] in result.stderr


def test_nobody_of_that_code_is_told(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "identified")).code
    result = run("why", code, "--as", "ai-do")
    assert (result.exit_code, "ai-do" in result.stderr) == (1, True)


def test_another_agencys_code_must_be_named(sqlite_cast: Cast, run) -> None:
    code = sqlite_cast.row(case_at(sqlite_cast, "identified")).code
    for command in (("case", code), ("verify",), ("incidents",)):
        unknown = run(*command, "--agency", "so-khac")
        assert (unknown.exit_code, "Không có cơ quan so-khac." in unknown.stderr) == (2, True)
    assert run("case", code, "--agency", "so-tttt").exit_code == 0


def test_whole_histories_are_whole(sqlite_cast: Cast, run) -> None:
    case_at(sqlite_cast, "unit_appraisal")
    assert run("verify").exit_code == 0
    assert read(run("verify", "--json"))["whole"]


def test_a_changed_event_is_found(sqlite_cast: Cast, run) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    with sqlite_cast.app.database.write() as connection:
        second = sa.and_(event.c.case_id == case_id, event.c.seq == 2)
        body = connection.execute(sa.select(event.c.body).where(second)).scalar_one()
        unguard(connection)
        connection.execute(sa.update(event).where(second).values(body={**body, "actor": "somebody"}))
    told = run("verify")
    code = sqlite_cast.row(case_id).code
    assert (told.exit_code, f"{code}, sự kiện 2" in told.stderr) == (1, True)
    assert "sự kiện đã bị sửa" in told.stderr
    [found] = read(run("verify", "--json"))["breaks"]
    assert (found["seq"], found["key"]) == (2, "history.broken.event_changed")
    with sqlite_cast.app.database.write() as connection:
        unguard(connection)
        connection.execute(sa.update(event).where(second).values(body=body))


@pytest.fixture
def failed(sqlite_cast: Cast) -> str:
    """An incident about a message that failed for good; the message's id is its own."""
    app, ident = sqlite_cast.app, sqlite_cast.app.database.new_id()
    with app.database.write() as connection:
        now = wall_now()
        row = dict.fromkeys(("status", "recipient"), "failed") | {
            "id": ident, "agency_id": sqlite_cast.agency_id, "kind": "notice", "payload": {}, "dedupe_key": "x",
            "not_before": now, "created_at": now, "attempts": 5, "recipient": "person:x",
        }  # fmt: skip
        connection.execute(sa.insert(outbox.outbox).values(**row))
        trouble = Trouble(
            agency_id=sqlite_cast.agency_id, kind="delivery", message_id=ident, dedupe_key=f"message:{ident}",
            reason=Message("incident.delivery", {"kind": "notice", "recipient": "person:x", "error": "550"}),
        )  # fmt: skip
        open_incident(connection, trouble)
        return str(connection.scalar(sa.select(incident.c.id).where(incident.c.message_id == ident)))


def test_open_incidents_are_listed_and_make_a_script_stop(run, failed: str) -> None:
    told = run("incidents")
    assert (told.exit_code, failed in told.stdout) == (1, True)
    assert [one["id"] for one in read(run("incidents", "--json"))] == [failed]


def test_what_failed_is_tried_again(sqlite_cast: Cast, run, failed: str) -> None:
    assert run("retry", failed).exit_code == 0
    with sqlite_cast.app.database.read() as connection:
        statuses = sa.select(outbox.outbox.c.status).where(outbox.outbox.c.dedupe_key == "x")
        assert connection.scalar(statuses) == "new"
    assert run("retry", failed).exit_code == 1


def test_no_incident_is_exit_code_0(run) -> None:
    assert run("incidents").exit_code == 0
    assert read(run("incidents", "--json")) == []


@pytest.mark.parametrize("name", ["case", "why", "verify", "incidents", "retry"])
def test_every_command_explains_itself(run, name: str) -> None:
    told = run(name, "--help")
    assert (told.exit_code, "Cách dùng:" in told.stdout) == (0, True)
