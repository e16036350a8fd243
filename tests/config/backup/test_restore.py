"""What was backed up comes back whole, into either kind of database, behind a fence; or nothing does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import migrations
from config.backup import BackupError, Restored, Wishes, restore, rows, take
from config.backup.archive import Reader
from dev import ROOT
from tests.cast import Cast
from tests.config.backup.conftest import KINDS, Empty, fill, installation, reopened
from tests.databases import Databases
from workflow import fence, history, outbox, stalls, timers
from workflow.case import case, counter
from workflow.db import Database
from workflow.files import FileStore
from workflow.message import Conflict

MOVED_ON = {"fence", "case_", "work_item", "outbox_message"}  # what a restore changes on purpose


def dumped(url: str) -> dict[str, list[bytes]]:
    """Every table's lines, in order."""
    database = Database(url)
    with database.read() as connection:
        found = {
            one.name: sorted(b"".join(rows.lines(connection, one)).splitlines()) for one in rows.tables(connection)
        }
    database.dispose()
    return found


def address(cast: Cast) -> str:
    return cast.app.database.url.render_as_string(hide_password=False)


def brought_back(url: str, file: Path, folder: Path, **wishes: object) -> Restored:
    return restore(url, FileStore(folder / "files"), file, Wishes(**wishes))  # type: ignore[arg-type]


@pytest.fixture
def file(busy: Cast, tmp_path: Path) -> Path:
    """A backup of the Sở at work."""
    path = tmp_path / "so.ngb"
    take(busy.app.database, busy.app.files, path)
    return path


@pytest.fixture(scope="module")
def kept(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cast, Path]]:
    """One Sở on SQLite and its backup, which tests read and never change."""
    folder = tmp_path_factory.mktemp("kept")
    with installation(sqlite_databases, folder / "first") as cast:
        fill(cast)
        take(cast.app.database, cast.app.files, folder / "so.ngb")
        yield cast, folder / "so.ngb"


@pytest.fixture
def small_file(kept: tuple[Cast, Path]) -> Path:
    """Its backup."""
    return kept[1]


@pytest.mark.parametrize("into", KINDS)
def test_all_comes_back_into_either_kind(busy: Cast, file: Path, empty: Empty, into: str, tmp_path: Path) -> None:
    with empty(into) as url:
        told = brought_back(url, file, tmp_path / "second", codes=0)
        before, after = dumped(address(busy)), dumped(url)
        assert {n: v for n, v in after.items() if n not in MOVED_ON} == {
            n: v for n, v in before.items() if n not in MOVED_ON
        }
        assert told.manifest.rows == sum(map(len, before.values()))
        assert told.files_put_back == told.manifest.files == len(stored(tmp_path / "first")) > 3
        assert stored(tmp_path / "second") == stored(tmp_path / "first")
        cast = reopened(url, tmp_path / "second")
        try:
            assert stalls.stalls(cast.app.engine) == []
            with cast.app.database.read() as connection:
                assert history.verify(connection) == []
                assert fence.fenced(connection) == {cast.agency_id}
        finally:
            cast.app.dispose()


def stored(folder: Path) -> dict[str, bytes]:
    """Digest → bytes of what lies there."""
    found = (path for path in (folder / "files").glob("*/*/*") if path.is_file() and path.parent.name != "incoming")
    return {path.name: path.read_bytes() for path in found}


