"""What a submission says of a decision, as the domain's rows keep it."""

from __future__ import annotations

from datetime import date
from typing import Any

from states.documents.order import DECIDED_ON
from workflow.registry import Context


def decision(context: Context) -> dict[str, Any]:
    """Number, day and file of the decision just submitted; without one, today and nothing else."""
    given = context.inputs
    return {
        "decision_number": str(given.get("decision_number") or ""),
        "decided_on": day(given.get(DECIDED_ON)) or context.today,
        "decision_file_id": given.get("decision_file") or None,
    }


def day(value: Any) -> date | None:
    """A day out of a form's plain JSON."""
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if value else None
