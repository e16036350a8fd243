"""Whether the history of edits is as it was written: each line against its digest, each digest against the journal."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from states.amendments.model import amendment, is_whole
from workflow.history import Break
from workflow.journal import journal
from workflow.message import Message
from workflow.streams import rows

SAID = ("key", "noun", "row_id", "verb", "changes", "ground", "digest")


def verify_amendments(connection: sa.Connection, agency_id: str | None = None) -> Iterator[Break]:
    """Lines changed, removed or added behind the back of the journal, whose own rows the seals prove."""
    noted = sa.select(journal.c.row_id, journal.c.body).where(
        journal.c.noun == amendment.name, journal.c.verb == "insert"
    )
    written = sa.select(amendment)
    if agency_id:
        noted, written = (
            noted.where(journal.c.agency_id == agency_id),
            written.where(amendment.c.agency_id == agency_id),
        )
    told = {row.row_id: row.body["digest"] for row in rows(connection, noted)}
    for row in rows(connection, written):
        digest = told.pop(row.id, None)
        if digest is None:
            yield Break(row.row_id, row.id, 0, Message("history.broken.amendment_added"))
        elif digest != row.digest or not is_whole({name: getattr(row, name) for name in SAID}):
            yield Break(row.row_id, row.id, 0, Message("history.broken.amendment_changed"))
    for ident in told:
        yield Break("", ident, 0, Message("history.broken.amendment_missing"))
