"""Bringing a backup back: proven part by part, in one transaction, behind a fence; of either kind into either kind."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from config import migrations
from config.backup import rows
from config.backup.archive import BackupError, Manifest, Reader, TableLines
from config.backup.rows import DoesNotFit
from config.migrations.alone import alone
from workflow import fence, history, resumption
from workflow.files import FileStore
from workflow.history import Break

NOT_CONTENT = ("setting", "fence")  # a clock that ticks over an empty database leaves rows in the first
LOCK_WAIT = "SET LOCAL lock_timeout = '30s'"
CODES = 100
DEADLOCK, NO_LOCK, BUSY = "40P01", "55P03", "SQLITE_BUSY"


@dataclass(frozen=True)
class Wishes:
    """What the person at the terminal allows."""

    replace: bool = False  # empty the database first
    even_broken: bool = False  # take histories that do not add up: they did not before the backup either
    codes: int = CODES  # how many case codes are passed over, because the lost hours may have used them


@dataclass(frozen=True)
class Restored:
    """What was brought back. `breaks`: histories that do not add up, only when that was allowed."""

    manifest: Manifest
    files_put_back: int
    agencies_fenced: int
    breaks: list[Break]
    seconds: float


def restore(
    url: str, store: FileStore, path: Path, wishes: Wishes | None = None, *, left_behind: Collection[str] = ()
) -> Restored:
    """Make the database at this address, and the files, what they were when the backup was taken.

    Uploaded files first, then all rows, newer shape and fence in one transaction: whoever looks sees nothing or all,
    and nothing leaves. Raises BackupError, the database as it was, for anything that is not as it was written.
    """
    wishes, begun = wishes or Wishes(), time.monotonic()
    with Reader(path) as reader:
        manifest = reader.manifest
        if not migrations.known(manifest.revision):
            raise BackupError("newer", version=manifest.version)
        reader.check()  # before the first row: what fails from here on is not the file's fault
        with _nobody_at_work(), alone(url) as connection:
            _make_room(connection, wishes)
            put_back = _put_back(reader, store)
            _load(connection, reader, left_behind)
            migrations.upgrade(connection)
            fenced, breaks = _secure(connection, manifest, wishes)
    return Restored(manifest, put_back, fenced, breaks, time.monotonic() - begun)


@contextmanager
def _nobody_at_work() -> Iterator[None]:
    """Who still works there holds what must go: a lock that does not come, or a deadlock with them."""
    try:
        yield
    except sa.exc.OperationalError as failure:
        said = getattr(failure.orig, "sqlstate", None), getattr(failure.orig, "sqlite_errorname", None)
        if not {DEADLOCK, NO_LOCK, BUSY}.intersection(said):
            raise
        raise BackupError("in_use", why=str(failure.orig).strip().partition("\n")[0]) from failure


def _make_room(connection: sa.Connection, wishes: Wishes) -> None:
    """An empty database without tables."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(LOCK_WAIT)
    there = migrations.shape(connection)
    if there is None:
        if stranger := next(iter(rows.tables(connection)), None):
            raise BackupError("not_ours", table=stranger.name)
        return
    if not wishes.replace:
        for table in rows.tables(connection):
            if table.name not in NOT_CONTENT and (found := rows.count(connection, table)):
                raise BackupError("not_empty", table=table.name, rows=found)
    if not migrations.known(there):
        raise BackupError("newer_there", revision=there)
    migrations.downgrade(connection, "base")


def _put_back(reader: Reader, store: FileStore) -> int:
    return sum(
        store.put_back(reader.file(agency_id, digest), agency_id, digest) for agency_id, digest, _ in reader.files()
    )


def _load(connection: sa.Connection, reader: Reader, left_behind: Collection[str]) -> None:
    """Into the shape the backup has, then counted there."""
    migrations.upgrade(connection, reader.manifest.revision)
    known = {table.name: table for table in rows.tables(connection)}
    given = {name: one for name, one in reader.manifest.tables.items() if name not in left_behind}
    if strangers := sorted(given.keys() - known.keys()):
        raise BackupError("unknown_table", table=strangers[0])
    with rows.noting_nothing(connection):
        for name, table in known.items():  # those first that others point to
            if name in given:
                _load_table(connection, table, given[name], reader.lines(name))
    rows.go_on_counting(connection)
    _check_references(connection)


def _load_table(connection: sa.Connection, table: rows.Table, given: TableLines, lines: Iterable[bytes]) -> None:
    try:
        rows.load(connection, table, given.columns, lines)
    except DoesNotFit as wrong:
        raise BackupError("does_not_fit", table=table.name, why=str(wrong)) from wrong
    if (found := rows.count(connection, table)) != given.rows:
        raise BackupError("lost_rows", table=table.name, wanted=given.rows, found=found)


def _check_references(connection: sa.Connection) -> None:
    """PostgreSQL looked at each; SQLite was told not to, and is asked now."""
    if connection.dialect.name == "sqlite":
        stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if stray is not None:
            raise BackupError("does_not_fit", table=stray[0], why=f"{stray[0]} → {stray[2]}")


def _secure(connection: sa.Connection, manifest: Manifest, wishes: Wishes) -> tuple[int, list[Break]]:
    """Proven histories, numbers that go on, and the fence."""
    breaks = history.verify(connection)
    if breaks and not wishes.even_broken:
        raise BackupError("broken", count=len(breaks), code=breaks[0].code or breaks[0].case_id)
    resumption.move_on(connection, codes=wishes.codes)
    origin = {"fingerprint": manifest.fingerprint, "version": manifest.version, "revision": manifest.revision,
              "database": manifest.database, "files_missing": len(manifest.missing)}  # fmt: skip
    cut_at = datetime.fromisoformat(manifest.taken_at)
    return fence.raise_everywhere(connection, cut_at=cut_at, origin=origin), breaks
