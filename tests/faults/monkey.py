"""Does what the plan says to processes, servers, lines, mail and time, and starts the dead anew."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import redis
import sqlalchemy as sa

from tasks import celery_app
from tasks.attach import publisher
from tasks.queues import CASES, MAIL, TIMERS
from tests.faults.business_time import BusinessTime
from tests.faults.line import Line
from tests.faults.plan import SLOWEST, Fault
from tests.faults.post_office import PostOffice
from tests.faults.roles import Role
from tests.servers import Postgres, Valkey
from workflow.clock import wall_now
from workflow.db import Database
from workflow.outbox import outbox
from workflow.timers import timer

PATIENCE = 150.0  # seconds that a run may be longer on a busy machine
HELD = 31  # seconds of business time after which what a decision holds back may leave
STEP_EVERY = 0.25
COPIES = 3
REASONS = {
    "Could not start worker processes": "worker whose child was killed while it started",
    "in get_process_queues": "worker whose children were killed faster than its pool knew (Celery's own fault, #3729)",
}


@dataclass(frozen=True)
class Injected:
    """One fault as it happened, by the monotonic clock."""

    kind: str
    begin: float
    end: float


@dataclass
class Surroundings:
    """What a run stands on and the monkey may hurt; a server it does not own is None."""

    database: Database
    broker_url: str
    office: PostOffice
    broker_line: Line
    database_line: Line | None = None
    postgres: Postgres | None = None
    valkey: Valkey | None = None


@dataclass
class Monkey:
    """`died_alone`: processes that ended without being killed, which none may; `ended`: those that had a reason to.

    Either is started again, as a supervisor would.
    """

    roles: dict[str, Role]
    around: Surroundings
    clock: BusinessTime
    hours: float = 24.0  # of business time in each step
    injected: list[Injected] = field(default_factory=list)
    died_alone: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    leases_ended: int = 0
    waited: float = 0.0  # seconds, for the clients to keep up
    _later: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=itertools.count)
    _stepped: float = 0.0

    def start(self, *names: str) -> None:
        """These roles begin; all but the third clock when none is named."""
        for name in names or [name for name in self.roles if name != "clock3"]:
            self.roles[name].start()

    def rampage(self, plan: list[Fault], *, keeps_up: Callable[[float], bool]) -> None:
        """Do it all; afterwards everything runs.

        `keeps_up`: whether enough was done with so large a share of the faults gone. On a busy machine the faults
        wait for that (`PATIENCE` in all), or a run would kill processes that had not begun to work.
        """
        for number, fault in enumerate(plan):
            self.spend(fault.gap)
            while self.waited < PATIENCE and not keeps_up(number / len(plan)):
                begun = time.monotonic()
                self._step(seconds=HELD)
                self.spend(0.1)
                self.waited += time.monotonic() - begun
            self._inject(fault)
        while self._later:
            self.spend(0.1)

    def spend(self, seconds: float) -> None:
        """Let time pass: faults end at their moment, business time moves on."""
        stop = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            while self._later and self._later[0][0] <= now:
                heapq.heappop(self._later)[2]()
            if now - self._stepped >= STEP_EVERY:
                self._stepped = now
                self._step(hours=self.hours)
                self._supervise()
            if now >= stop:
                return
            time.sleep(max(0.0, min(0.02, stop - now)))

    def count(self) -> Counter[str]:
        """How often each kind was done."""
        return Counter(one.kind for one in self.injected)

    def stop(self) -> None:
        """Every process dies, for good."""
        for one in self.roles.values():
            if one.process is not None:
                one.kill()

    # --- one fault --------------------------------------------------------------------------------

    def _inject(self, fault: Fault) -> None:
        begin = time.monotonic()
        word, _, what = fault.kind.partition(" ")
        doing = {"kill": self._kill, "mail": self._mail, "pause": self._pause}.get(word)
        if doing is not None:
            doing(what, fault)
        else:
            getattr(self, "_" + fault.kind.replace(" ", "_").replace("-", "_"))(fault)
        self.injected.append(Injected(fault.kind, begin, max(time.monotonic(), begin + fault.lasts)))

    def _after(self, seconds: float, call: Callable[[], object]) -> None:
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._numbers), call))

    def _step(self, **delta: float) -> None:
        with contextlib.suppress(sa.exc.DBAPIError, sa.exc.TimeoutError):  # the database is away: time moves later
            self.clock.step(**delta)

    def _supervise(self) -> None:
        """Who ended by itself begins again."""
        for one in self.roles.values():
            if one.process is None or one.alive() or one.process.exitcode == -signal.SIGKILL:
                continue
            reason = next((why for words, why in REASONS.items() if words in one.last_words()), None)
            if reason is None:
                self.died_alone.append(f"{one.name} ({one.process.exitcode}): {one.last_words()[-600:]}")
            else:
                self.ended[reason] += 1
            one.start()

    def _kill(self, what: str, fault: Fault) -> None:
        if what == "child":
            return self._kill_child(fault)
        victim = self.roles[what]
        victim.kill(whole=fault.chance < 0.7)
        if victim.kind == "worker" and fault.chance > 0.5:
            with contextlib.suppress(sa.exc.DBAPIError):
                self.leases_ended += hurry(self.around.database)
        self._after(fault.lasts, victim.start)
        return None

    def _kill_child(self, fault: Fault) -> None:
        children = [pid for name in ("worker1", "worker2") for pid in self.roles[name].children()]
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[int(fault.chance * len(children))], signal.SIGKILL)

    def _pause(self, kind: str, fault: Fault) -> None:
        victim = self.roles[f"{kind}{1 if fault.chance < 0.5 else 2}"]
        if not victim.alive():
            return
        victim.pause()
        process = victim.process
        self._after(fault.lasts, lambda: victim.process is process and victim.wake())

    def _third_clock(self, fault: Fault) -> None:
        third = self.roles["clock3"]
        third.start()
        self._after(fault.lasts, third.kill)

    def _mail(self, mood: str, fault: Fault) -> None:
        office = self.around.office
        office.be(mood)
        self._after(fault.lasts, lambda: office.mood == mood and office.be(""))

    def _clock_jumps(self, fault: Fault) -> None:
        self._step(days=1 + int(fault.chance * 20))

    def _clock_goes_back(self, fault: Fault) -> None:
        self._step(days=-1 - fault.chance)

    def _duplicate_wake_ups(self, _fault: Fault) -> None:
        """Every row that waits and the last ones that ended are handed out again, several times."""
        with contextlib.suppress(Exception):  # the broker or the database may be away
            publish = publisher(celery_app.make(self.around.broker_url, None))
            with self.around.database.read() as connection:
                newest = sa.select(outbox.c.id, outbox.c.kind).order_by(outbox.c.created_at.desc()).limit(60)
                messages = connection.execute(newest).all()
                fired = sa.select(timer.c.id).where(timer.c.status != "cancelled").order_by(timer.c.due_at).limit(40)
                timers = list(connection.scalars(fired))
            for _ in range(COPIES):
                publish(TIMERS, timers)
                publish(CASES, [row.id for row in messages if row.kind != "notice"])
                publish(MAIL, [row.id for row in messages if row.kind == "notice"])

    # --- the broker -------------------------------------------------------------------------------

    def _broker_wiped(self, _fault: Fault) -> None:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.around.broker_url) as broker:
            broker.flushall()

    def _broker_killed(self, fault: Fault) -> None:
        assert self.around.valkey is not None
        self.around.valkey.kill()
        self._after(fault.lasts, self._broker_back)

    _broker_absent = _broker_killed

    def _broker_back(self) -> None:
        valkey = self.around.valkey
        assert valkey is not None
        if valkey.process is None or valkey.process.poll() is not None:
            valkey.start()

    def _broker_paused(self, fault: Fault) -> None:
        assert self.around.valkey is not None
        process = self.around.valkey.process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            self._after(fault.lasts, lambda: process.poll() is None and process.send_signal(signal.SIGCONT))

    def _broker_line_cut(self, fault: Fault) -> None:
        self._line(self.around.broker_line, Line.cut, fault)

    def _broker_line_held(self, fault: Fault) -> None:
        self._line(self.around.broker_line, Line.hold, fault)

    def _broker_line_slow(self, fault: Fault) -> None:
        self._line(self.around.broker_line, lambda line: line.slow(SLOWEST * fault.chance), fault)

    def _line(self, line: Line | None, worsen: Callable[[Line], None], fault: Fault) -> None:
        assert line is not None
        worsen(line)
        self._after(fault.lasts, line.mend)

    # --- the database -----------------------------------------------------------------------------

    def _database_line_cut(self, fault: Fault) -> None:
        self._line(self.around.database_line, Line.cut, fault)

    def _database_line_held(self, fault: Fault) -> None:
        self._line(self.around.database_line, Line.hold, fault)

    def _database_line_slow(self, fault: Fault) -> None:
        self._line(self.around.database_line, lambda line: line.slow(SLOWEST * fault.chance), fault)

    def _backends_terminated(self, _fault: Fault) -> None:
        others = sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with contextlib.suppress(sa.exc.DBAPIError), self.around.database.read() as connection:
            connection.execute(others)

    def _database_crash(self, fault: Fault) -> None:
        """Immediate shutdown: no goodbye and no checkpoint; the log is read again at the start."""
        self._end_database(signal.SIGQUIT, fault)

    def _database_stop(self, fault: Fault) -> None:
        self._end_database(signal.SIGINT, fault)

    def _end_database(self, how: signal.Signals, fault: Fault) -> None:
        postgres = self.around.postgres
        assert postgres is not None
        if postgres.process is not None and postgres.process.poll() is None:
            postgres.process.send_signal(how)
            postgres.process.wait(30)
            self._after(fault.lasts, postgres.start)

    def _tables_locked(self, fault: Fault) -> None:
        """Somebody else holds what every writer needs: on SQLite the writer's place, on PostgreSQL the cases."""

        def hold() -> None:
            with contextlib.suppress(sa.exc.DBAPIError), self.around.database.write() as connection:
                if not self.around.database.is_sqlite:
                    connection.execute(sa.text("LOCK TABLE case_, outbox_message IN EXCLUSIVE MODE"))
                time.sleep(fault.lasts)

        threading.Thread(target=hold, name="lock", daemon=True).start()


def hurry(database: Database) -> int:
    """What is leased or waits for another try may be taken now: as if the wall's clock had gone on."""
    with database.write() as connection:
        ended = connection.execute(
            sa.update(outbox).where(outbox.c.status == "leased").values(lease_until=wall_now())
        ).rowcount
        connection.execute(sa.update(outbox).where(outbox.c.status == "new").values(retry_at=None))
    return ended


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for it; an assertion error when the time is over."""
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, f"not within {seconds} s: {what}"
        time.sleep(0.1)
