"""What must be true before a unit reports nothing."""

from __future__ import annotations

from workflow.message import Message
from workflow.registry import Context, Registry


def no_exemplars_here(context: Context, field: str | None) -> Message | None:
    """A nil report is for units without an exemplar; who has one says how it fares (Kế hoạch IV.2)."""
    count = len(context.fields.get(field or "exemplars") or [])
    return Message("guard.no_exemplars_here", {"count": count}) if count else None


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.guard("no_exemplars_here", cite="Kế hoạch IV.2")(no_exemplars_here)