def test_what_must_not_be_used_again_is_passed_over(kept: tuple[Cast, Path], empty: Empty, tmp_path: Path) -> None:
    small, small_file = kept
    with small.app.database.read() as connection:
        used = {row.name: row.value for row in connection.execute(sa.select(counter))}
    known = small.cases("nominee")[0]
    with empty("sqlite") as url:
        brought_back(url, small_file, tmp_path / "second", codes=50)
        cast = reopened(url, tmp_path / "second")
        with cast.app.database.read() as connection:
            now = {row.name: row.value for row in connection.execute(sa.select(counter))}
            leased = sa.select(outbox.outbox.c.lease_until).where(outbox.outbox.c.status == "leased")
            assert all(until <= outbox.wall_now() for until in connection.scalars(leased))
        assert now == {name: value + 50 for name, value in used.items()}
        with pytest.raises(Conflict):  # a form that was opened before
            cast.app.engine.act(
                cast.actor("office"), case_id=known.id, action="close", case_version=known.version,
                inputs={"end_ground": "other", "note": "Biểu mẫu mở từ trước"},
            )  # fmt: skip
        cast.act("office", known.id, "close", end_ground="other", note="Mở lại rồi mới ghi")
        cast.app.dispose()


def test_it_takes_an_empty_database_only_unless_told(busy: Cast, file: Path, tmp_path: Path) -> None:
    busy.act("office", busy.cases("nominee")[0].id, "close", end_ground="other", note="Sau khi sao lưu")
    after = dumped(address(busy))
    with pytest.raises(BackupError, match="not_empty"):
        brought_back(address(busy), file, tmp_path / "first")
    assert dumped(address(busy)) == after
    told = brought_back(address(busy), file, tmp_path / "first", replace=True)
    assert told.files_put_back == 0, "they all lay there"
    assert busy.cases("nominee")[0].ended_at is None


def test_over_an_installation_at_work_it_says_to_stop_it(
    postgres_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[restore.__module__], "LOCK_WAIT", "SET LOCAL lock_timeout = '300ms'")
    with installation(postgres_databases, tmp_path) as cast:
        take(cast.app.database, cast.app.files, tmp_path / "so.ngb")
        with cast.app.database.read() as connection:
            connection.execute(sa.select(case.c.id)).all()
            with pytest.raises(BackupError, match="in_use"):
                brought_back(address(cast), tmp_path / "so.ngb", tmp_path, replace=True)
        brought_back(address(cast), tmp_path / "so.ngb", tmp_path, replace=True)


