"""Keeping out: somebody asked to act says that they are too close to whom the case is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.draft import Draft
from workflow.message import Message, Refused
from workflow.organisation_changes import declare_conflict
from workflow.permission import asked_of_item
from workflow.registry import Context, EffectEntry


def recuse(draft: Draft, inputs: Mapping[str, Any]) -> None:
    """Whoever acts keeps out of this and every other case of its subject, from this event on; who steps in is told.

    Raises Refused where the case is about nobody: one is not related to a yearly report.
    """
    if draft.case["subject_type"] != "subject":
        raise Refused(Message("recusal.about_nobody"))
    draft.note("recused", inputs=inputs)
    draft.effects.append((EffectEntry(_declare), draft.context(inputs)))
    org, mine = draft.facts.org, (draft.by.person_id or "", draft.case["subject_id"])
    draft.facts = replace(draft.facts, org=replace(org, conflicts=org.conflicts | {mine}))
    for item in draft.items.all(status="open"):
        free = {"claimed_by": None, "claimed_at": None} if item["claimed_by"] == draft.by.person_id else {}
        draft.items.update(item["id"], version=item["version"] + 1, **free)
        reoffer(draft, item, asked_of_item(draft, item))


def _declare(context: Context, connection: sa.Connection) -> None:
    """The reason stands in the history alone, under the case's key."""
    assert context.actor_id is not None
    declare_conflict(
        connection, context.agency_id, person_id=context.actor_id, subject_id=context.subject.id, kind="declared"
    )
