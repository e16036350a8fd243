"""The clock ticks over the table, survives what a job raises, and gives up only on a lost database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError

from scheduler import heartbeat, jobs
from scheduler.clock import Clock
from scheduler.jobs import Job
from tasks.dispatch import Dispatcher
from tests.tasks.workshop import Workshop, furnish
from workflow.clock import wall_now
from workflow.db import Database


@pytest.fixture
def workshop(database_url: str) -> Iterator[Workshop]:
    database = Database(database_url)
    furnish(database)
    yield Workshop(database)
    database.dispose()


def until(condition, seconds=10):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        time.sleep(0.02)


def _last_beat(workshop: Workshop) -> datetime | None:
    with workshop.database.read() as connection:
        return heartbeat.last_beat(connection)


def ticking(*table: Job, patience: float = 30.0) -> Clock:
    clock = Clock(table, patience=patience)
    clock.start()
    return clock


def lost() -> None:
    raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))


def test_it_really_drives(workshop: Workshop):
    workshop.put("một")
    workshop.arm("1")
    dispatcher = Dispatcher(workshop, None, works_itself=True)
    clock = Clock(jobs.table(workshop, dispatcher.sweep))
    assert workshop.marks() == [], "nothing happens before it starts"
    clock.start()
    try:
        until(lambda: len(workshop.marks()) == 2)
        until(lambda: (beat := _last_beat(workshop)) and abs((wall_now() - beat).total_seconds()) < 30)
    finally:
        clock.stop()
    workshop.put("hai")
    time.sleep(1.5)
    assert len(workshop.marks()) == 2, "nothing happens after it stopped"


def test_two_clocks_at_once_do_everything_once(workshop: Workshop):
    workshop.put(*map(str, range(30)))
    workshop.arm(*map(str, range(10)))
    clocks = [ticking(Job("sweep", 0.05, Dispatcher(workshop, None, works_itself=True).sweep)) for _ in range(2)]
    try:
        until(lambda: len(workshop.marks()) >= 40)
        time.sleep(0.3)
    finally:
        for clock in clocks:
            clock.stop()
    assert len(workshop.marks()) == len(set(workshop.marks())) == 40


def test_a_failing_job_runs_again_and_breaks_nothing():
    tries: list[int] = []

    def breaks() -> None:
        tries.append(1)
        raise ZeroDivisionError

    clock = ticking(Job("breaks", 0.05, breaks), patience=0.1)
    try:
        until(lambda: len(tries) >= 4)
        assert not clock.broken.is_set(), "only a lost database is a reason to start anew"
    finally:
        clock.stop()


def test_a_database_that_stays_away_is_a_reason_to_start_anew():
    clock = ticking(Job("lost", 0.05, lost), patience=0.3)
    try:
        assert clock.broken.wait(5)
    finally:
        clock.stop()


def test_a_database_that_comes_back_is_forgiven():
    tries: list[int] = []

    def sometimes() -> None:
        tries.append(1)
        if len(tries) % 2:
            lost()

    clock = ticking(Job("sometimes", 0.05, sometimes), patience=0.3)
    try:
        until(lambda: len(tries) >= 15)
        assert not clock.broken.is_set()
    finally:
        clock.stop()


def test_a_slow_job_never_runs_twice_at_once_and_delays_no_other():
    inside, most, others = [], [], []
    release = threading.Event()

    def slow() -> None:
        inside.append(1)
        most.append(len(inside))
        release.wait(10)
        inside.pop()

    clock = ticking(Job("slow", 0.05, slow), Job("other", 0.05, lambda: others.append(1)))
    try:
        until(lambda: len(others) >= 10)
        assert most == [1]
    finally:
        release.set()
        clock.stop()


def test_every_line_of_the_table_runs(workshop: Workshop):
    table = jobs.table(workshop, lambda: 0)
    assert len({job.name for job in table}) == len(table)
    for job in table:
        job.run()
