"""What a member's word changes: who stands aside from a name does so for good."""

from __future__ import annotations

import sqlalchemy as sa

from states.councils.sittings import load
from workflow.agenda import stand_aside
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


def keep_aside(context: Context, connection: sa.Connection) -> None:
    """Members whom the rules keep out of a name (`recuse:`) have no part in its case while it is on the agenda."""
    if not (context.rules or {}).get("recuse"):
        return
    sitting = load(connection, context)
    members = {seat.person_id for seat in sitting.seats}
    open_names = [name for name in sitting.agenda if name.case_id in sitting.open]
    pairs = [(name.case_id, one) for name in open_names for one in sitting.of_the_unit(name) & members]
    stand_aside(connection, context.agency_id, pairs, [name.case_id for name in open_names])


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.effect("recuse")(recuse)
    registry.effect("keep_aside")(keep_aside)
    registry.listed = keep_aside
