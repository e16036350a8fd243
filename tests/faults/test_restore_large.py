"""How long a large installation's backup and restore take: 20,000 cases in the long form, whose figures are printed."""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.backup import Restored, Taken, restore, take
from config.settings import Settings
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from workflow import files, history
from workflow.case import case
from workflow.db import uuid7
from workflow.files import FileStore
from workflow.history import EventDraft, event, event_detail
from workflow.outbox import delivery, outbox
from workflow.timers import timer
from workflow.worklist import work_item

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
CASES, FILES = (20_000, 500) if LONG else (50, 5)
KINDS = ("sqlite", "postgres") if LONG else ("sqlite",)  # the short form only sees that the long one can run
EVENTS = 8  # of each case
TOGETHER = 500  # cases written in one transaction
SIZE = 100_000  # bytes of a file
BEGIN = datetime(2025, 3, 3, 2, tzinfo=UTC)
WORDS = [
    "Tập",
    "thể",
    "đề",
    "nghị",
    "biểu",
    "dương",
    "vì",
    "sáng",
    "kiến",
    "rút",
    "ngắn",
    "thời",
    "gian",
    "xử",
    "lý",
    "hồ",
    "sơ",
    "cho",
    "người",
    "dân",
    "và",
    "doanh",
    "nghiệp",
]


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Of these kinds."""
    return request.getfixturevalue(f"{request.param}_databases")


@pytest.fixture
def large(databases: Databases, tmp_path: Path) -> Iterator[Cast]:
    """The seed's agency after many years of many cases, written directly."""
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, files=tmp_path / "files"))
        model = dict(cast.row(cast.nominate())._mapping)
        dice = random.Random(1)
        for first in range(0, CASES, TOGETHER):
            write(cast, model, range(first, min(first + TOGETHER, CASES)), dice)
        for number in range(FILES):
            hand_in(cast, number, dice)
        try:
            yield cast
        finally:
            cast.app.dispose()


def write(cast: Cast, model: dict[str, Any], numbers: range, dice: random.Random) -> None:
    """Cases with whole histories, closed and open work, timers, messages and what became of them."""
    found: dict[sa.Table, list[dict[str, Any]]] = {
        table: [] for table in (case, event, event_detail, work_item, timer, outbox, delivery)
    }
    for number in numbers:
        case_id = uuid7()
        drafts = [
            EventDraft("action", BEGIN + timedelta(hours=n), {"action": "add_proof", "actor": None}, None,
                       {"note": " ".join(dice.choices(WORDS, k=20))})
            for n in range(EVENTS)
        ]  # fmt: skip
        events, details, head = history.chained(
            drafts, case_id=case_id, agency=cast.agency_id, seq=0, head=history.GENESIS, new_id=uuid7
        )
        found[case].append({**model, "id": case_id, "code": f"DH-2020-{number:05}", "one_open": False,
                            "chain_seq": EVENTS, "chain_head": head, "start_key": None})  # fmt: skip
        found[event] += events
        found[event_detail] += details
        for table, rows in beside(cast, case_id, number).items():
            found[table] += rows
    with cast.app.database.write() as connection:
        for table, rows in found.items():
            connection.execute(sa.insert(table), rows)


def beside(cast: Cast, case_id: str, number: int) -> dict[sa.Table, list[dict[str, Any]]]:
    """What hangs on a case."""
    of = {"agency_id": cast.agency_id, "case_id": case_id}
    person, item_id = cast.people["head"], uuid7()
    told = {"template": "decision", "item_id": item_id, "person_id": person, "case_id": case_id}
    return {
        work_item: [{**of, "id": item_id, "visit": 1, "kind": "state", "title": "Nhân tố mới", "status": "open",
                     "version": 1, "opened_at": BEGIN, "sort_due_at": BEGIN}],
        timer: [{**of, "id": uuid7(), "visit": 1, "kind": "remind", "detail": {"offset": n}, "status": "fired",
                 "due_at": BEGIN, "armed_at": BEGIN} for n in range(4)],
        outbox: [{**of, "id": uuid7(), "kind": "notice", "recipient": f"person:{person}", "payload": told,
                  "dedupe_key": f"large:{number}:{n}", "status": "done", "not_before": BEGIN, "created_at": BEGIN}
                 for n in range(6)],
        delivery: [{**of, "id": uuid7(), "item_id": item_id, "person_id": person, "kind": "sent", "detail": told,
                    "at": BEGIN} for n in range(6)],
    }  # fmt: skip


def hand_in(cast: Cast, number: int, dice: random.Random) -> None:
    """A scan of a usual size."""
    stored = cast.app.files.put(io.BytesIO(b"%PDF-1.7 " + dice.randbytes(SIZE)), cast.agency_id, f"{number}.pdf")
    with cast.app.database.write() as connection:
        files.record(connection, stored, file_id=uuid7(), agency_id=cast.agency_id, person_id=cast.people["office"])
        connection.execute(sa.update(files.file).values(case_id=uuid7()).where(files.file.c.case_id.is_(None)))


@pytest.mark.fault
def test_a_large_installation_goes_there_and_back(
    large: Cast, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = take(large.app.database, large.app.files, tmp_path / "large.ngb")
    with databases.fresh() as url:
        begun = time.monotonic()
        told = restore(url, FileStore(tmp_path / "back"), tmp_path / "large.ngb")
        with capsys.disabled():
            print(figures(large, taken, told, time.monotonic() - begun))
    assert told.manifest.tables["case_"].rows == CASES + 1
    assert told.files_put_back == FILES


def figures(cast: Cast, taken: Taken, told: Restored, seconds: float) -> str:
    """One line."""
    return (
        f"\n{cast.app.database.url.get_backend_name()}: {CASES} cases, {taken.manifest.rows} rows, {FILES} files: "
        f"backup {taken.seconds:.1f} s (read back in it), {taken.size / 1e6:.0f} MB; restore {seconds:.1f} s "
        f"with {told.manifest.tables['event'].rows} events verified"
    )
