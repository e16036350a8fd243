"""Did every case go as its plan says? Each history is played again, event by event, against the version it ran under.

What rests on facts outside the history (guards, quotas, who held which role that day) was asked when it was decided and
cannot be asked again; what a history itself says must be a path of its definition, each step by whom the plan names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.catalogue import Catalogue, Life, definition_version
from workflow.history import event
from workflow.message import Message
from workflow.replay import Find, Told, play
from workflow.streams import rows

CASES = 500  # read together: what is in memory at once


@dataclass(frozen=True)
class Deviation:
    """Where a history leaves its definition; `seq` 0: the case stands elsewhere than it ends."""

    case_id: str
    code: str
    process: str
    seq: int
    reason: Message


def deviations(
    connection: sa.Connection, catalogue: Catalogue, chosen: sa.ColumnElement[bool], *, process: str = ""
) -> Iterator[Deviation | None]:
    """Every deviation of the chosen cases, and a None after each case that was played: whoever counts can tell.

    Works in pieces; the memory it takes is that of the largest histories, however many cases there are.
    """
    wanted = sa.and_(chosen, case.c.process == process) if process else chosen
    versions = Versions(connection, catalogue)
    after = ""
    while True:
        piece = connection.execute(sa.select(case).where(wanted, case.c.id > after).order_by(case.c.id).limit(CASES))
        found = piece.mappings().all()
        if not found:
            return
        yield from _of_piece(connection, versions, found)
        after = found[-1]["id"]


def _of_piece(
    connection: sa.Connection, versions: Versions, found: Sequence[sa.RowMapping]
) -> Iterator[Deviation | None]:
    kept = sa.select(event.c.case_id, event.c.seq, event.c.at, event.c.kind, event.c.body)
    stored = rows(connection, kept.where(event.c.case_id.in_([row["id"] for row in found]))
                  .order_by(event.c.case_id, event.c.seq))  # fmt: skip
    histories = {case_id: list(events) for case_id, events in groupby(stored, key=attrgetter("case_id"))}
    for row in found:
        for told in of_case(row, histories.get(row["id"], []), versions):
            yield Deviation(row["id"], row["code"], row["process"], told.seq, told.reason)
        yield None


def of_case(row: Mapping[Any, Any], events: Iterable[Any], versions: Versions) -> list[Told]:
    """The deviations of one case, in the order of its history."""
    own = versions.own(row)
    return play(row, events, own, versions.named(row["agency_id"], own))


class Versions:
    """Definitions by what events call them, their hash; those of the case's own plan come first."""

    def __init__(self, connection: sa.Connection, catalogue: Catalogue) -> None:
        self._connection, self._catalogue = connection, catalogue
        self._known: dict[tuple[str, str], Life | None] = {}

    def own(self, row: Mapping[Any, Any]) -> Life:
        """What a case lives by now."""
        return self._catalogue.life(self._connection, row["definition_id"])

    def named(self, agency_id: str, own: Life) -> Find:
        """How a case finds what it ran under: hash → its life, or None where no such version is stored."""

        def find(named: str) -> Life | None:
            return own if named == own.definition_hash else self._other(agency_id, named)

        return find

    def _other(self, agency_id: str, named: str) -> Life | None:
        key = (agency_id, named)
        if key not in self._known:
            mine = definition_version.c.agency_id == agency_id, definition_version.c.hash == named
            stored = self._connection.scalar(sa.select(definition_version.c.id).where(*mine).limit(1))
            self._known[key] = self._catalogue.life(self._connection, stored) if stored else None
        return self._known[key]
