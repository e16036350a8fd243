"""The heartbeat: APScheduler ticking over the table of jobs. It keeps nothing; rows say what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError

from scheduler.jobs import Job
from workflow.clock import ZONE

PATIENCE = 30.0  # seconds of database failures after which a clock process ends, for its supervisor to start anew

_log = logging.getLogger(__name__)


class Clock:
    """Runs each job at its interval, never twice at once; `broken` once the database stayed away."""

    def __init__(self, jobs: Iterable[Job], *, patience: float = PATIENCE) -> None:
        self.broken = threading.Event()
        self._patience = patience
        self._failing_since: float | None = None
        self._scheduler = BackgroundScheduler(
            timezone=ZONE, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job in jobs:
            self._scheduler.add_job(
                self._tick,
                "interval",
                seconds=job.seconds,
                args=[job],
                id=job.name,
                next_run_time=datetime.now(ZONE),
            )

    def start(self) -> None:
        """Begin to tick, every job at once and then at its interval."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it reports every tick skipped while one runs
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what runs ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _tick(self, job: Job) -> None:
        try:
            job.run()
            self._failing_since = None
        except DBAPIError as failure:
            _log.warning("job %s: the database fails: %s", job.name, failure.orig)
            self._count_failure()
        except Exception:
            _log.exception("job %s failed; it runs again at its time", job.name)

    def _count_failure(self) -> None:
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if now - self._failing_since >= self._patience:
            self.broken.set()


def wait(clock: Clock, told_to_stop: Callable[[], bool]) -> bool:
    """Wait until told to stop; False when the clock broke instead."""
    while not told_to_stop():
        if clock.broken.wait(0.2):
            return False
    return True
