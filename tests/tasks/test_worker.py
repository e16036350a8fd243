"""A worker of its own on a real broker: killed, wiped under, sent home; nothing lost and nothing twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import redis
import sqlalchemy as sa

from dev import ROOT
from tasks import celery_app
from tasks.attach import attach, publisher
from tasks.dispatch import Dispatcher
from tests.servers import die_with_parent
from tests.tasks.test_run import free, ordered, row
from tests.tasks.workshop import Workshop
from workflow import outbox
from workflow.clock import wall_now

Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start(workshop: Workshop, redis_url: str) -> Iterator[Start]:
    """Starts worker processes; ends what is left of them, children included."""
    begun: list[subprocess.Popen] = []

    def one(*more: str) -> subprocess.Popen:
        url = workshop.database.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.tasks.worker_process", url, redis_url, *more]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=die_with_parent(),
        )  # fmt: skip
        begun.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield one
    for process in begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def dispatcher(workshop: Workshop, redis_url: str) -> Dispatcher:
    """The clock's: it publishes, and leaves the work to the worker."""
    return attach(workshop, publisher(celery_app.make(redis_url, workshop)), works_itself=False)


def until(condition, seconds=20):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        time.sleep(0.05)


def swept_until(dispatcher: Dispatcher, condition, seconds=40):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        dispatcher.sweep()
        time.sleep(0.2)


def end_leases(workshop: Workshop) -> None:
    """Let the leases of the dead run out now instead of in 20 s."""
    with workshop.database.write() as connection:
        connection.execute(sa.update(outbox.outbox).values(lease_until=wall_now()))


def test_it_works_and_goes_home_when_told(workshop: Workshop, start: Start, dispatcher: Dispatcher):
    process = start()
    workshop.put(*map(str, range(60)))
    workshop.arm("1", "2", "3")
    dispatcher.sweep()
    until(lambda: len(workshop.marks()) == 63)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert len(set(workshop.marks())) == 63


def test_the_broker_is_wiped_and_nothing_is_lost(
    workshop: Workshop, start: Start, dispatcher: Dispatcher, redis_url: str
):
    workshop.put(*map(str, range(40)))
    dispatcher.sweep()
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.llen("cases") > 0
        broker.flushall()
    start()
    swept_until(dispatcher, lambda: len(workshop.marks()) == 40)
    assert len(set(workshop.marks())) == 40


def test_what_lasts_longer_than_the_grace_is_left_to_others(workshop: Workshop, start: Start, dispatcher: Dispatcher):
    process = start("1")
    [slow] = workshop.put("slow")
    dispatcher.sweep()
    assert process.stdout.readline() == "in hand\n"
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert time.monotonic() - told < 10, "it does not wait for half a minute of work"
    assert workshop.status(slow) == "leased"
    end_leases(workshop)
    start()
    swept_until(dispatcher, lambda: workshop.marks() == ["slow"])


@pytest.mark.fault
def test_a_killed_worker_loses_nothing_and_doubles_nothing(workshop: Workshop, start: Start, dispatcher: Dispatcher):
    process = start()
    [slow] = workshop.put("slow")
    dispatcher.sweep()
    assert process.stdout.readline() == "in hand\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    assert workshop.status(slow) == "leased"
    end_leases(workshop)
    workshop.put("quick")
    start()
    swept_until(dispatcher, lambda: sorted(workshop.marks()) == ["quick", "slow"])
    assert workshop.status(slow) == "done"


@pytest.mark.fault
def test_a_run_of_a_killed_worker_is_done_by_another_once(workshop: Workshop, start: Start, dispatcher: Dispatcher):
    process = start()
    run_id = ordered(workshop, "count")
    dispatcher.sweep()
    assert process.stdout.readline() == "in hand\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    free(workshop)
    start()
    swept_until(dispatcher, lambda: row(workshop, run_id)["status"] == "done")
    assert workshop.marks() == ["counted"]


@pytest.mark.fault
def test_a_killed_child_is_replaced(workshop: Workshop, start: Start, dispatcher: Dispatcher):
    process = start()
    workshop.put("slow")
    dispatcher.sweep()
    assert process.stdout.readline() == "in hand\n"
    for child in psutil.Process(process.pid).children():
        child.kill()
    end_leases(workshop)
    workshop.put("quick")
    swept_until(dispatcher, lambda: sorted(workshop.marks()) == ["quick", "slow"])


@pytest.mark.fault
def test_a_sleeping_worker_wakes_to_find_its_work_done_by_others(
    workshop: Workshop, start: Start, dispatcher: Dispatcher
):
    process = start()
    workshop.put("slow")
    dispatcher.sweep()
    assert process.stdout.readline() == "in hand\n"
    os.killpg(process.pid, signal.SIGSTOP)
    end_leases(workshop)
    start()
    swept_until(dispatcher, lambda: workshop.marks() == ["slow"])
    os.killpg(process.pid, signal.SIGCONT)
    time.sleep(1)
    assert workshop.marks() == ["slow"]


def test_publishing_to_a_dead_broker_fails_at_once(workshop: Workshop, caplog):
    nobody = "redis://127.0.0.1:1/0"
    clock = attach(workshop, publisher(celery_app.make(nobody, workshop)), works_itself=True)
    workshop.put("một")
    started = time.monotonic()
    clock.sweep()
    assert time.monotonic() - started < 2
    assert workshop.marks() == ["một"]
    assert "working here instead" in caplog.text
