"""What a storm cannot show by itself: rescue, poison, a full disk, ten thousand overdue timers, every point."""

from __future__ import annotations

import contextlib
import math
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from config import migrations
from config.settings import Settings
from tests.bench.people import nominate
from tests.cast import open_cast, prepare_seed_cast, sound
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.faults import audit, moves, storm, tellings
from tests.faults.client import Do, Upload
from tests.faults.copies import copy_case
from tests.faults.failpoints import died, everything, grown, raised, whole_or_nothing
from tests.faults.ledger import compare
from tests.faults.monkey import until
from tests.faults.operations import OPERATIONS
from tests.faults.post_office import LATE_REPLY
from tests.faults.storm import Scene
from tests.servers import Postgres, Valkey, temporary_folder
from workflow import incidents, outbox
from workflow.clock import business_now, wall_now
from workflow.outbox import Draft
from workflow.timers import timer

RESCUED_IN = 75.0  # seconds
OVERDUE, OVERDUE_IN = 10_000, 60.0  # timers, seconds
TIMERS_EACH = 7  # of a nominee that nobody looks at
A_SECOND, FOR_SECONDS, LATE_BY = 50, 30, 2.0
POISON = 4
KILLS_TOLD, MOVING = 40, 400  # kills while another system is told; running cases of a change of rules
NAMES = ("rescue", "poison", "overdue", "told", "moved", "disk", "points")
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Measured:
    """One line of the page: what was done, on which database, what came out, whether the promise was kept."""

    what: str
    database: str
    found: str
    kept: bool


# --- a hand that stops ----------------------------------------------------------------------------------


def rescue(stage: Scene) -> Iterator[Measured]:
    """A worker stops while it holds a mail; another delivers it; the first wakes and must not end it again."""
    monkey, office, database = stage.monkey, stage.office, stage.cast.app.database
    monkey.start("clock1", "worker1")
    office.be(LATE_REPLY)
    nominate(stage.cast, 1)
    monkey.clock.step(seconds=31)
    until(lambda: office.met.get(LATE_REPLY, 0) == 1, 60, "a mail in hand")
    begun = time.monotonic()
    monkey.roles["worker1"].pause()
    monkey.start("worker2")
    office.be("")
    until(lambda: len(office.letters) == 2, 150, "another hand")
    until(lambda: not _waiting(stage), 30, "the end of the message")
    rescued = time.monotonic() - begun
    before = _rows(stage)
    monkey.roles["worker1"].wake()
    refused = "nothing was written"
    until(lambda: refused in monkey.roles["worker1"].log.read_text(), 60, "the zombie's refusal")
    same = {str(letter.message["Message-ID"]) for letter in office.letters}
    kept = rescued <= RESCUED_IN and _rows(stage) == before and len(same) == 1
    found = f"another hand delivered after {rescued:.1f} s; the first one's end was refused, no row changed"
    yield Measured("SIGSTOP of a worker that holds a mail", database.url.get_backend_name(), found, kept)


def _waiting(stage: Scene) -> int:
    unfinished = sa.select(sa.func.count()).where(outbox.outbox.c.status.in_(outbox.UNFINISHED))
    with stage.cast.app.database.read() as connection:
        return connection.scalar(unfinished) or 0


def _rows(stage: Scene) -> list:
    with stage.cast.app.database.read() as connection:
        return [
            tuple(row) for table in (outbox.outbox, outbox.delivery)
            for row in connection.execute(sa.select(table).order_by(table.c.id))
        ]  # fmt: skip


# --- lateness -------------------------------------------------------------------------------------------


