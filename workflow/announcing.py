"""What is told outside of an event: that it was, of which case, where the case stands; never who, whom about or why.

One outbox message for an event, in the transaction of the event itself, and only where somebody listens. A person's
decision waits as its mails do: taken back in time, nobody outside ever heard of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.draft import HOLD_SECONDS, Draft
from workflow.history import EventDraft
from workflow.outbox import Draft as Message
from workflow.registry import Listened, Registry

KIND = "announce"
RECIPIENT = "outside"

MOVED, DECIDED, RECOGNIZED, RETURNED, REVOKED, ENDED, MISSED, CLOSED = (
    "case.moved", "case.decided", "case.recognized", "case.returned", "case.revoked", "case.ended",
    "deadline.missed", "sitting.closed",
)  # fmt: skip
_OF_VERB = {"approve": (DECIDED,), "refuse": (DECIDED,), "return": (RETURNED,)}
_LATE = ("missed", "silent", "escalated")


def is_listened(connection: sa.Connection, registry: Registry, agency_id: str) -> bool:
    """Whether anybody outside listens to this agency: for a case that is not there yet."""
    if registry.listened is None:
        return False
    return bool(connection.scalar(_asked(registry.listened), {"agency": agency_id}))


@lru_cache
def _asked(listened: Listened) -> sa.Select[tuple[bool]]:
    return sa.select(listened(sa.bindparam("agency", type_=sa.String)))


def messages(draft: Draft) -> Iterator[Message]:
    """A message for each event of the draft that there is a word for."""
    row, before = draft.case, list(draft.facts.case["levels"])
    first = draft.seq - len(draft.events) + 1
    held = draft.by.kind == "person"
    for seq, event in enumerate(draft.events, first):
        kinds = _kinds(draft, event, before, last=event is draft.events[-1])
        if not kinds:
            continue
        yield Message(
            agency_id=row["agency_id"], case_id=row["id"], kind=KIND, recipient=RECIPIENT,
            payload={"kinds": list(kinds), "at": event.at.isoformat(), "data": _data(row, seq, event.body)},
            dedupe_key=f"{row['id']}:{KIND}:{seq}",
            not_before=draft.facts.now + timedelta(seconds=HOLD_SECONDS if held else 0),
        )  # fmt: skip


def _kinds(draft: Draft, event: EventDraft, before: list[str], *, last: bool) -> tuple[str, ...]:
    """What an event is called outside, the most particular name first."""
    if event.kind in _LATE:
        return (MISSED,)
    body = event.body
    if event.kind != "action" or body["to"] == body["from"]:
        return ()
    found = [*_OF_VERB.get(_verb(draft, body), ()), MOVED]
    if last:  # levels and the end are the draft's, told with the event that the case came to rest with
        now = draft.case["levels"]
        found = [*[RECOGNIZED] * (not set(now) <= set(before)), *[REVOKED] * (not set(before) <= set(now)), *found]
        if draft.case["ended_at"] is not None and draft.facts.case["ended_at"] is None:
            votes = any(state.vote for state in draft.facts.life.definition.states.values())
            found = [*[CLOSED] * votes, *found, ENDED]
    return tuple(found)


def _verb(draft: Draft, body: Mapping[str, Any]) -> str:
    definition = draft.facts.life.definition
    known = definition.actions_in(body["from"]) if body["from"] else definition.start
    action = known.get(body["action"]) or (definition.held.actions.get(body["action"]) if definition.held else None)
    return action.verb if action else ""


def _data(row: Mapping[str, Any], seq: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """Ids and the plan's own words."""
    return {
        "case": row["code"], "case_id": row["id"], "process": row["process"], "seq": seq, "action": body["action"],
        "from": body["from"], "state": body.get("to") or row["state"], "stage": body["stage"],
        "level": body["level"] or None,
    }  # fmt: skip
