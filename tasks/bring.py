"""Receivers' queues into hands: all of them at once, so that one that is slow keeps nobody else waiting."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

import sqlalchemy as sa

MOST_BESIDE = 8  # receivers at once where the clock itself does it

_log = logging.getLogger(__name__)


class Bringer(Protocol):
    """Whoever knows the queues."""

    def due(self, connection: sa.Connection) -> list[str]: ...
    def bring(self, which: str) -> int: ...


class Bringing(Protocol):
    """The part of the application that bringing needs."""

    @property
    def webhooks(self) -> Bringer: ...
    def after_commit(self) -> None: ...


def bring(application: Bringing, whiches: Sequence[str], *, seconds: float = 0) -> int:
    """Take each of these queues in a thread of its own, and wait for all of them; how many were asked for.

    `seconds` is what other work is given: a queue has its own time.
    """
    threads = [_thread(application, which) for which in whiches]
    for one in threads:
        one.join()
    return len(threads)


_beside = threading.Semaphore(MOST_BESIDE)


def bring_beside(application: Bringing, whiches: Sequence[str], *, seconds: float = 0) -> int:
    """The same without waiting: for the clock, which has no time for slow receivers. How many were taken."""
    taken = [which for which in whiches if _beside.acquire(blocking=False)]
    for which in taken:
        _thread(application, which, _beside)
    return len(taken)


def _thread(application: Bringing, which: str, place: threading.Semaphore | None = None) -> threading.Thread:
    def work() -> None:
        try:
            if application.webhooks.bring(which) and place is not None:
                application.after_commit()
        except Exception:
            _log.exception("a receiver's queue could not be taken; it is due again")
        finally:
            if place is not None:
                place.release()

    made = threading.Thread(target=work, name="bring", daemon=True)
    made.start()
    return made
