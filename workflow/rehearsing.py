"""One thread's own time, ids and secrets, so that a rehearsal on a scratch database has the same history every time.

Nobody but `workflow.simulation` enters one: what is drawn here can be foretold, and must never reach a real database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Rehearsal:
    """A clock that stands until it is moved, and chance that a seed decides."""

    seed: int
    moment: datetime
    _chance: random.Random = field(init=False)
    _tick: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def move(self, moment: datetime) -> None:
        """On to a later moment; an earlier one changes nothing, as time never runs backwards."""
        self.moment = max(self.moment, moment)

    def tick(self) -> int:
        """A number that grows with each question and with time: milliseconds in parts of 4096."""
        now = int(self.moment.timestamp() * 1000) * 4096
        self._tick = max(self._tick + 1, now)
        return self._tick

    @property
    def chance(self) -> random.Random:
        """This rehearsal's chance itself, for what is drawn otherwise than as a number."""
        return self._chance

    def bits(self, count: int) -> int:
        """So many bits of this rehearsal's chance."""
        return self._chance.getrandbits(count)


_current: ContextVar[Rehearsal | None] = ContextVar("rehearsal", default=None)


def current() -> Rehearsal | None:
    """The rehearsal of this thread; None in the real world."""
    return _current.get()


@contextmanager
def rehearsing(one: Rehearsal) -> Iterator[Rehearsal]:
    """Within, this thread has the rehearsal's time, ids and secrets; every other thread goes on in the real world."""
    before = _current.set(one)
    try:
        yield one
    finally:
        _current.reset(before)
