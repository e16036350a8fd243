"""A Sở in the middle of everything: cases on their way, held and leased messages, armed timers, papers on disk."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from states.subjects.enrol import enrol_other
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from tests.roads import case_at
from workflow import files, outbox

KINDS = ("sqlite", "postgres")


def paper(cast: Cast, by: str, text: str) -> str:
    """A real file on disk and its row; its id."""
    stored = cast.app.files.put(io.BytesIO(f"%PDF-1.7 {text}".encode()), cast.agency_id, "giay-to.pdf")
    file_id = cast.app.database.new_id()
    with cast.app.database.write() as connection:
        files.record(
            connection, stored, file_id=file_id, agency_id=cast.agency_id, person_id=cast.people[by]
        )  # fmt: skip
    return file_id


def with_papers(cast: Cast) -> None:
    """From now on what this cast hands in lies on disk, and a name that is none of theirs is somebody new."""
    known = cast.subject

    def subject(name: str = "candidate") -> str:
        if name in cast.people:
            return known(name)
        new = {"kind": "person", "name": name, "unit_id": cast.units["cntt"], "new_id": cast.app.database.new_id}
        with cast.app.database.write() as connection:
            return enrol_other(connection, cast.agency_id, **new)

    cast.subject = subject  # type: ignore[method-assign]
    cast.upload = lambda by, name="": paper(cast, by, cast.app.database.new_id())  # type: ignore[method-assign]


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
