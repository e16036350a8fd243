"""What a member's word changes: who stands aside from a name does so for good."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.case import case
from workflow.organisation_changes import declare_conflict
from workflow.registry import Context, Registry


def recuse(context: Context, connection: sa.Connection) -> None:
    """The member, and nobody who stands in, declares a conflict with each name said; said before, it stands."""
    member = context.on_behalf_of or context.actor_id
    named = sa.select(case.c.subject_id).where(
        case.c.agency_id == context.agency_id, case.c.id.in_(list(context.inputs.get("conflicts") or []))
    )
    for subject_id in sorted(set(connection.scalars(named))):
        assert member is not None
        declare_conflict(connection, context.agency_id, person_id=member, subject_id=subject_id, kind="declared")


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.effect("recuse")(recuse)
