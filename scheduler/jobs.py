"""The table of what the clock does, and how often; who may act is decided by row claims, never here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scheduler import heartbeat
from workflow import refusals, undoing
from workflow.clock import business_now
from workflow.db import Database
from workflow.idempotency import forget_old


class Cadences(Protocol):
    """The part of the engine that starts what a plan's dates start."""

    def start_due_cadences(self) -> int: ...


class Watched(Protocol):
    """The part of the application that the clock drives."""

    @property
    def database(self) -> Database: ...
    @property
    def engine(self) -> Cadences: ...

    def watch(self) -> object: ...

    def reach(self) -> object: ...

    def seal(self) -> object: ...

    def anchor(self) -> object: ...

    def sweep_files(self) -> object: ...

    def propose_forgetting(self) -> object: ...


@dataclass(frozen=True)
class Job:
    """One line of the table."""

    name: str
    seconds: float
    run: Callable[[], object]


def table(application: Watched, sweep: Callable[[], object]) -> tuple[Job, ...]:
    """Everything that happens by itself."""
    return (
        Job("sweep", 1, sweep),
        Job("cadences", 5, application.engine.start_due_cadences),
        Job("heartbeat", 5, lambda: _beat(application.database)),
        Job("seal", 1, application.seal),
        Job("watch", 60, application.watch),
        Job("reach", 60, application.reach),
        Job("anchor", 60, application.anchor),
        Job("sweep_files", 3600, application.sweep_files),
        Job("propose_forgetting", 3600, application.propose_forgetting),
        Job("forget_requests", 3600, lambda: _forget_requests(application.database)),
    )


def _beat(database: Database) -> None:
    with database.write() as connection:
        heartbeat.beat(connection)


def _forget_requests(database: Database) -> None:
    with database.write() as connection:
        forget_old(connection)
        refusals.forget_old(connection)
        undoing.forget(connection, business_now(connection))
