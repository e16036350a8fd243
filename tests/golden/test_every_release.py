"""The database of every release, brought to this one's shape, goes on: all its cases end, every history stays whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from config.backup import Wishes, restore
from config.backup.archive import Reader
from config.settings import Settings
from tests.cast import open_cast, sound
from tests.databases import Databases
from tests.finishing import finish
from tests.golden.__main__ import FOLDER, LARGEST, STARTS
from tests.papers import with_papers
from tests.roads import ROADS
from workflow import fence, history, resumption
from workflow.case import case
from workflow.files import FileStore, file
from workflow.history import event
from workflow.resumption import SEND

RELEASES = sorted(FOLDER.glob("*.ngb"))
NEXT_MORNING = "2026-01-02T09:00:00"


def test_there_is_one_and_it_is_small() -> None:
    assert RELEASES
    assert all(path.stat().st_size <= LARGEST for path in RELEASES)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_every_case_of_it_ends_under_this_release(databases: Databases, release: Path, tmp_path: Path) -> None:
    with databases.fresh() as url:
        told = restore(url, FileStore(tmp_path / "files"), release, Wishes())
        cast = open_cast(Settings(database_url=url, files=tmp_path / "files", strict_texts=True), start=NEXT_MORNING)
        try:
            with_papers(cast)
            with cast.app.database.read() as connection:
                before = {row.id: row.hash for row in connection.execute(sa.select(event.c.id, event.c.hash))}
                files = connection.scalar(sa.select(sa.func.count(sa.distinct(file.c.digest))))
                states = {
                    (row.process, row.state) for row in connection.execute(sa.select(case.c.process, case.c.state))
                }
            assert told.files_put_back == files
            assert states >= {(process, state) for process in STARTS for state in (STARTS[process], *ROADS[process])}
            open_again(cast)
            cast.run_due()
            sound(cast)
            assert finish(cast, cast.settle, most=3) > len(states)
            sound(cast)
            with cast.app.database.read() as connection:
                after = {row.id: row.hash for row in connection.execute(sa.select(event.c.id, event.c.hash))}
                assert history.verify(connection) == []
            assert before.items() <= after.items(), "an event of the old release was changed"
        finally:
            cast.app.dispose()


def open_again(cast) -> None:
    """The fence of the restore goes; every letter may leave."""
    with cast.app.database.write() as connection:
        standing = fence.raised(connection, cast.agency_id)
        assert standing is not None
        groups = resumption.waiting(connection, standing).groups
        resumption.resume(connection, standing, {group.name: SEND for group in groups}, by=None)


def test_a_golden_file_is_whole() -> None:
    for path in RELEASES:
        with Reader(path) as reader:
            reader.check()
            assert reader.manifest.missing == []
