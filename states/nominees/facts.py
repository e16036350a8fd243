"""What changed in a case since it came to where it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.eligibility.titles import field_titles_of
from workflow.case import case, case_field
from workflow.catalogue import definition_version
from workflow.registry import Context, Registry


def fields_changed_here(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Fields set after the case entered its present state, with the plan's titles."""
    rows = connection.execute(
        sa.select(case_field.c.name, definition_version.c.canonical)
        .join(case, sa.and_(case.c.agency_id == case_field.c.agency_id, case.c.id == case_field.c.case_id))
        .join(definition_version, definition_version.c.id == case.c.definition_id)
        .where(
            case_field.c.agency_id == context.agency_id, case_field.c.case_id == context.case_id,
            case_field.c.set_at > case.c.entered_at,
        )
        .order_by(case_field.c.set_at, case_field.c.name)
    ).all()  # fmt: skip
    titles = field_titles_of(rows[0].canonical) if rows else {}
    return [{"name": row.name, "title": titles.get(row.name, row.name)} for row in rows]


def register(registry: Registry) -> None:
    """Under the names guards ask for."""
    registry.loader("fields_changed_here")(fields_changed_here)
