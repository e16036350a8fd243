"""`python3 dev.py bench decisions`: a whole decision of the engine beside the bare writing of its rows, and the peers'.

The limit is written by hand in tables as bare as can be; "same rows" are the engine's own rows, sent by hand.
One decision: who may (roles, absences, four eyes), the form, the guards, the chained event, the item closed and the
next one opened, its reminder, deadline and escalation, the letters, committed durably. What each peer does and leaves
out is said at the top of its file in `peers/`: none of them knows roles, absences, four eyes, forms or working days.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench import limits, same_rows
from tests.bench.interleaved import Figures, Way, measure, ratio
from tests.bench.peers import installed
from tests.bench.walking import engine, install
from tests.servers import Postgres, temporary_folder


def main(*args: str) -> None:
    """Print decisions a second and milliseconds, then the engine's rate by each other's in the same rounds."""
    asked = argparse.ArgumentParser(prog="dev.py bench decisions", description=main.__doc__)
    asked.add_argument("--seconds", type=float, default=4, help="of each way in each round")
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args(list(args))
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        server = Postgres(opened.enter_context(temporary_folder("ng-bench-")), durable=True)
        server.start()
        opened.callback(server.stop)
        limit, whole = _database(server, "the_limit"), _database(server, "the_engine")
        bare, large = limits.plain(limit), install(whole)
        postgres: dict[str, Way] = {
            "limit": limits.postgres(bare), "same rows": same_rows.way(large), "engine": engine(large),
        }  # fmt: skip
        bare_file, small = f"{folder}/limit.db", install(f"sqlite:///{folder}/ng.db")
        sqlite: dict[str, Way] = {
            "limit": limits.sqlite(bare_file), "same rows": same_rows.way(small), "engine": engine(small),
        }  # fmt: skip
        peers = installed.peers(lambda name: limits.plain(_database(server, name)))
        told = {
            title: _measure(title, ways, clients=clients, seconds=given.seconds, rounds=given.rounds)
            for title, clients, ways in (
                ("PostgreSQL, 1 client", 1, postgres | peers),
                ("PostgreSQL, 8 clients", 8, postgres | peers),
                ("SQLite, 1 client", 1, sqlite),
            )
        }
        done = {name: sum(found[name].done for found in list(told.values())[:2]) for name in postgres | peers}
        limits.left(bare, done["limit"])
        for name, peer in peers.items():
            installed.check(peer, done[name])
    for title, found in told.items():
        _print_ratios(title, found)


def _measure(title: str, ways: dict[str, Way], *, clients: int, seconds: float, rounds: int) -> dict[str, Figures]:
    found = measure(ways, clients=clients, seconds=seconds, rounds=rounds)
    for name, figures in found.items():
        times = f"p50 {figures.percentile(0.5):.2f} ms, p99 {figures.percentile(0.99):.1f} ms"
        print(f"{title}: {name}: {figures.rate:.0f} decisions/s, {times}", flush=True)
    return found


def _print_ratios(title: str, found: dict[str, Figures]) -> None:
    for name, figures in found.items():
        if name != "engine":
            print(f"{title}: engine / {name}: {ratio(found['engine'], figures):.2f}")


def _database(server: Postgres, name: str) -> str:
    with psycopg.connect(limits.plain(server.url()), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.url(name)
