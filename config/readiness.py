"""What must be true of the stored data before a process of an installation may run."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa

from config import migrations
from config.wiring import Application
from workflow import clock
from workflow.catalogue import plan_version
from workflow.db import Database
from workflow.message import Message
from workflow.organisation import agency
from workflow.readiness import missing_names

PROGRESS = "demo_progress"
"""The setting under which a demo keeps how far it is built: what has none and has agencies belongs to others."""

_log = logging.getLogger(__name__)


def unready(application: Application) -> Message | None:
    """Why it may not run, in one line. A database that has no tables yet, or is away, is left to what waits for it."""
    try:
        with application.database.read() as connection:
            if not sa.inspect(connection).has_table(plan_version.name):
                return None
            return (
                misplaced(connection, demo=application.settings.demo)
                or _of_another_version(connection)
                or _clock_moved(connection, application)
                or _names_missing(connection, application)
            )
    except sa.exc.DBAPIError as failure:
        _log.warning("the database does not answer, nothing was checked: %s", failure.orig)
        return None


def unfit(database: Database, *, demo: bool) -> Message | None:
    """Why this program must not bring the database to its own shape: it belongs to others, or to a newer program."""
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        return None
    with database.read() as connection:
        if sa.inspect(connection).has_table(agency.name) and (others := misplaced(connection, demo=demo)):
            return others
        return newer(migrations.shape(connection))


def misplaced(connection: sa.Connection, *, demo: bool) -> Message | None:
    """A demo sets passwords that everybody knows, and tells no one by mail: never over others."""
    if not demo or not connection.scalar(sa.select(sa.func.count()).select_from(agency)):
        return None
    its_own = sa.select(sa.func.count()).where(clock.setting.c.key == PROGRESS)
    return None if connection.scalar(its_own) else Message("process.not_the_demos")


def _of_another_version(connection: sa.Connection) -> Message | None:
    """Older: half of what this program writes has no place yet. Newer: what the newer one keeps would go unread."""
    shape, expected = migrations.shape(connection), migrations.newest()
    if shape in (None, expected):
        return None
    return newer(shape) or Message("process.older", {"shape": shape, "expected": expected})


def newer(shape: str | None) -> Message | None:
    """What speaks against a shape that this code cannot come from; nothing against none yet."""
    return Message("process.newer", {"shape": shape}) if shape and not migrations.known(shape) else None


def _clock_moved(connection: sa.Connection, application: Application) -> Message | None:
    """Deadlines of a real agency are counted by the real time: a moved clock is for demos and rehearsals."""
    settings = application.settings
    if settings.demo or settings.rehearsal or not clock.offset(connection):
        return None
    return Message("process.clock_moved", {"now": clock.business_now(connection)})


def _names_missing(connection: sa.Connection, application: Application) -> Message | None:
    found = missing_names(connection, application.catalogue, application.registry)
    said = [Message("process.name_of", {"name": one.name, "plan": one.plan, "process": one.process}) for one in found]
    return Message("process.names_missing", {"names": said}) if said else None
