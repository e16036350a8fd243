"""A running case goes on under another version of its rules: what that would change, and the change itself.

What is the same in both versions is not touched: an item keeps its deadline, its inboxes and who is at it. What was
asked for and is asked no more is closed, not lost: a way back opens it again. A case that fits the new rules nowhere
stays where it is, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow import asking
from workflow.arming import (
    EXTENSION,
    arm,
    arm_deadline,
    arm_escalations,
    arm_rhythm,
    cancel_timers,
    close_item,
    due_of,
    open_item,
    reoffer,
    set_due,
)
from workflow.catalogue import Life
from workflow.conditions import true_from
from workflow.deadlines import anew
from workflow.definition import Ask, Definition, State
from workflow.draft import NEVER, Draft
from workflow.due import Due
from workflow.facts import load_fills
from workflow.holding import begin_held_asks, offer_steps
from workflow.item_terms import Terms, terms_of
from workflow.message import Message, Refused
from workflow.permission import asked_of_item
from workflow.revision_fit import misfits
from workflow.timers import timer
from workflow.worklist import work_item

EVENT = "revised"
CLOSED = "revised"
"""How an item was closed that the other version does not ask for."""

KEPT, ANEW, ADDED, GONE = "kept", "anew", "added", "gone"
_Armed = Counter[tuple[str, str, str, datetime]]


@dataclass(frozen=True)
class Revised:
    """What going on under another version did to a case; `timers` by what became of them (kept, anew, added,
    gone), `changes` in words."""

    state_from: str
    state_to: str
    timers: Mapping[str, int]
    changes: tuple[Message, ...] = ()


class Unmapped(Refused):
    """The state is none of the other version, and nobody said which of its states stands for it."""


@dataclass
class _Seen:
    """An open item as the version before has it."""

    terms: Terms
    asked: Any


@dataclass
class _Work:
    draft: Draft
    old: Life
    seen: dict[str, _Seen]
    changes: list[Message] = field(default_factory=list)


def state_in(draft: Draft, to: Life, states: Mapping[str, str]) -> str:
    """The state a case would stand in: the one mapped to, else that of the same name. Raises Unmapped."""
    name = str(states.get(draft.case["state"], draft.case["state"]))
    if name not in to.definition.states:
        raise Unmapped(Message("revision.no_state", {"state": draft.state.title, "process": to.definition.title}))
    return name


def revise(draft: Draft, to: Life, states: Mapping[str, str], **body: Any) -> Revised:
    """Bring a running case under another version of its process, as one event.

    `states`: state of the version before → state of this one. Raises Unmapped; Refused with every reason why the case
    does not fit.
    """
    old, name = draft.facts.life, state_in(draft, to, states)
    if reasons := misfits(draft, to, name):
        raise Refused(*reasons)
    before, was = _armed(draft), draft.case["state"]
    titles = {"from": draft.state.title, "to": to.definition.states[name].title}
    work = _Work(draft, old, {item["id"]: _as_seen(draft, item) for item in _waiting(draft)})
    draft.facts = replace(draft.facts, life=to, fills=load_fills(draft.connection, to, draft.facts.case))
    _place(draft, was, name)
    draft.note(
        EVENT, refs=[], plan_before=old.plan_id, definition_before=old.definition_hash, **body,
        **{"from": was, "to": name},
    )  # fmt: skip
    if was != name:
        work.changes.append(Message("revision.state", titles))
    _close_unasked(work)
    for item in _waiting(draft):
        if item["id"] in work.seen:
            _refit(work, item)
    _begin_new(work)
    _rearm_waits(draft, old, was)
    draft.dossier_moved = True
    return Revised(was, name, _compared(before, _armed(draft)), tuple(work.changes))


def _as_seen(draft: Draft, item: Mapping[str, Any]) -> _Seen:
    return _Seen(terms_of(draft, item), asked_of_item(draft, item))


def _waiting(draft: Draft) -> list[dict[str, Any]]:
    return [item for item in draft.items.all() if item["status"] != "closed"]


def _place(draft: Draft, was: str, name: str) -> None:
    """The case's row as the other version has it: who decided what in the state goes with its name."""
    state = draft.facts.life.definition.states[name]
    draft.case.update(state=name, stage=state.stage)
    if was != name:
        draft.case["takers"] = {
            f"{name}.{key.removeprefix(was + '.')}" if key.startswith(was + ".") else key: value
            for key, value in draft.case["takers"].items()
        }


# --- what changes -------------------------------------------------------------------------------------


