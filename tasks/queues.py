"""Which wake-up travels in which queue; a message only says "look at these rows"."""

from __future__ import annotations

from dataclasses import dataclass

LIVES_FOR = 60  # seconds: an old wake-up says nothing the next sweep does not


@dataclass(frozen=True)
class Wakeup:
    """One kind of work: the Celery task that does it, the queue it has for itself, rows in one message."""

    task: str
    queue: str
    rows: int


TIMERS = Wakeup("fire", "timers", 25)
CASES = Wakeup("deliver", "cases", 25)
MAIL = Wakeup("deliver", "mail", 5)  # a queue apart: what passes between cases never stands behind mail
RUNS = Wakeup("run", "runs", 1)  # long work, apart: nothing else waits behind it
HOOKS = Wakeup("bring", "hooks", 8)  # receivers, each in a thread of its own: none waits for another that is slow
PULSE = Wakeup("pulse", "cases", 0)  # asks a worker to show itself, by the way that work takes

WAKEUPS = (TIMERS, CASES, MAIL, RUNS, HOOKS)
QUEUES = tuple(wakeup.queue for wakeup in WAKEUPS)
