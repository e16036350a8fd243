"""`python3 dev.py bench inbox`: 50 people open and search an inbox in which 1,000 items wait for each, on PostgreSQL.

Each asks every five seconds: the list with its first case open, one item's page, a search. Prints p50, p95, p99 by
kind; exit code 1 when the p95 of what was served passes 300 ms or anything is a 5xx. The clients share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from config import migrations
from config.settings import Settings, from_environment
from tests.bench.load import PATIENT, THINKING, Tally, shares, start_process, until_up
from tests.bench.people import Person, desk_of, nominate
from tests.bench.visitor import Visitor
from tests.cast import SEED_CAST, UNITS, make_cast
from tests.servers import Postgres, free_port, temporary_folder
from workflow.identity import load_organisation
from workflow.inbox import inbox

ITEMS, USERS, MOST_MS = 1000, 50, 300.0
SEARCHES = ("nguyen", "DH-2025")


class Reader(Visitor):
    """Somebody who reads their inbox."""

    def __init__(self, port: int, me: Person, number: int, tally: Tally, items: list[str]) -> None:
        self.me, self.items, self._port, self._count, self._patient = me, items, port, tally.count, PATIENT
        self._dice, self._streams = random.Random(number), None

    async def _do(self) -> None:
        chance = self._dice.random()
        if chance < 0.5:
            await self._ask("list", "GET", "/viec")
        elif chance < 0.85:
            await self._ask("item", "GET", f"/viec/{self._dice.choice(self.items)}")
        else:
            word = self._dice.choice(SEARCHES)
            await self._ask("search", "GET", f"/viec?tim={word}")


def settle(settings: Settings) -> tuple[list[Person], list[str]]:
    """Fifty heads of one unit, the items that wait for all of them; each sees every one."""
    heads = {f"r{n}": ("big", ("unit_head",)) for n in range(USERS)}
    staff = {**SEED_CAST, **heads, "clerk_of_big": ("big", ())}
    cast = make_cast(settings, cast=staff, units={**UNITS, "big": "Phòng có nhiều hồ sơ"})
    for number in range(ITEMS):
        nominate(cast, "big", number, by="clerk_of_big")
    people = [desk_of(cast, name, "big") for name in heads]
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, cast.now().date())
        page = inbox(connection, org, cast.people["r0"], limit=200)
    cast.app.dispose()
    assert page.count >= ITEMS, f"only {page.count} items wait"
    return people, [row.item_id for row in page.rows]


async def measure(ports: list[int], people: list[Person], items: list[str], seconds: float) -> Tally:
    """Everybody at once for so long, after a first round in which plans are made and caches fill."""
    await until_up(ports)
    for counted in (Tally(), tally := Tally()):
        readers = [Reader(ports[n % len(ports)], me, n, counted, items) for n, me in enumerate(people)]
        await asyncio.gather(
            *(one.work(THINKING, THINKING * 2 if counted is not tally else seconds) for one in readers)
        )
    return tally


def main(*arguments: str) -> None:
    """Set up, measure, print, judge."""
    parser = argparse.ArgumentParser(prog="dev.py bench inbox")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--web", type=int, default=2, help="web processes")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as var, temporary_folder("ng-inbox-") as home, ExitStack() as end:
        postgres = Postgres(home / "pg", durable=True)
        postgres.start()
        end.callback(postgres.stop)
        environment = {
            "NEUGUONG_DATABASE_URL": postgres.url(), "NEUGUONG_VAR": var, "NEUGUONG_REHEARSAL": "1",
            "NEUGUONG_SECRET_KEY": "0123456789abcdef" * 4,
        }  # fmt: skip
        migrations.upgrade(postgres.url())
        people, items = settle(from_environment(environment))
        ports = [free_port() for _ in range(options.web)]
        started = [start_process(["web", "--port", str(port)], environment, Path(var), end) for port in ports]
        processes = [psutil.Process(one.pid) for one in started]
        tally = asyncio.run(measure(ports, people, items, options.seconds))
        spent = sum(sum(one.cpu_times()[:2]) for one in processes)
    print(
        f"{USERS} people, {ITEMS} open items in the inbox of each, {options.web} web processes, {options.seconds:.0f} s"
    )
    print("\n".join(tally.lines()))
    served = sorted(one for key, values in tally.times.items() if key[-3] in "23" for one in values)
    p95 = served[int(len(served) * 0.95)] * 1000
    failed = sum(number for status, number in tally.statuses().items() if status >= 500 or not status)
    answers = sum(tally.statuses().values()) * (1 + THINKING * 2 / options.seconds)  # the first round costs, too
    print(f"{spent / answers * 1000:.0f} ms of CPU in web for each answer, starting up included")
    print(f"p95 {p95:.0f} ms (at most {MOST_MS:.0f}), failed {failed}; {shares(served)}")
    if p95 > MOST_MS or failed:
        sys.exit(1)
