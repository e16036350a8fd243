"""The register as it is read: what, when, on which case, how it ended; never whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.complaints.model import OPEN, complaint
from workflow.case import case
from workflow.db import word

Row = Mapping[Any, Any]


def listed(
    connection: sa.Connection, agency_id: str, *, visible: sa.ColumnElement[bool], done: bool = False, limit: int = 200
) -> Sequence[Row]:
    """Open complaints from the oldest, or concluded ones from the newest, of the cases this person may see."""
    chosen = sa.select(complaint, case.c.code, case.c.label, case.c.definition_id).join(
        case, case.c.id == complaint.c.case_id
    )
    is_open = complaint.c.status == word(OPEN)
    mine = chosen.where(complaint.c.agency_id == agency_id, visible, sa.not_(is_open) if done else is_open)
    order = (complaint.c.concluded_at.desc(),) if done else (complaint.c.received_on, complaint.c.id)
    return connection.execute(mine.order_by(*order).limit(limit)).mappings().all()


def one(connection: sa.Connection, agency_id: str, complaint_id: str) -> Row | None:
    """One line of the register."""
    mine = sa.and_(complaint.c.agency_id == agency_id, complaint.c.id == complaint_id)
    chosen = sa.select(complaint, case.c.code, case.c.label, case.c.definition_id).join(
        case, case.c.id == complaint.c.case_id
    )
    return connection.execute(chosen.where(mine)).mappings().first()
