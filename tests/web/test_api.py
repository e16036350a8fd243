"""`/api/v1`: tokens only, versions and keys, every refusal as a problem, and a document that says what is there."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.roads import case_at, do
from tests.web.desk import BOTH_DESKS, SCAN, Desk
from web.access import Kind, access_of
from web.api.openapi import operations
from workflow.db import uuid7


class Script:
    """A script of one person."""

    def __init__(self, desk: Desk, name: str, *scopes: str) -> None:
        self.client = desk.app.test_client()
        self.headers = desk.token(name, *scopes)

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", json=body, headers={**self.headers, **named})

    def upload(self, name: str = "Biên bản.pdf", content: bytes = SCAN) -> TestResponse:
        data = {"file": (io.BytesIO(content), name)}
        return self.client.post("/api/v1/files", data=data, headers=self.headers)


def problem(answer: TestResponse) -> tuple[int, list[str]]:
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    return answer.status_code, [reason["key"] for reason in answer.json["reasons"]]


def test_the_inbox_of_a_script_is_the_persons(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    told = Script(desk, "head").get("/work-items?search=candidate").json
    assert [(one["case"], one["title"], one["due_on"]) for one in told["items"]] == [
        (desk.code(case_id), "Bình xét tại phòng, đơn vị", "2025-03-10")
    ]
    assert told["count"] == 1
    assert Script(desk, "outsider").get("/work-items").json["items"] == []


@BOTH_DESKS
def test_a_decision_needs_the_version_seen_and_a_key(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, path = Script(desk, "head"), f"/cases/{desk.code(case_id)}"
    act = f"{path}/actions/recognize"
    seen = head.get(path).headers["ETag"]
    body = {"inputs": {"unit_minutes": head.upload().json["id"]}}
    assert problem(head.post(act, body)) == (428, ["api.version_missing"])
    assert problem(head.post(act, body, If_Match=seen)) == (400, ["api.key_missing"])
    assert problem(head.post(act, body, If_Match="*", Idempotency_Key="k")) == (400, ["api.version_form"])
    assert problem(head.post(act, body, If_Match='"1"', Idempotency_Key="k")) == (412, ["conflict.stale"])
    done = head.post(act, body, If_Match=seen, Idempotency_Key="k")
    assert (done.status_code, done.json["state"], done.json["repeated"]) == (200, "recognized_unit", False)
    again = head.post(act, body, If_Match=seen, Idempotency_Key="k")
    assert again.json == {**done.json, "repeated": True}
    other = head.post(act, {"inputs": {}}, If_Match=seen, Idempotency_Key="k")
    assert problem(other) == (422, ["error.key_reused"])
    assert desk.cast.row(case_id).version == done.json["case_version"]


def test_an_item_already_decided_is_409(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = Script(desk, "head")
    item = head.get("/work-items").json["items"][0]
    desk.cast.act("head", case_id, "refuse", reason="Chưa đủ thời gian theo dõi")
    body = {"inputs": {"reason": "Trả lại để bổ sung"}, "item": {"id": item["id"], "version": item["version"]}}
    answer = head.post(
        f"/cases/{item['case']}/actions/send_back", body, If_Match=f'"{item["case_version"]}"', Idempotency_Key="k"
    )
    assert problem(answer) == (409, ["conflict.decided"])


def sent_back(script: Script, path: str, seen: str, action: str = "send_back") -> tuple[int, list[str]]:
    """What a script is told that names no item."""
    body = {"inputs": {"reason": "Trả lại để bổ sung"}}
    return problem(script.post(f"{path}/actions/{action}", body, If_Match=seen, Idempotency_Key=uuid7()))


@BOTH_DESKS
def test_what_was_decided_is_409_and_what_only_moved_412_though_no_item_is_named(desk: Desk) -> None:
    cast = desk.cast
    case_id = case_at(cast, "office_check")
    office, path = Script(desk, "office"), f"/cases/{desk.code(case_id)}"
    first = office.get(path).headers["ETag"]
    do(cast, "office", case_id, "hold")
    assert sent_back(office, path, first) == (412, ["conflict.stale"]), "held since, and still to be decided"
    held = office.get(path).headers["ETag"]
    do(cast, "office", case_id, "clear")
    assert sent_back(office, path, held, "held:clear") == (409, ["conflict.decided"])
    assert sent_back(office, path, held) == (412, ["conflict.stale"])
    second = office.get(path).headers["ETag"]
    do(cast, "office", case_id, "forward")
    assert sent_back(office, path, first) == (409, ["conflict.decided"])
    assert sent_back(office, path, second) == (409, ["conflict.decided"])
    assert sent_back(office, path, second, "withdraw") == (412, ["conflict.stale"]), "it may be withdrawn here too"
    do(cast, "office", case_id, "record_passed")
    assert sent_back(office, path, second) == (409, ["conflict.decided"]), "the Director's return is another one"
    third = office.get(path).headers["ETag"]
    do(cast, "director", case_id, "send_back")
    do(cast, "head", case_id, "resubmit")
    assert sent_back(office, path, second) == (409, ["conflict.decided"]), "here again, but that was another time"
    assert sent_back(office, path, third) == (409, ["conflict.decided"])
    do(cast, "office", case_id, "close")
    assert sent_back(office, path, second, "withdraw") == (409, ["conflict.decided"]), "nothing is left to withdraw"
    assert sent_back(office, path, '"99"') == (412, ["conflict.stale"])


def test_an_item_that_a_hold_replaced_was_not_decided(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    office, path = Script(desk, "office"), f"/cases/{desk.code(case_id)}"
    told = office.get(path).json
    named = {
        "inputs": {"reason": "Trả lại để bổ sung"},
        "item": {key: told["items"][0][key] for key in ("id", "version")},
    }
    for action in ("hold", "clear"):
        do(desk.cast, "office", case_id, action)
    act = f"{path}/actions/send_back"
    assert problem(office.post(act, named, If_Match=f'"{told["version"]}"', Idempotency_Key="k"))[0] == 412
    do(desk.cast, "office", case_id, "forward")
    named["item"] = {"id": "nobody", "version": 1}
    assert problem(office.post(act, named, If_Match=f'"{told["version"]}"', Idempotency_Key="k"))[0] == 404


def test_endorsing_beside_others_is_stale_and_never_decided(desk: Desk) -> None:
    case_id = case_at(desk.cast, "identified")
    script, path = Script(desk, "colleague1"), f"/cases/{desk.code(case_id)}"
    seen, body = script.get(path).headers["ETag"], {"inputs": {"endorsement": "Xứng đáng"}}
    do(desk.cast, "colleague2", case_id, "endorse")
    answer = script.post(f"{path}/actions/endorse", body, If_Match=seen, Idempotency_Key="k")
    assert problem(answer) == (412, ["conflict.stale"])
    do(desk.cast, "head", case_id, "take_up")
    answer = script.post(f"{path}/actions/endorse", body, If_Match=seen, Idempotency_Key="k")
    assert problem(answer) == (412, ["conflict.stale"])


def test_wrong_inputs_are_named_one_by_one(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, path = Script(desk, "head"), f"/cases/{desk.code(case_id)}"
    seen = head.get(path).headers["ETag"]
    answer = head.post(
        f"{path}/actions/send_back",
        {"inputs": {"reason": "ngắn", "state": "closed"}},
        If_Match=seen,
        Idempotency_Key="k",
    )
    assert answer.status_code == 422
    assert answer.json["fields"] == {
        "reason": "Nhập «Lý do» cụ thể hơn, ít nhất 10 chữ cái.",
        "state": "Bỏ “state”: biểu mẫu này không hỏi mục đó.",
    }


def test_actions_tell_every_reason_against_them(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    told = Script(desk, "head").get(f"/cases/{desk.code(case_id)}/actions").json
    forward = next(one for one in told["options"] if one["name"] == "forward")
    assert (forward["allowed"], [reason["text"] for reason in forward["reasons"]]) == (
        False, ["Việc này của: Văn phòng Sở."],
    )  # fmt: skip
    refused = Script(desk, "head").post(
        f"/cases/{desk.code(case_id)}/actions/forward", {}, If_Match=f'"{told["version"]}"', Idempotency_Key="k"
    )
    assert problem(refused) == (403, ["authority.role_missing"])


def test_an_ask_is_answered_at_its_items_version(desk: Desk) -> None:
    case_id = case_at(desk.cast, "cultivating")
    desk.cast.later(days=95)
    desk.cast.run_due()
    mentor, path = Script(desk, "mentor"), f"/cases/{desk.code(case_id)}"
    item = next(one for one in mentor.get(path).json["items"] if one["ask_id"])
    address, body = f"/asks/{item['ask_id']}/answer", {"inputs": {"progress": ["done"]}}
    assert problem(mentor.post(address, body, Idempotency_Key="k"))[0] == 428
    assert problem(mentor.post(address, body, If_Match='"99"', Idempotency_Key="k"))[0] == 412
    version = f'"{item["version"]}"'
    assert Script(desk, "outsider").post(address, body, If_Match=version, Idempotency_Key="k").status_code == 404
    assert mentor.post(address, body, If_Match=version, Idempotency_Key="k").status_code == 200
    assert mentor.post(address, body, If_Match=version, Idempotency_Key="k").json["repeated"] is True
    assert mentor.post(address, body, If_Match=version, Idempotency_Key="k2").status_code == 409


NOMINATE = {"process": "nominee", "action": "nominate"}


@BOTH_DESKS
def test_a_nominee_is_started_once_under_a_key(desk: Desk) -> None:
    script = Script(desk, "nominator")
    inputs = {"life_field": "work", "merit": "Số hóa 12.000 hồ sơ", "evidence": [script.upload().json["id"]]}
    body = {**NOMINATE, "about": {"person": "candidate"}, "inputs": inputs}
    assert problem(script.post("/cases", body)) == (400, ["api.key_missing"])
    first = script.post("/cases", body, Idempotency_Key="n1")
    assert (first.status_code, first.json["state"]) == (201, "identified")
    assert script.post("/cases", body, Idempotency_Key="n1").json == {**first.json, "repeated": True}
    assert len(desk.cast.cases("nominee")) == 1
    assert script.get(f"/cases/{first.json['code']}").json["fields"]["merit"] == "Số hóa 12.000 hồ sơ"


@BOTH_DESKS
@pytest.mark.parametrize(
    "first, second",
    [
        ({"person": "candidate"}, {"person": "colleague1"}),
        ({"person": "candidate"}, {"unit": "cntt"}),
        (
            {"other": {"kind": "person", "name": "Đặng Văn Bảy", "unit": "cntt"}},
            {"other": {"kind": "person", "name": "Đặng Văn Bảy", "unit": "bcvt"}},
        ),
        (
            {"other": {"kind": "person", "name": "Đặng Văn Bảy", "unit": "cntt", "born_on": "1945-09-02"}},
            {"other": {"kind": "person", "name": "Đặng Văn Bảy", "unit": "cntt"}},
        ),
    ],
)
def test_a_used_key_is_refused_for_anybody_else(desk: Desk, first: Any, second: Any) -> None:
    script = Script(desk, "nominator")
    inputs = {"life_field": "work", "merit": "Số hóa 12.000 hồ sơ", "evidence": [script.upload().json["id"]]}
    body = {**NOMINATE, "about": first, "inputs": inputs}
    done = script.post("/cases", body, Idempotency_Key="n1")
    assert done.status_code == 201, done.text
    other = script.post("/cases", {**body, "about": second}, Idempotency_Key="n1")
    assert problem(other) == (422, ["error.key_reused"])
    again = script.post("/cases", body, Idempotency_Key="n1")
    assert (again.status_code, again.json) == (201, {**done.json, "repeated": True})
    assert len(desk.cast.cases("nominee")) == 1


@pytest.mark.parametrize(
    "about, status",
    [
        ({"unit": "cntt"}, 201),
        ({"other": {"kind": "collective", "name": "Tổ số hóa phường 3", "unit": "cntt"}}, 201),
        ({"other": {"kind": "collective", "name": "Tổ số hóa phường 3"}}, 422),
        ({"other": {"kind": "collective", "name": "Tổ số hóa phường 3", "unit": "nowhere"}}, 422),
        ({"person": "candidate", "unit": "cntt"}, 422),
        ({"person": "candidate", "subject_id": "x"}, 422),
        ({"person": "nobody"}, 422),
        ({"subject_id": "nobody"}, 422),
        ({}, 422),
        ({"person": 7}, 422),
        ({"somebody": "x"}, 422),
    ],
)
def test_whom_a_script_names(desk: Desk, about: dict[str, Any], status: int) -> None:
    script = Script(desk, "nominator")
    inputs = {"life_field": "work", "merit": "Số hóa 12.000 hồ sơ", "evidence": [script.upload().json["id"]]}
    answer = script.post("/cases", {**NOMINATE, "about": about, "inputs": inputs}, Idempotency_Key="n")
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{", ""])
def test_what_is_no_object_is_told(desk: Desk, body: str) -> None:
    script = Script(desk, "nominator")
    headers = {**script.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = script.client.post("/api/v1/cases", data=body, headers=headers)
    assert problem(answer) == (400, ["api.no_json"])


def test_cases_are_listed_and_read(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "recognized_unit"))
    office = Script(desk, "office")
    assert [one["code"] for one in office.get("/cases?level=unit&unit=cntt&search=candidate").json["cases"]] == [code]
    assert office.get("/cases?stage=identified").json["cases"] == []
    events = office.get(f"/cases/{code}/history").json["events"]
    assert (events[0]["action"], events[-1]["action"]) == ("nominate", "recognize")
    assert {one["code"] for one in office.get("/directory").json["units"]} >= {"cntt", "vp"}


def test_pages_of_a_list_follow_one_another(desk: Desk) -> None:
    codes = {desk.code(desk.cast.nominate(who=who)) for who in ("candidate", "colleague1", "colleague2")}
    office, found, after = Script(desk, "office"), [], ""
    for _ in range(3):
        told = office.get(f"/cases?limit=1&search=nguyễn&after={after}").json
        found += [one["code"] for one in told["cases"]]
        after = told["next"]
    assert (set(found), after) == (codes, "")


def test_a_file_that_is_not_taken_is_a_problem(desk: Desk) -> None:
    script = Script(desk, "nominator")
    assert problem(script.upload("x.svg", b"<svg/>")) == (422, ["file.type"])
    assert problem(script.post("/files", {})) == (400, ["api.no_file"])


def test_files_are_read_by_those_who_see_the_case(desk: Desk) -> None:
    script = Script(desk, "nominator")
    file_id = script.upload().json["id"]
    with script.get(f"/files/{file_id}") as answer:
        assert answer.data == SCAN
    assert Script(desk, "outsider").get(f"/files/{file_id}").status_code == 404


@pytest.mark.parametrize("path, status", [("/nothing", 404), ("/work-items", 401)])
def test_problems_outside_the_engine_have_the_same_shape(desk: Desk, path: str, status: int) -> None:
    schema = desk.app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]["Problem"]
    answer = desk.app.test_client().get(f"/api/v1{path}")
    assert problem(answer) == (status, [])
    assert set(answer.json) == set(schema["properties"])
    assert answer.json["title"]


def token_routes(desk: Desk) -> list[tuple[str, str, str]]:
    """Method, path, and the scope a token needs for it."""
    found = []
    for rule in desk.app.url_map.iter_rules():
        access = access_of(desk.app.view_functions[rule.endpoint])
        if access.kind is Kind.TOKEN:
            path = re.sub(r"<[^>]+>", "x", rule.rule)
            found += [(method, path, access.name) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


def test_a_cookie_opens_nothing_here(desk: Desk) -> None:
    browser = desk.browser("head")
    for method, path, _ in token_routes(desk):
        assert browser.client.open(path, method=method).status_code == 401, path


def test_a_token_that_may_only_read_acts_nowhere(desk: Desk) -> None:
    script = Script(desk, "head", "read")
    for method, path, scope in token_routes(desk):
        answer = script.client.open(path, method=method, headers=script.headers)
        assert (answer.status_code == 403) == (scope != "read"), path
        assert (scope == "read") <= (method == "GET"), path


def test_who_may_not_see_a_case_finds_none(desk: Desk) -> None:
    code = desk.code(case_at(desk.cast, "unit_appraisal"))
    outsider = Script(desk, "outsider")
    for path in (f"/cases/{code}", f"/cases/{code}/history", f"/cases/{code}/actions"):
        missing = outsider.get(path.replace(code, "DH-1900-0001"))
        found = outsider.get(path)
        assert (found.status_code, found.json) == (404, missing.json)


# --- the document ---------------------------------------------------------------------------------------


def test_every_route_is_documented(desk: Desk) -> None:
    document = desk.app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    written = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    real = {
        (method, re.sub(r"<([^>]+)>", r"{\1}", rule.rule).removeprefix("/api/v1"))
        for rule, method, _ in operations(desk.app)
    }
    assert written == real
    assert len(written) == len(token_routes(desk))


def test_the_document_refers_only_to_what_it_holds(desk: Desk) -> None:
    answer = desk.app.test_client().get("/api/v1/openapi.json")
    named = set(re.findall(r'"#/components/schemas/(\w+)"', answer.text))
    assert named <= set(answer.json["components"]["schemas"])
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def test_answers_have_the_shapes_the_document_says(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = Script(desk, "head")
    schemas = desk.app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]
    for path, name in (("/work-items", "WorkItems"), ("/cases", "CaseLines"), ("/directory", "Directory")):
        assert set(head.get(path).json) == set(schemas[name]["properties"])
    item = head.get("/work-items").json["items"][0]
    assert set(item) == set(schemas["WorkItem"]["properties"])
    assert set(head.get(f"/cases/{item['case']}").json) == set(schemas["Case"]["properties"])
