"""One's own calendar address: what it says, to whom, nobody's name, and that it opens nothing else."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from tests.roads import case_at, do
from tests.sittings import SITS_ON, convene
from tests.web.desk import BOTH_DESKS, Desk
from web.sign_in.model import api_token
from workflow.history import event
from workflow.organisation import account, person
from workflow.organisation_changes import change_person

PAGE = "/ca-nhan/lich-va-thu"


def address(desk: Desk, who: str) -> str:
    """A new address of this person, as the page shows it."""
    browser = desk.browser(who)
    page = browser.send(browser.get(PAGE), "/dia-chi")
    return re.search(r"/lich/ng_[\w-]{43}\.ics", page.text)[0]  # type: ignore[index]


def entries(desk: Desk, path: str) -> list[tuple[str, date]]:
    """What a calendar program reads there, without a sign-in."""
    answer = desk.app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    assert all(one["CLASS"] == "PRIVATE" and (one.end - one.start).days == 1 for one in found)
    return [(str(one["SUMMARY"]), one.start) for one in found]


@BOTH_DESKS
def test_what_is_asked_stands_there_until_it_is_decided_and_names_nobody(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    path, code = address(desk, "head"), desk.code(case_id)
    [(title, on)] = entries(desk, path)
    [item] = [one for one in desk.cast.open_items(case_id) if one.kind == "state"]
    assert title == f"Hạn {code}: {item.title}"
    assert on == date.fromisoformat(item.due["due_on"])
    text = desk.app.test_client().get(path).text.replace("\r\n ", "")
    assert f"/viec/{item.id}" in text
    with desk.cast.app.database.read() as connection:
        names = connection.scalars(sa.select(person.c.name)).all()
    assert len(names) > 5
    assert not [name for name in names if name in text]
    assert entries(desk, address(desk, "outsider")) == []
    do(desk.cast, "head", case_id, "refuse")
    assert entries(desk, path) == []


def test_a_deputy_has_it_too_while_the_other_is_away(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    path = address(desk, "mentor")
    assert not [one for one in entries(desk, path) if one[0].startswith("Hạn")]
    desk.cast.absent("head", "mentor", date(2025, 3, 1), date(2025, 3, 31))
    assert len(entries(desk, path)) == 1


@BOTH_DESKS
def test_a_meeting_stands_there_for_who_may_read_of_it(desk: Desk) -> None:
    code = desk.code(convene(desk.cast, []))
    for who, reads in (("deputy", True), ("office", True), ("outsider", False)):
        found = [on for title, on in entries(desk, address(desk, who)) if title.startswith(f"Họp {code}: ")]
        assert found == ([date.fromisoformat(SITS_ON)] if reads else []), who


def test_a_calendar_that_did_not_change_is_not_sent_again(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    path, client = address(desk, "head"), desk.app.test_client()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    desk.cast.later(days=1)
    case_at(desk.cast, "identified", who="colleague2")
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_reading_it_changes_nothing(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    path = address(desk, "head")

    def history() -> Any:
        with desk.cast.app.database.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one()

    before = history()
    assert entries(desk, path) == entries(desk, path)
    assert history() == before


def test_a_new_address_ends_the_earlier_and_revoking_ends_it(desk: Desk) -> None:
    first, client = address(desk, "head"), desk.app.test_client()
    second = address(desk, "head")
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    head = desk.browser("head")
    page = head.get(PAGE)
    assert second not in page.text, "shown once"
    assert head.send(page, "/thu-hoi").status_code == 303
    assert client.get(second).status_code == 404
    with desk.cast.app.database.read() as connection:
        rows = connection.execute(sa.select(api_token)).all()
    assert not [row for row in rows if second.split("/")[2].removesuffix(".ics") in map(str, row)], "kept hashed"


def test_it_opens_nothing_else_and_nothing_else_opens_it(desk: Desk) -> None:
    client, path = desk.app.test_client(), address(desk, "head")
    token = path.split("/")[2].removesuffix(".ics")
    assert client.get("/api/v1/work-items", headers={"Authorization": f"Bearer {token}"}).status_code == 403
    for_scripts = desk.token("head")["Authorization"].removeprefix("Bearer ")
    never = client.get(f"/lich/ng_{'x' * 43}.ics")
    for other in (f"/lich/{for_scripts}.ics", "/lich/.ics", "/lich/%00.ics", f"/lich/{'đ' * 400}.ics"):
        assert client.get(other).status_code == 404, other
    assert never.status_code == 404
    listed = re.findall(r"/ca-nhan/ma-truy-cap/[\w-]+/thu-hoi", desk.browser("head").get("/ca-nhan").text)
    assert len(listed) == 1, "the one for scripts"


@pytest.mark.parametrize("gone", ["locked", "left"])
def test_who_is_locked_or_has_left_has_no_calendar(desk: Desk, gone: str) -> None:
    path = address(desk, "head")
    with desk.cast.app.database.write() as connection:
        if gone == "locked":
            now = sa.func.current_timestamp()
            connection.execute(sa.update(account).where(account.c.login == "head").values(disabled_at=now))
    if gone == "left":
        with desk.cast.app.database.write() as connection:
            change_person(connection, desk.cast.agency_id, desk.cast.people["head"], {"ends_on": date(2025, 3, 1)})
    assert desk.app.test_client().get(path).status_code == 404


def test_the_pace_of_mail_is_remembered_and_nonsense_is_refused(desk: Desk) -> None:
    head = desk.browser("head")
    assert head.send(head.get(PAGE), "/thu", pace="daily").status_code == 303
    assert re.search(r'value="daily"[^>]* checked', head.get(PAGE).text)
    answer = head.send(head.get(PAGE), "/thu", pace="never")
    assert answer.status_code == 422
    assert "Hãy chọn một trong hai" in answer.text