def overdue(stage: Scene, many: int = OVERDUE) -> Iterator[Measured]:
    """Everything stood still for a month; then the clock starts again. Afterwards timers come at a steady rate."""
    cast, monkey, database = stage.cast, stage.monkey, stage.cast.app.database
    _nominees(stage, math.ceil(many / TIMERS_EACH), "candidate")
    cast.later(days=40)
    count = _due(stage)
    begun = time.monotonic()
    monkey.start("clock1", "worker1")
    until(lambda: not _due(stage), 900, "overdue timers")
    spent = time.monotonic() - begun
    worked = sum(monkey.roles[one].worked() for one in ("clock1", "worker1"))
    name = database.url.get_backend_name()
    yield Measured(
        "all processes down for a month, then started", name,
        f"{count} overdue timers done in {spent:.1f} s ({count / spent:.0f} a second), with {worked:.1f} s "
        f"of processor time ({worked / count * 1000:.0f} ms each)", OVERDUE * spent / count <= OVERDUE_IN,
    )  # fmt: skip
    until(lambda: not _waiting(stage), 900, "their mail")
    late = _steady(stage)
    spread = audit.spread(late)
    yield Measured(
        f"{A_SECOND} timers due a second for {FOR_SECONDS} s", name,
        f"{len(late)} fired − due: p50 {spread['p50']} s, p99 {spread['p99']} s, max {spread['max']} s",
        spread["p99"] <= LATE_BY,
    )  # fmt: skip


def _nominees(stage: Scene, count: int, who: str) -> None:
    copy_case(stage.cast.app.database, stage.cast.nominate(who=who), count)


def _due(stage: Scene) -> int:
    with stage.cast.app.database.read() as connection:
        ripe = (timer.c.status == "armed") & (timer.c.due_at <= business_now(connection))
        return connection.scalar(sa.select(sa.func.count()).where(ripe)) or 0


def _steady(stage: Scene) -> list[float]:
    """Timers at even distances; seconds from due to fired, out of the rows."""
    database = stage.cast.app.database
    _nominees(stage, math.ceil(A_SECOND * FOR_SECONDS / TIMERS_EACH), "mentor")
    with database.write() as connection:
        begin = business_now(connection) + timedelta(seconds=5)
        armed = sa.select(timer.c.id).where(timer.c.status == "armed").order_by(timer.c.armed_at.desc())
        ids = list(connection.scalars(armed.limit(A_SECOND * FOR_SECONDS)))
        for number, id_ in enumerate(ids):
            due_at = begin + timedelta(seconds=number / A_SECOND)
            connection.execute(sa.update(timer).where(timer.c.id == id_).values(due_at=due_at))
    time.sleep(FOR_SECONDS)
    until(lambda: not _due(stage), 300, "steady timers")
    time.sleep(6)
    until(lambda: not _due(stage), 300, "steady timers")
    with database.read() as connection:
        rows = connection.execute(sa.select(timer.c.due_at, timer.c.done_at).where(timer.c.id.in_(ids)))
        return sorted((row.done_at - row.due_at).total_seconds() for row in rows if row.done_at)


# --- poison ---------------------------------------------------------------------------------------------


def poison(stage: Scene) -> Iterator[Measured]:
    """Messages that nobody can ever deliver, among others: five tries each, an incident each, the others unharmed."""
    cast, monkey, database = stage.cast, stage.monkey, stage.cast.app.database
    cases = nominate(cast, 40)
    early = wall_now() - timedelta(days=9999)
    drafts = [
        Draft(cast.agency_id, kind, recipient, {"number": number}, f"poison:{kind}:{number}", early, cases[number])
        for number in range(POISON)
        for kind, recipient in (("notice", f"person:{cast.people['head']}"), ("start", f"case:{cases[number]}"))
    ]
    with database.write() as connection:
        ids = outbox.enqueue(connection, drafts)
    monkey.start("clock1", "worker1")
    monkey.clock.step(seconds=31)

    def over() -> bool:
        with database.write() as connection:
            again = sa.update(outbox.outbox).where(outbox.outbox.c.status == "new")
            connection.execute(again.values(retry_at=None))
        return not _waiting(stage)

    until(over, 240, "poison and the others")
    with database.read() as connection:
        rows = {row.id: row for row in connection.execute(sa.select(outbox.outbox))}
        known = {row["message_id"] for row in incidents.listed(connection, cast.agency_id, limit=500)}
    bad, others = [rows[one] for one in ids], [row for id_, row in rows.items() if id_ not in ids]
    kept = (
        all(row.status == "failed" and row.attempts == outbox.MOST_ATTEMPTS and row.id in known for row in bad)
        and all(row.status == "done" for row in others) and bool(others)
    )  # fmt: skip
    tries = sorted({row.attempts for row in bad})
    found = (
        f"{len(bad)} of them: {tries} tries each, {len(known & set(ids))} incidents; "
        f"{sum(row.status == 'done' for row in others)} of {len(others)} others delivered"
    )
    yield Measured("messages whose delivery always raises", database.url.get_backend_name(), found, kept)


