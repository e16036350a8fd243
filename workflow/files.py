"""Files of cases: content-addressed under their agency, on disk before the row that names them commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import Database, Id, UtcDateTime, agency_id, insert_ignoring, metadata
from workflow.file_store import FileStore, StoredFile
from workflow.file_types import Limits
from workflow.message import Conflict, Message, NotFound, Refused

__all__ = ["FileStore", "Limits", "StoredFile", "claim", "digests", "file", "find", "record", "sweep", "unclaimed"]

DRAFT_AGE = timedelta(days=7)  # how long what was uploaded waits for the form that carries it
MOST_DRAFTS = 100  # of one person: a form's worth many times over, a disk never

file = sa.Table(
    "file",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),  # NULL until the submission that carries it is accepted
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    Id("uploaded_by"),
    sa.Column("uploaded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "id"),
    sa.Index("ix_file_case", "case_id"),
)


def record(
    connection: sa.Connection, stored: StoredFile, *, file_id: str, agency_id: str, person_id: str
) -> sa.RowMapping:
    """The row of a file that is safe on disk, waiting for this person's form; Refused over the limit.

    An id given twice is the same upload sent twice: the first row stands.
    """
    waiting = sa.select(sa.func.count()).where(*_WAITING)
    if connection.execute(waiting, {"agency": agency_id, "person": person_id}).scalar_one() >= MOST_DRAFTS:
        raise Refused(Message("file.too_many_drafts", {"most": MOST_DRAFTS}))
    row = {
        "id": file_id, "agency_id": agency_id, "case_id": None, "digest": stored.digest, "name": stored.name,
        "media_type": stored.media_type, "size": stored.size,
        "uploaded_by": person_id, "uploaded_at": wall_now(),
    }  # fmt: skip
    connection.execute(insert_ignoring(connection, file).values(row))
    return find(connection, agency_id, file_id)


def find(connection: sa.Connection, agency_id: str, file_id: str) -> sa.RowMapping:
    """One file's row of this agency; who may open it is decided by its case, or its uploader before that."""
    row = connection.execute(sa.select(file).where(file.c.agency_id == agency_id, file.c.id == file_id))
    found = row.mappings().first()
    if found is None:
        raise NotFound("file")
    return found


def unclaimed(connection: sa.Connection, agency_id: str, person_id: str) -> dict[str, str]:
    """id → name of what this person uploaded and no case carries yet: what a form of theirs may name."""
    rows = connection.execute(_UNCLAIMED, {"agency": agency_id, "person": person_id})
    return {row.id: row.name for row in rows}


def digests(connection: sa.Connection, agency_id: str, ids: Collection[str]) -> dict[str, str]:
    """id → sha256 of the bytes, of this agency's files among `ids`."""
    rows = connection.execute(_DIGESTS, {"agency": agency_id, "ids": list(ids)})
    return {row.id: row.digest for row in rows}


def claim(connection: sa.Connection, ids: Collection[str], case_id: str) -> None:
    """The files now belong to the case, in the transaction of the submission that carries them; once only."""
    if not ids:
        return
    if connection.execute(_CLAIM, {"ids": list(ids), "case_id": case_id}).rowcount != len(set(ids)):
        raise Conflict(Message("file.used"))


def sweep(database: Database, store: FileStore) -> int:
    """Forget uploads no form carried in seven days, then files that no row names; how many files went."""
    with database.write() as connection:
        connection.execute(sa.delete(file).where(file.c.case_id.is_(None), file.c.uploaded_at < wall_now() - DRAFT_AGE))
    removed = 0
    for folder in sorted(path for path in store.root.glob("*") if path.is_dir()):
        with database.read() as connection:
            named = set(connection.scalars(sa.select(file.c.digest).where(file.c.agency_id == folder.name)))
        removed += store.sweep(folder.name, named.__contains__)
    return removed


_WAITING = (
    file.c.agency_id == sa.bindparam("agency"), file.c.uploaded_by == sa.bindparam("person"), file.c.case_id.is_(None)
)  # fmt: skip
_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_UNCLAIMED = sa.select(file.c.id, file.c.name).where(*_WAITING)
_DIGESTS = sa.select(file.c.id, file.c.digest).where(file.c.agency_id == sa.bindparam("agency"), file.c.id.in_(_IDS))
_CLAIM = sa.update(file).where(file.c.id.in_(_IDS), file.c.case_id.is_(None)).values(case_id=sa.bindparam("case_id"))
