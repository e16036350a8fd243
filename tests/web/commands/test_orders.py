"""PostgreSQL, the broker, web, worker and clock come and go in any order: nothing hangs, and the work is done."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config import migrations
from config.settings import Settings
from dev import ROOT
from states.notices import queries
from tests.cast import Cast, make_cast
from tests.servers import Postgres, Valkey, die_with_parent, free_port, temporary_folder

ORDERS = list(itertools.permutations(("postgres", "broker", "web", "worker", "clock")))
LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
CHOSEN = random.Random(7).sample(ORDERS, 24) if LONG else [("web", "worker", "clock", "broker", "postgres")]
LONGEST_STOP = 20.0
HOPELESS = 90.0  # seconds in which a supervisor and everybody's patience must have brought it all together


@dataclass
class Parts:
    """The five, by name."""

    postgres: Postgres
    broker: Valkey
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, name: str) -> None:
        server = {"postgres": self.postgres, "broker": self.broker}.get(name)
        if server:
            server.start()
            return
        with Path(self.environment["NEUGUONG_VAR"], f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "web.cli", name], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent(),
            )  # fmt: skip

    def revive(self) -> None:
        """What a supervisor does."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def stop(self, name: str) -> float:
        """Seconds until it had ended."""
        begin = time.monotonic()
        if name in self.processes:
            self.processes[name].send_signal(signal.SIGTERM)
            self.processes[name].wait(LONGEST_STOP + 10)
        else:
            (self.postgres if name == "postgres" else self.broker).stop()
        return time.monotonic() - begin

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.broker.stop()
        self.postgres.stop()


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    with temporary_folder("ng-order-", quick=True) as home:
        postgres, broker = Postgres(home / "pg"), Valkey(home / "vk")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NEUGUONG_")}
        environment = {
            **clean, "NEUGUONG_VAR": str(tmp_path), "NEUGUONG_PORT": str(free_port()), "NEUGUONG_REHEARSAL": "1",
            "NEUGUONG_DATABASE_URL": postgres.url(), "NEUGUONG_BROKER_URL": broker.url(),
        }  # fmt: skip
        made = Parts(postgres, broker, environment)
        yield made
        made.end()


def furnish(parts: Parts) -> Cast:
    """An agency with a letter that is due; its server is away again afterwards."""
    parts.postgres.start()
    migrations.upgrade(parts.postgres.url())
    cast = make_cast(Settings(database_url=parts.postgres.url()))
    cast.nominate()
    cast.later(seconds=31)
    cast.app.dispose()
    parts.postgres.stop()
    return cast


def wait_for_the_letter(parts: Parts, cast: Cast) -> None:
    stop = time.monotonic() + HOPELESS
    while True:
        parts.revive()
        with cast.app.database.read() as connection:
            if queries.outbox_page(connection, cast.agency_id):
                return
        assert time.monotonic() < stop, "the letter was never written"
        time.sleep(0.2)


@pytest.mark.parametrize("order", CHOSEN, ids="-".join)
def test_any_order_of_start_and_stop(parts: Parts, order: tuple[str, ...]):
    cast = furnish(parts)
    for name in order:
        parts.start(name)
        time.sleep(0.5)
    wait_for_the_letter(parts, cast)
    cast.app.dispose()
    took = {name: parts.stop(name) for name in reversed(order)}
    ours = {name: seconds for name, seconds in took.items() if name in parts.processes}
    assert max(ours.values()) <= LONGEST_STOP, took
    assert {name: parts.processes[name].returncode for name in ours} == dict.fromkeys(ours, 0)