# --- a full disk ----------------------------------------------------------------------------------------


def disk_full(folder: Path, valkey: Valkey) -> Measured:
    """The disk under the database fills while people work; then there is room again."""
    what, mount = "disk full under the database", folder / "small"
    mount.mkdir()
    url = f"sqlite:///{folder}/prepared.db"
    migrations.upgrade(url)
    prepare_seed_cast(url)
    size = (folder / "prepared.db").stat().st_size + 3 * MEGABYTE
    if not _mounted(mount, size):
        return Measured(what, "sqlite", "not run: this machine lets nobody mount a small disk", True)
    try:
        shutil.copyfile(folder / "prepared.db", mount / "small.db")
        with storm.scene(f"sqlite:///{mount}/small.db", folder, valkey.url()) as stage:
            return _fill(stage, what, mount, size)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def _mounted(mount: Path, size: int, *, again: bool = False) -> bool:
    options = f"{'remount,' if again else ''}size={size}"
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(mount)]
    with contextlib.suppress(OSError):
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    return False


def _fill(stage: Scene, what: str, mount: Path, size: int) -> Measured:
    town, database = stage.town, stage.cast.app.database
    stage.monkey.start("web1")
    town.ports = town.ports[:1]
    until(lambda: _answers(stage), 30, "the web server")
    merit = {"life_field": "work", "merit": "Rút ngắn một nửa thời gian xử lý", "evidence": [Upload]}
    first = town.perform(Do("nominator", "nominate", merit, about="Người đầu tiên"))
    steps = [Do("nominator", "nominate", town.sent("nominator", merit), about=f"Người {n}") for n in range(40)]
    with contextlib.suppress(OSError), (mount / "filler").open("wb", buffering=0) as file:
        while file.write(b"x" * 4096) == 4096:
            pass
    statuses = Counter(town.try_once(step, f"full-{number}") for number, step in enumerate(steps))
    reads = town.row(first["code"]).state == first["state"]
    _mounted(mount, size + 30 * MEGABYTE, again=True)
    again = Counter(town.try_once(step, f"full-{number}") for number, step in enumerate(steps))
    with database.read() as connection:
        verdict = compare(connection, town.ledger.read())
        intact = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    kept = statuses[503] > 0 and set(statuses) <= {201, 503} and set(again) <= {200, 201} and reads
    found = (
        f"of {len(steps)} writes {statuses[503]} refused with 503 and {statuses[201]} taken, reads went on; with room "
        f"again all {again.total()} went through by themselves; {verdict.acknowledged} acknowledged, "
        f"{len(verdict.lost)} lost, {len(verdict.doubled)} doubled, integrity_check {intact}"
    )
    sound_ = not verdict.lost and not verdict.doubled and intact == "ok"
    return Measured(what, "sqlite", found, kept and sound_)


def _answers(stage: Scene) -> bool:
    return stage.town.try_once(Do("nominator", "nominate"), "hello") != 0


# --- points ---------------------------------------------------------------------------------------------


def points(databases: Databases, name: str) -> Measured:
    """Each operation, stopped at each of its points, by an exception and by death."""
    counted = dict.fromkeys(("raised", "died"), 0)
    for operation in OPERATIONS.values():
        for stop in (raised, died):
            with ExitStack() as open_:
                calm, disturbed = (
                    open_cast(Settings(database_url=open_.enter_context(databases.fresh(prepare_seed_cast))))
                    for _ in range(2)
                )
                work = operation(calm)
                before = everything(calm.app.database)
                work()
                whole = grown(before, everything(calm.app.database))
                work = operation(disturbed)
                counted[stop.__name__] += whole_or_nothing(stop, work, disturbed.app.database, whole)
                for cast in (calm, disturbed):
                    sound(cast)
                    cast.app.dispose()
    found = (
        f"{len(OPERATIONS)} operations, {counted['raised']} points by an exception and {counted['died']} by os._exit: "
        "0 half written, 0 written twice"
    )
    return Measured("stopped before and after every write and commit", name, found, True)


