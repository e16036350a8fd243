"""From due rows to wake-ups: after a commit and once a second; nothing depends on the broker's memory."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa

from tasks.bring import bring_beside
from tasks.deliver import deliver
from tasks.fire import fire_alone, fire_together
from tasks.memory import Memory
from tasks.queues import CASES, HOOKS, MAIL, PULSE, RUNS, TIMERS, Wakeup
from tasks.run import beside
from tasks.working import Working
from workflow import outbox, runs, timers

MOST_ROWS = 500  # of one kind in one sweep: what is behind them waits in the database, not in the broker
MOST_MAIL = 4 * outbox.NOTICES_AT_ONCE * MAIL.rows
BROKER_REST = 3.0  # seconds without trying after the broker refused
HERE_AT_MOST = 5.0  # seconds of work in one sweep when this process works itself
SHARES = {
    TIMERS: 2.0,
    CASES: 2.0,
    MAIL: 0.5,
    RUNS: 1.0,
    HOOKS: 1.0,
}  # seconds of them for one kind before the next one has its turn
BREATH = 0.02  # seconds in which commits gather for one sweep

Publish = Callable[[Wakeup, Sequence[str]], None]

_log = logging.getLogger(__name__)


class Dispatcher:
    """Finds what is due and wakes hands for it.

    `publish` puts a wake-up into a broker that somebody listens to, None where nobody does. `works_itself`:
    what cannot be published is done here, bounded, by the same functions (the clock: a dead broker delays
    nothing).
    """

    def __init__(self, application: Working, publish: Publish | None, *, works_itself: bool) -> None:
        self.application = application
        self.publish = publish
        self.works_itself = works_itself
        self._memory = Memory()
        self._rest_until = 0.0
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._process = 0
        self._starting = threading.Lock()

    def sweep(self) -> int:
        """Hand out everything due that was not handed out just now; how many rows that were."""
        stop = time.monotonic() + HERE_AT_MOST
        handed_out = self._told()
        while True:
            published, done_here = self._round(stop)
            handed_out += published + done_here
            if not done_here or time.monotonic() > stop:
                return handed_out

    def _told(self) -> int:
        """The clock itself sees to the timers that only tell: cheaper than to tell a broker of them."""
        if not self.works_itself:
            return 0
        return len(self.application.engine.sweep_timers(seconds=HERE_AT_MOST / 2))

    def _round(self, stop: float) -> tuple[int, int]:
        """One look at what is due: rows published, rows worked on here, a share of time for each kind of work."""
        published = done_here = 0
        until: dict[Wakeup, float] = {}
        for wakeup, batch in self._batches():
            ids = batch
            if wakeup == TIMERS and self.works_itself:  # costs the clock less than a broker, and waits for no busy hand
                fired, ids = fire_together(self.application, batch)
                done_here += fired
            if not ids:
                continue
            if self._published(wakeup, ids):
                published += len(ids)
                continue
            now = time.monotonic()
            if self.works_itself and now < min(until.setdefault(wakeup, now + SHARES[wakeup]), stop):
                done_here += len(ids)
                most = SHARES[MAIL] if wakeup == MAIL else stop - now  # whoever delivers mail goes on with more of it
                WORK[wakeup.task](self.application, ids, seconds=most)
            else:
                self._memory.release(ids)
        return published, done_here

    def nudge(self) -> None:
        """Something may be due: sweep soon, in a thread of its own: no request waits for a broker."""
        if self._process != os.getpid():
            self._start_thread()
        self._wanted.set()

    def ask_worker(self) -> None:
        """Have some worker show itself; where nobody listens, nothing."""
        self._published(PULSE, [])

    def stop(self) -> None:
        """Sweep no more."""
        self._stopped.set()
        self._wanted.set()

    def _start_thread(self) -> None:
        with self._starting:
            if self._process != os.getpid():  # the first nudge of this process, which may be a fork
                self._process = os.getpid()
                threading.Thread(target=self._run, name="dispatch", daemon=True).start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self._stopped.wait(BREATH):
                return
            try:
                self.sweep()
            except Exception:
                _log.exception("nothing handed out; the clock will")

    def _batches(self) -> Iterator[tuple[Wakeup, list[str]]]:
        with self.application.database.read() as connection:
            found = {
                TIMERS: _timers(connection, MOST_ROWS + self._memory.stuck()),
                CASES: [[id_] for id_ in outbox.due_ids(connection, MOST_ROWS, notices=False)],
                MAIL: [[id_] for id_ in outbox.due_ids(connection, MOST_MAIL, notices=True)],
                RUNS: [[id_] for id_ in runs.due_ids(connection)],
                HOOKS: [[which] for which in self.application.webhooks.due(connection)],
            }
        for wakeup, groups in found.items():
            yield from ((wakeup, batch) for batch in _packed(wakeup.rows, self._memory.fresh(groups)))

    def _published(self, wakeup: Wakeup, ids: Sequence[str]) -> bool:
        if self.publish is None or time.monotonic() < self._rest_until:
            return False
        try:
            self.publish(wakeup, ids)
        except Exception as failure:
            self._rest_until = time.monotonic() + BROKER_REST
            instead = "working here instead" if self.works_itself else "the clock will see to it"
            _log.warning("the broker takes nothing (%s); %s", failure or type(failure).__name__, instead)
            return False
        return True


WORK = {TIMERS.task: fire_alone, CASES.task: deliver, RUNS.task: beside, HOOKS.task: bring_beside}


def _timers(connection: sa.Connection, limit: int) -> list[list[str]]:
    """A case's timers stay together, in their order: a second escalation never overtakes the first."""
    of_case: dict[str, list[str]] = defaultdict(list)
    for timer_id, case_id in timers.due(connection, limit):
        of_case[case_id].append(timer_id)
    return list(of_case.values())


def _packed(rows: int, groups: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    batch: list[str] = []
    for group in groups:
        if batch and len(batch) + len(group) > rows:
            yield batch
            batch = []
        batch.extend(group)
    if batch:
        yield batch