def _asks_here(draft: Draft, visit: int) -> Mapping[str, Ask]:
    definition = draft.facts.life.definition
    if visit == 0:
        return definition.held.asks if definition.held else {}
    return draft.state.asks


def _visits(draft: Draft) -> tuple[int, ...]:
    return (draft.case["visit"], 0) if draft.held else (draft.case["visit"],)


def _close_unasked(work: _Work) -> None:
    """What the other version does not ask for is closed, and its rhythm stops."""
    draft = work.draft
    for visit in _visits(draft):
        here = _asks_here(draft, visit)
        for row in draft.asks.all(visit=visit, status="open"):
            if row["name"] in here or row["child_id"] is not None:
                continue
            draft.asks.update(row["id"], status="closed")
            for item in draft.items.all(ask_id=row["id"]):
                if item["status"] != "closed":
                    work.changes.append(Message("revision.ask_closed", {"title": item["title"]}))
                    close_item(draft, item, CLOSED)
        for rhythm in draft.timers.all(kind="rhythm"):
            if rhythm["detail"].get("visit") == visit and rhythm["name"] not in here:
                cancel_timers(draft, id=rhythm["id"])


def _refit(work: _Work, item: dict[str, Any]) -> None:
    """Owners, deadline and what goes out around it, where they are not the same in both versions."""
    draft, seen = work.draft, work.seen[item["id"]]
    if item["status"] != "open":
        return  # a hold's end opens it under the rules of then
    asked = asked_of_item(draft, item)
    if asked != seen.asked or _roles_differ(work.old, draft.facts.life, asked.roles):
        draft.items.update(item["id"], version=item["version"] + 1)
        if reoffer(draft, item, asked):
            work.changes.append(Message("revision.owner", {"title": item["title"]}))
    terms, life = terms_of(draft, item), draft.facts.life
    if item["kind"] == EXTENSION or (
        terms == seen.terms and life.plan.remind_hour == work.old.plan.remind_hour and _days_alike(work.old, life)
    ):
        return
    stored = Due.from_json(item["due"]) if item["due"] else None
    due = _due(draft, item, terms, seen.terms, stored)
    if due is None and stored is None:
        return
    if due is None:
        _no_deadline(draft, item)
    elif due.due_at <= draft.facts.now:
        _escalate_anew(draft, item, due, terms)
    else:
        cancel_timers(draft, item_id=item["id"])
        set_due(draft, item, due)
        arm_deadline(draft, item, due, terms.remind, terms.escalate, draft.facts.now)
    if stored is None or due is None or stored.due_on != due.due_on:
        days = {"from": stored.due_on if stored else None, "to": due.due_on if due else None}
        work.changes.append(Message("revision.due", {"title": item["title"], **days}))


def _no_deadline(draft: Draft, item: Mapping[str, Any]) -> None:
    cancel_timers(draft, item_id=item["id"])
    draft.items.update(item["id"], due=None, due_at=None, sort_due_at=NEVER)
    for row in draft.candidates.all(item_id=item["id"]):
        draft.candidates.update(row["id"], sort_due_at=NEVER)


def _escalate_anew(draft: Draft, item: dict[str, Any], due: Due, terms: Terms) -> None:
    """It is late already, which was said: only what lateness leads to from now on is the other version's."""
    cancel_timers(draft, item_id=item["id"], kind="escalate")
    arm_escalations(draft, item, due, terms.escalate, after=draft.facts.now)


def _roles_differ(old: Life, new: Life, roles: Iterable[str]) -> bool:
    return any(old.plan.roles.get(one) != new.plan.roles.get(one) for one in roles)


def _days_alike(old: Life, new: Life) -> bool:
    """Whether both plans count days alike, so that one rule gives one day."""
    return (old.plan.day_off, old.plan.school_year, old.plan.phases) == (
        new.plan.day_off, new.plan.school_year, new.plan.phases,
    )  # fmt: skip


def _due(draft: Draft, item: Mapping[str, Any], terms: Terms, before: Terms, stored: Due | None) -> Due | None:
    """The deadline under the other version. Nobody is made late by a change of rules: what would be over already
    stays as it was, and so does a deadline that went on after a hold."""
    found = due_of(draft, terms.rule, item["opened_at"])
    over = found is not None and found.due_at <= draft.facts.now
    if terms.rule == before.rule and (
        stored is None or stored.resumed or found is None or over or found.due_on == stored.due_on
    ):
        return stored
    if stored is None or found is None:
        return stored if over else found
    return stored if stored.resumed or over else anew(found, stored, draft.facts.calendar)


