"""What guards of a registration read: the movements it names, and who is in them already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_field
from workflow.registry import Context, Registry

JOINS = "joins"
"""The field in which a registration names its movement."""


def movements_named(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Each movement named: code, whether it runs, the last day to register."""
    ids = list(context.fields.get(JOINS) or [])
    rows = connection.execute(
        sa.select(case.c.code, case.c.label, case.c.ended_at, case_field.c.value)
        .outerjoin(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == "register_by"))
        .where(case.c.agency_id == context.agency_id, case.c.id.in_(ids))
    )
    return [{"code": row.code, "label": row.label, "ended": row.ended_at is not None, "by": row.value} for row in rows]


def registered_already(connection: sa.Connection, context: Context) -> list[str]:
    """Codes of this subject's other open registrations for a movement it names."""
    named = sa.cast(case_field.c.value, sa.Text)
    ids = list(context.fields.get(JOINS) or [])
    return list(
        connection.scalars(
            sa.select(case.c.code)
            .join(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == JOINS))
            .where(
                case.c.agency_id == context.agency_id, case.c.process == context.process, case.c.ended_at.is_(None),
                case.c.subject_id == context.subject.id, case.c.id != context.case_id,
                sa.or_(sa.false(), *(named.contains(f'"{one}"', autoescape=True) for one in ids)),
            )
        )
    )  # fmt: skip


def register(registry: Registry) -> None:
    """Under the names guards ask for."""
    registry.loader("movements_named")(movements_named)
    registry.loader("registered_already")(registered_already)
