"""Codes and labels of cases that a list speaks of by id."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from workflow.case import case


def names(connection: sa.Connection, agency_id: str, ids: Iterable[str | None]) -> dict[str | None, tuple[str, str]]:
    """id → (code, label), in one query; an id of another agency is left out."""
    wanted = {one for one in ids if one}
    query = sa.select(case.c.id, case.c.code, case.c.label).where(case.c.agency_id == agency_id, case.c.id.in_(wanted))
    return {row.id: (row.code, row.label) for row in connection.execute(query)} if wanted else {}