def _begin_new(work: _Work) -> None:
    """What only the other version asks for is asked from now on; what a change of version had closed goes on."""
    draft = work.draft
    for visit in _visits(draft):
        if draft.held and visit != 0:
            continue  # a hold's end begins what is missing
        for ask in _asks_here(draft, visit).values():
            if ask.name in _asks_before(work, visit):
                continue
            if not (_asked_again(draft, ask, visit) or _rhythm_again(draft, ask, visit)):
                asking.begin(draft, [ask], visit=visit)
            work.changes.append(Message("revision.ask_opened", {"title": ask.title}))
    if draft.held:
        begin_held_asks(draft)
        offer_steps(draft)


def _asks_before(work: _Work, visit: int) -> Mapping[str, Ask]:
    if visit == 0:
        return work.old.definition.held.asks if work.old.definition.held else {}
    return _state_before(work).asks


def _asked_again(draft: Draft, ask: Ask, visit: int) -> bool:
    """Asks of this visit that a change of version closed are open again, each with the deadline it had."""
    rows = [row for row in draft.asks.all(visit=visit, name=ask.name) if row["status"] == "closed"]
    for row in rows:
        had = draft.connection.scalar(
            sa.select(work_item.c.due)
            .where(work_item.c.ask_id == row["id"], work_item.c.closed_how == CLOSED)
            .order_by(work_item.c.closed_at.desc())
            .limit(1)
        )
        draft.asks.update(row["id"], status="open")
        item = open_item(
            draft, kind="ask", title=asking.title_of(ask, row["element_label"]),
            asked=asking.asked_of(draft, ask, row), due=None, ask_id=row["id"], start=row["opened_at"],
        )  # fmt: skip
        if had:
            due = Due.from_json(had)
            set_due(draft, item, due)
            arm_deadline(draft, item, due, ask.remind, ask.escalate, draft.facts.now)
    return bool(rows)


def _rhythm_again(draft: Draft, ask: Ask, visit: int) -> bool:
    """A rhythm that a change of version stopped goes on with the turn it had come to."""
    if ask.every is None:
        return False
    stopped = draft.connection.execute(
        sa.select(timer.c.detail)
        .where(timer.c.case_id == draft.case["id"], timer.c.kind == "rhythm", timer.c.name == ask.name,
               timer.c.status == "gone")
        .order_by(timer.c.done_at.desc())
    ).scalars()  # fmt: skip
    detail = next((one for one in stopped if one.get("visit") == visit), None)
    if detail is None:
        return False
    began = datetime.fromisoformat(detail["began"])
    arm_rhythm(draft, ask, ask.name, detail["number"], began, visit=visit)
    return True


def _state_before(work: _Work) -> State:
    return work.old.definition.states[work.draft.facts.case["state"]]


def _rearm_waits(draft: Draft, old: Life, was: str) -> None:
    """Moments that automatic actions wait for: those of both versions stay, as a hold may have moved them; but what
    waits for the end of the plan goes to the end that the other version says."""
    before = _waits(old.definition, was)
    wanted = _waits(draft.facts.life.definition, draft.case["state"])
    if old.plan.end != draft.plan.end:
        before = {key: term for key, term in before.items() if term.kind != "period_ended"}
    for wait in draft.timers.all(kind="after"):
        key = (wait["name"], wait["detail"].get("term"))
        if key not in wanted or (key not in before and not draft.held):
            cancel_timers(draft, id=wait["id"])
    for (name, text), term in wanted.items():
        if (name, text) not in before and not draft.held:
            at = true_from(draft, term, draft.case["entered_at"])
            arm(draft, "after", max(at, draft.facts.now), name=name, detail={"term": text})


def _waits(definition: Definition, state: str) -> dict[tuple[str, str], Any]:
    return {
        (action.name, term.text): term
        for action in definition.actions_in(state).values()
        for term in action.when
        if term.kind in ("after", "period_ended")
    }


# --- what became of the timers ------------------------------------------------------------------------


def _armed(draft: Draft) -> _Armed:
    return Counter(
        (row["item_id"] or row["ask_id"] or "", row["kind"], row["name"], row["due_at"])
        for row in draft.timers.all() if row["status"] in ("armed", "paused")
    )  # fmt: skip


def _compared(before: _Armed, after: _Armed) -> dict[str, int]:
    """Timers kept as they were, armed for another moment, new, and gone."""
    kept = before & after
    gone, new = before - kept, after - kept
    moved = Counter(key[:3] for key in gone.elements()) & Counter(key[:3] for key in new.elements())
    anew_ = moved.total()
    return {KEPT: kept.total(), ANEW: anew_, ADDED: new.total() - anew_, GONE: gone.total() - anew_}
