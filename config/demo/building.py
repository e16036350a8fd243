"""Builds the demo agency once; stopped in the middle, the next start goes on from there."""

from __future__ import annotations

import logging
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from argon2 import PasswordHasher

from config import installation, organisation
from config.demo.answers import answer_open
from config.demo.hands import advance
from config.demo.stage import Stage, at
from config.demo.steps import Step, script
from config.demo.story import FIRST_DAY, LAST_DAY
from config.readiness import PROGRESS
from config.wiring import Application
from workflow.clock import move_to, setting, wall_now
from workflow.db import insert_ignoring
from workflow.organisation import account, agency, person

_log = logging.getLogger(__name__)

PLAN = "so-tttt-2022-2025"
PASSWORD = "neuguong-2025"


def ensure(application: Application) -> None:
    """The demo stands at 03/11/2025, built when it was not yet; a finished one is left alone."""
    steps = script()
    stage = _opened(application)
    if stage.done > len(steps):
        return
    _log.info("demo: %s of %s steps are there; the rest takes about half a minute", stage.done, len(steps))
    numbered = list(enumerate(steps, start=1))
    for morning, of_day in groupby(numbered, key=lambda pair: at(pair[1].day, 0)):
        for minute, (number, step) in enumerate(of_day):
            if number > stage.done:
                _take(stage, step, number, at(morning.date(), minute * 5))
    advance(application, at(LAST_DAY, 30), lambda: answer_open(stage))
    stage.done = len(steps) + 1
    stage.remember()
    _log.info("demo: stands at %s", LAST_DAY)


def _take(stage: Stage, step: Step, number: int, moment: datetime) -> None:
    """What was due before it, then what its person does."""
    advance(stage.application, moment, lambda: answer_open(stage))
    stage.step = step.name
    step.do(stage)
    stage.done = number
    stage.remember()


def _opened(application: Application) -> Stage:
    """The agency with its plan and people; made at the plan's first day when there is none. Nobody calls it over a
    database of others (`config.readiness.misplaced`)."""
    database = application.database
    with database.read() as connection:
        agency_id = connection.scalar(sa.select(agency.c.id))
    if agency_id is None:
        with database.write() as connection:
            move_to(connection, at(FIRST_DAY, 0))
            row = {"key": PROGRESS, "value": {}, "changed_at": wall_now()}
            connection.execute(insert_ignoring(connection, setting), row)  # from here on this database is the demo's
    folder = application.settings.plans / PLAN
    agency_id, _ = installation.install(application, folder, by="demo")
    with database.read() as connection:
        found = application.catalogue.living_plan(connection, agency_id)
        peopled = connection.scalar(
            sa.select(sa.func.count()).select_from(person).where(person.c.agency_id == agency_id)
        )
    if found is not None and not peopled:
        with database.write() as connection:
            organisation.load(connection, folder, found[1])
            theirs = sa.select(person.c.account_id).where(person.c.agency_id == agency_id)
            known = sa.update(account).where(account.c.id.in_(theirs))
            connection.execute(known.values(password_hash=PasswordHasher().hash(PASSWORD)))
    stage = Stage(application, agency_id)
    stage.recall()
    return stage
