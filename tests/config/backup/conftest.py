"""A Sở in the middle of everything: cases on their way, held and leased messages, armed timers, papers on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from tests.papers import paper, with_papers
from tests.roads import case_at
from workflow import outbox

KINDS = ("sqlite", "postgres")


def fill(cast: Cast) -> None:
    """Three cases, an upload, notices held and one in a hand's lease; every file a row names is on disk."""
    with_papers(cast)
    case_at(cast, "cultivating")
    case_at(cast, "office_check", who="Lê Thị Sen")
    cast.settle()
    case_at(cast, "unit_appraisal", who="Phạm Văn Mộc", held=["complaint"])
    paper(cast, "nominator", "bản nháp")
    cast.later(seconds=31)
    with cast.app.database.read() as connection:
        ripe = outbox.due_ids(connection, 1, notices=True)
    assert len(outbox.claim(cast.app.database, ripe)) == 1


@contextmanager
def installation(databases: Databases, folder: Path, **more: Any) -> Iterator[Cast]:
    """The cast over a database of its own."""
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, files=folder / "files", strict_texts=True), **more)
        try:
            yield cast
        finally:
            cast.app.dispose()


@pytest.fixture
def busy(databases: Databases, tmp_path: Path) -> Iterator[Cast]:
    """The Sở at work, on each kind of database."""
    with installation(databases, tmp_path / "first") as cast:
        fill(cast)
        yield cast


@pytest.fixture
def small(sqlite_databases: Databases, tmp_path: Path) -> Iterator[Cast]:
    """The same on SQLite alone: for what is decided by the file, whatever the database."""
    with installation(sqlite_databases, tmp_path / "first") as cast:
        fill(cast)
        yield cast


Empty = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def empty(request: pytest.FixtureRequest) -> Empty:
    """`with empty("sqlite") as url`: a migrated database without rows."""
    return lambda kind: request.getfixturevalue(f"{kind}_databases").fresh()


def reopened(url: str, folder: Path) -> Cast:
    """The same people over a restored database; business time stays where it is."""
    cast = open_cast(Settings(database_url=url, files=folder / "files", strict_texts=True), start="")
    with_papers(cast)
    return cast
