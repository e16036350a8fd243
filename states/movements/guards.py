"""What must be true before a movement is launched, and before somebody registers for it."""

from __future__ import annotations

from states.subjects.submitted import day
from workflow.message import Message
from workflow.registry import Context, Registry

REGISTRATIONS = "registrations"
"""The list of who registered, unless the plan gives the guard another."""


def movement_days(context: Context, _arg: str | None) -> Message | None:
    """Who registers must have time left to show what they do: the last day to register lies before the end."""
    last, end = day(context.fields.get("register_by")), day(context.fields.get("ends_on"))
    if last is None or end is None or last < end:
        return None
    return Message("guard.movement_days", {"register_by": last, "ends_on": end})


def own_registration(context: Context, _arg: str | None) -> Message | None:
    """One registers oneself, or the unit one works in: a pledge made for somebody else is none (Kế hoạch II.5)."""
    if context.actor_id in {party.person_id for party in context.subject.parties}:
        return None
    return Message("guard.own_registration", {"name": context.subject.label})


def registration_open(context: Context, _arg: str | None) -> Message | None:
    """Within the days that the movement itself has set."""
    for movement in context.facts["movements_named"]:
        last = day(movement["by"])
        if movement["ended"] or (last is not None and context.today > last):
            return Message("guard.registration_open", {"name": movement["label"], "day": last or context.today})
    return None


def registered_once(context: Context, _arg: str | None) -> Message | None:
    """One pledge to a movement; it can be worded anew while registration is open."""
    codes = context.facts["registered_already"]
    return Message("guard.registered_once", {"name": context.subject.label, "code": codes[0]}) if codes else None


def nobody_registered(context: Context, field: str | None) -> Message | None:
    """A unit answers without results only where nobody registered; whoever did is told how they did."""
    count = len(context.fields.get(field or REGISTRATIONS) or [])
    return Message("guard.nobody_registered", {"count": count}) if count else None


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.guard("movement_days", cite="Kế hoạch II.5", fields=("register_by", "ends_on"))(movement_days)
    registry.guard("own_registration", cite="Kế hoạch II.5")(own_registration)
    registry.guard("nobody_registered", cite="Kế hoạch II.5", fields=lambda field: (field or REGISTRATIONS,))(
        nobody_registered
    )
    registry.guard("registration_open", facts=["movements_named"], cite="Kế hoạch II.5")(registration_open)
    registry.guard("registered_once", facts=["registered_already"], cite="Kế hoạch II.5")(registered_once)
