"""Whatever a stranger's script or form sends: a problem it can read, never a failure of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk, Forms
from web.api.openapi import operations
from web.api.speaking import DEEPEST
from workflow.db import uuid7

HALF, NUL, HUGE = "\ud800", "\0", 10**4000
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-HUGE, HUGE)
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from([HALF, NUL, HUGE, float("nan"), float("inf"), "candidate", "person", "other", "staff", "cntt"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just(HALF), inner, max_size=4),
    max_leaves=12,
)


class Sender:
    """A script that sends whatever it is given to every route that takes a body."""

    def __init__(self, desk: Desk) -> None:
        self.client, self.headers = desk.app.test_client(), desk.token("head")
        self.case = desk.code(case_at(desk.cast, "unit_appraisal"))
        desk.app.testing = False  # a failure is to be answered, not raised
        self.schemas = self.client.get("/api/v1/openapi.json").json["components"]["schemas"]
        self.routes = [(rule.rule, method, said) for rule, method, said in operations(desk.app) if said.body]

    def send(self, path: str, body: str, method: str = "POST", **more: str) -> TestResponse:
        """One request under a key of its own."""
        named = {"If-Match": '"1"', "Idempotency-Key": uuid7(), "Content-Type": "application/json", **more}
        data = body.encode("utf-8", "surrogatepass")
        return self.client.open(path, method=method, data=data, headers={**self.headers, **named})

    def everywhere(self, body: str) -> Iterator[tuple[str, TestResponse]]:
        """This body at every route."""
        for rule, method, said in self.routes:
            path = re.sub(r"<[^>]+>", "x", rule.replace("<code>", self.case).replace("<action>", "send_back"))
            answer = self.send(path, body, method)
            self.check(answer, set(self.schemas[said.answer.__name__]["properties"]))
            yield path, answer

    def check(self, answer: TestResponse, shape: set[str]) -> None:
        """It is the documented answer, or a problem that is the client's own."""
        if answer.status_code < 400:
            assert set(answer.json) == shape
            return
        assert answer.status_code < 500, answer.text
        assert answer.content_type == "application/problem+json"
        assert set(answer.json) == set(self.schemas["Problem"]["properties"])
        assert answer.json["title"]


@pytest.fixture
def sender(desk: Desk) -> Sender:
    return Sender(desk)


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return f'{{"inputs": {{"reason": {opening * depth}{closing * depth}}}}}'


def bodies(part: Any) -> Iterator[Any]:
    """The shapes of the interface with something in each of their places."""
    yield part
    for name in ("inputs", "item", "nil", "process", "action", "about"):
        yield {name: part}
    yield {"inputs": {"reason": part, "unit_minutes": part, "evidence": [part]}}
    yield {"inputs": {}, "item": {"id": part, "version": 1}}
    yield {"inputs": {}, "item": {"id": "x", "version": part}}
    for name in ("person", "unit", "subject_id", "other"):
        yield {"process": "nominee", "action": "nominate", "about": {name: part}}
    for name in ("name", "unit", "born_on", "note", "kind"):
        other = {"kind": "person", "name": "A", "unit": "cntt", name: part}
        yield {"process": "nominee", "action": "nominate", "about": {"other": other}}


@BOTH_DESKS
def test_hostile_values_are_refused_in_every_place(sender: Sender) -> None:
    for part in (HALF, NUL, HUGE, -HUGE, 1e308, float("nan"), float("-inf"), {HALF: 1}, {NUL: [HALF]}):
        for body in bodies(part):
            for path, answer in sender.everywhere(json.dumps(body)):
                assert answer.status_code >= 400, (path, body)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=ANYTHING)
def test_whatever_arrives_is_answered(sender: Sender, body: Any) -> None:
    for one in (body, {"inputs": body}, {"inputs": {"reason": body}}):
        for path, answer in sender.everywhere(json.dumps(one)):
            assert answer.status_code, path


@pytest.mark.parametrize("depth", [DEEPEST, 990, 5_000, 100_000])
@pytest.mark.parametrize("marks", ["[]", ('{"a":', "}")])
def test_what_is_nested_too_deep_is_told(sender: Sender, depth: int, marks: tuple[str, str]) -> None:
    body = nested(depth, *marks).replace('"a":}', '"a":1}')
    for _, answer in sender.everywhere(body):
        assert (answer.status_code, answer.json["reasons"][0]["key"]) == (400, "api.too_deep")


def test_an_unreadable_text_is_named_where_it_stands(sender: Sender) -> None:
    body = {"inputs": {"reason": f"Trả lại {HALF}", f"x{NUL}": ["a", f"{HALF}b"]}}
    for path, answer in sender.everywhere(json.dumps(body)):
        assert (answer.status_code, answer.json["reasons"][0]["key"]) == (422, "api.unreadable"), path
        assert sorted(answer.json["fields"]) == ["inputs.reason", "inputs.x?", "inputs.x?.1"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 5000])
def test_what_json_does_not_know_is_no_json(sender: Sender, number: str) -> None:
    for _, answer in sender.everywhere(f'{{"inputs": {{"reason": {number}}}}}'):
        assert (answer.status_code, answer.json["reasons"][0]["key"]) == (400, "api.no_json")


@BOTH_DESKS
def test_hostile_addresses_are_refused(sender: Sender) -> None:
    for path in ("/cases/%00", "/cases/%ED%A0%80", "/files/%00", "/cases?unit=%00", "/work-items?after=%00&search=%00"):
        answer = sender.client.get(f"/api/v1{path}", headers=sender.headers)
        sender.check(answer, {"items", "next", "count", "cases"} & set(answer.json))


@BOTH_DESKS
@pytest.mark.parametrize("value", ["zzz", "%ED%A0%80", "%00"])
@pytest.mark.parametrize("name", ["_subject", "_person", "_unit", "_kind", "_name", "_other_unit", "_born", "_nonce"])
def test_hostile_nominations_are_refused_at_the_form(desk: Desk, name: str, value: str) -> None:
    desk.app.testing = False
    browser = desk.browser("nominator")
    form = Forms(browser.get("/gioi-thieu").text).to("/nominate")
    for who in ("staff", "unit", "other", "known"):
        sent = {**form.fields, "_who": who, "_kind": "person", "_name": "Đặng Văn Bảy"}
        sent.pop(name, None)
        kept = f"{urlencode(sent, doseq=True)}&{name}={value}"
        answer = browser.client.post(form.action, data=kept, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (400, 422), (who, answer.text)


def test_a_unit_of_another_agency_is_refused_at_its_field(desk: Desk) -> None:
    browser = desk.browser("nominator")
    sent = {"_who": "other", "_kind": "person", "_name": "Đặng Văn Bảy", "_other_unit": uuid7()}
    answer = browser.send(browser.get("/gioi-thieu"), "/nominate", **sent)
    assert answer.status_code == 422
    assert 'id="f-nominate-_other_unit-error"' in answer.text
