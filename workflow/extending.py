"""Xin gia hạn: whoever has an open item asks for more time; whoever may grants it, grants another day, or refuses.

The request is work of its own on the same case, so it is told, reminded of and handed over as any. It closes with what
it asks time for. Nobody grants their own, one is open at a time, and no day passes a hard close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from workflow.arming import EXTENSION, OF_HOLDS, asker_key, close_item, due_of, open_item, tell_person
from workflow.deadline_days import shift
from workflow.deadline_grammar import parse_duration, read_window
from workflow.deadlines import extend
from workflow.definition import Extension
from workflow.draft import Draft
from workflow.due import Due
from workflow.facts import Row
from workflow.history import event
from workflow.identity import Asked, who
from workflow.item_terms import ANSWERED_IN, ask_definition, terms_of
from workflow.message import Invalid, Message, Refused
from workflow.permission import asked_of_item
from workflow.rescheduling import moved, reschedule

ASKED, GRANTED, DENIED = "extension_asked", "extension_granted", "extension_refused"
ANSWER = "extension_answer"
"""The notice that tells who asked."""

ON = "on"


@dataclass(frozen=True)
class Word:
    """What somebody says about time: `ask` for it, `grant` it, `refuse` it; until which day, and why."""

    kind: Literal["ask", "grant", "refuse"]
    until: date | None = None  # granted without a day: the one wished for
    reason: str = ""

    @property
    def reasoned(self) -> bool:
        """Whether a reason is asked for: only who simply grants need not give one."""
        return self.kind != "grant" or bool(self.reason.strip())


@dataclass(frozen=True)
class Room:
    """The days a deadline may be put off to, both counted, and the hard close behind them, if any."""

    first: date
    last: date
    closes_on: date | None
    times_left: int


@dataclass(frozen=True)
class Offer:
    """What somebody who has an item sees of asking: within what and of whom, or every reason why not."""

    room: Room | None
    roles: tuple[str, ...] = ()
    refusals: tuple[Message, ...] = ()


def offer_of(draft: Draft, item: Row) -> Offer | None:
    """Whether more time may be asked for an open item; None where it has no deadline, or is such a request itself."""
    if item["status"] != "open" or not item["due"] or item["kind"] == EXTENSION:
        return None
    try:
        room, asked = _room(draft, item), _granting(draft, item)
    except Refused as refused:
        return Offer(None, refusals=refused.reasons)
    return Offer(room, tuple(draft.plan.roles[role].title for role in asked.roles))


def say(draft: Draft, item: Row, word: Word, values: Mapping[str, Any]) -> None:
    """Put a wish, or answer one (`item` is the request then). Raises Invalid for a day out of bounds, Refused."""
    if word.kind == "ask":
        _ask(draft, item, word.until, values)
    else:
        _answer(draft, item, word, values)


def _ask(draft: Draft, item: Row, wished: date | None, values: Mapping[str, Any]) -> None:
    """Put the wish to whoever may grant it."""
    on, asked = _fit(draft, _room(draft, item), wished), _granting(draft, item)
    by = draft.by
    out = {by.person_id, by.on_behalf_of}
    if not set(who(draft.facts.org, draft.plan, draft.matter(), asked)) - out:
        titles = [draft.plan.roles[role].title for role in asked.roles]
        raise Refused(Message("extension.nobody", {"roles": titles}))
    due = Due.from_json(item["due"])
    here: dict[str, Any] = {"from": draft.case["state"], "to": draft.case["state"]}
    said: dict[str, Any] = {"wished_on": on.isoformat(), "due_from": due.due_on.isoformat()}
    draft.note(ASKED, inputs=values, refs=[item["id"]], **said, **here)
    request = open_item(
        draft, kind=EXTENSION, title=item["title"], asked=asked, due=due_of(draft, ANSWERED_IN, draft.facts.now),
        remind=(0,), ask_id=item["id"],
    )  # fmt: skip
    draft.case["takers"][asker_key(request["id"])] = [by.person_id, by.on_behalf_of, draft.case["visit"]]


def _answer(draft: Draft, request: Row, word: Word, values: Mapping[str, Any]) -> None:
    item = draft.items.get(request["ask_id"])
    asker = (draft.case["takers"].get(asker_key(request["id"])) or [None])[0]
    if request["kind"] != EXTENSION or item is None or item["status"] != "open":
        raise Refused(Message("extension.no_request"))
    before = Due.from_json(item["due"])
    here: dict[str, Any] = {"from": draft.case["state"], "to": draft.case["state"]}
    refs = [item["id"], request["id"]]
    close_item(draft, dict(request), GRANTED if word.kind == "grant" else DENIED, person_id=draft.by.person_id)
    if word.kind == "grant":
        wished = wished_on(draft.connection, draft.case["id"], item["id"])
        day = _fit(draft, _room(draft, item), word.until or wished)
        due = extend(before, day, on=draft.facts.today, calendar=draft.facts.calendar)
        reschedule(draft, item, due, start=draft.facts.now)
        said: dict[str, Any] = {**moved(before, due), "wished_on": wished.isoformat() if wished else None}
        draft.note(GRANTED, inputs=values, refs=refs, **said, **here)
    else:
        draft.note(DENIED, inputs=values, refs=refs, due_from=before.due_on.isoformat(), **here)
    if asker:
        tell_person(draft, asker, ANSWER, timer_id=request["id"])


def wished_on(connection: sa.Connection, case_id: str, item_id: str) -> date | None:
    """The day last wished for an item."""
    asked = sa.select(event.c.body).where(event.c.case_id == case_id, event.c.kind == ASKED)
    bodies = connection.scalars(asked.order_by(event.c.seq.desc()))
    return next((date.fromisoformat(one["wished_on"]) for one in bodies if item_id in one["refs"]), None)


# --- within what --------------------------------------------------------------------------------------


def _room(draft: Draft, item: Row) -> Room:
    """Raises Refused with the reason why there is none."""
    terms, reasons = terms_of(draft, item), list(_against(draft, item))
    if reasons:
        raise Refused(*reasons)
    allowed, due = terms.extension or Extension(), Due.from_json(item["due"])
    left = allowed.times - len(due.extended)
    if not allowed.allowed:
        raise Refused(Message("extension.forbidden", {"title": item["title"]}))
    if left <= 0:
        raise Refused(Message("extension.no_more", {"times": allowed.times}))
    calendar, since = draft.facts.calendar, max(due.due_on, draft.facts.today)
    first, last = calendar.next_working_day(since), shift(since, parse_duration(allowed.most), calendar)
    closes_on = _hard_close(draft, item)
    last = min(last, closes_on) if closes_on else last
    last = last if calendar.is_working_day(last) else calendar.previous_working_day(last)
    if last < first:
        raise Refused(Message("extension.hard_close", {"on": closes_on or last}))
    return Room(first, last, closes_on, left)


def _against(draft: Draft, item: Row) -> Iterator[Message]:
    if not item["due"] or item["kind"] == EXTENSION:
        yield Message("extension.no_deadline")
    row = draft.asks.get(item["ask_id"])
    if row is not None and ask_definition(draft, row).posting:  # everybody was told these days
        yield Message("extension.posted")
    if any(one["status"] == "open" for one in draft.items.all(kind=EXTENSION, ask_id=item["id"])):
        yield Message("extension.open_already")


def _hard_close(draft: Draft, item: Row) -> date | None:
    """The last day on which something that is decided here can be: a window is hard, where a deadline is soft."""
    definition = draft.facts.life.definition
    held = definition.held.actions if definition.held else {}
    actions = held if item["kind"] in OF_HOLDS else draft.state.actions
    today = draft.facts.today
    windows = (read_window(one.window, today) for one in actions.values() if one.window and not one.when)
    return min((one.last for one in windows if one.last >= today), default=None)


def _fit(draft: Draft, room: Room, day: date | None) -> date:
    """The day, when it is one that may be asked for or granted. Raises Invalid."""
    if day is None:
        raise Invalid({ON: Message("extension.which_day")})
    if not room.first <= day <= room.last:
        said = {"first": room.first, "last": room.last, "closes": room.closes_on or ""}
        hard = room.closes_on is not None and day > room.closes_on
        raise Invalid({ON: Message("extension.beyond_close" if hard else "extension.out_of_bounds", said)})
    if not draft.facts.calendar.is_working_day(day):
        raise Invalid({ON: Message("extension.day_off", {"day": day})})
    return day


def _granting(draft: Draft, item: Row) -> Asked:
    """Who may grant it: whom the plan names, else the last whom lateness reaches that has not the item already."""
    terms, own = terms_of(draft, item), asked_of_item(draft, item)
    named = terms.extension.by if terms.extension else ()
    above = [step.role for step in (*draft.plan.escalate, *terms.escalate) if step.role not in own.roles]
    roles = named or tuple(above[-1:])
    known = tuple(role for role in roles if role in draft.plan.roles)
    if not known:
        raise Refused(Message("extension.nobody_named"))
    return Asked(known, own.unit_id or draft.case["unit_id"])
