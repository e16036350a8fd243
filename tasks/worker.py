"""`neuguong worker`: Celery with processes of its own, consuming a broker that outlives it."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from billiard import active_children
from celery import Celery
from celery.apps.worker import Worker
from celery.signals import worker_process_init, worker_shutting_down

from tasks.queues import QUEUES
from tasks.working import Working

GRACE = 15.0  # seconds for what is in hand when told to stop; the rest is left to others, like a killed worker's
LAST_WORDS = 4.0  # seconds to say goodbye to the broker after that


def run(
    celery: Celery, application: Working, *, concurrency: int, queues: Sequence[str] = QUEUES, grace: float = GRACE
) -> int:
    """Consume until told to stop (TERM finishes what is in hand, for `grace` seconds at most); the exit code."""

    @worker_shutting_down.connect(weak=False)
    def bound_the_end(**_: Any) -> None:
        threading.Thread(target=_end, args=[grace], name="last-resort", daemon=True).start()

    @worker_process_init.connect(weak=False)
    def forget_connections(**_: Any) -> None:
        application.database.engine.dispose(close=False)  # they are the parent's

    application.database.dispose()
    worker = celery.Worker(
        pool="prefork",
        concurrency=concurrency,
        queues=",".join(queues),
        loglevel=logging.getLogger().getEffectiveLevel(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        redirect_stdouts=False,
        quiet=True,
    )
    assert isinstance(worker, Worker)
    worker.start()
    return int(worker.exitcode or 0)


def _end(grace: float) -> None:
    """A child may hang in its work, or for 30 s in billiard's goodbye when its last result was not read."""
    time.sleep(grace)
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    time.sleep(LAST_WORDS)
    os._exit(1)
