"""Due timers: as many as can together, the others each in a transaction of its own; one that cannot fire is an incident
and tried again."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Protocol

import sqlalchemy as sa

from workflow import incidents, timers, witness
from workflow.db import Database
from workflow.incidents import Trouble
from workflow.message import Message
from workflow.timers import timer

LONGEST_BATCH = 45.0

_log = logging.getLogger(__name__)


class Clockwork(Protocol):
    """The part of the engine that timers drive."""

    def fire(self, timer_id: str) -> bool: ...
    def fire_together(self, timer_ids: Sequence[str]) -> set[str]: ...
    def sweep_timers(self, among: Sequence[str] | None = None, *, seconds: float = 5.0) -> set[str]: ...


class Firing(Protocol):
    """The part of the application that firing needs."""

    @property
    def database(self) -> Database: ...
    @property
    def engine(self) -> Clockwork: ...


def fire(application: Firing, timer_ids: Sequence[str], *, seconds: float = LONGEST_BATCH) -> int:
    """Fire those timers that are still due, in the order given; how many did something."""
    stop = time.monotonic() + seconds
    fired, left = fire_together(application, timer_ids, seconds=seconds)
    return fired + fire_alone(application, left, seconds=stop - time.monotonic())


def fire_together(
    application: Firing, timer_ids: Sequence[str], *, seconds: float = LONGEST_BATCH
) -> tuple[int, list[str]]:
    """Fire what can be fired beside others: how many, and those that are due still and must be fired alone.

    What only tells is swept first, without a look at what else its case may come to: else its case could move on in
    the same step, and nobody would be told of what they were asked.
    """
    with application.database.read() as connection:  # wake-ups come twice: look before asking for each
        ripe = timers.ripe(connection, timer_ids)
    done = application.engine.sweep_timers(ripe, seconds=seconds) if ripe else set()
    left = [one for one in ripe if one not in done]
    done |= application.engine.fire_together(left) if left else set()
    return len(done), [one for one in left if one not in done]


def fire_alone(application: Firing, timer_ids: Sequence[str], *, seconds: float = LONGEST_BATCH) -> int:
    """Fire each in a transaction of its own, in the order given; how many did something."""
    stop, fired = time.monotonic() + seconds, 0
    for timer_id in timer_ids:
        if time.monotonic() > stop:
            break
        fired += _fire_one(application, timer_id)
    return fired


def _fire_one(application: Firing, timer_id: str) -> bool:
    try:
        with witness.about(timer_id=timer_id):
            return application.engine.fire(timer_id)
    except sa.exc.OperationalError:
        raise  # the database is away or busy: no fault of this timer
    except Exception as failure:
        _log.exception("timer %s cannot fire", timer_id)
        _report(application.database, timer_id, failure)
        return False


def _report(database: Database, timer_id: str, failure: Exception) -> None:
    with database.write() as connection:
        row = connection.execute(sa.select(timer).where(timer.c.id == timer_id)).one_or_none()
        if row is None:
            return
        error = (str(failure) or type(failure).__name__)[:500]
        reason = Message("incident.timer", {"kind": row.kind, "name": row.name, "error": error})
        trouble = Trouble(row.agency_id, "timer", reason, f"timer:{timer_id}", row.case_id, timer_id=timer_id)
        incidents.open_incident(connection, trouble)
