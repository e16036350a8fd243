"""What was backed up comes back whole, into either kind of database, behind a fence; or nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.backup import Wishes, restore, rows, take
from tests.cast import Cast
from tests.config.backup.conftest import KINDS, Empty
from workflow.db import Database
from workflow.files import FileStore


def dumped(url: str) -> dict[str, list[bytes]]:
    """Every table's lines, in order."""
    database = Database(url)
    with database.read() as connection:
        found = {
            one.name: sorted(b"".join(rows.lines(connection, one)).splitlines()) for one in rows.tables(connection)
        }
    database.dispose()
    return found


@pytest.mark.parametrize("into", KINDS)
def test_all_comes_back_into_either_kind(busy: Cast, empty: Empty, into: str, tmp_path: Path) -> None:
    file = tmp_path / "a.ngb"
    taken = take(busy.app.database, busy.app.files, file)
    with empty(into) as url:
        told = restore(url, FileStore(tmp_path / "second" / "files"), file, Wishes(codes=0))
        before, after = dumped(busy.app.database.url.render_as_string(hide_password=False)), dumped(url)
        moved = {"fence", "case_", "work_item"}
        assert {k: v for k, v in after.items() if k not in moved} == {k: v for k, v in before.items() if k not in moved}
        print(taken.size, taken.manifest.rows, told.seconds, taken.seconds)
