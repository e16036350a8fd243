"""How often one address may write to public pages. Kept in this process's memory under a key that dies with it:
nothing on disk ever ties a comment to where it came from."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW = 600.0  # seconds
MOST = 5
REMEMBERED = 10_000


class Crowd:
    """So many in a window from one address; the longest silent is forgotten first."""

    def __init__(self, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._now = most, now
        self._key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> bool:
        """Count one more; False when there were too many."""
        who, now = hashlib.blake2b(address.encode(), digest_size=16, key=self._key).digest(), self._now()
        with self._lock:
            times = [at for at in self._seen.pop(who, []) if at > now - WINDOW]
            fits = len(times) < self._most
            self._seen[who] = [*times, now] if fits else times
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return fits


CROWD = Crowd()
