"""Timers that only tell: a reminder, the note that a deadline has passed. Said alike alone and in the clock's sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.arming import log_dropped, tell_person
from workflow.asking import may_be_missed, silence_speaks
from workflow.definition import Term
from workflow.draft import Draft
from workflow.identity import who
from workflow.permission import ask_definition, asked_of_item

TELLING = ("remind", "due")


def remind(draft: Draft, row: Mapping[str, Any], *, later: bool) -> None:
    """Of several overdue reminders for one item only the latest goes, and none once it is closed."""
    item = draft.items.get(row["item_id"])
    if item is None or item["status"] != "open" or later:
        draft.timer_outcome = "dropped"
        log_dropped(draft, row, "later_reminder" if later else "closed")
        return
    people = who(draft.facts.org, draft.plan, draft.matter(), asked_of_item(draft, item))
    for person_id, behalf in people.items():
        told = {"on_behalf_of": behalf, "timer_id": row["id"], "offset": row["detail"]["offset"]}
        tell_person(draft, person_id, "reminder", item=item, **told)


def note_late(draft: Draft, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A deadline passed: the item, when it is open still and late from now on."""
    item = draft.items.get(row["item_id"])
    if item is None or item["status"] != "open":
        draft.timer_outcome = "dropped"
        return None
    draft.deliveries.append(
        {"item_id": item["id"], "person_id": None, "kind": "overdue", "topic": "deadline", "at": draft.facts.now,
         "detail": {"due_at": row["due_at"].isoformat()}}
    )  # fmt: skip
    return item


def only_tells(draft: Draft, row: Mapping[str, Any]) -> bool:
    """Whether the definition lets nothing else follow from this timer: no missed turn to count, no action that waits
    for lateness or for something no event would tell of, no owner to be read out of a form."""
    item = draft.items.get(row["item_id"])
    if item is None or item["status"] != "open":
        return True  # nothing is even told
    asked = draft.asks.get(item["ask_id"])
    if asked is not None:
        ask = ask_definition(draft, asked)
        if ask.of_unit or (row["kind"] == "due" and (may_be_missed(ask) or silence_speaks(ask))):
            return False
    actions = draft.facts.life.definition.actions_in(draft.case["state"]).values() if not draft.state.end else ()
    return not any(_by_itself(term, row["kind"]) for action in actions for term in action.when)


def _by_itself(term: Term, kind: str) -> bool:
    """A condition that comes true without an event or a timer of its own."""
    return (
        term.kind == "guard" or (term.kind == "is" and term.name == "phase") or (kind, term.kind) == ("due", "overdue")
    )
