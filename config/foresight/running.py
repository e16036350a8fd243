"""One simulation from a plan to its report: builds the scratch world, lives in it, counts, throws it away."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from config import wiring
from config.foresight.counting import Render, count
from config.foresight.invented import away, populate, size
from config.installation import put
from config.settings import Settings
from config.wiring import Application
from states.subjects.enrol import enrol_other, enrol_person, enrol_unit
from workflow.clock import day_start
from workflow.db import Database, metadata
from workflow.loading import LoadedPlan
from workflow.rehearsing import Rehearsal, rehearsing
from workflow.simulation.arrivals import Newcomer, amounts, arrivals
from workflow.simulation.dice import Dice
from workflow.simulation.people import HOURS, People
from workflow.simulation.report import Report
from workflow.simulation.scenario import Scenario
from workflow.simulation.world import World

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What to live through: the days, how many people and nominees at least, and the seed."""

    first: date
    last: date
    people: int = 0
    units: int = 0
    nominees: int = 100
    seed: int = 1


def default_days(loaded: LoadedPlan) -> tuple[date, date]:
    """The last year of a plan."""
    plan = loaded.plan
    return max(plan.start, date(plan.end.year, 1, 1)), plan.end


def simulate(
    loaded: LoadedPlan, wanted: Wanted, scenario: Scenario, *, folder: Path | None = None,
    render: Render = str, progress: Progress = lambda done, total: None,
) -> Report:  # fmt: skip
    """Live through a plan; what came of it. `render`: in which language reasons are said."""
    began = time.perf_counter(), time.process_time()
    rehearsal = Rehearsal(wanted.seed, day_start(wanted.first) + timedelta(seconds=1))
    with (
        TemporaryDirectory(prefix="neuguong-", ignore_cleanup_errors=True) as place,
        rehearsing(rehearsal),
        _seldom_collected(),
    ):
        application = _scratch(Path(place))
        try:
            agency_id = _settled(application, loaded, wanted, scenario, folder)
            people = _lived(application, rehearsal, agency_id, (loaded, wanted, scenario), progress)
            said = {name: getattr(wanted, name) for name in ("first", "last", "seed", "nominees")}
            report = count(application, loaded, people, render, said)
            return replace(
                report, seconds=time.perf_counter() - began[0], cpu_seconds=time.process_time() - began[1]
            )
        finally:
            application.dispose()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Nearly nothing that a simulation makes lives on in circles: looking for them as often as usual only takes time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _scratch(place: Path) -> Application:
    url = sa.URL.create("sqlite", database=str(place / "scratch.db")).render_as_string()
    database = Database(url, scratch=True)
    metadata.create_all(database.engine)
    settings = Settings(database_url=url, var=place, files=place / "files", office="")
    return wiring.build(settings, database=database)


def _settled(
    application: Application, loaded: LoadedPlan, wanted: Wanted, scenario: Scenario, folder: Path | None
) -> str:
    """The plan in force on the first day, with its people; the agency's id."""
    database = application.database
    with database.write() as connection:
        agency_id, _ = put(connection, loaded, by="simulation", new_id=database.new_id)
        day = min(loaded.plan.start, wanted.first)
        populate(connection, agency_id, folder, loaded.plan, units=wanted.units, people=wanted.people, day=day)
        calendar = application.catalogue.calendar(connection)
        chance = Dice(wanted.seed).of("away")
        away(connection, agency_id, (wanted.first, wanted.last), scenario.away, calendar, chance)
    return agency_id


def _lived(
    application: Application, rehearsal: Rehearsal, agency_id: str, what: tuple[LoadedPlan, Wanted, Scenario],
    progress: Progress,
) -> People:  # fmt: skip
    loaded, wanted, scenario = what
    handlers = {kind: one for kind, one in application.handlers.items() if kind not in ("notice", "document")}
    world = World(application.engine, handlers, rehearsal)
    dice = Dice(wanted.seed)
    people = People(world, agency_id, scenario, dice, partial(_enrol, agency_id))
    days = [wanted.first + timedelta(days=number) for number in range((wanted.last - wanted.first).days + 1)]
    working = [day for day in days if people.calendar.is_working_day(day)]
    moments = [people.calendar.at_hour(day, hour) for day in working for hour in HOURS]
    with application.database.read() as connection:
        _, staff = size(connection, agency_id)
    counts = amounts(loaded.plan, loaded.definitions, scenario, wanted.nominees, staff, len(days) / 365)
    for one in sorted(arrivals(counts, moments, dice), key=lambda one: one.at):
        world.at(one.at, partial(people.arrive, one))
    total = len(days)
    world.live(
        people.calendar.end_of_day(wanted.last), people.look,
        lambda day: progress(min((day - wanted.first).days, total), total),
    )  # fmt: skip
    return people


def _enrol(agency_id: str, connection: sa.Connection, newcomer: Newcomer) -> str:
    if newcomer.person_id:
        return enrol_person(connection, agency_id, newcomer.person_id, kind=newcomer.kind)
    if newcomer.whole and newcomer.unit_id:
        return enrol_unit(connection, agency_id, newcomer.unit_id, kind=newcomer.kind)
    return enrol_other(connection, agency_id, kind=newcomer.kind, name=newcomer.name, unit_id=newcomer.unit_id)
