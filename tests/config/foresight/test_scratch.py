"""A simulated agency: the same seed has the same history, every number of the report is that of the history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.foresight.scratch import live, prepare
from config.installation import read_calendar
from config.settings import SHIPPED_PLANS
from config.wiring import Application
from states.registration import register
from tests.config.foresight.recount import HANOI, Recount
from tests.servers import temporary_folder
from workflow import history, rehearsing, stalls
from workflow.calendar import Calendar
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import Registry
from workflow.simulation.apart import Broken, live_apart
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import LATE_BY, Report
from workflow.simulation.scenario import Scenario
from workflow.verification import verify_seals

FOLDER = SHIPPED_PLANS / "so-tttt-2022-2025"
WANTED = Wanted(date(2025, 1, 2), date(2025, 3, 21), nominees=24, seed=11)
SCENARIO = Scenario(interrupted=20, rests=(2, 20), moves_on=90)


@pytest.fixture(scope="module")
def loaded() -> LoadedPlan:
    registry = Registry()
    register(registry)
    return load_plan(FOLDER, registry=registry)


class Seen:
    """What a test looked at before the scratch database was gone."""

    report: Report
    recount: Recount
    faults: list[object]
    head: str


@pytest.fixture(scope="module")
def lived(loaded: LoadedPlan) -> Seen:
    seen = Seen()

    def look(application: Application) -> None:
        with application.database.read() as connection:
            calendar = Calendar.from_data(read_calendar())
            days = (date(2024, 12, 1) + timedelta(days=number) for number in range(400))
            off = {day for day in days if not calendar.is_working_day(day)}
            seen.recount = Recount(connection, loaded.plan.model_dump(mode="json"), off)
            seals = verify_seals(connection, [])
            seen.faults = [*history.verify(connection), *seals.faults]
            assert not seals.unsealed
        seen.faults += stalls.stalls(application.engine)

    with temporary_folder("ng-foresight-", quick=True) as place:
        prepare(place, Order(WANTED, SCENARIO, loaded, FOLDER))
        seen.report = live(place, WANTED, SCENARIO, look=look)
    return seen


def test_the_history_is_whole_and_nothing_stands_still_unseen(lived: Seen) -> None:
    assert lived.faults == []
    assert lived.report.troubles == {}
    assert lived.report.events > 250


def test_every_number_of_steps_is_that_of_the_history(lived: Seen) -> None:
    end = datetime.combine(WANTED.last + timedelta(days=1), datetime.min.time()) - HANOI
    now = end.replace(tzinfo=wall_now().tzinfo)
    said = {(one.process, one.kind, one.title): asdict(one) for one in lived.report.steps}
    counted = lived.recount.steps(LATE_BY, now)
    assert said.keys() == counted.keys()
    told = {key: {name: said[key][name] for name in counted[key]} for key in said}
    assert [f"{key}: {told[key]} {counted[key]}" for key in said if told[key] != counted[key]] == []
    assert {"state", "ask", "held"} <= {kind for _, kind, _ in said}
    assert sum(one["late"] for one in counted.values()) > 5
    assert sum(one["escalated"] for one in counted.values()) > 5


def test_every_number_of_outcomes_people_days_and_papers_is_that_of_the_history(lived: Seen) -> None:
    report, recount = lived.report, lived.recount
    said = {one.process: (one.began, dict(one.ended), dict(one.running)) for one in report.outcomes}
    assert said == {name: (began, dict(a), dict(b)) for name, (began, a, b) in recount.outcomes().items()}
    days = {
        day.isoformat(): number for day, number in sum(recount.decided.values(), start=type(recount.papers)()).items()
    }
    assert dict(report.days) == days
    assert report.acts == sum(days.values())
    each = sorted((counts.total(), max(counts.values())) for counts in recount.decided.values())
    assert sorted((one.decided, one.peak) for one in report.loads) == each
    assert {one.name: one.made for one in report.papers if one.made} == dict(+recount.papers)
    assert all(one.written == 1 for one in report.papers if one.made)
    assert report.events == recount.events


def test_the_count_can_fail(lived: Seen) -> None:
    """A step that the history does not know would be seen."""
    stay = lived.recount.stays.pop()
    counted = lived.recount.steps(LATE_BY, wall_now())
    lived.recount.stays.append(stay)
    said = {(one.process, one.kind, one.title): one.asked for one in lived.report.steps}
    assert said[stay.key] != counted.get(stay.key, {}).get("asked")


def test_the_same_seed_has_the_same_head_and_another_has_not(loaded: LoadedPlan, lived: Seen) -> None:
    """In children of their own, whose sets are in another order than here."""
    other = Wanted(WANTED.first, date(2025, 1, 24), nominees=3, seed=12)
    same, another = live_apart(
        [Order(WANTED, SCENARIO, loaded, FOLDER), Order(other, SCENARIO, loaded, FOLDER)], "config.foresight.child"
    )
    assert same.audit_head == lived.report.audit_head
    assert another.audit_head != same.audit_head
    assert same.steps == lived.report.steps


def test_a_child_that_breaks_says_what_it_said_last(loaded: LoadedPlan) -> None:
    with pytest.raises(Broken, match="no_such_room"):
        live_apart([Order(WANTED, SCENARIO, loaded)], "config.foresight.no_such_room")


def test_what_stops_the_waiting_ends_the_child(loaded: LoadedPlan) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        live_apart([Order(WANTED, SCENARIO, loaded, FOLDER)], "config.foresight.child", stop)


def test_outside_of_it_time_and_ids_are_the_worlds(lived: Seen) -> None:
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
