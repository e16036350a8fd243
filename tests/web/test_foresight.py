"""The page that lets a plan run ahead: asked for, lived through by a real child, shown; nothing real is touched."""

from __future__ import annotations

import re
from datetime import date

import sqlalchemy as sa

from states.foresight.running import KIND, Simulating
from tests.cast import Cast
from tests.web.conftest import Browser
from tests.web.desk import Desk
from workflow.db import metadata
from workflow.organisation import role_grant
from workflow.organisation_changes import revoke_role

SHORT = {"first": "03/03/2025", "last": "31/03/2025", "nominees": "3", "seed": "5"}
WRONG: tuple[dict[str, str], ...] = (
    {"first": "31/02/2025"}, {"last": "01/01/2020"}, {"nominees": "-1"}, {"seed": "9" * 11}, {"plan": "x"},
    {"pace": "never"}, {"forgets": "101"}, {"compare": "1", "other-away": ""},
)  # fmt: skip
WAY = {"pace": "usual", "forgets": "4", "refuses": "8", "away": "12"}


def _filled(page: str, **changed: str) -> dict[str, object]:
    """The form as it is shown, short."""
    (plan, *_) = re.findall(r'<option value="([0-9a-f-]{36})"', page)
    (nonce,) = re.findall(r'name="_nonce" value="([^"]+)"', page)
    ways = {f"{prefix}{name}": value for prefix in ("", "other-") for name, value in (WAY | {"plan": plan}).items()}
    return {"_nonce": nonce, **SHORT, **ways, **changed}


def _rows(cast: Cast) -> dict[str, int]:
    """How much stands in every table but those that any request or run writes to."""
    beside = {"run", "outbox_message", "delivery_log", "sign_in", "setting", "clock"}
    with cast.app.database.read() as connection:
        inspected = sa.inspect(connection)
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
            if name not in beside and inspected.has_table(name)
        }


def test_two_assumptions_side_by_side(desk: Desk) -> None:
    cast, browser = desk.cast, Browser(desk.browser("office").client)
    doer = cast.app.doers[KIND]
    assert isinstance(doer, Simulating)
    page = browser.get("/chay-thu").text
    before = _rows(cast)
    sent = browser.post("/chay-thu", _filled(page, compare="1", **{"other-pace": "slow"}), seen="/chay-thu")
    assert sent.status_code == 303
    cast.run_due()
    run_page = browser.get(sent.location).text
    (report,) = set(re.findall(r'href="(/chay-thu/[0-9a-f-]{36})"', run_page))
    shown = browser.get(report).text
    for heading in (
        "Khác nhau giữa hai phương án",
        "Kết quả theo quy trình",
        "Trễ hạn ở từng bước",
        "Ai làm bao nhiêu",
    ):
        assert heading in shown
    assert "<svg" in shown
    assert "Phòng Công nghệ thông tin" in shown  # the agency's own people
    assert _rows(cast) == before
    assert report in browser.get("/chay-thu").text
    assert desk.browser("head").get(report).status_code == 403


def test_what_is_wrong_is_said_and_what_was_typed_comes_back(desk: Desk) -> None:
    browser = Browser(desk.browser("office").client)
    page = browser.get("/chay-thu").text
    for wrong in WRONG:
        answer = browser.post("/chay-thu", _filled(page, **wrong), seen="/chay-thu")
        assert answer.status_code == 422, wrong
        assert 'value="31/03/2025"' in answer.text or "last" in wrong
    assert browser.get("/chay-thu/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_role_that_ends_is_seen_before_it_does(desk: Desk) -> None:
    cast, browser = desk.cast, Browser(desk.browser("office2").client)
    assert "ngày nào cũng có người làm mọi việc" in browser.get("/chay-thu").text
    with cast.app.database.write() as connection:
        mine = sa.select(role_grant.c.id).where(
            role_grant.c.person_id == cast.people["director"], role_grant.c.role == "council_chair"
        )
        revoke_role(connection, cast.agency_id, connection.execute(mine).scalar_one(), last_day=date(2025, 6, 30))
    page = browser.get("/chay-thu").text
    assert "Từ ngày 01/07/2025:" in page
    assert "Director Nguyễn còn giữ đến hết ngày 30/06/2025." in page
