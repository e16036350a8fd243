"""Time as the clock and the hands would have it: what is due is done by the engine's own functions, in its order."""

from __future__ import annotations

import heapq
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property, partial

import sqlalchemy as sa

from workflow import gathering, outbox, timers
from workflow.calendar import Calendar
from workflow.clock import local_date
from workflow.db import word
from workflow.engine import Engine
from workflow.fixed import fixed
from workflow.outbox import NOTICE, Claim, Handler
from workflow.rehearsing import Rehearsal
from workflow.timers import ARMED, timer

AT_ONCE = 500
MOST_ROUNDS = 1000
FOREVER = 1e9  # seconds a batch may take: how much fits must not depend on the machine

_log = logging.getLogger(__name__)


class World:
    """A virtual clock over an engine, an agenda of what people have in mind, and what became of it."""

    def __init__(self, engine: Engine, handlers: Mapping[str, Handler], rehearsal: Rehearsal) -> None:
        self.engine, self.rehearsal = engine, rehearsal
        self.troubles: Counter[str] = Counter()  # what could not be fired or delivered, by what was said
        self._handlers = handlers
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = 0
        self._broken: set[str] = set()
        self._due: datetime | None = None

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.rehearsal.moment

    @property
    def today(self) -> date:
        """The local day."""
        return local_date(self.now)

    def at(self, moment: datetime, call: Callable[[], None]) -> None:
        """Have somebody do something at a moment, or now if that is over; of one moment in the order said."""
        self._numbers += 1
        heapq.heappush(self._agenda, (max(moment, self.now), self._numbers, call))

    def live(self, until: datetime, look: Callable[[], None], each_day: Callable[[date], None]) -> None:
        """To a moment: what is due first, then what people have in mind; `look` sees what is asked anew."""
        day = None
        while (moment := self._next(until)) is not None:
            self.rehearsal.move(moment)
            if self.today != day:
                day = self.today
                each_day(day)
                self._put_letters_away()
                self._due = self.now if self.engine.start_due_cadences() else self._due
            if self._due is not None and self._due <= self.now:
                self.settle()
            while self._agenda and self._agenda[0][0] <= self.now:
                heapq.heappop(self._agenda)[2]()
            look()
        self.rehearsal.move(until)
        self.settle()
        self._put_letters_away()

    def settle(self) -> None:
        """Fire and deliver what is due now, and what follows from it now."""
        for _ in range(MOST_ROUNDS):
            with self.engine.database.glance() as connection:
                ripe = [one for one, _ in timers.due(connection, AT_ONCE) if one not in self._broken]
                messages = [
                    one for one in outbox.due_ids(connection, AT_ONCE, notices=False) if one not in self._broken
                ]
            if ripe:
                self._fire(ripe)
            for claimed in outbox.claim(self.engine.database, messages) if messages else ():
                self._deliver(claimed)
            self._due = self._next_due()
            if self._due is None or self._due > self.now or not (ripe or messages):
                return
        raise RuntimeError("the simulation never comes to rest")

    def _next_due(self) -> datetime | None:
        """When the next timer or message is due; what is broken stays due and counts no more."""
        with self.engine.database.glance() as connection:
            return min((gathering.moment(one) for one in _NEXT.first(connection, {}) if one is not None), default=None)

    def _next(self, until: datetime) -> datetime | None:
        """The next moment at which anything happens; each day begins, as the plan's dates are looked at then."""
        self._due = self._next_due()
        moments = [self.calendar.end_of_day(self.today)]
        if self._due is not None:
            moments.append(max(self._due, self.now) if self._due > self.now or not self._broken else moments[0])
        if self._agenda:
            moments.append(self._agenda[0][0])
        moment = min(moments)
        return None if moment > until else moment

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        with self.engine.database.read() as connection:
            return self.engine.catalogue.calendar(connection)

    def _fire(self, ripe: list[str]) -> None:
        done = self.engine.sweep_timers(ripe, seconds=FOREVER)
        left = [one for one in ripe if one not in done]
        done |= self.engine.fire_together(left) if left else set()
        for timer_id in left:
            if timer_id not in done:
                self._fire_one(timer_id)

    def _fire_one(self, timer_id: str) -> None:
        try:
            self.engine.fire(timer_id)
        except Exception as failure:
            self._break(timer_id, failure)

    def _deliver(self, claimed: Claim) -> None:
        finish = partial(outbox.finish, claimed=claimed)
        try:
            handler = self._handlers.get(claimed.kind)
            if handler is not None:
                handler(claimed, finish)
                return
            with self.engine.database.write() as connection:
                finish(connection)
        except Exception as failure:
            self._break(claimed.id, failure)
            with self.engine.database.write() as connection:
                outbox.fail(connection, claimed, str(failure), permanent=True)

    def _break(self, ident: str, failure: Exception) -> None:
        self._broken.add(ident)
        self.troubles[str(failure) or type(failure).__name__] += 1
        _log.warning("in the simulation: %r", failure)

    def _put_letters_away(self) -> None:
        """Nobody reads them here: as good as sent, all of them at once."""
        with self.engine.database.write() as connection:
            connection.execute(_LETTERS, {"done_at": self.now})


_LETTERS = (
    sa.update(outbox.outbox)
    .where(outbox.waits(outbox.outbox), outbox.outbox.c.status == outbox.NEW, outbox.outbox.c.kind == NOTICE)
    .values(status="done", done_at=sa.bindparam("done_at"))
)
_WAITING = sa.and_(outbox.outbox.c.status == outbox.NEW, outbox.outbox.c.kind != word(NOTICE))
_MESSAGES = sa.select(sa.func.min(outbox.outbox.c.not_before)).where(_WAITING)
_TIMERS = sa.select(sa.func.min(timer.c.due_at)).where(timer.c.status == ARMED)
_NEXT = fixed(sa.select(_TIMERS.scalar_subquery(), _MESSAGES.scalar_subquery()), "sqlite")
INDEXES = (
    f"CREATE INDEX ix_scratch_next ON outbox_message (not_before) WHERE status = 'new' AND kind != '{NOTICE}'",
    "CREATE INDEX ix_scratch_namesakes ON case_ (agency_id, unit_id, folded) WHERE ended_at IS NULL",  # at each start
    "CREATE INDEX ix_scratch_papers ON file (agency_id, uploaded_by) WHERE case_id IS NULL",  # as many as forms refused
)
"""What a scratch database has besides, for what is asked so often here alone."""
