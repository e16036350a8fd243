"""What this process counts, for Prometheus. Labels are words of a plan or of the code, never a person's or a case's."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Histogram

from workflow import witness

PREFIX = "neuguong"
LATE = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86_400)
LONG = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10)

DECISIONS = Counter("decisions", "What people decided.", ("process", "verb"), namespace=PREFIX)
REPEATS = Counter("repeats_absorbed", "Done once though asked for again.", ("kind",), namespace=PREFIX)
TIMERS = Histogram("timer_late_seconds", "From due to fired.", ("kind",), namespace=PREFIX, buckets=LATE)
CERTIFICATES = Counter("certificate_looks", "Codes of certificates looked up.", ("outcome",), namespace=PREFIX)
REQUESTS = Histogram(
    "request_seconds", "From the thread's start to the answer.", ("method", "route", "status"), namespace=PREFIX,
    buckets=LONG,
)  # fmt: skip
WEBHOOKS = Histogram(
    "webhook_seconds", "From the call of another system to its answer.", ("taken",), namespace=PREFIX, buckets=LONG
)
REFUSED = Counter("requests_refused", "Turned away before any work.", ("status",), namespace=PREFIX)


def listen() -> None:
    """Count from now on what the rooms below tell."""
    if count not in witness.listeners:
        witness.listeners.append(count)


def count(what: str, value: float, labels: Mapping[str, str]) -> None:
    """One thing that happened."""
    match what:
        case "decision":
            DECISIONS.labels(**labels).inc(value)
        case "repeat":
            REPEATS.labels(**labels).inc(value)
        case "timer":
            TIMERS.labels(**labels).observe(max(value, 0))
        case "webhook":
            WEBHOOKS.labels(**labels).observe(value)
        case "certificate":
            CERTIFICATES.labels(**labels).inc(value)
