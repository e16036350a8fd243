"""Cases of one process with some of their fields beside them: for lists that speak of more than code and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_field


def cases_with(
    connection: sa.Connection, where: Iterable[sa.ColumnElement[bool]], names: Sequence[str], *, most: int = 500
) -> list[dict[str, Any]]:
    """Rows of `case_` that fulfil all of `where`, newest first, each with `fields`: name → value of these names."""
    newest = sa.select(case).where(*where).order_by(case.c.id.desc()).limit(most)
    rows = [dict(row) for row in connection.execute(newest).mappings()]
    held = _held(connection, [row["id"] for row in rows], names)
    return [{**row, "fields": held.get(row["id"], {})} for row in rows]


def _held(connection: sa.Connection, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    query = sa.select(case_field.c.case_id, case_field.c.name, case_field.c.value).where(
        case_field.c.case_id.in_(ids), case_field.c.name.in_(names)
    )
    for row in connection.execute(query):
        found[row.case_id][row.name] = row.value
    return found
