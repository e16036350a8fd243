"""Are the papers still those that were handed in? The chain holds the hash of each; the disk must give it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

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
                yield Break(row.case_id, row.code, row.seq, Message(found, {"digest": digest[:16]}))


def _fault(store: FileStore, agency_id: str, digest: str) -> str:
    try:
        with store.open(agency_id, digest) as file:
            read = hashlib.sha256()
            while piece := file.read(_PIECE):
                read.update(piece)
    except NotFound:
        return "history.broken.file_missing"
    return "" if read.hexdigest() == digest else "history.broken.file_changed"
