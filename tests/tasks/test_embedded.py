"""A worker thread on `memory://`: commits are acted on at once, and it stops when asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tasks import celery_app
from tasks.attach import attach, publisher
from tasks.embedded import EmbeddedWorker
from tests.tasks.test_run import ordered
from tests.tasks.workshop import Workshop, mark


@pytest.fixture
def running(workshop: Workshop) -> Iterator[Workshop]:
    celery = celery_app.make("memory://", workshop)
    worker = EmbeddedWorker(celery)
    dispatcher = attach(workshop, publisher(celery), works_itself=True)
    worker.start()
    assert worker.ready.wait(10)
    yield workshop
    dispatcher.stop()
    started = time.monotonic()
    assert worker.stop()
    assert time.monotonic() - started < 5


def until(condition, seconds=10):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "not in time"
        time.sleep(0.02)


def test_a_commit_is_acted_on_without_a_clock(running: Workshop):
    running.put(*map(str, range(40)))
    running.arm("1", "2")
    running.after_commit()
    until(lambda: len(running.marks()) == 42)
    time.sleep(0.3)
    assert len(running.marks()) == 42, "nothing twice"


def test_a_run_is_done_beside_what_else_there_is(running: Workshop):
    go_on = threading.Event()

    def long(work):
        assert go_on.wait(20)
        with running.database.write() as connection:
            mark(connection, "long")
            work.finish(connection)

    running.doers["long"] = long
    ordered(running, "long")
    running.put("quick")
    running.after_commit()
    until(lambda: running.marks() == ["quick"])
    go_on.set()
    until(lambda: sorted(running.marks()) == ["long", "quick"])


def test_what_a_delivery_makes_due_is_delivered_too(running: Workshop):
    def chain(claimed, finish):
        with running.database.write() as connection:
            mark(connection, claimed.payload["text"])
            assert finish(connection)
        left = int(claimed.payload["text"])
        if left:
            running.put(str(left - 1), kind="chain")

    running.handlers["chain"] = chain
    running.put("9", kind="chain")
    running.after_commit()
    until(lambda: len(running.marks()) == 10)


def test_hanging_mail_stops_nothing_else(running: Workshop):
    release, hanging = threading.Event(), []

    def hangs(claimed, finish):
        hanging.append(claimed.id)
        release.wait(20)
        running.mark(claimed, finish)

    running.handlers["notice"] = hangs
    for n in range(6):
        running.put(f"mail {n}", kind="notice", recipient=f"person:{n}")
    running.after_commit()
    until(lambda: len(hanging) == 2)
    running.put("case")
    running.after_commit()
    until(lambda: running.marks() == ["case"])
    assert len(hanging) == 2
    release.set()
    until(lambda: len(running.marks()) == 7)


def test_hanging_mail_and_a_hanging_receiver_stop_neither_cases_nor_other_receivers(running: Workshop):
    release = running.webhooks.slow["hangs:0"] = threading.Event()

    def hangs(claimed, finish):
        release.wait(20)
        running.mark(claimed, finish)

    running.handlers["notice"] = hangs
    for n in range(3):
        running.put(f"mail {n}", kind="notice", recipient=f"person:{n}")
    running.webhooks.queues = ["hangs:0", "a:0"]
    running.after_commit()
    until(lambda: running.webhooks.brought == ["a:0"])
    running.put("case")
    running.after_commit()
    until(lambda: running.marks() == ["case"])
    release.set()
    until(lambda: len(running.marks()) == 4)
    until(lambda: "hangs:0" in running.webhooks.brought)
