"""A hundred thousand timers due in one minute, while people decide: drained by one clock without any broker.

The clock is a process of its own that waits for the database while the database works: both together take one core.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from dev import ROOT
from tests.bench.figures import p95, timed
from tests.bench.filling import colleagues, endorse, fill, ident, make_due
from tests.bench.people import nominate
from tests.bench.places import Place, settled
from tests.cast import Cast
from tests.servers import die_with_parent
from workflow.history import event
from workflow.outbox import outbox
from workflow.timers import timer

TIMERS, ACTING, MINUTE = 100_000, 10_000, 60
QUIET, PAUSE, LONGEST = 20.0, 0.1, 600.0
OVERDUE, FLOW = 10_000, 600
CASES, COLLEAGUES = 40, 100


class Clock:
    """A clock's process and the processor time it and its database's hands took."""

    def __init__(self, cast: Cast, pid: int) -> None:
        self.cast, self.pid = cast, pid

    def seconds(self) -> float:
        """Of this process, and on PostgreSQL of the server's processes that work for it."""
        return sum(_processor(pid) for pid in [self.pid, *self._hands()])

    def _hands(self) -> list[int]:
        if self.cast.app.database.is_sqlite:
            return []
        with self.cast.app.database.read() as connection:
            theirs = sa.text("SELECT pid FROM pg_stat_activity WHERE application_name = :name")
            return list(connection.scalars(theirs, {"name": f"neuguong-{self.pid}"}))


