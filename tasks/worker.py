"""`neuguong worker`: Celery with processes of its own, consuming a broker that outlives it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from celery import Celery
from celery.apps.worker import Worker
from celery.signals import worker_process_init

from tasks.celery_app import Working
from tasks.queues import QUEUES


def run(celery: Celery, application: Working, *, concurrency: int, queues: Sequence[str] = QUEUES) -> int:
    """Consume until told to stop (TERM finishes what is in hand); the exit code."""

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
