"""What must be true before a unit reports nothing."""

from __future__ import annotations

from workflow.message import Message
from workflow.registry import Context, Registry

EXEMPLARS = "exemplars"
"""The list of a unit's exemplars, unless the plan gives the guard another."""


def no_exemplars_here(context: Context, field: str | None) -> Message | None:
    """A nil report is for units without an exemplar; who has one says how it fares (Kế hoạch IV.2)."""
    count = len(context.fields.get(field or EXEMPLARS) or [])
    return Message("guard.no_exemplars_here", {"count": count}) if count else None


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.guard("no_exemplars_here", cite="Kế hoạch IV.2", fields=lambda field: (field or EXEMPLARS,))(
        no_exemplars_here
    )
