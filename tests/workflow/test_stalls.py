"""Each kind of stall, made behind the engine's back while a real clock ticks: it becomes an incident that says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from scheduler import jobs
from scheduler.clock import Clock
from scheduler.jobs import Job
from tests.cast import Cast
from tests.roads import case_at, do
from workflow.case import case, link
from workflow.grounds import PARENT
from workflow.incidents import incident, repair
from workflow.organisation import person
from workflow.outbox import outbox
from workflow.stalls import counts, stalls
from workflow.timers import timer
from workflow.worklist import candidate, work_item

UTC = ZoneInfo("UTC")
SOON = 20.0  # seconds of patience with a busy machine; the clock here ticks five times a second


def by_hand(cast: Cast, statement: Any) -> None:
    """What no function of the product would write."""
    with cast.app.database.write() as connection:
        connection.execute(statement)


def stop_timers(cast: Cast, case_id: str) -> None:
    by_hand(cast, sa.update(timer).where(timer.c.case_id == case_id).values(status="cancelled"))


def close_items(cast: Cast, case_id: str) -> None:
    by_hand(cast, sa.update(work_item).where(work_item.c.case_id == case_id).values(status="closed"))


def reasons(cast: Cast, case_id: str, status: str = "open") -> list[str]:
    """Why the case is known to stand still."""
    known = (incident.c.case_id == case_id) & (incident.c.kind == "stalled") & (incident.c.status == status)
    with cast.app.database.read() as connection:
        return [row.reason["key"] for row in connection.execute(sa.select(incident).where(known))]


def until(condition: Callable[[], Any]) -> None:
    stop = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < stop, "not noticed in time"
        time.sleep(0.05)


@pytest.fixture
def ticking(unchecked_cast: Cast) -> Iterator[Cast]:
    """A cast whose clock runs the table's own watch, faster than the table says."""
    watch = {job.name: job for job in jobs.table(unchecked_cast.app, lambda: 0)}["watch"]
    assert watch.seconds <= 60, "noticed within five minutes, with four to spare"
    clock = Clock([Job(watch.name, 0.2, watch.run)])
    clock.start()
    yield unchecked_cast
    clock.stop()


def test_nobodys_turn_and_no_timer(ticking: Cast):
    case_id = ticking.nominate()
    ticking.settle()
    stop_timers(ticking, case_id)
    close_items(ticking, case_id)
    until(lambda: reasons(ticking, case_id) == ["incident.stalled"])
    with ticking.app.database.read() as connection:
        assert counts(connection)["stalled"] == 1
        (reason,) = connection.scalars(sa.select(incident.c.reason).where(incident.c.kind == "stalled"))
    assert reason["params"]["code"] == ticking.row(case_id).code


def test_an_item_that_is_in_no_inbox_finds_its_owner_again(ticking: Cast):
    case_id = ticking.nominate()
    ticking.settle()
    stop_timers(ticking, case_id)
    by_hand(ticking, sa.delete(candidate).where(candidate.c.case_id == case_id))

    def offered() -> int:
        with ticking.app.database.read() as connection:
            rows = sa.select(sa.func.count()).where(candidate.c.case_id == case_id, candidate.c.is_open)
            return connection.scalar(rows) or 0

    until(offered)
    assert reasons(ticking, case_id) == []


def test_everybody_who_might_has_left_and_nobody_said_so(ticking: Cast):
    case_id = case_at(ticking, "office_check")
    ticking.settle()
    stop_timers(ticking, case_id)
    yesterday = date(2025, 3, 2)
    by_hand(ticking, sa.update(person).where(person.c.code.in_(["office", "office2"])).values(ends_on=yesterday))
    until(lambda: reasons(ticking, case_id) == ["incident.stalled_nobody"])
    by_hand(ticking, sa.update(person).where(person.c.code == "office").values(ends_on=None))
    until(lambda: reasons(ticking, case_id, "repaired") == ["incident.stalled_nobody"])


def waiting_for_a_child(cast: Cast) -> tuple[str, str]:
    """A parent that has nothing but its child, and the child."""
    parent_id = case_at(cast, "recognized_province")
    cast.settle()
    (child,) = cast.cases("merit_request")
    stop_timers(cast, parent_id)
    close_items(cast, parent_id)
    assert stalls(cast.app.engine) == [], "the child lives"
    return parent_id, child.id


def test_a_child_that_stands_still_takes_its_parent_along(ticking: Cast):
    parent_id, child_id = waiting_for_a_child(ticking)
    stop_timers(ticking, child_id)
    close_items(ticking, child_id)
    until(lambda: reasons(ticking, child_id) == ["incident.stalled"])
    until(lambda: reasons(ticking, parent_id) in (["incident.stalled_waits"], []))
    assert parent_id not in [one.case_id for one in stalls(ticking.app.engine)], "one incident is enough to be seen"


def test_a_child_that_ended_without_a_word(ticking: Cast):
    parent_id, _ = waiting_for_a_child(ticking)
    children = sa.update(case).where(case.c.parent_id == parent_id)
    by_hand(ticking, children.values(ended_at=datetime(2025, 3, 3, tzinfo=UTC)))
    until(lambda: reasons(ticking, parent_id) == ["incident.stalled_waits"])


def test_a_parent_that_holds_and_is_gone(ticking: Cast):
    parent_id = case_at(ticking, "recognized_province")
    ticking.settle()
    (child,) = ticking.cases("merit_request")
    do(ticking, "office", parent_id, "hold")
    ticking.settle()
    assert PARENT + parent_id in ticking.row(child.id).holds
    stop_timers(ticking, child.id)
    close_items(ticking, child.id)
    by_hand(ticking, sa.update(case).where(case.c.id == parent_id).values(ended_at=datetime(2025, 3, 3, tzinfo=UTC)))
    until(lambda: reasons(ticking, child.id) == ["incident.stalled_waits"])


@pytest.mark.parametrize(
    "lost", [{"status": "done"}, {"status": "leased", "lease_until": datetime(2999, 1, 1, tzinfo=UTC)}]
)
def test_a_word_between_cases_that_never_arrives(ticking: Cast, lost: dict[str, Any]):
    case_id = case_at(ticking, "recognized_province")
    sent = (outbox.c.case_id == case_id) & (outbox.c.kind == "start")
    by_hand(ticking, sa.update(outbox).where(sent).values(**lost))
    papers = (outbox.c.case_id == case_id) & (outbox.c.kind == "document")
    by_hand(ticking, sa.update(outbox).where(papers).values(status="done"))
    stop_timers(ticking, case_id)
    close_items(ticking, case_id)
    by_hand(ticking, sa.delete(link).where(link.c.case_id == case_id))
    until(lambda: reasons(ticking, case_id) == ["incident.stalled"])


def test_called_repaired_and_still_standing(ticking: Cast):
    case_id = ticking.nominate()
    ticking.settle()
    stop_timers(ticking, case_id)
    close_items(ticking, case_id)
    until(lambda: reasons(ticking, case_id))
    with ticking.app.database.write() as connection:
        ident = connection.scalars(sa.select(incident.c.id).where(incident.c.case_id == case_id)).one()
        assert repair(connection, ticking.agency_id, ident, ticking.people["office"])
    until(lambda: reasons(ticking, case_id) == ["incident.stalled"])
