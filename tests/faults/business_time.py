"""Business time moves in steps while processes run; afterwards one can tell when a moment was first reached."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from workflow.clock import business_now, move_to, wall_now
from workflow.db import Database


@dataclass(frozen=True)
class Step:
    """Business time before and after, and the wall's time when it moved."""

    before: datetime
    after: datetime
    wall: datetime


@dataclass
class BusinessTime:
    """Moves an installation's business time and remembers how."""

    database: Database
    steps: list[Step] = field(default_factory=list)

    def step(self, **delta: float) -> None:
        """Business time moves on (or back) at once."""
        with self.database.write() as connection:
            before = business_now(connection)
            after = before + timedelta(**delta)
            move_to(connection, after)
            step = Step(before, after, wall_now())
        self.steps.append(step)

    def wall(self, moment: datetime) -> datetime:
        """When a business moment was first reached, by the wall's clock."""
        reached = list(accumulate((step.after for step in self.steps), max))
        at = bisect_right(reached, moment) - 1
        if at + 1 < len(self.steps) and self.steps[at + 1].before <= moment:
            return self.steps[at + 1].wall  # it lies within a step
        return self.steps[max(at, 0)].wall + (moment - self.steps[max(at, 0)].after)

    def ambiguous(self, moment: datetime) -> bool:
        """Whether business time stood there twice, because it went back: then lateness cannot be told."""
        return any(step.after <= moment <= step.before for step in self.steps if step.after < step.before)
