"""Runs in hands: done once whoever dies, tried again, given up in words, stopped when told to, lost to others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tasks.dispatch import Dispatcher
from tasks.run import run
from tests.tasks.workshop import Workshop, mark
from workflow import incidents, runs
from workflow.clock import wall_now
from workflow.message import Message, Refused
from workflow.organisation import agency
from workflow.organisation_changes import add_person
from workflow.runs import Stopped, unpacked


def ordered(workshop: Workshop, kind: str, key: str = "one", **wanted: Any) -> str:
    with workshop.database.write() as connection:
        (agency_id,) = connection.scalars(sa.select(agency.c.id)).all()
        person_id = connection.scalar(sa.select(runs.run.c.asked_by).limit(1)) or add_person(
            connection, agency_id, code="P", name="Ai đó", starts_on=wall_now().date()
        )
        return runs.order(connection, runs.Order(agency_id, kind, person_id, wanted, key))


def row(workshop: Workshop, run_id: str) -> Any:
    with workshop.database.read() as connection:
        return connection.execute(sa.select(runs.run).where(runs.run.c.id == run_id)).mappings().one()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        time.sleep(0.1)


def free(workshop: Workshop) -> None:
    """Leases of hands that died end."""
    with workshop.database.write() as connection:
        connection.execute(sa.update(runs.run).values(lease_until=None))


@pytest.mark.fault
def test_what_is_killed_in_its_last_transaction_is_done_once_by_others(workshop: Workshop) -> None:
    run_id = ordered(workshop, "count")
    url = workshop.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.tasks.run_process", url, run_id]
    process = subprocess.Popen([*command, "slow"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in hand\n"
    assert run(workshop, [run_id]) == 0, "while its hands live nobody else takes it"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert row(workshop, run_id)["status"] == "at_work", "the killed one's row stays"
    free(workshop)
    assert workshop.marks() == []
    assert subprocess.run(command, check=False, timeout=60).returncode == 1
    assert workshop.marks() == ["counted"]
    assert (row(workshop, run_id)["status"], row(workshop, run_id)["attempts"]) == ("done", 2)
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_who_lost_the_run_writes_nothing(workshop: Workshop) -> None:
    run_id = ordered(workshop, "slow")

    def slow(work: Any) -> None:
        if work.taken.attempts == 1:
            free(workshop)
            run(workshop, [run_id])  # others take it meanwhile, and end it
        with workshop.database.write() as connection:
            mark(connection, f"try {work.taken.attempts}")
            work.finish(connection)

    workshop.doers["slow"] = slow
    run(workshop, [run_id])
    assert workshop.marks() == ["try 2"]
    assert row(workshop, run_id)["status"] == "done"


def test_what_breaks_is_tried_three_times_and_told(workshop: Workshop) -> None:
    def breaks(work: Any) -> None:
        raise ZeroDivisionError("nobody divides")

    workshop.doers["breaks"] = breaks
    run_id = ordered(workshop, "breaks")
    for _ in range(3):
        assert run(workshop, [run_id]) == 1
        assert run(workshop, [run_id]) == 0, "not at once again"
        free(workshop)
    found = row(workshop, run_id)
    assert (found["status"], [one["key"] for one in found["reasons"]]) == ("failed", ["run.broke"])
    with workshop.database.read() as connection:
        assert [one["reason"]["key"] for one in incidents.listed(connection, found["agency_id"])] == ["incident.run"]
    with workshop.database.write() as connection:
        assert runs.again(connection, found["agency_id"], run_id)
    assert row(workshop, run_id)["status"] == "waiting"


def test_one_that_kills_its_hands_is_given_up(workshop: Workshop) -> None:
    run_id = ordered(workshop, "count")
    for _ in range(3):
        assert runs.claim(workshop.database, run_id) is not None
        free(workshop)
    assert runs.claim(workshop.database, run_id) is None
    assert [one["key"] for one in row(workshop, run_id)["reasons"]] == ["run.died"]


def test_a_refusal_is_told_in_its_words(workshop: Workshop) -> None:
    said = Message("merge.past", {"day": wall_now().date(), "why": Message("merge.same"), "names": ["a"]})

    def refuses(work: Any) -> None:
        raise Refused(said)

    workshop.doers["refuses"] = refuses
    run_id = ordered(workshop, "refuses")
    run(workshop, [run_id])
    found = row(workshop, run_id)
    assert found["status"] == "failed"
    assert unpacked(found["reasons"][0]) == said


def test_one_is_stopped_on_its_way_and_writes_nothing(workshop: Workshop) -> None:
    went_on = threading.Event()

    def long(work: Any) -> None:
        with workshop.database.read() as connection:
            agency_id = connection.scalar(sa.select(agency.c.id))
        with workshop.database.write() as connection:
            runs.stop(connection, str(agency_id), work.taken.id)
        for number in range(1_000):
            work.at(number, 1_000)
            work.beat()
        went_on.set()

    workshop.doers["long"] = long
    run_id = ordered(workshop, "long")
    run(workshop, [run_id])
    assert row(workshop, run_id)["status"] == "stopped"
    assert not went_on.is_set()
    waiting = ordered(workshop, "long", key="another")
    with workshop.database.write() as connection:
        runs.stop(connection, row(workshop, waiting)["agency_id"], waiting)
    assert row(workshop, waiting)["status"] == "stopped"
    assert run(workshop, [waiting]) == 0


def test_never_more_at_once_than_there_are_places(workshop: Workshop) -> None:
    ids = [ordered(workshop, "count", key=str(number)) for number in range(3)]
    with workshop.database.read() as connection:
        assert runs.due_ids(connection) == ids[: runs.AT_ONCE]
    runs.claim(workshop.database, ids[0])
    with workshop.database.read() as connection:
        assert runs.due_ids(connection) == [ids[1]]


def test_the_clock_does_them_beside_its_own_work(workshop: Workshop) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def long(work: Any) -> None:
        begun.set()
        assert go_on.wait(20)
        with workshop.database.write() as connection:
            work.finish(connection)

    workshop.doers["long"] = long
    run_id = ordered(workshop, "long")
    Dispatcher(workshop, None, works_itself=True).sweep()  # type: ignore[arg-type]
    assert begun.wait(20), "and the sweep has ended already"
    go_on.set()
    until(lambda: row(workshop, run_id)["status"] == "done")


def test_stopped_is_no_failure() -> None:
    assert not issubclass(Stopped, Refused)
