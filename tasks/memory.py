"""What was handed out a moment ago, so that a sweep each second does not hand it out each second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

AGAIN_AFTER, AGAIN_AT_MOST = 5.0, 60.0  # seconds until a wake-up counts as lost, doubled each time


class Memory:
    """Forgets by itself; nothing is lost with it, because a row not handled is due again."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[str, tuple[float, float, int]] = {}  # a group's first id → quiet until, how long, rows
        self._lock = threading.Lock()

    def fresh(self, groups: Iterable[Sequence[str]]) -> list[Sequence[str]]:
        """The groups not handed out lately; they count as handed out from now on."""
        now = self._now()
        with self._lock:
            self._forget(now)
            return [group for group in groups if self._take(group, now)]

    def release(self, ids: Iterable[str]) -> None:
        """These were not handed out after all: they are fresh at once."""
        with self._lock:
            for key in ids:
                self._until.pop(key, None)

    def stuck(self) -> int:
        """How many rows were handed out more than once: they may never be done, and must not hide the others."""
        with self._lock:
            return sum(rows for _, pause, rows in self._until.values() if pause > AGAIN_AFTER)

    def _take(self, group: Sequence[str], now: float) -> bool:
        until, pause, _ = self._until.get(group[0], (now, AGAIN_AFTER / 2, 0))
        if now < until:
            return False
        pause = min(pause * 2, AGAIN_AT_MOST)
        self._until[group[0]] = (now + pause, pause, len(group))
        return True

    def _forget(self, now: float) -> None:
        if len(self._until) > 1000:
            self._until = {key: row for key, row in self._until.items() if row[0] + AGAIN_AT_MOST > now}
