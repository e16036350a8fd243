"""A simulated agency: the same seed has the same history, and nothing of it comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.config.foresight.living import SEED, lived, order_of
from workflow import rehearsing
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.simulation.apart import Broken, live_apart


def test_the_same_seed_has_the_same_head_and_another_has_not() -> None:
    """In children of their own, whose sets are in another order than here."""
    order, here = order_of(SEED), lived(SEED).report
    other = replace(order, wanted=replace(order.wanted, last=date(2025, 1, 24), nominees=3, seed=12))
    same, another = live_apart([order, other], "config.foresight.child")
    assert same.audit_head == here.audit_head
    assert another.audit_head != same.audit_head
    assert same.steps == here.steps


def test_a_child_that_breaks_says_what_it_said_last() -> None:
    with pytest.raises(Broken, match="no_such_room"):
        live_apart([replace(order_of(SEED), folder=None)], "config.foresight.no_such_room")


def test_what_stops_the_waiting_ends_the_child() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        live_apart([order_of(SEED)], "config.foresight.child", stop)


def test_outside_of_it_time_and_ids_are_the_worlds() -> None:
    assert lived(SEED).report.acts > 100
    assert rehearsing.current() is None
    assert abs((wall_now() - datetime.now(wall_now().tzinfo)).total_seconds()) < 5
    assert uuid7() < uuid7()


def test_only_a_simulation_rehearses() -> None:
    """What is drawn in a rehearsal can be foretold: nothing that serves people may ever be in one."""
    root = Path(__file__).parents[3]
    rooms = ("web", "scheduler", "tasks", "config", "states", "workflow")
    users = {
        str(path.relative_to(root))
        for room in rooms for path in (root / room).rglob("*.py") if "rehearsing(" in path.read_text("utf-8")
    }  # fmt: skip
    assert users == {"config/foresight/scratch.py", "workflow/rehearsing.py"}
