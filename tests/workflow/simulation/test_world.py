"""What the virtual clock asks at every moment costs the same however many letters there have been."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from workflow.catalogue import Catalogue
from workflow.db import Database, metadata
from workflow.engine import Engine
from workflow.organisation import agency
from workflow.outbox import outbox
from workflow.registry import Registry
from workflow.rehearsing import Rehearsal
from workflow.simulation.world import INDEXES, World

NOW = datetime(2025, 1, 6, 8, tzinfo=UTC)
STEP = 10  # of SQLite's instructions, to one count


def test_a_moment_looks_at_no_letter_that_was_put_away(tmp_path: Path) -> None:
    few, many = _instructions(tmp_path / "few.db", 20), _instructions(tmp_path / "many.db", 2_000)
    assert many <= few + 5, f"{few * STEP} instructions with 20 letters, {many * STEP} with 2,000"


def _instructions(path: Path, letters: int) -> int:
    """What SQLite does for one moment and one day's end, after so many letters that are gone."""
    url = sa.URL.create("sqlite", database=str(path)).render_as_string()
    kept = Database(url)
    metadata.create_all(kept.engine)
    kept.dispose()
    database = Database(url, scratch=True)
    engine = Engine(database, Catalogue(), Registry(), lambda: None)
    world = World(engine, {}, Rehearsal(1, NOW))
    with database.write() as connection:
        for text in INDEXES:
            connection.exec_driver_sql(text)
        connection.execute(sa.insert(agency).values(id="agency", code="so", name="Sở", created_at=NOW))
        connection.execute(sa.insert(outbox), [_letter(number) for number in range(letters)])
    counted: list[int] = []
    try:
        with database.glance() as connection:
            connection.connection.driver_connection.set_progress_handler(lambda: counted.append(1), STEP)
        assert world._next_due() is None
        world._put_letters_away()
    finally:
        database.dispose()
    return len(counted)


def _letter(number: int) -> dict[str, object]:
    return {
        "id": f"{number:036}", "agency_id": "agency", "kind": "notice", "recipient": "person:1", "payload": {},
        "dedupe_key": str(number), "status": "done", "not_before": NOW, "created_at": NOW, "done_at": NOW,
    }  # fmt: skip
