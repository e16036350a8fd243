"""Receivers are told side by side: one that hangs keeps neither another waiting, nor mail, nor the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tasks.bring import MOST_BESIDE, bring, bring_beside
from tasks.dispatch import Dispatcher
from tasks.queues import HOOKS
from tests.tasks.workshop import Workshop

HANGING = "hangs:0"


def until(true: Callable[[], bool]) -> None:
    stop = time.monotonic() + 10
    while not true():
        assert time.monotonic() < stop
        time.sleep(0.01)


@pytest.fixture
def hanging(workshop: Workshop):
    """One queue that hangs until the test is over."""
    over = workshop.webhooks.slow[HANGING] = threading.Event()
    workshop.webhooks.queues = [HANGING]
    yield workshop
    over.set()
    until(lambda: HANGING in workshop.webhooks.brought)


def test_one_that_hangs_keeps_none_of_its_batch_waiting(hanging: Workshop) -> None:
    threading.Thread(target=bring, args=[hanging, [HANGING, "a:0", "b:0"]], daemon=True).start()
    until(lambda: sorted(hanging.webhooks.brought) == ["a:0", "b:0"])


def test_the_clock_that_works_itself_waits_for_none(hanging: Workshop) -> None:
    hanging.webhooks.queues += ["a:0"]
    hanging.put("x")
    dispatcher = Dispatcher(hanging, None, works_itself=True)
    dispatcher.sweep()
    assert hanging.marks() == ["x"]
    until(lambda: hanging.webhooks.brought == ["a:0"])


def test_each_queue_is_handed_out_by_its_own_way_once(workshop: Workshop) -> None:
    given: list[tuple[object, list[str]]] = []
    workshop.webhooks.queues = [f"{n}:0" for n in range(10)]
    dispatcher = Dispatcher(workshop, lambda wakeup, ids: given.append((wakeup, list(ids))), works_itself=False)
    dispatcher.sweep()
    dispatcher.sweep()
    assert given == [(HOOKS, [f"{n}:0" for n in range(8)]), (HOOKS, ["8:0", "9:0"])]


def test_beside_the_clock_there_are_so_many_at_once_and_no_more(workshop: Workshop) -> None:
    over = threading.Event()
    names = [f"{n}:0" for n in range(MOST_BESIDE + 2)]
    workshop.webhooks.slow = dict.fromkeys(names, over)
    assert bring_beside(workshop, names) == MOST_BESIDE
    assert bring_beside(workshop, names[MOST_BESIDE:]) == 0
    over.set()
    until(lambda: len(workshop.webhooks.brought) == MOST_BESIDE)
    assert bring_beside(workshop, names[MOST_BESIDE:]) == 2


def test_one_that_breaks_takes_none_with_it(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = workshop.webhooks.bring
    monkeypatch.setattr(workshop.webhooks, "bring", lambda which: real(which) if which != "x:0" else 1 / 0)
    assert bring(workshop, ["x:0", "a:0"]) == 2
    assert workshop.webhooks.brought == ["a:0"]
