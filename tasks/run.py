"""Runs into the hands of whoever does their kind: kept for another lease while they go on, stopped when told to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy as sa

from workflow import runs, witness
from workflow.db import Database
from workflow.message import Refused
from workflow.runs import Claim, Doer, Lost, Stopped

BEAT = 1.0  # seconds between two looks at how far it is
SAID_EVERY = 10.0  # seconds after which the lease is renewed though nothing moved

_log = logging.getLogger(__name__)


class InHand:
    """A run as its doer sees it: what is wanted, how far it is, and its end together with what it wrote."""

    def __init__(self, database: Database, taken: Claim) -> None:
        self.taken = taken
        self.done = self.total = 0
        self._database = database
        self._over: Exception | None = None
        self._told = (0, 0)
        self._told_at = time.monotonic()

    def at(self, done: int, total: int) -> None:
        """So many of so many are done. Raises Stopped or Lost when it shall not go on: whatever is open rolls back."""
        self.done, self.total = done, total
        if self._over is not None:
            raise self._over

    def check(self) -> None:
        """Ask the row itself whether to go on: between two steps that each write something."""
        with self._database.write() as connection:
            runs.still_mine(connection, self.taken, self.done, self.total)

    def finish(self, connection: sa.Connection, status: str = "done", **values: Any) -> None:
        """The run is over, in this transaction. Raises Lost: then nothing of it may be written."""
        runs.end(connection, self.taken, status, done=self.done, total=self.total, **values)

    def beat(self) -> None:
        """Say how far it is, from beside it; a database whose only writer it is itself says nothing in between."""
        now = (self.done, self.total)
        if now == self._told and time.monotonic() - self._told_at < SAID_EVERY:
            return
        try:
            self.check()
            self._told, self._told_at = now, time.monotonic()
        except (Lost, Stopped) as over:
            self._over = over
        except sa.exc.DBAPIError:
            return


class Running(Protocol):
    """The part of the application that runs need."""

    @property
    def database(self) -> Database: ...
    @property
    def doers(self) -> Mapping[str, Doer]: ...
    def after_commit(self) -> None: ...


def run(application: Running, run_ids: Sequence[str], *, seconds: float = 0) -> int:
    """Do those of the runs that are still due, one after the other; how many were taken.

    `seconds` is what other work is given: a run takes the time it takes.
    """
    taken = 0
    for run_id in run_ids:
        claimed = runs.claim(application.database, run_id)
        if claimed is not None:
            taken += 1
            _do(application, claimed)
    return taken


def _do(application: Running, taken: Claim) -> None:
    work = InHand(application.database, taken)
    try:
        with witness.about(run_id=taken.id), _beating(work):
            application.doers[taken.kind](work)
        _log.info("run %s (%s) is over", taken.id, taken.kind)
    except Lost:
        _log.warning("run %s: other hands have it by now, nothing was written", taken.id)
    except Stopped:
        _ended(application, work, "stopped")
    except Refused as refused:
        _ended(application, work, "failed", reasons=runs.all_packed(refused.reasons))
    except Exception as failure:
        _log.exception("run %s (%s), try %s", taken.id, taken.kind, taken.attempts)
        with application.database.write() as connection:
            runs.put_back(connection, taken, str(failure) or type(failure).__name__)


def _ended(application: Running, work: InHand, status: str, **values: Any) -> None:
    with application.database.write() as connection:
        try:
            work.finish(connection, status, **values)
        except Lost:
            _log.warning("run %s was over already", work.taken.id)


@contextmanager
def _beating(work: InHand) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            work.beat()

    thread = threading.Thread(target=beat, name="run-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_place = threading.Lock()


def beside(application: Running, run_ids: Sequence[str], *, seconds: float = 0) -> int:
    """The same in a thread of its own, one at a time: for the clock, which has no time for long work. 0: none began."""
    if not _place.acquire(blocking=False):
        return 0

    def work() -> None:
        try:
            run(application, run_ids)
        except Exception:
            _log.exception("a run could not be taken; it is due again")
        finally:
            _place.release()

    threading.Thread(target=work, name="run", daemon=True).start()
    return len(run_ids)
