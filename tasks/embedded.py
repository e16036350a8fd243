"""A Celery worker as a thread of this process, for the installation without a broker."""

from __future__ import annotations

import logging
import threading
import time

from celery import Celery

CONCURRENCY = 5  # two of them may hang on a mail server, one on other systems

_log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Consumes `memory://` beside the web server; a crashed consumer is started again."""

    def __init__(self, celery: Celery, concurrency: int = CONCURRENCY) -> None:
        self.celery = celery
        self.concurrency = concurrency
        self.ready = threading.Event()
        self._stopping = threading.Event()
        self._worker = None
        self._thread = threading.Thread(target=self._run, name="celery", daemon=True)

    def start(self) -> None:
        """Begin to consume; `ready` is set when it does."""
        self._thread.start()

    def stop(self, seconds: float = 10) -> bool:
        """Finish what is in hand, for so long at most; whether it ended."""
        self._stopping.set()
        if self._worker is not None:
            threading.Thread(target=self._worker.stop, name="celery-stop", daemon=True).start()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._worker = self.celery.WorkController(
                    pool_cls="threads",
                    concurrency=self.concurrency,
                    without_gossip=True,
                    without_mingle=True,
                    without_heartbeat=True,
                    ready_callback=lambda _: self.ready.set(),
                )
                self._worker.start()
            except Exception:
                _log.exception("the worker crashed; starting it again")
                time.sleep(1)
