"""Which papers a decision has made: those its action makes, and anew those that say what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from workflow.definition import Action, Document
from workflow.draft import By, Draft
from workflow.registry import EffectEntry


def ordered(draft: Draft, action: Action, inputs: Mapping[str, Any], by: By, seq: int) -> None:
    """Order them after the effects, whose records they tell, in the same transaction."""
    is_new = not draft.facts.case["version"]  # nothing was made for it yet that could say something else now
    for name, document in draft.plan.documents.items():
        says_so = not is_new and not inputs.keys().isdisjoint(document.fills.values())
        makes = name in action.makes and _wanted(draft, action, inputs, document)
        call = draft.registry.makes if makes else draft.registry.remakes if says_so else None
        if call is not None:
            draft.effects.append((EffectEntry(partial(call, document)), draft.context(inputs, by, event_seq=seq)))


def _wanted(draft: Draft, action: Action, inputs: Mapping[str, Any], document: Document) -> bool:
    """`only`: where this action asks the field, what was just said counts, not what an earlier decision said."""
    asked = {*action.needs, *action.takes}
    said = {name: (inputs if name in asked else draft.fields).get(name) for name in document.only}
    return all(said[name] == value for name, value in document.only.items())
