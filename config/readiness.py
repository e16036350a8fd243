"""What must be true of the stored data before a process of an installation may run."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from config.wiring import Application
from workflow import clock
from workflow.catalogue import plan_version
from workflow.message import Message
from workflow.readiness import missing_names

_log = logging.getLogger(__name__)


def unready(application: Application) -> Message | None:
    """Why it may not run, in one line. A database that has no tables yet, or is away, is left to what waits for it."""
    try:
        with application.database.read() as connection:
            if not sa.inspect(connection).has_table(plan_version.name):
                return None
            return _clock_moved(connection, application) or _names_missing(connection, application)
    except sa.exc.DBAPIError as failure:
        _log.warning("the database does not answer, nothing was checked: %s", failure.orig)
        return None


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
