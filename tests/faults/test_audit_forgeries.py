"""A thousand forgeries of the audit, all found; sixteen writers and a kill -9 in their midst, and no false alarm."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
import sqlalchemy as sa

from config.settings import Settings
from tests.audited import found, missed, sealed_past
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from tests.faults.audit_load import process, seal, write
from workflow.anchors import stored
from workflow.history import event
from workflow.outbox import delivery
from workflow.seal import SOURCES, Sealer, counts
from workflow.seal import seal as seals

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SEED = int(os.environ.get("NEUGUONG_CHAOS_SEED") or random.randrange(10_000))
FORGERIES, SECONDS, SEALERS = (1000, 30.0, 2) if LONG else (14, 2.5, 1)
START = "2025-03-03"


@pytest.mark.fault
def test_a_thousand_forgeries_are_found(unchecked_cast: Cast, capsys: pytest.CaptureFixture[str]):
    kept = sealed_past(unchecked_cast)
    begun = time.perf_counter()
    assert missed(unchecked_cast, kept, FORGERIES, SEED) == [], f"seed {SEED}"
    with unchecked_cast.app.database.read() as connection:
        assert found(connection, kept) == []
    with capsys.disabled():
        kind = unchecked_cast.app.database.engine.dialect.name
        print(f"\naudit, {kind}: {FORGERIES} forgeries, all found, {time.perf_counter() - begun:.1f} s, seed {SEED}")


@pytest.mark.fault
def test_sixteen_writers_and_a_kill_give_no_false_alarm(databases: Databases, capsys: pytest.CaptureFixture[str]):
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url), start=START)
        cases = [cast.nominate(who=name) for name in ("candidate", "colleague3", "mentor")]
        writers = [process(write, url, START, cases, SECONDS) for _ in range(2)]
        sealers = [process(seal, url, SECONDS + 30) for _ in range(SEALERS)]
        time.sleep(1)
        _wait_for(cast, lambda connection: _count(connection, event) > 20)
        _kill(sealers[0])
        time.sleep(SECONDS / 2)
        _kill(writers[0])
        for running in writers:
            running.join(SECONDS + 60)
        _kill(sealers[-1])
        Sealer(cast.app.database).run()
        with cast.app.database.read() as connection:
            assert found(connection, stored(connection)) == [], f"seed {SEED}"
            assert counts(connection)["unsealed"] == 0
            rows = sum(_count(connection, source.table) for source in SOURCES)
            assert _count(connection, seals) == rows, "each row once"
            written, anchors = _count(connection, event) + _count(connection, delivery), len(stored(connection))
        assert written > 50
        with capsys.disabled():
            kind = cast.app.database.engine.dialect.name
            print(f"\naudit, {kind}: {written} rows by 16 writers, {rows} seals, {anchors} anchors, 0 false alarms")
        cast.app.dispose()


def _kill(running) -> None:
    if running.is_alive():
        os.kill(running.pid, signal.SIGKILL)
    running.join(10)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _wait_for(cast: Cast, condition) -> None:
    stop = time.monotonic() + 60
    while time.monotonic() < stop:
        with cast.app.database.read() as connection:
            if condition(connection):
                return
        time.sleep(0.1)
    raise AssertionError("nobody writes")