def _processor(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def clock(place: Place, cast: Cast) -> Iterator[Clock]:
    """`neuguong clock` on this database, without a broker; its mail stays on the page."""
    environment = {**os.environ, **place.environment(cast.app.database.url.render_as_string(hide_password=False))}
    with (place.folder / "clock.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "clock"], env=environment, cwd=ROOT, stdout=log, stderr=log,
            preexec_fn=die_with_parent(), start_new_session=True,
        )  # fmt: skip
    try:
        yield Clock(cast, process.pid)
    finally:
        process.terminate()
        process.wait(30)


class People:
    """Colleagues who endorse, one after the other with a breath between; each of them each case once."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        cases = [nominate(cast, "cntt", number) for number in range(CASES)]
        names = colleagues(cast, COLLEAGUES)
        self._turns = ((who, case_id) for who in names for case_id in cases)
        self.stopped = threading.Event()

    def decide(self, seconds: float) -> list[float]:
        """Milliseconds of each decision in so long a time, or until stopped."""
        spent: list[float] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopped.is_set():
            who, case_id = next(self._turns)
            spent.append(timed(partial(endorse, self.cast, who, case_id)))
            time.sleep(PAUSE)
        return spent


def measure(place: Place, kind: str) -> None:
    """The storm."""
    cast = place.cast(kind, "storm")
    fill(cast, TIMERS)
    people = People(cast)
    settled(cast)
    people.decide(3)
    with clock(place, cast) as ticking:
        time.sleep(4)
        quiet = people.decide(QUIET)
        make_due(cast, range(ACTING), kind="escalate", seconds=MINUTE, ahead=3600)
        make_due(cast, range(ACTING, TIMERS), seconds=MINUTE, ahead=3600)
        cast.later(seconds=3600)
        begin, during, before = time.monotonic(), list[float](), ticking.seconds()
        hand = threading.Thread(target=lambda: during.extend(people.decide(LONGEST)))
        hand.start()
        drained = _drained(cast, begin)
        worked = ticking.seconds() - before
        people.stopped.set()
        hand.join()
        people.stopped.clear()
        after = people.decide(QUIET / 2)
    print(
        f"{kind}: storm: {TIMERS} timers due in {MINUTE} s, drained {drained:.0f} s after the first was due, "
        f"for {worked:.0f} s of processor time of the clock and of the database for it"
    )
    print(f"{kind}: storm: {_once(cast)}")
    calm = [*quiet, *after]
    print(
        f"{kind}: storm: people's p95 {p95(during):.1f} ms meanwhile ({len(during)} decisions), {p95(calm):.1f} quiet "
        f"({len(calm)}): × {p95(during) / p95(calm):.2f}; medians {statistics.median(during):.1f} and "
        f"{statistics.median(calm):.1f}"
    )
    cast.app.dispose()


def _drained(cast: Cast, begin: float) -> float:
    copies = sa.and_(timer.c.id >= ident("e", sa.literal(0)), timer.c.id < "f")
    left = sa.select(sa.func.count()).where(copies, timer.c.status == "armed")
    while time.monotonic() - begin < LONGEST:
        with cast.app.database.read() as connection:
            if not connection.scalar(left):
                return time.monotonic() - begin
        time.sleep(1)
    raise SystemExit("the storm was not drained")


def _once(cast: Cast) -> str:
    """What each timer left, counted."""
    reminders = sa.select(sa.func.count(), sa.func.count(sa.distinct(outbox.c.topic))).where(
        outbox.c.topic.startswith("reminder:")
    )
    acted = sa.select(sa.func.count(), sa.func.count(sa.distinct(event.c.case_id))).where(event.c.kind == "escalated")
    with cast.app.database.read() as connection:
        told, items = connection.execute(reminders).one()
        moved, cases = connection.execute(acted).one()
    return f"{told} reminders of {items} timers, {moved} escalations of {cases} cases, each once"


def overdue(place: Place, kind: str) -> None:
    """Ten thousand timers overdue when the clock comes back: reminders, or all of them actions of the engine."""
    cast = place.cast(kind, "overdue")
    fill(cast, OVERDUE * 2)
    settled(cast)
    for what, numbers in {"remind": range(OVERDUE), "escalate": range(OVERDUE, 2 * OVERDUE)}.items():
        make_due(cast, numbers, kind=what)
        begin = time.monotonic()
        with clock(place, cast) as ticking:
            _drained_of(cast, numbers, begin)
            spent, worked = time.monotonic() - begin, ticking.seconds()
            print(
                f"{kind}: {OVERDUE} overdue ({what}): fired within {spent:.0f} s of the clock's start, its import "
                f"included, for {worked:.0f} s of processor time"
            )
    cast.app.dispose()


def brokerless(place: Place, kind: str, *, seconds: int = FLOW) -> None:
    """Ten minutes without any broker in which twenty reminders and four actions come due each second."""
    cast = place.cast(kind, "brokerless")
    told, acting = seconds * 20, seconds * 4
    fill(cast, told + acting)
    settled(cast)
    make_due(cast, range(told), seconds=seconds)
    make_due(cast, range(told, told + acting), kind="escalate", seconds=seconds)
    with clock(place, cast) as ticking:
        time.sleep(seconds + 10)
        worked = ticking.seconds()
    late = sorted(_lateness(cast, seconds))
    print(
        f"{kind}: no broker for {seconds} s: {len(late)} timers, late by median {statistics.median(late):.1f} s, "
        f"p99 {late[int(len(late) * 0.99)]:.1f} s, at most {late[-1]:.1f} s, for {worked:.0f} s of processor time"
    )
    cast.app.dispose()


def _drained_of(cast: Cast, numbers: range, begin: float) -> None:
    first, last = ident("e", sa.literal(numbers[0])), ident("e", sa.literal(numbers[-1]))
    left = sa.select(sa.func.count()).where(timer.c.id.between(first, last), timer.c.status == "armed")
    while time.monotonic() - begin < LONGEST:
        with cast.app.database.read() as connection:
            if not connection.scalar(left):
                return
        time.sleep(0.5)
    raise SystemExit("not fired")


def _lateness(cast: Cast, seconds: int) -> list[float]:
    """Seconds between due and done of the last timers that came due one by one."""
    with cast.app.database.read() as connection:
        last = connection.scalar(sa.select(sa.func.max(timer.c.due_at)).where(timer.c.status == "fired"))
        chosen = sa.select(timer.c.due_at, timer.c.done_at).where(timer.c.status == "fired")
        return [
            (done - due).total_seconds()
            for due, done in connection.execute(chosen)
            if (last - due).total_seconds() < seconds - 10  # the first were due while the clock began
        ]
