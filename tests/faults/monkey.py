"""Kills web, worker and clock by SIGKILL at seeded moments, wipes the broker, moves time; starts the dead anew."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import redis
import sqlalchemy as sa

from dev import ROOT
from tests.faults import role
from tests.servers import die_with_parent
from workflow.clock import business_now, move_to, wall_now
from workflow.db import Database
from workflow.outbox import outbox

ARGUMENTS = {"web": (), "worker": ("--concurrency", "3"), "clock": ()}
PATIENCE = 180.0  # seconds that a run may be longer on a busy machine
HELD = 31  # seconds of business time after which what a decision holds back may leave
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["tests.faults.role"])


@dataclass(frozen=True)
class Kill:
    """At so many seconds: which role, whether its children die too, whether leases end, the rest before the start."""

    at: float
    role: str
    whole: bool
    ends_leases: bool
    rest: float


def planned(seed: int, seconds: float, each: int) -> list[Kill]:
    """The same seed, the same kills: `each` of every role, one in each share of the time, anywhere in it."""
    dice, share = random.Random(seed), seconds / each
    kills = [
        Kill((turn + dice.uniform(0, 0.8)) * share, name, dice.random() < 0.7, dice.random() < 0.5,
             dice.uniform(0, 0.2) * share)
        for name in ARGUMENTS
        for turn in range(each)
    ]  # fmt: skip
    return sorted(kills, key=lambda kill: kill.at)


class Role:
    """One process, warm (forked from a server that has loaded everything) or cold (the command)."""

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path, *, cold: bool) -> None:
        self.name, self.environment, self.cold = name, environment, cold
        self.log = folder / f"{name}.log"
        self.process: multiprocessing.process.BaseProcess | subprocess.Popen | None = None

    def start(self) -> None:
        """Begin; what a dead one left behind ends first."""
        self.sweep_up()
        arguments = (self.name, *ARGUMENTS[self.name])
        if self.cold:
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "web.cli", *arguments], env=self.environment, cwd=ROOT, stdout=output,
                    stderr=output, start_new_session=True, preexec_fn=die_with_parent(),
                )  # fmt: skip
        else:
            self.process = WARM.Process(target=role.run, args=(arguments, dict(self.environment), str(self.log)))
            self.process.start()

    def alive(self) -> bool:
        """Whether it still runs."""
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll() is None
        return self.process is not None and self.process.is_alive()

    def kill(self, *, whole: bool = True) -> None:
        """SIGKILL to it, and to its children or not: those left behind die when the next one starts."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        if whole:
            self.sweep_up()
        self.process.wait() if isinstance(self.process, subprocess.Popen) else self.process.join()

    def sweep_up(self) -> None:
        """End its children and itself."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class BusinessTime:
    """Business time moves in steps; remembers them, to tell when something was due by the wall's clock."""

    database: Database
    steps: list[tuple[datetime, datetime, datetime]] = field(default_factory=list)  # business before, after; wall

    def step(self, **delta: float) -> None:
        """Business time moves on at once."""
        with self.database.write() as connection:
            before = business_now(connection)
            after = before + timedelta(**delta)
            move_to(connection, after)
            self.steps.append((before, after, wall_now()))

    def wall(self, moment: datetime) -> datetime:
        """When a business moment was first reached."""
        at = bisect_right([after for _, after, _ in self.steps], moment) - 1
        if at + 1 < len(self.steps) and self.steps[at + 1][0] <= moment:
            return self.steps[at + 1][2]  # it lies within a step
        return self.steps[max(at, 0)][2] + (moment - self.steps[max(at, 0)][1])


@dataclass
class Monkey:
    """Runs the roles and hurts them. `died_alone`: those that ended without being killed, which none may."""

    roles: dict[str, Role]
    database: Database
    broker_url: str
    clock: BusinessTime
    kills: Counter[str] = field(default_factory=Counter)
    died_alone: list[str] = field(default_factory=list)
    wipes: int = 0
    leases_ended: int = 0

    def start(self) -> None:
        """All roles begin."""
        for one in self.roles.values():
            one.start()

    def rampage(
        self, kills: list[Kill], *, keeps_up: Callable[[float], bool], wipe_every: float, step_every: float,
        **step: float,
    ) -> None:  # fmt: skip
        """Do it all, each at its moment; afterwards every role runs.

        `keeps_up`: whether enough was done with so large a share of the time gone. On a busy machine the moments
        wait for that (`PATIENCE` in all), or a run would kill processes that had not begun to work; business time
        goes on meanwhile, or what decisions hold back would never leave.
        """
        begun, last = time.monotonic(), kills[-1].at
        chores: list[tuple[float, Callable[[], object]]] = [
            *((kill.at, lambda kill=kill: self._kill(kill)) for kill in kills),
            *((kill.at + kill.rest, self.roles[kill.role].start) for kill in kills),
            *((at, self._wipe) for at in _every(wipe_every, last)),
            *((at, lambda: self.clock.step(**step)) for at in _every(step_every, last)),
        ]
        waited = 0.0
        for at, chore in sorted(chores, key=lambda pair: pair[0]):
            time.sleep(max(0.0, begun + waited + at - time.monotonic()))
            while waited < PATIENCE and self.all_alive() and not keeps_up(at / last):
                self.clock.step(seconds=HELD)
                time.sleep(0.1)
                waited += 0.1
            chore()

    def all_alive(self) -> bool:
        """Whether every role runs, as far as one can see."""
        return all(one.alive() for one in self.roles.values())

    def stop(self) -> None:
        """Everything dies, for good."""
        for one in self.roles.values():
            if one.process is not None:
                one.kill()

    def _kill(self, kill: Kill) -> None:
        victim = self.roles[kill.role]
        if not victim.alive():
            self.died_alone.append(f"{kill.role}: {_end_of(victim.log)}")
        victim.kill(whole=kill.whole)
        self.kills[kill.role] += 1
        if kill.role == "worker" and kill.ends_leases:
            self.leases_ended += hurry(self.database)

    def _wipe(self) -> None:
        with redis.Redis.from_url(self.broker_url) as broker:
            broker.flushall()
        self.wipes += 1


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


def _every(seconds: float, last: float) -> list[float]:
    return [seconds * number for number in range(1, int(last / seconds) + 1)]


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""