def test_a_byte_that_changed_anywhere_is_found(kept: tuple[Cast, Path], empty: Empty, tmp_path: Path) -> None:
    """Every part is proven: what cannot be read or is not what was written brings nothing back."""
    small, small_file = kept
    raw, dice = small_file.read_bytes(), random.Random(11)
    spoilt = tmp_path / "spoilt.ngb"
    with empty("sqlite") as url:
        clean = dumped(url)
        for number in range(8):
            place = dice.randrange(len(raw))
            spoilt.write_bytes(raw[:place] + bytes([raw[place] ^ 0x41]) + raw[place + 1 :])
            try:
                brought_back(url, spoilt, tmp_path / f"try{number}")
            except BackupError:
                assert dumped(url) == clean
            else:  # a byte that says nothing: a date or a flag within the zip's own directory
                assert {k: v for k, v in dumped(url).items() if k not in MOVED_ON | {"counter"}} == {
                    k: v for k, v in dumped(address(small)).items() if k not in MOVED_ON | {"counter"}
                }
                migrations.downgrade(url, "base")
                migrations.upgrade(url)
        for length in (0, 10, len(raw) // 2, len(raw) - 1):
            spoilt.write_bytes(raw[:length])
            with pytest.raises(BackupError, match="no_backup"):
                brought_back(url, spoilt, tmp_path / "torn")


def rewritten(file: Path, into: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup whose parts somebody changed, every checksum of the zip right."""
    with zipfile.ZipFile(file) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    change(parts)
    with zipfile.ZipFile(into, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return into


def test_rows_that_were_changed_are_found(small_file: Path, empty: Empty, tmp_path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["tables/person"] = parts["tables/person"].replace(b"Director", b"Directoz")

    def drop_a_file(parts: dict[str, bytes]) -> None:
        del parts[next(name for name in parts if name.startswith("files/"))]

    with empty("sqlite") as url:
        for number, one in enumerate((change, drop_a_file)):
            with pytest.raises(BackupError, match="damaged"):
                brought_back(url, rewritten(small_file, tmp_path / f"{number}.ngb", one), tmp_path / "x")


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "tables": [], "taken_at": "x"}', b"\xff"]
)
def test_a_manifest_that_is_none_is_no_backup(small_file: Path, tmp_path: Path, manifest: bytes) -> None:
    def spoil(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = manifest

    with pytest.raises(BackupError, match="no_backup"):
        Reader(rewritten(small_file, tmp_path / "none.ngb", spoil))


def test_a_file_of_a_strange_name_goes_nowhere(small_file: Path, empty: Empty, tmp_path: Path) -> None:
    def climb(parts: dict[str, bytes]) -> None:
        name = next(name for name in parts if name.startswith("files/"))
        parts["files/../../../stray"] = parts.pop(name)

    with empty("sqlite") as url, pytest.raises(BackupError, match="damaged"):
        brought_back(url, rewritten(small_file, tmp_path / "stray.ngb", climb), tmp_path / "a" / "b" / "c")
    assert not list(tmp_path.rglob("stray"))


def test_of_a_newer_version_nothing_is_restored(small_file: Path, empty: Empty, tmp_path: Path) -> None:
    def newer(parts: dict[str, bytes]) -> None:
        told = json.loads(parts["manifest.json"])
        parts["manifest.json"] = json.dumps({**told, "revision": "9999", "version": "9.9"}).encode()

    with empty("sqlite") as url, pytest.raises(BackupError, match=r"newer.*9\.9"):
        brought_back(url, rewritten(small_file, tmp_path / "newer.ngb", newer), tmp_path / "x")


def test_histories_that_do_not_add_up_are_refused_unless_told(small: Cast, empty: Empty, tmp_path: Path) -> None:
    with small.app.database.write() as connection:
        connection.execute(sa.update(case).values(chain_head="0" * 64).where(case.c.code.like("%-0001")))
    take(small.app.database, small.app.files, tmp_path / "b.ngb")
    with empty("sqlite") as url:
        with pytest.raises(BackupError, match="broken"):
            brought_back(url, tmp_path / "b.ngb", tmp_path / "x")
        told = brought_back(url, tmp_path / "b.ngb", tmp_path / "x", even_broken=True)
        assert [one.code[-4:] for one in told.breaks] == ["0001"]


def test_an_older_shape_is_migrated_after_it_came_back(busy: Cast, empty: Empty, tmp_path: Path) -> None:
    before = dumped(address(busy))
    migrations.downgrade(address(busy), "0002")
    taken = take(busy.app.database, busy.app.files, tmp_path / "old.ngb")
    assert taken.manifest.revision == "0002"
    with empty("sqlite") as url:
        brought_back(url, tmp_path / "old.ngb", tmp_path / "second", codes=0)
        after = dumped(url)
        kept = set(taken.manifest.tables) - MOVED_ON - {"discipline"}  # its rows are of the dossier since 0014
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert after["fence"] != []


DIES = """
import os, signal, sys
from pathlib import Path
from config.backup import restore, rows
from workflow.files import FileStore
real, left = rows.load, [int(sys.argv[4])]
def load(*given):
    real(*given)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
rows.load = load
restore(sys.argv[1], FileStore(Path(sys.argv[3])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_killed_in_the_middle_it_left_nothing_and_goes_again(
    small_file: Path, empty: Empty, kind: str, tmp_path: Path
) -> None:
    with empty(kind) as url:
        clean = dumped(url)
        killed = subprocess.run(
            [sys.executable, "-c", DIES, url, str(small_file), str(tmp_path / "second" / "files"), "20"], cwd=ROOT,
            check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL
        assert dumped(url) == clean
        assert brought_back(url, small_file, tmp_path / "second").files_put_back == 0, "files come first"
        database = Database(url)
        with database.read() as connection:
            assert timers.due(connection, 1) == [], "the fence came with the rows"
        database.dispose()
