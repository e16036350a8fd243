"""Taking a backup while everything runs: one snapshot of the database, the files its rows name, then reading back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from config import migrations
from config.backup import rows
from config.backup.archive import BackupError, Manifest, Reader, TableLines, Writer
from states.ballots.boxes import unfinished
from states.ballots.model import ballot_box
from workflow.clock import wall_now
from workflow.db import Database
from workflow.files import FileStore, file
from workflow.message import NotFound
from workflow.rights import OF_A_BOX

NO_LIMIT = ("SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0")


@dataclass(frozen=True)
class Taken:
    """A backup that was written and read back."""

    manifest: Manifest
    size: int  # bytes of the file
    seconds: float
    unreadable: dict[str, str]  # of the missing ones those that are there and may not be read, and why


def take(database: Database, store: FileStore, path: Path, *, left_behind: Collection[str] = ()) -> Taken:
    """Write everything but the tables left behind into one new file, and read it back; nobody waits for it.

    Raises BackupError, leaving no file, when it cannot be written whole or something lies there already.
    """
    begun = time.monotonic()
    try:
        writer = Writer(path)
        try:
            manifest, unreadable = _write(database, store, writer, left_behind)
            with Reader(writer.written) as reader:
                reader.check()
            writer.publish()
        finally:
            writer.discard()
    except OSError as failure:
        raise BackupError("cannot_write", file=str(path), why=failure.strerror or str(failure)) from failure
    return Taken(manifest, path.stat().st_size, time.monotonic() - begun, unreadable)


def _write(
    database: Database, store: FileStore, writer: Writer, left_behind: Collection[str]
) -> tuple[Manifest, dict[str, str]]:
    with database.read() as connection:
        if not database.is_sqlite:
            for statement in NO_LIMIT:
                connection.exec_driver_sql(statement)
        _nobody_is_voting(connection)
        revision, taken_at = migrations.shape(connection), wall_now()
        if revision is None:
            raise BackupError("nothing_there")
        tables: dict[str, TableLines] = {}
        for table in rows.tables(connection):
            if table.name not in left_behind and not OF_A_BOX.fullmatch(table.name):
                tables[table.name] = writer.table(table.name, table.names, rows.lines(connection, table))
        found = connection.execute(sa.select(file.c.agency_id, file.c.digest).distinct())
        named = sorted((row.agency_id, row.digest) for row in found)
    sizes, missing, unreadable = _files(store, writer, named)
    manifest = Manifest(
        version=version("neuguong"), revision=revision, database=database.url.get_backend_name(),
        taken_at=taken_at.isoformat(), tables=tables, files=len(sizes), file_bytes=sum(sizes), missing=missing,
    )  # fmt: skip
    writer.close(manifest)
    return manifest, unreadable


def _nobody_is_voting(connection: sa.Connection) -> None:
    """Two copies of a box that fills up would tell between them who voted what."""
    if sa.inspect(connection).has_table(ballot_box.name) and unfinished(connection):
        raise BackupError("ballot_open")


def _files(
    store: FileStore, writer: Writer, named: Iterable[tuple[str, str]]
) -> tuple[list[int], list[str], dict[str, str]]:
    """Sizes of those written; those that are not on disk as their name says: swept meanwhile, lost, damaged, closed."""
    sizes, missing, unreadable = [], [], {}
    for agency_id, digest in named:
        name, content = f"{agency_id}/{digest}", None
        try:
            content = _content(store, agency_id, digest)
        except OSError as closed:
            unreadable[name] = closed.strerror or str(closed)
        if content is None:
            missing.append(name)
            continue
        writer.file(agency_id, digest, content)
        sizes.append(len(content))
    return sizes, missing, unreadable


def _content(store: FileStore, agency_id: str, digest: str) -> bytes | None:
    try:
        with store.open(agency_id, digest) as stream:
            content = stream.read()
    except NotFound:
        return None
    return content if hashlib.sha256(content).hexdigest() == digest else None
