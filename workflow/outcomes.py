"""What an action means to whoever is decided about, also when the engine takes it on another case's word."""

from __future__ import annotations

from workflow.definition import LAST_LEVEL, Action, Verb


def outcome(action: Action) -> Verb:
    """Its verb; but what is taken by itself and leads back to the last level is a refusal: a council's, say."""
    back = any(branch.to == LAST_LEVEL for branch in action.to)
    return "refuse" if action.verb == "act" and action.when and back and not action.drops else action.verb
