"""Holds: beside the state, a set of grounds. The first stops lengths and asks, the last gone lets them go on.

A fixed day does not move; a length goes on with the working days that were left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from workflow import agenda, asking
from workflow.arming import EXTENSION, OF_HOLDS, STEP, arm_waits, cancel_timers, close_item, due_of, open_item
from workflow.deadlines import parse_duration, pause, resume
from workflow.definition import Action, Held, State
from workflow.draft import Draft
from workflow.due import Due
from workflow.grounds import PARENT, titles
from workflow.identity import Asked
from workflow.message import Message, Refused
from workflow.naming import EXCLUSIVE_STAGE


def _ground(draft: Draft, name: str, inputs: Mapping[str, Any]) -> str:
    if name in draft.facts.life.definition.fields:
        return str(inputs.get(name) or draft.fields.get(name) or "")
    return name


def _named(draft: Draft, ground: str) -> tuple[str | Message, ...]:
    return titles(draft.facts.life.definition, [ground])


def hold(draft: Draft, action: Action, inputs: Mapping[str, Any]) -> None:
    """Open or release the ground an action names. Refuses one that is open already, or is not."""
    grounds: list[str] = draft.case["holds"]
    was = bool(grounds)
    if action.releases == "all":
        grounds.clear()
    elif action.releases:
        ground = _ground(draft, action.releases, inputs)
        if ground not in grounds:
            raise Refused(Message("hold.not_open", {"ground": _named(draft, ground)}))
        grounds.remove(ground)
    if action.holds:
        ground = _ground(draft, action.holds, inputs)
        if ground in grounds:
            raise Refused(Message("hold.open_already", {"ground": _named(draft, ground)}))
        grounds.append(ground)
    if grounds and not was:
        suspend(draft)
    elif was and not grounds:
        resume_all(draft, reopen=not action.to)
    elif grounds and draft.facts.life.definition.held and (action.holds or action.releases):
        begin_held_asks(draft)
        offer_steps(draft)


def offer_steps(draft: Draft) -> None:
    """What a ground leaves to somebody else than the hold's owner is in their inbox while that ground is open."""
    held = draft.facts.life.definition.held
    wanted = {one.title: one for one in held.actions.values() if is_step(one, draft.case["holds"])} if held else {}
    for item in draft.items.all(kind=STEP, status="open"):
        if wanted.pop(item["title"], None) is None:
            close_item(draft, item, "released")
    for one in wanted.values():
        asked = Asked(one.by, draft.case["unit_id"])
        open_item(draft, kind=STEP, title=one.title, asked=asked, due=None)


def is_step(action: Action, grounds: Collection[str]) -> bool:
    """Whether an action of a hold is others' to take, and one of these grounds opens it."""
    opening = (term for term in action.conditions if term.kind == "is" and term.name == "held" and not term.negated)
    return bool(action.by) and any(set(term.values) & set(grounds) for term in opening)


def begin_held_asks(draft: Draft) -> None:
    """Asks of a hold whose ground has just come, each once while it is open."""
    held = draft.facts.life.definition.held
    if held is not None:
        running = {r["name"] for r in draft.asks.all(visit=0) if r["status"] in ("open", "answered", "silent")}
        running |= {t["name"] for t in draft.timers.all(kind="rhythm", status="armed") if t["detail"]["visit"] == 0}
        asking.begin(draft, [a for a in held.asks.values() if a.name not in running], visit=0)


def suspend(draft: Draft) -> None:
    """A hold begins: lengths stop, asks and reminders fall silent, children are held too."""
    calendar, now = draft.facts.calendar, draft.facts.now
    give_up_place(draft)
    for item in draft.items.all(kind=EXTENSION, status="open"):  # what it asks time for stops; it may be asked anew
        close_item(draft, item, "suspended")
    for item in draft.items.all(status="open"):
        left = pause(Due.from_json(item["due"]), now, calendar) if item["due"] else None
        due = {**item["due"], "left": left} if item["due"] else None
        draft.items.update(item["id"], status="suspended", version=item["version"] + 1, due=due)
        for row in draft.candidates.all(item_id=item["id"], is_open=True):
            draft.candidates.update(row["id"], is_open=False)
        cancel_timers(draft, item_id=item["id"])
    for row in draft.timers.all(status="armed"):
        kept = _left(draft, row, now)
        draft.timers.update(row["id"], status="paused", detail={**row["detail"], **kept})
    held = draft.facts.life.definition.held
    if held is not None:
        _open_held(draft, held)
    tell_children(draft, "hold", {"ground": PARENT + draft.case["id"]})


