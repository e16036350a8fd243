"""The matrix written by hand against what pages, the API and `why` offer; what is not offered is refused."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from tests.roads import case_at
from tests.web.desk import Browser, Desk, Forms
from tests.workflow.nominee_matrix import COLUMNS, FREE, HELD, MOVING, read
from web import cli

STATES = list(dict.fromkeys(name.partition(".")[0] for name in read(FREE)))
PEOPLE = tuple(COLUMNS.values())


def may(table: dict[str, dict[str, str]], person: str, prefix: str = "") -> set[str]:
    """The actions a person may take, by the table."""
    return {
        name.removeprefix(prefix) for name, marks in table.items() if name.startswith(prefix) and marks[person] == "+"
    }


def on_page(browser: Browser, code: str) -> set[str]:
    """The actions a page has a form for; a page one may not open has none."""
    answer = browser.get(f"/ho-so/{code}")
    found = (re.search(r"/lam/([\w:]+)$", form.action) for form in Forms(answer.text).forms)
    return {one[1] for one in found if one}


def in_api(desk: Desk, header: dict[str, str], code: str) -> set[str]:
    """The actions the API says are allowed."""
    answer = desk.app.test_client().get(f"/api/v1/cases/{code}/actions", headers=header)
    options = answer.get_json()["options"] if answer.status_code == 200 else []
    return {one["name"] for one in options if one["allowed"] and one["kind"] == "action"}


def by_why(desk: Desk, person: str, code: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The actions `neuguong why --as` says are allowed."""
    monkeypatch.setenv("NEUGUONG_DATABASE_URL", str(desk.cast.app.settings.database_url))
    answer = CliRunner().invoke(cli.main, ["why", code, "--as", person, "--json"])
    assert answer.exit_code == 0, answer.output
    return {one["name"] for one in json.loads(answer.stdout)["options"] if one["allowed"] and one["kind"] == "action"}


@pytest.fixture
def watched(desk: Desk, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Compares every door for everybody with a table."""
    browsers = {person: desk.browser(person) for person in PEOPLE}
    headers = {person: desk.token(person, "read") for person in PEOPLE}

    def compare(case_id: str, expected: dict[str, set[str]]) -> None:
        code, troubles = desk.code(case_id), []
        for person in PEOPLE:
            doors = {"page": on_page(browsers[person], code), "api": in_api(desk, headers[person], code)}
            if person in ("head", "office", "nominator"):
                doors["why"] = by_why(desk, person, code, monkeypatch)
            troubles += [
                f"{person} by {door}: {sorted(found)} is not {sorted(expected[person])}"
                for door, found in doors.items() if found != expected[person]
            ]  # fmt: skip
        assert not troubles, "\n".join(troubles)

    return compare


@pytest.mark.parametrize("state", STATES)
def test_every_door_offers_what_the_table_says(desk: Desk, watched, state: str) -> None:  # type: ignore[no-untyped-def]
    watched(case_at(desk.cast, state), {person: may(read(FREE), person, f"{state}.") for person in PEOPLE})


@pytest.mark.parametrize(("ground", "table"), [("complaint", HELD), ("moving", MOVING)])
def test_every_door_of_a_held_case(desk: Desk, watched, ground: str, table: str) -> None:  # type: ignore[no-untyped-def]
    case_id = case_at(desk.cast, "unit_appraisal", held=[ground])
    watched(case_id, {person: may(read(table), person) for person in PEOPLE})


@pytest.mark.parametrize("person", ["outsider", "colleague1", "clerk", "director"])
def test_what_is_not_offered_is_refused_and_changes_nothing(desk: Desk, person: str) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    code, before = desk.code(case_id), desk.cast.row(case_id)
    browser, header = desk.browser(person), desk.token(person)
    secret = Forms(browser.get("/ca-nhan").text).forms[0].fields["csrf_token"][0]
    for action in ("recognize", "refuse", "send_back", "hold", "không-có"):
        form = {"csrf_token": secret, "case_version": str(before.version), "reason": "Một lý do đủ dài."}
        assert browser.client.post(f"/ho-so/{code}/lam/{action}", data=form).status_code in (403, 404, 409, 422)
        headers = {**header, "If-Match": f'"{before.version}"', "Idempotency-Key": f"k-{action}"}
        answer = desk.app.test_client().post(
            f"/api/v1/cases/{code}/actions/{action}", json={"inputs": {}}, headers=headers
        )
        assert answer.status_code in (403, 404, 409, 422), answer.text
    assert desk.cast.row(case_id) == before
