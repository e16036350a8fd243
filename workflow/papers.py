"""Which papers a decision has made: those its action makes, and anew those that say what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from workflow.definition import Action
from workflow.draft import By, Draft
from workflow.registry import EffectEntry


def ordered(draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, seq: int) -> None:
    """Order them after the effects, whose records they tell, in the same transaction."""
    for name, document in draft.plan.documents.items():
        says_so = not inputs.keys().isdisjoint(document.fills.values())
        call = draft.registry.makes if name in action.makes else draft.registry.remakes if says_so else None
        if call is not None:
            draft.effects.append((EffectEntry(partial(call, document)), draft.context(inputs, by, event_seq=seq)))
