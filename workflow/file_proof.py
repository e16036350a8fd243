"""Are the papers still those that were handed in? The chain holds the hash of each; the disk must give it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.file_store import FileStore
from workflow.history import Break, event, event_detail
from workflow.message import Message, NotFound
from workflow.streams import rows

_PIECE = 1 << 20


def verify_files(connection: sa.Connection, store: FileStore, agency_id: str | None = None) -> Iterator[Break]:
    """Every paper an event of the chain names, read again; those of erased submissions are nobody's any more."""
    carrying = (
        sa.select(event.c.case_id, event.c.seq, event.c.agency_id, event.c.body, case.c.code)
        .join(case, case.c.id == event.c.case_id)
        .join(event_detail, event_detail.c.event_id == event.c.id)
        .where(event_detail.c.key.is_not(None), sa.cast(event.c.body, sa.Text).like('%"files"%'))
        .order_by(event.c.case_id, event.c.seq)
    )
    if agency_id:
        carrying = carrying.where(event.c.agency_id == agency_id)
    for row in rows(connection, carrying):
        for digest in row.body.get("files", {}).values():
            if found := _fault(store, row.agency_id, digest):
                yield Break(row.case_id, row.code, row.seq, found)


@dataclass(frozen=True)
class Proof:
    """sha256 of one file: as its row says, as its event in the chain says ('' without one), as it reads now."""

    recorded: str
    chained: str
    now: str  # '' when the file is gone
    seq: int  # of the event, 0 without one

    @property
    def holds(self) -> bool:
        """What is on disk is what was handed in."""
        return self.now == self.recorded and self.chained in ("", self.recorded)


def prove(connection: sa.Connection, store: FileStore, row: Mapping[str, Any]) -> Proof:
    """One file's row against its bytes, read again now, and against the event that handed it in."""
    mine = sa.select(event.c.seq, event.c.body).where(
        event.c.agency_id == row["agency_id"], event.c.case_id == row["case_id"]
    )
    named = mine.where(sa.cast(event.c.body, sa.Text).like(f"%{row['id']}%")).order_by(event.c.seq)
    carrying = [(one.seq, one.body.get("files", {}).get(row["id"])) for one in connection.execute(named)]
    seq, chained = next(((at, digest) for at, digest in carrying if digest), (0, ""))
    return Proof(row["digest"], chained, read_again(store, row["agency_id"], row["digest"]), seq)


def read_again(store: FileStore, agency_id: str, digest: str) -> str:
    """sha256 of the bytes kept under that name, read now; '' when there are none, OSError when they may not be read."""
    try:
        with store.open(agency_id, digest) as file:
            read = hashlib.sha256()
            while piece := file.read(_PIECE):
                read.update(piece)
    except NotFound:
        return ""
    return read.hexdigest()


def _fault(store: FileStore, agency_id: str, digest: str) -> Message | None:
    said: dict[str, object] = {"digest": digest[:16]}
    try:
        found = read_again(store, agency_id, digest)
    except OSError as wrong:
        said |= {"why": wrong.strerror or str(wrong), "folder": str(store.root)}
        return Message("history.broken.file_unreadable", said)
    if not found:
        return Message("history.broken.file_missing", said)
    return None if found == digest else Message("history.broken.file_changed", said)
