"""What is counted and shown to Prometheus: happenings once each, routes as patterns, no code of a case, no person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from tests.cast import Cast
from tests.web.conftest import Town
from tests.web.desk import BOTH_DESKS, Desk
from web.watching import counters
from workflow import outbox, pulse
from workflow.clock import wall_now

TOKEN = "0123456789abcdef0123456789abcdef"


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"neuguong_{name}", labels) or 0.0


def test_a_decision_counts_once_and_its_repeat_as_a_repeat(cast: Cast):
    counters.listen()
    before = count("decisions_total", process="nominee", verb="start"), count("repeats_absorbed_total", kind="request")
    case_id = cast.nominate()
    version = cast.row(case_id).version
    decided = count("decisions_total", process="nominee", verb="act")
    for _ in range(2):
        cast.app.engine.act(
            cast.actor("colleague1"), case_id=case_id, action="endorse", inputs={"endorsement": "Xứng đáng"},
            case_version=version, key="k",
        )  # fmt: skip
    assert count("decisions_total", process="nominee", verb="start") == before[0] + 1
    assert count("decisions_total", process="nominee", verb="act") == decided + 1
    assert count("repeats_absorbed_total", kind="request") == before[1] + 1


def test_how_late_a_timer_was_is_counted(cast: Cast):
    counters.listen()
    cast.nominate()
    before = count("timer_late_seconds_count", kind="remind")
    early = count("timer_late_seconds_bucket", kind="remind", le="10.0")
    cast.later(days=40)
    cast.run_due()
    fired = count("timer_late_seconds_count", kind="remind") - before
    assert fired >= 1
    assert count("timer_late_seconds_bucket", kind="remind", le="10.0") == early, "forty days are not ten seconds"


def test_a_completion_by_dead_hands_is_refused_and_counted(cast: Cast):
    counters.listen()
    cast.nominate()
    cast.later(seconds=31)
    before = count("repeats_absorbed_total", kind="late_end")
    (held, *_) = outbox.claim_due(cast.app.database, 10)
    with cast.app.database.write() as connection:
        assert outbox.finish(connection, held)
    with cast.app.database.write() as connection:
        assert not outbox.finish(connection, held)
    assert count("repeats_absorbed_total", kind="late_end") == before + 1
    cast.run_due()


@BOTH_DESKS
def test_the_page_shows_what_the_rows_say_and_nobody(desk: Desk):
    case_id = desk.cast.nominate()
    desk.cast.later(seconds=31)
    with desk.cast.app.database.write() as connection:
        pulse.beat(connection, pulse.CLOCK)
    code = desk.cast.row(case_id).code
    browser = desk.browser("head")
    assert browser.get(f"/ho-so/{code}").status_code == 200
    said = desk.app.test_client().get("/metrics").text
    shown = dict(re.findall(r"^(neuguong_\S+) (\S+)$", said, re.MULTILINE))
    assert float(shown['neuguong_queue_depth{queue="mail"}']) >= 1
    assert float(shown["neuguong_outbox_oldest_due_seconds"]) >= 1
    assert float(shown['neuguong_seen_seconds_ago{process="clock"}']) < 60
    assert shown['neuguong_seen_seconds_ago{process="worker"}'] == "-1.0"
    assert shown["neuguong_database_up"] == "1.0"
    assert any("/ho-so/<" in name for name in shown)
    assert code not in said
    assert not [row for row in desk.cast.people.values() if row in said]
    assert "Nguyễn" not in said


def test_an_old_lease_shows_its_age(cast: Cast):
    from web.watching.gauges import Rows

    cast.nominate()
    cast.later(seconds=31)
    (held, *_) = outbox.claim_due(cast.app.database, 10)
    with cast.app.database.write() as connection:
        long_ago = wall_now() - timedelta(seconds=100)
        connection.execute(sa.update(outbox.outbox).where(outbox.outbox.c.id == held.id).values(lease_until=long_ago))
    family = {one.name: one for one in Rows(cast.app).collect()}
    (age,) = family["neuguong_lease_oldest_seconds"].samples
    held_for = 100 + outbox.NOTICE_LEASE.total_seconds()
    assert held_for - 1 < age.value < held_for + 20
    cast.run_due()


def test_a_token_is_asked_for_when_there_is_one(town: Town):
    town.app.config["METRICS_TOKEN"] = TOKEN
    client = town.app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("address, status", [("127.0.0.1", 200), ("::1", 200), ("10.0.0.5", 404), ("", 404)])
def test_without_a_token_only_this_machine_may_look(town: Town, address: str, status: int):
    answer = town.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_without_its_database_it_says_so(town: Town):
    with town.database.write() as connection:
        connection.execute(sa.text("DROP TABLE outbox_message"))
    said = town.app.test_client().get("/metrics").text
    assert "neuguong_database_up 0.0" in said
    assert "neuguong_request_seconds" in said
