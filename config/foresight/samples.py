"""Papers of a simulation: the first of each kind is written by the product's own hands, the others are counted."""

from __future__ import annotations

import sqlalchemy as sa

from states.documents.model import document
from workflow.db import Database
from workflow.outbox import Claim, Finish, Handler


class Samples:
    """An outbox handler for papers."""

    def __init__(self, database: Database, really: Handler) -> None:
        self._database, self._really = database, really
        self._written: set[str] = set()

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Write it, or only note that it would have been written."""
        with self._database.glance() as connection:
            name = str(connection.scalar(_NAME, {"paper": claimed.payload["document_id"]}))
        if name not in self._written:
            self._written.add(name)
            self._really(claimed, finish)
            return
        with self._database.write() as connection:
            finish(connection)


_NAME = sa.select(document.c.name).where(document.c.id == sa.bindparam("paper"))
