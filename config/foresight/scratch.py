"""A scratch database with a plan and its people in it, and the time lived through in it: nothing else is opened."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from config import wiring
from config.foresight.counting import Render, count
from config.foresight.invented import away, populate, size
from config.foresight.samples import Samples
from config.foresight.voting import Voting
from config.installation import put
from config.settings import Settings
from config.wiring import Application
from states.documents.order import MAKE
from states.subjects.enrol import enrol_other, enrol_person, enrol_unit
from workflow.clock import day_start
from workflow.db import Database, metadata
from workflow.identity import load_organisation
from workflow.loading import LoadedPlan
from workflow.organisation import agency
from workflow.outbox import NOTICE
from workflow.rehearsing import Rehearsal, rehearsing
from workflow.simulation.apart import Progress
from workflow.simulation.arrivals import Newcomer, Subjects, amounts, arrivals
from workflow.simulation.beginning import Beginners
from workflow.simulation.dice import Dice
from workflow.simulation.hands import HOURS, Hands
from workflow.simulation.order import Order, Wanted
from workflow.simulation.people import People
from workflow.simulation.report import Report
from workflow.simulation.scenario import Scenario
from workflow.simulation.world import INDEXES, World

FILE = "scratch.db"


def prepare(place: Path, order: Order) -> None:
    """Make the scratch database of an order in a folder: the plan in force on the first day, with its people. Raises
    DefinitionError."""
    wanted, plan = order.wanted, order.loaded.plan
    with rehearsing(Rehearsal(wanted.seed, _begin(wanted))):
        application = _opened(place, scratch=False)
        try:
            metadata.create_all(application.database.engine)
            with application.database.write() as connection:
                for index in INDEXES:
                    connection.exec_driver_sql(index)
                for table, rows in order.there:
                    if rows:
                        connection.execute(sa.insert(table), [dict(row) for row in rows])
                agency_id, _ = put(connection, order.loaded, by="simulation", new_id=application.database.new_id)
                if not order.there:
                    least = {"units": wanted.units, "people": wanted.people}
                    populate(connection, agency_id, order.folder, plan, **least, day=min(plan.start, wanted.first))
                days, chance = (wanted.first, wanted.last), Dice(wanted.seed).of("away")
                calendar = application.catalogue.calendar(connection)
                away(connection, agency_id, days, order.scenario.away, calendar, chance)
        finally:
            application.dispose()


def live(
    place: Path, wanted: Wanted, scenario: Scenario, *, render: Render = str,
    progress: Progress = lambda done, total: None, look: Callable[[Application], None] = lambda application: None,
) -> Report:  # fmt: skip
    """Live through what was prepared; what came of it. `render`: in which language reasons are said; `look`: at the
    scratch agency as it stands in the end, before it is thrown away."""
    began = time.perf_counter(), time.process_time()
    rehearsal = Rehearsal(wanted.seed + 1, _begin(wanted) + timedelta(seconds=1))
    with rehearsing(rehearsal), _seldom_collected():
        application = _opened(place, scratch=True)
        try:
            people, beginners, loaded = _lived(application, rehearsal, wanted, scenario, progress)
            said = {name: getattr(wanted, name) for name in ("first", "last", "seed", "nominees")}
            report = count(application, loaded, (people, beginners), render, said)
            look(application)
        finally:
            application.dispose()
    return replace(report, seconds=time.perf_counter() - began[0], cpu_seconds=time.process_time() - began[1])


def _begin(wanted: Wanted) -> datetime:
    return day_start(wanted.first) + timedelta(seconds=1)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Nearly nothing that a simulation makes lives on in circles: looking for them as often as usual takes time, and
    what stands already (code, mappings) need not be looked through each time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _opened(place: Path, *, scratch: bool) -> Application:
    url = sa.URL.create("sqlite", database=str(place / FILE)).render_as_string()
    settings = Settings(database_url=url, var=place, files=place / "files", office="")
    return wiring.build(settings, database=Database(url, scratch=scratch))


def _lived(
    application: Application, rehearsal: Rehearsal, wanted: Wanted, scenario: Scenario, progress: Progress
) -> tuple[People, Beginners, LoadedPlan]:
    with application.database.read() as connection:
        agency_id = connection.execute(sa.select(agency.c.id)).scalar_one()
        found = application.catalogue.living_plan(connection, agency_id)
        assert found is not None
        lives = {life.definition.process: life.definition for life in application.catalogue.lives(connection, found[0])}
        _, staff = size(connection, agency_id)
        org = load_organisation(connection, agency_id, wanted.first)
    plan = found[1]
    loaded = LoadedPlan(plan, {name: lives[name] for name in plan.processes}, {})
    handlers = {kind: one for kind, one in application.handlers.items() if kind != NOTICE}
    world = World(application.engine, {**handlers, MAKE: Samples(application.database, handlers[MAKE])}, rehearsal)
    dice = Dice(wanted.seed)
    hands = Hands(world, agency_id, scenario)
    beginners = Beginners(hands, dice, partial(_enrol, agency_id), Subjects(org, plan, dice))
    voting = Voting(hands, dice)
    people, hands.units = People(hands, dice, voting.goes_on), beginners.subjects.units
    hands.crowds = [role.name for role in plan.roles.values() if role.everyone]
    days = [wanted.first + timedelta(days=number) for number in range((wanted.last - wanted.first).days + 1)]
    working = [day for day in days if people.calendar.is_working_day(day)]
    moments = [people.calendar.at_hour(day, hour) for day in working for hour in HOURS]
    counts = amounts(plan, loaded.definitions, scenario, wanted.nominees, staff, len(days) / 365)
    for one in sorted(arrivals(counts, moments, dice), key=lambda one: one.at) if moments else ():
        world.at(one.at, partial(beginners.arrive, one))

    def look() -> None:
        people.look()
        voting.look()

    world.live(
        people.calendar.end_of_day(wanted.last), look,
        lambda day: progress(max((day - wanted.first).days, 0), len(days)),
    )  # fmt: skip
    return people, beginners, loaded


def _enrol(agency_id: str, connection: sa.Connection, newcomer: Newcomer) -> str:
    if newcomer.person_id:
        return enrol_person(connection, agency_id, newcomer.person_id, kind=newcomer.kind)
    if newcomer.whole and newcomer.unit_id:
        return enrol_unit(connection, agency_id, newcomer.unit_id, kind=newcomer.kind)
    return enrol_other(connection, agency_id, kind=newcomer.kind, name=newcomer.name, unit_id=newcomer.unit_id)