# --- other systems, other rules -------------------------------------------------------------------------


def told(stage: Scene, folder: Path, kills: int) -> Iterator[Measured]:
    """Another system is away, slow, refusing and cut off while whoever tells it is killed."""
    name, seed = stage.cast.app.database.url.get_backend_name(), random.randrange(10_000)
    found = tellings.run(stage, folder, seed, kills)
    wrong = f"; NOT SO: {'; '.join(found.wrong[:5])}" if found.wrong else ""
    yield Measured("another system told under kills and faults of its own", name, f"{found}{wrong}", not found.wrong)


def moved(stage: Scene, cases: int) -> Iterator[Measured]:
    """Running cases go to another version of their plan and back while whoever moves them is killed."""
    name, found = stage.cast.app.database.url.get_backend_name(), moves.run(stage, cases)
    wrong = f"; NOT SO: {'; '.join(found.wrong[:5])}" if found.wrong else ""
    yield Measured("a change of rules killed half way, there and back", name, f"{found}{wrong}", not found.wrong)


# --- all of it ------------------------------------------------------------------------------------------


def run(
    databases: Sequence[str], keep: Callable[[Measured], None], *, many: int = OVERDUE, chosen: Sequence[str] = NAMES
) -> list[str]:
    """The chosen drills on these databases, with so many overdue timers; the promises that were not kept."""
    wrong = []
    for name in databases:
        for one in _each(name, many, chosen):
            keep(one)
            print(f"  {'kept' if one.kept else 'NOT KEPT'}: {one.what}, {one.database}: {one.found}", flush=True)
            if not one.kept:
                wrong.append(f"{one.what}, {one.database}: {one.found}")
    return wrong


def _each(name: str, many: int, chosen: Sequence[str]) -> Iterator[Measured]:
    drills: dict[str, Callable[[Scene, Path], Iterator[Measured]]] = {
        "rescue": lambda stage, _: rescue(stage), "poison": lambda stage, _: poison(stage),
        "overdue": lambda stage, _: overdue(stage, many), "told": lambda stage, folder: told(stage, folder, KILLS_TOLD),
        "moved": lambda stage, _: moved(stage, MOVING),
    }  # fmt: skip
    for what in (one for one in chosen if one in drills):
        with installed(name) as (url, folder, valkey, _), storm.scene(url, folder, valkey.url()) as stage:
            try:
                yield from drills[what](stage, folder)
            except AssertionError as failure:
                yield Measured(what, name, f"stopped: {failure}", False)
    with installed(name) as (_, folder, valkey, postgres):
        if postgres is None and "disk" in chosen:
            yield disk_full(folder, valkey)
        if "points" in chosen:
            databases = PostgresDatabases(postgres.url()) if postgres else SqliteDatabases(folder)
            yield points(databases, name)


@contextmanager
def installed(name: str) -> Iterator[tuple[str, Path, Valkey, Postgres | None]]:
    """A durable installation of the seed's agency with servers of its own."""
    with temporary_folder("ng-chaos-") as folder:
        valkey = Valkey(folder / "valkey")
        postgres = Postgres(folder / "postgres", durable=True) if name == "postgresql" else None
        servers = [server for server in (valkey, postgres) if server is not None]
        try:
            for server in servers:
                server.start()
            if postgres:
                with sa.create_engine(postgres.url(), isolation_level="AUTOCOMMIT").connect() as connection:
                    connection.execute(sa.text("CREATE DATABASE neuguong"))
            url = postgres.url("neuguong") if postgres else f"sqlite:///{folder}/chaos.db"
            migrations.upgrade(url)
            prepare_seed_cast(url)
            yield url, folder, valkey, postgres
        finally:
            for server in servers:
                server.stop()
