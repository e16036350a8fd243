"""What is due when: open work with a deadline, over the cases the one who looks may see, each item once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.overview.figures import Scope, open_items
from workflow.case import case
from workflow.worklist import candidate, work_item

MOST = 2_000


@dataclass(frozen=True)
class Due:
    """One item: what is to be done on which case until when, by whom: (role, unit, person), each empty or not."""

    id: str
    kind: str
    title: str
    code: str
    label: str
    process: str
    unit_id: str
    due_at: datetime
    owners: tuple[tuple[str, str, str], ...]


def due_between(
    connection: sa.Connection, scope: Scope, after: datetime | None, until: datetime, process: str = ""
) -> list[Due]:
    """Open items whose deadline ends after the one moment (None: ever) and not after the other, the earliest first."""
    columns = (
        work_item.c.id, work_item.c.kind, work_item.c.title, case.c.code, case.c.label, case.c.process, case.c.unit_id,
        work_item.c.due_at, candidate.c.role, candidate.c.unit_id.label("of"), candidate.c.person_id,
    )  # fmt: skip
    query = (
        open_items(scope, *columns)
        .where(work_item.c.due_at <= until, *([] if after is None else [work_item.c.due_at > after]))
        .where(*([case.c.process == process] if process else []))
        .order_by(work_item.c.due_at, work_item.c.id, candidate.c.id)
        .limit(MOST)
    )
    found: dict[str, Due] = {}
    for row in connection.execute(query):
        owner = (row.role, row.of or "", row.person_id or "")
        known = found.get(row.id)
        owners = (*known.owners, owner) if known else (owner,)
        found[row.id] = Due(
            row.id, row.kind, row.title, row.code, row.label, row.process, row.unit_id or "", row.due_at, owners
        )
    return list(found.values())
