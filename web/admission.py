"""The door of a web process: what cannot be served soon is told so at once, and nobody may flood it.

Waitress queues without end and stops accepting when it has enough connections: people wait, and watchers with them.
Here a request that finds too many waiting, or a caller that asks too often, is answered by a thread of its own, and
so are those that watch machines.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import Gauge
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from config.settings import WebLimits
from web.watching.counters import PREFIX, REFUSED

LONGEST_WAIT = 2.0  # seconds in the queue
BURST = 5  # seconds' worth of requests at once: a page, its parts, an impatient finger
REMEMBERED = 20_000  # callers; the longest silent is forgotten first
RETRY_AFTER = {429: 5, 503: 2}  # seconds
WATCHED = ("/healthz", "/readyz", "/metrics")
REASONS = {429: "Too Many Requests", 503: "Service Unavailable"}

WAITING = Gauge("requests_waiting", "For a thread, in this process.", namespace=PREFIX)

Page = Callable[[int, bool], tuple[str, str]]
"""(status, for a program?) → media type and body."""


class Refusal(Error):
    """An answer that costs no thread's time."""

    def __init__(self, status: int, kind: str, body: str) -> None:
        super().__init__(body)
        self.code, self.reason, self._kind = status, REASONS[status], kind

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers, body, as waitress wants them."""
        headers = {
            "Content-Type": self._kind, "Retry-After": str(RETRY_AFTER[self.code]), "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'",
        }  # fmt: skip
        return f"{self.code} {self.reason}", list(headers.items()), self.body.encode()


class Rates:
    """A bucket of tokens per caller: `rate` a second, `BURST` seconds' worth at once; 0 lets everybody through."""

    def __init__(self, rate: int, now: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._now = rate, now
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: bytes) -> bool:
        """Whether this caller may ask once more."""
        if not self.rate:
            return True
        now, most = self._now(), float(self.rate * BURST)
        with self._lock:
            left, at = self._left.pop(caller, (most, now))
            left = min(most, left + (now - at) * self.rate)
            self._left[caller] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return left >= 1


class Door:
    """Decides before any work whether a request comes in."""

    def __init__(self, limits: WebLimits, cookie: str, proxy: str = "") -> None:
        self.limits, self._cookie, self._proxy = limits, f"{cookie}=", proxy
        self._clients, self._addresses = Rates(limits.client_rate), Rates(limits.address_rate)

    def refuses(self, path: str, headers: Mapping[str, str], address: str, waiting: int) -> int:
        """The status to turn it away with; 0 lets it in."""
        if path.startswith("/static/"):
            return 503 if waiting >= self.limits.queue else 0
        client = self._client(headers)
        if not self._addresses.take(self._came_from(headers, address).encode()):
            return 429
        if client and not self._clients.take(client):
            return 429
        return 503 if waiting >= self.limits.queue else 0

    def _client(self, headers: Mapping[str, str]) -> bytes:
        """Who says to be signed in, unchecked: a liar's own address is counted too."""
        parts = (part.strip() for part in headers.get("COOKIE", "").split(";"))
        said = headers.get("AUTHORIZATION") or next((part for part in parts if part.startswith(self._cookie)), "")
        return hashlib.blake2b(said.encode(), digest_size=16).digest() if said else b""

    def _came_from(self, headers: Mapping[str, str], address: str) -> str:
        if self._proxy and address == self._proxy:
            return headers.get("X_FORWARDED_FOR", address).rpartition(",")[2].strip()
        return address


class Waiting:
    """A request in the queue; when its turn comes too late, nobody should wait for its work as well."""

    def __init__(self, task: Any, refuse: Callable[[Any, int], None]) -> None:
        self._task, self._refuse, self._since = task, refuse, time.monotonic()

    def service(self) -> None:
        """Do it, or say no."""
        if time.monotonic() - self._since > LONGEST_WAIT:
            self._refuse(self._task, 503)
        self._task.service()

    def cancel(self) -> None:
        """The server ends."""
        self._task.cancel()


def _say_at_once(channel: Any, refusal: Refusal) -> None:
    """Write the answer here and now, in the thread that reads from all connections, and hang up.

    Waking another thread would make it wait for Python's lock behind all those that work: seconds, when they are busy.
    """
    status, headers, body = refusal.to_response()
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    for request in channel.requests:
        request.close()
    channel.requests = []
    channel.close_when_flushed = True
    channel.write_soon("\r\n".join(lines).encode("latin-1") + body)


class Doorkeeper(ThreadedTaskDispatcher):
    """Waitress's threads with a bounded queue before them."""

    def __init__(self, door: Door, page: Page) -> None:
        super().__init__()
        self._door, self._page = door, page
        self._aside = ThreadedTaskDispatcher()
        self._aside.queue_logger = self.queue_logger
        WAITING.set_function(lambda: len(self.queue))
        self._aside.set_thread_count(2)  # one may wait for a database that does not answer

    def add_task(self, task: Any) -> None:
        """Called by the thread that reads from all connections: it must not wait."""
        request = task.requests[0]
        if request.error or request.path in WATCHED:
            self._aside.add_task(task)
            return
        address = task.addr[0] if isinstance(task.addr, tuple) else str(task.addr)
        status = self._door.refuses(request.path, request.headers, address, len(self.queue))
        if status:
            REFUSED.labels(status=str(status)).inc()
            _say_at_once(task, Refusal(status, *self._page(status, request.path.startswith("/api/"))))
            return
        super().add_task(Waiting(task, self._refuse))

    def _refuse(self, task: Any, status: int) -> None:
        REFUSED.labels(status=str(status)).inc()
        request = task.requests[0]
        request.error = Refusal(status, *self._page(status, request.path.startswith("/api/")))

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End the threads, after what was let in is answered, as far as that is possible in time."""
        stop = time.monotonic() + LONGEST_WAIT
        while self.queue and time.monotonic() < stop:
            time.sleep(0.02)
        self._aside.set_thread_count(0)  # they end by themselves; nobody waits for what watches
        return bool(super().shutdown(cancel_pending, timeout))
