"""Everything due is handed out; where the broker is dead or absent, the clock does it itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tasks import dispatch
from tasks.attach import attach
from tasks.dispatch import Dispatcher
from tasks.memory import Memory
from tasks.queues import CASES, MAIL, TIMERS, WAKEUPS
from tests.tasks.workshop import EARLY, Workshop
from workflow.clock import wall_now


class Recorder:
    """A broker that keeps what it is given, or refuses."""

    def __init__(self, refuses: bool = False) -> None:
        self.given: list = []
        self.refuses = refuses

    def __call__(self, wakeup, ids) -> None:
        if self.refuses:
            raise ConnectionRefusedError("no broker")
        self.given.append((wakeup, list(ids)))


def test_each_kind_travels_in_its_own_queue(workshop: Workshop):
    marks = workshop.put("một", "hai")
    mail = workshop.put("ba", kind="notice", recipient="person:p")
    bells = workshop.arm("1", "2")
    workshop.put("held", held=True)
    broker = Recorder()
    assert Dispatcher(workshop, broker, works_itself=True).sweep() == 5
    assert broker.given == [(TIMERS, bells), (CASES, marks), (MAIL, mail)]
    assert workshop.marks() == [], "published work is the worker's"


def test_the_clock_fires_what_can_fire_beside_others_and_tells_the_broker_of_the_rest(workshop: Workshop):
    alone, *together = workshop.arm("alone", "1", "2", "tells")
    workshop.engine.beside, workshop.engine.telling = set(together), {together[2]}
    broker = Recorder()
    assert Dispatcher(workshop, broker, works_itself=True).sweep() == 4
    assert sorted(workshop.marks()) == ["fired 1", "fired 2", "fired tells"]
    assert workshop.engine.asked[0] == together[2], "what only tells is swept before a case may move on"
    assert broker.given == [(TIMERS, [alone])]
    workshop.engine.beside = {alone}
    Dispatcher(workshop, broker, works_itself=False).sweep()
    assert broker.given[1:] == [(TIMERS, [alone])], "a web process fires nothing"


def test_a_second_sweep_does_not_publish_again(workshop: Workshop):
    workshop.put("một")
    broker = Recorder()
    dispatcher = Dispatcher(workshop, broker, works_itself=True)
    assert (dispatcher.sweep(), dispatcher.sweep()) == (1, 0)


def test_batches_are_bounded_and_keep_a_cases_timers_together(workshop: Workshop):
    first = workshop.arm(*map(str, range(20)))
    second = workshop.arm(*map(str, range(20)), case_id="c2", due_at=EARLY - timedelta(days=1))
    workshop.put(*map(str, range(60)))
    broker = Recorder()
    Dispatcher(workshop, broker, works_itself=False).sweep()
    assert [ids for wakeup, ids in broker.given if wakeup == TIMERS] == [second, first]
    assert [len(ids) for wakeup, ids in broker.given if wakeup == CASES] == [25, 25, 10]


def test_timers_not_yet_due_stay(workshop: Workshop):
    workshop.arm("1", due_at=wall_now() + timedelta(hours=1))
    assert Dispatcher(workshop, Recorder(), works_itself=True).sweep() == 0


def test_timers_that_never_fire_do_not_hide_those_behind_them(workshop: Workshop, monkeypatch):
    monkeypatch.setattr(dispatch, "MOST_ROWS", 5)
    workshop.arm(*["broken"] * 6)
    workshop.arm("1", case_id="c2", due_at=wall_now() - timedelta(hours=1))
    now = 0.0
    dispatcher = Dispatcher(workshop, None, works_itself=True)
    dispatcher._memory = Memory(lambda: now)
    for now in (0.0, 6.0, 12.0, 18.0):  # noqa: B007 - the memory looks at it
        dispatcher.sweep()
    assert workshop.marks() == ["fired 1"]


@pytest.mark.parametrize("broker", [None, Recorder(refuses=True)], ids=["no consumer", "dead broker"])
def test_the_clock_works_itself_when_nobody_else_can(workshop: Workshop, broker, caplog):
    workshop.put("một")
    workshop.put("hai", kind="notice", recipient="person:p")
    workshop.arm("1")
    Dispatcher(workshop, broker, works_itself=True).sweep()
    assert workshop.marks() == ["fired 1", "một", "hai"]
    assert ("working here instead" in caplog.text) == (broker is not None)


def test_a_web_process_leaves_it_to_the_clock(workshop: Workshop, caplog):
    workshop.put("một")
    assert Dispatcher(workshop, Recorder(refuses=True), works_itself=False).sweep() == 0
    assert workshop.marks() == []
    assert "the clock will see to it" in caplog.text


def test_a_dead_broker_is_not_asked_for_each_batch(workshop: Workshop, caplog, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dispatch, "BROKER_REST", 600.0)  # longer than a busy machine needs for sixty messages
    monkeypatch.setattr(dispatch, "HERE_AT_MOST", 60.0)  # a busy machine is no finding
    workshop.put(*map(str, range(60)))
    Dispatcher(workshop, Recorder(refuses=True), works_itself=True).sweep()
    assert caplog.text.count("takes nothing") == 1
    assert len(workshop.marks()) == 60


def test_two_clocks_do_everything_once(workshop: Workshop):
    workshop.put(*map(str, range(20)))
    workshop.arm("1", "2")
    for _ in range(2):
        Dispatcher(workshop, None, works_itself=True).sweep()
    assert len(workshop.marks()) == len(set(workshop.marks())) == 22


def test_without_a_broker_a_commit_wakes_nobody(workshop: Workshop):
    attach(workshop, None, works_itself=True)
    assert workshop.listeners == []


def test_a_crowd_of_one_kind_leaves_the_others_their_turn_and_what_had_none_is_not_forgotten(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    workshop.arm(*map(str, range(30)))
    workshop.arm(*map(str, range(30)), case_id="c2")
    workshop.put("một")
    monkeypatch.setattr(dispatch, "SHARES", dict.fromkeys(WAKEUPS, 1e-6))
    assert Dispatcher(workshop, None, works_itself=True).sweep() == 61
    assert workshop.marks().index("một") == 30, "after the first batch of timers, and before the second"
