"""One byte of a signed paper altered on disk, and the history says so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.papers import with_papers
from workflow.file_proof import verify_files
from workflow.files import file
from workflow.history import event, verify


def _found(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        assert not verify(connection)
        return [one.reason.key for one in verify_files(connection, cast.app.files, cast.agency_id)]


HARMS = [("alter", "file_changed"), ("remove", "file_missing"), ("close", "file_unreadable")]


@pytest.mark.parametrize("harm, key", HARMS)
def test_a_paper_altered_removed_or_closed_on_disk_is_found(cast: Cast, harm: str, key: str) -> None:
    with_papers(cast)
    case_id = cast.nominate()
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(file).where(file.c.case_id == case_id)).one()
        bodies = connection.scalars(sa.select(event.c.body).where(event.c.case_id == case_id)).all()
    assert {row.id: row.digest} in [body.get("files") for body in bodies]
    assert _found(cast) == []
    path = cast.app.files.path(cast.agency_id, row.digest)
    if harm == "alter":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    if harm == "close":  # root reads any file, and no folder
        path.mkdir()
    assert _found(cast) == [f"history.broken.{key}"]
