"""Timers fire in order; a broken one is seen, and stops no other."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tasks.fire import fire
from tests.tasks.workshop import Workshop
from workflow import incidents


def test_each_timer_fires_once(workshop: Workshop):
    ids = workshop.arm("1", "2")
    assert fire(workshop, ids) == 2
    assert fire(workshop, ids) == 0
    assert workshop.marks() == ["fired 1", "fired 2"]


def test_a_wakeup_that_comes_again_asks_for_none_of_them(workshop: Workshop):
    ids = workshop.arm("1", "2", "3")
    fire(workshop, ids[:2])
    fire(workshop, ids)
    assert workshop.engine.asked == ids, "the third alone"


def test_a_broken_timer_is_one_incident_and_the_next_fires(workshop: Workshop):
    ids = workshop.arm("broken", "2")
    assert fire(workshop, ids) == 1
    assert fire(workshop, ids) == 0
    assert workshop.marks() == ["fired 2"]
    with workshop.database.read() as connection:
        [trouble] = incidents.listed(connection, "a")
    assert (trouble.timer_id, trouble.case_id) == (ids[0], "c")
    assert incidents.reason(trouble).params["error"] == "broken timer"


def test_a_timer_is_not_blamed_for_the_database(workshop: Workshop):
    ids = workshop.arm("1")
    with workshop.database.write() as connection:
        connection.execute(sa.text("ALTER TABLE timer RENAME TO elsewhere"))
    with pytest.raises(sa.exc.DBAPIError):
        fire(workshop, ids)


def test_an_unknown_timer_is_nothing(workshop: Workshop):
    assert fire(workshop, ["gone"]) == 0
