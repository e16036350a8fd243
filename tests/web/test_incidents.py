"""Incidents: seen by the office of their agency only; sent again, or marked repaired."""

from __future__ import annotations

import sqlalchemy as sa

from tests.web.conftest import BOTH, Agency, Town
from workflow.clock import wall_now
from workflow.incidents import Trouble, incident, open_incident
from workflow.message import Message
from workflow.outbox import outbox

pytestmark = BOTH

REASON = Message("incident.no_owner", {"roles": ["Thư ký Hội đồng"]})


def trouble(town: Town, so: Agency, key: str, message_id: str | None = None) -> str:
    with town.database.write() as connection:
        open_incident(
            connection, Trouble(so.id, "delivery" if message_id else "no_owner", REASON, key, None, message_id)
        )
        return str(connection.scalar(sa.select(incident.c.id).where(incident.c.dedupe_key == key)))


def failed_message(town: Town) -> str:
    with town.database.write() as connection:
        connection.execute(
            sa.insert(outbox).values(
                id="m1", agency_id=town.so.id, kind="notice", recipient="person:x", payload={"template": "decision"},
                dedupe_key="d1", status="failed", attempts=5, last_error="550 no such user", not_before=wall_now(),
                created_at=wall_now(),
            )
        )  # fmt: skip
    return "m1"


def test_only_the_office_of_the_agency_sees_them(town: Town) -> None:
    trouble(town, town.so, "ours")
    theirs = trouble(town, town.other, "theirs")
    an = town.signed_in("an")
    assert an.get("/su-co").text.count("Thư ký Hội đồng") == 1
    assert an.post(f"/su-co/{theirs}/da-xu-ly", seen="/su-co").status_code == 404
    assert town.signed_in("chi").get("/su-co").status_code == 403
    assert "Sự cố" not in town.signed_in("chi").get("/danh-ba").text


def test_a_repaired_one_moves_to_the_other_list_with_a_name(town: Town) -> None:
    one, an = trouble(town, town.so, "ours"), town.signed_in("an")
    assert an.post(f"/su-co/{one}/da-xu-ly", seen="/su-co").status_code == 303
    assert "Không có sự cố nào" in an.get("/su-co").text
    repaired = an.get("/su-co?xem=repaired").text
    assert "Thư ký Hội đồng" in repaired
    assert "Đặng Thị Ngọc Ánh" in repaired.split("<table")[1]
    assert an.post(f"/su-co/{one}/da-xu-ly", seen="/su-co").status_code == 404


def test_a_failed_delivery_is_sent_again_by_a_button(town: Town) -> None:
    one, other = trouble(town, town.so, "failed", failed_message(town)), trouble(town, town.so, "ours")
    woken: list[bool] = []
    town.app.extensions["neuguong"].listeners.append(lambda: woken.append(True))
    an = town.signed_in("an")
    assert an.get("/su-co").text.count("Gửi lại") == 1
    assert an.post(f"/su-co/{one}/thu-lai", seen="/su-co").status_code == 303
    with town.database.read() as connection:
        assert connection.execute(sa.select(outbox.c.status, outbox.c.attempts)).one() == ("new", 0)
    assert woken
    assert an.post(f"/su-co/{other}/thu-lai", seen="/su-co").status_code == 404


def test_a_long_list_goes_on_on_the_next_page(town: Town) -> None:
    for number in range(51):
        trouble(town, town.so, f"k{number}")
    an = town.signed_in("an")
    first = an.get("/su-co").text
    assert first.count("Thư ký Hội đồng") == 50
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert an.get(following).text.count("Thư ký Hội đồng") == 1