def _left(draft: Draft, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What of a timer is left when a hold begins: of days their working days, as of a deadline; a fixed day stays."""
    calendar, term = draft.facts.calendar, str(row["detail"].get("term", ""))
    if term.startswith("period"):
        return {"until": row["due_at"].isoformat()}
    if term and parse_duration(term.removeprefix("after ")).unit != "hour":
        last = calendar.local_date(row["due_at"] - timedelta(microseconds=1))
        return {"days": calendar.working_days_between(calendar.local_date(now), last)}
    return {"left": (row["due_at"] - now).total_seconds()}


def _goes_on(draft: Draft, row: Mapping[str, Any], now: datetime) -> datetime:
    """When a timer comes after a hold released now."""
    calendar, detail = draft.facts.calendar, row["detail"]
    if "until" in detail:
        return datetime.fromisoformat(detail["until"])
    if "days" in detail:
        return calendar.end_of_day(calendar.add_working_days(calendar.local_date(now), detail["days"]))
    return now + timedelta(seconds=max(detail.get("left", 0), 0))


def _open_held(draft: Draft, held: Held) -> None:
    open_item(
        draft, kind="held", title=held.title, asked=Asked(held.owner, draft.case["unit_id"]),
        due=due_of(draft, held.due, draft.facts.now), remind=held.remind, escalate=held.escalate,
    )  # fmt: skip
    begin_held_asks(draft)
    offer_steps(draft)


def resume_all(draft: Draft, *, reopen: bool) -> None:
    """The last ground is released: what was open opens again with the working days it had left."""
    now = draft.facts.now
    asking.close_asks(draft, visit=0, how="released")
    for row in draft.asks.all(visit=0):
        draft.asks.update(row["id"], status="closed")
    for item in draft.items.all(status="open"):
        if item["kind"] in OF_HOLDS:
            close_item(draft, item, "released")
    tell_children(draft, "release", {"ground": PARENT + draft.case["id"]})
    if not reopen:
        return
    suspended = draft.items.all(status="suspended")
    for row in draft.timers.all(status="paused"):
        draft.timers.update(row["id"], status="armed", due_at=_goes_on(draft, row, now))
    for item in suspended:
        _reopen(draft, item, now)
    if not any(item["kind"] == "state" for item in suspended):
        open_state(draft, draft.state)


def _reopen(draft: Draft, item: dict[str, Any], now: datetime) -> None:
    """A suspended item, open again: in the same inboxes (or those of the unit it has moved to)."""
    place: Any = draft.state
    asked = Asked(draft.state.owner, draft.case["unit_id"])
    row = draft.asks.get(item["ask_id"])
    if row is not None:
        place = draft.state.asks[row["name"]]
        asked = asking.asked_of(draft, place, row)
    due = None
    if item["due"]:
        stored = {k: v for k, v in item["due"].items() if k != "left"}
        due = resume(Due.from_json(stored), item["due"].get("left"), now, draft.facts.calendar)
    close_item(draft, item, "suspended")
    open_item(
        draft, kind=item["kind"], title=item["title"], asked=asked, due=due, remind=place.remind,
        escalate=place.escalate, ask_id=item["ask_id"], start=now,
    )  # fmt: skip


def open_state(draft: Draft, state: State) -> None:
    """What being here asks for."""
    open_item(
        draft, kind="state", title=state.title, asked=Asked(state.owner, draft.case["unit_id"]),
        due=due_of(draft, state.due, draft.facts.now), remind=state.remind, escalate=state.escalate,
    )  # fmt: skip
    asking.begin(draft, state.asks.values(), visit=draft.case["visit"])
    arm_waits(draft)


def children(draft: Draft) -> list[dict[str, Any]]:
    """Running cases this one began."""
    return [row for row in draft.links.all(relation="child") if not row["ended"]]


def tell_children(draft: Draft, word: str, payload: Mapping[str, Any]) -> None:
    """A word to each of them, by outbox."""
    for row in children(draft):
        draft.send("parent", f"case:{row['other_id']}", word, {"case_id": row["other_id"], "word": word, **payload})


def give_up_place(draft: Draft) -> None:
    """A case that is held or moves on stands on nobody's list any more: it will be another file when it comes back."""
    if draft.facts.case["stage"] == EXCLUSIVE_STAGE:
        draft.effects.append((agenda.leaving(), draft.context()))
