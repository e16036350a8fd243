"""`python3 dev.py bench decisions`: a whole decision of the engine beside the bare writing of its rows, and the peers'.

One decision: who may (roles, absences, four eyes), the form, the guards, the chained event, the item closed and the
next one opened, its reminder, deadline and escalation, the letters, committed durably. What each peer does and leaves
out is said at the top of its file in `peers/`: none of them knows roles, absences, four eyes, forms or working days.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from config import migrations
from config.settings import Settings
from config.wiring import build
from states.subjects.enrol import enrol_other
from tests.bench import limits
from tests.bench.interleaved import Call, Figures, Make, Prepare, Way, measure, ratio
from tests.bench.peers import installed
from tests.cast import Cast, make_cast
from tests.servers import Postgres, temporary_folder

PLAN = Path(__file__).parent / "six_steps"
PEOPLE = {
    "maker": ("cntt", ()), "head": ("cntt", ("unit_head",)), "office": ("vp", ("office",)),
    "secretary": ("vp", ("secretary",)), "director": ("bgd", ("director",)), "clerk": ("vp", ("clerk",)),
    **{f"p{number}": ("cntt", ()) for number in range(60)},
}  # fmt: skip
UNITS = {"bgd": "Ban Giám đốc", "vp": "Văn phòng", "cntt": "Phòng Công nghệ thông tin"}
STEPS = (("maker", "propose"), ("head", "approve"), ("office", "check"), ("secretary", "vote"), ("director", "sign"),
         ("clerk", "issue"))  # fmt: skip


def install(url: str) -> Cast:
    """The six steps with their people, two of them away."""
    migrations.upgrade(url)
    cast = make_cast(Settings(database_url=url), folder=PLAN, cast=PEOPLE, units=UNITS)
    today = cast.now().date()
    for away, deputy in (("p1", "p2"), ("p3", "p4")):
        cast.absent(away, deputy, today, today + timedelta(days=9))
    cast.app.dispose()
    return cast


def engine(cast: Cast) -> Make:
    """A client decides its own cases, one step after the other."""

    def make(_number: int) -> tuple[Call, Prepare]:
        cast.app = build(cast.app.settings)  # connections of this process
        walk = _Walk(cast)
        return walk.call, walk.prepare

    return make


class _Walk:
    def __init__(self, cast: Cast) -> None:
        self.cast, self.step = cast, len(STEPS)
        self.case_id, self.version = "", 0

    def prepare(self) -> None:
        if self.step == len(STEPS):
            self.case_id, self.version, self.step = self._begin(), 1, 0

    def call(self) -> None:
        who, action = STEPS[self.step]
        receipt = self.cast.app.engine.act(
            self.cast.actor(who), case_id=self.case_id, action=action, case_version=self.version,
            inputs={"note": "Looks complete; the nominee meets criteria 1-4."},
        )  # fmt: skip
        self.version, self.step = receipt.case_version, self.step + 1

    def _begin(self) -> str:
        cast, new_id = self.cast, self.cast.app.database.new_id
        with cast.app.database.write() as connection:
            subject = enrol_other(
                connection, cast.agency_id, kind="person", name=f"Người {new_id()}", unit_id=cast.units["cntt"],
                new_id=new_id,
            )  # fmt: skip
        about = {"subject_type": "subject", "subject_id": subject}
        begun = cast.app.engine.start(cast.actor("maker"), process="nomination", action="open", inputs={}, **about)
        return begun.case_id


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
        postgres: dict[str, Way] = {"limit": limits.postgres(_plain(limit)), "engine": engine(install(whole))}
        sqlite = {"limit": limits.sqlite(f"{folder}/limit.db"), "engine": engine(install(f"sqlite:///{folder}/ng.db"))}
        peers = installed.peers(lambda name: _plain(_database(server, name)))
        told = {
            title: _measure(title, ways, clients=clients, seconds=given.seconds, rounds=given.rounds)
            for title, clients, ways in (
                ("PostgreSQL, 1 client", 1, postgres | peers),
                ("PostgreSQL, 8 clients", 8, postgres | peers),
                ("SQLite, 1 client", 1, sqlite),
            )
        }
        done = {name: sum(found[name].done for found in list(told.values())[:2]) for name in postgres | peers}
        limits.left(_plain(limit), done["limit"])
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
    with psycopg.connect(_plain(server.url()), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.url(name)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
