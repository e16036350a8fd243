"""After a restore: the office is told on every page, sees what waits, and opens the way; nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.web.conftest import BOTH, Town
from workflow import fence, outbox
from workflow.clock import wall_now

pytestmark = BOTH
PAGE = "/sau-phuc-hoi"


@pytest.fixture
def restored(town: Town) -> Town:
    """Two decisions and a reminder wait, of before the cut; another agency has one of its own."""
    before = wall_now()
    drafts = [
        outbox.Draft(so.id, "notice", f"person:{so.people[who]}", {"template": template}, f"{template}{who}", before)
        for so, template, who in (
            (town.so, "decision", "binh"), (town.so, "decision", "dung"), (town.so, "reminder", "binh"),
            (town.other, "receipt", "chi"),
        )
    ]  # fmt: skip
    with town.database.write() as connection:
        outbox.enqueue(connection, drafts)
        fence.raise_everywhere(connection, cut_at=datetime(2025, 3, 3, tzinfo=UTC), origin={})
    return town


def test_the_office_is_told_on_every_page(restored: Town) -> None:
    for path in ("/viec", "/danh-ba", "/hop-thu-di"):
        assert "Chưa thư nào được gửi" in restored.signed_in("an").get(path).text
    assert "Chưa thư nào được gửi" not in restored.signed_in("chi").get("/viec").text
    assert "Chưa thư nào được gửi" not in restored.browser().get("/dang-nhap").text


def test_it_shows_its_own_agency_only(restored: Town) -> None:
    page = restored.signed_in("an").get(PAGE).text
    assert "Việc chờ quyết định" in page
    assert "Nhắc việc" in page
    assert "Biên nhận quyết định" not in page
    assert restored.signed_in("chi").get(PAGE).status_code == 403
    assert restored.signed_in("chi").post(PAGE, {"decision": "send"}, seen="/ca-nhan").status_code == 403


def test_a_group_left_open_changes_nothing(restored: Town) -> None:
    an = restored.signed_in("an")
    answer = an.post(PAGE, {"decision": "send", "reminder": "?"}, seen=PAGE)
    assert answer.status_code == 422
    assert "Chọn gửi hay bỏ" in answer.text
    assert '<option value="send" selected>' in answer.text
    with restored.database.read() as connection:
        assert fence.fenced(connection) == {restored.so.id, restored.other.id}


def test_opening_the_way_sends_and_drops_as_chosen(restored: Town) -> None:
    an, woken = restored.signed_in("an"), []
    restored.app.extensions["neuguong"].listeners.append(lambda: woken.append(True))
    answer = an.post(PAGE, {"decision": "send", "reminder": "drop"}, seen=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hop-thu-di")
    assert woken
    with restored.database.read() as connection:
        rows = connection.execute(sa.select(outbox.outbox.c.payload, outbox.outbox.c.status))
        assert sorted((row.payload["template"], row.status) for row in rows) == [
            ("decision", "new"), ("decision", "new"), ("receipt", "new"), ("reminder", "withdrawn"),
        ]  # fmt: skip
        assert fence.fenced(connection) == {restored.other.id}
        assert len(outbox.due_ids(connection, 9)) == 2, "the other agency still waits"
    assert "bỏ 1 thư" in an.get("/hop-thu-di").text
    assert "Không có gì đang bị giữ lại" in an.get(PAGE).text
    assert an.post(PAGE, {"decision": "drop"}, seen="/ca-nhan").status_code == 303, "somebody was quicker"


def test_without_a_restore_there_is_nothing_to_say(town: Town) -> None:
    an = town.signed_in("an")
    assert "Không có gì đang bị giữ lại" in an.get(PAGE).text
    assert "Chưa thư nào được gửi" not in an.get("/viec").text
