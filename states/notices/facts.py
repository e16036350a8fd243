"""One notice, worked out against the case as it stands now: a section of a letter, or why nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from textwrap import shorten
from typing import Any

import sqlalchemy as sa

from states.notices import of_runs
from states.notices.letter import Dropped, Places, Section, quiet
from states.notices.titles import Titles
from workflow import runs
from workflow.arming import EXTENSION
from workflow.asking import silence_rule
from workflow.calendar import Calendar
from workflow.catalogue import Catalogue
from workflow.clock import local_date
from workflow.commands import Actor
from workflow.db import Database
from workflow.definition import Escalation, Role
from workflow.due import Due
from workflow.explain import CaseView, EventView, ItemView, Option
from workflow.extending import ASKED
from workflow.forms import REASON
from workflow.message import Message, NotFound
from workflow.outbox import Claim
from workflow.timers import timer

See = Callable[[Actor, str], CaseView]
Row = tuple[str, Message | str]

LONGEST_REASON = 500  # letters, in a letter; the page has the rest

OF_ITEMS = ("decision", "reminder", "escalation", "missed")


class Facts:
    """Works out notices. It asks the engine's own view, so that a letter never says other than the page."""

    def __init__(self, database: Database, catalogue: Catalogue, see: See, places: Places) -> None:
        self._database = database
        self._catalogue = catalogue
        self._see = see
        self._places = places

    def section(self, claimed: Claim, language: str) -> Section | Dropped:
        """What this message would say now."""
        told = claimed.payload
        if told.get("template") == runs.LETTER:
            with self._database.read() as connection:
                return of_runs.section(connection, claimed.agency_id, told["run_id"], self._places)
        person_id = told.get("person_id") or ""
        try:
            view = self._see(Actor(person_id, claimed.agency_id), told["case_id"])
        except NotFound:
            return Dropped("case_gone")
        if person_id and not view.org.active(person_id):
            return Dropped("left")
        titles = Titles(view.definition, language)
        if told.get("asked"):
            return self._of_asked(view, told["asked"], titles)
        if told.get("item_id"):
            return self._of_item(view, told, titles)
        return self._of_event(view, told, titles)

    def calendar(self, connection: sa.Connection, agency_id: str) -> Calendar:
        """The calendar an agency counts by."""
        return self._catalogue.calendar_of(connection, agency_id)

    def role(self, claimed: Claim, name: str) -> Role | None:
        """A role as the plan of a message's case knows it."""
        try:
            return self._see(Actor("", claimed.agency_id), claimed.payload["case_id"]).plan.roles.get(name)
        except NotFound:
            return None

    def role_title(self, claimed: Claim, role: str) -> str:
        """What a role that is told at the desk is called in its case's plan."""
        known = self.role(claimed, role)
        return known.title if known else role

    def _of_item(self, view: CaseView, told: Mapping[str, Any], titles: Titles) -> Section | Dropped:
        item = next((item for item in view.items if item.id == told["item_id"]), None)
        if item is None or item.status == "closed":
            return Dropped("item_closed")
        if item.status != "open":
            return Dropped("held")
        if not item.mine and told["template"] != "escalation":
            return Dropped("not_theirs")
        wish = _wish(view, item) if item.kind == EXTENSION else None
        options = [option for option in view.options if option.item_id == item.id and option.owners_turn]
        due = Due.from_json(item.due) if item.due else None
        rows = (
            *_why(item),
            ("notice.row.case", _case_line(view, titles)),
            *_proposal(view),
            ("notice.row.task", _asked_for_time(item, wish, titles) if wish else _task(item, options, titles)),
            *(_reason(wish) if wish else ()),
            *_before(view, titles),
            *_flags(view, item, told, titles),
            *self._due(view, item, due),
            *_silence(view, item.ask_id),
        )
        decides = any(option.verb != "act" for option in options)
        return Section(
            tag=_tag(told["template"], item, view, decides=decides),
            case_id=view.case["id"],
            item_id=item.id,
            code=view.case["code"],
            label=quiet(view.case["label"]),
            headline=Message("extension.of", {"title": titles(item.title)}) if wish else titles(item.title),
            rows=rows,
            link=self._places.of_item(item.id) if item.mine else self._places.of_case(view.case["code"]),
            button="notice.button.decide" if item.mine and decides else "notice.button.open",
            due_on=due.due_on if due else None,
            due_at=item.due_at,
            closing=(Message("notice.delegate"),) if item.mine else (),
        )

    def _of_asked(self, view: CaseView, ask_id: str, titles: Titles) -> Section | Dropped:
        """A request to a body that has no sign-in: what it is asked, until when, and what its silence would mean."""
        item = next((item for item in view.items if item.ask_id == ask_id), None)
        if item is None or item.status != "open":
            return Dropped("item_closed")
        due = Due.from_json(item.due) if item.due else None
        until: list[Row] = [("notice.row.due", Message("notice.due_by", {"on": due.due_on}))] if due else []
        return Section(
            tag="notice.tag.asked", case_id=view.case["id"], item_id=item.id, code=view.case["code"],
            label=quiet(view.case["label"]), headline=titles(item.title),
            rows=(("notice.row.case", _case_line(view, titles)), *_proposal(view), *until, *_silence(view, ask_id)),
            link=self._places.of_case(view.case["code"]), button="notice.button.open",
            due_on=due.due_on if due else None, due_at=item.due_at,
        )  # fmt: skip

    def _due(self, view: CaseView, item: ItemView, due: Due | None) -> list[Row]:
        if due is None:
            return [("notice.row.due", Message("notice.no_due"))]
        with self._database.read() as connection:
            calendar = self._catalogue.calendar_of(connection, view.case["agency_id"])
            later = connection.execute(
                sa.select(timer.c.due_at, timer.c.name, timer.c.detail)
                .where(timer.c.item_id == item.id, timer.c.kind == "escalate", timer.c.status == "armed")
                .order_by(timer.c.due_at)
            ).all()
        today = local_date(view.now)
        days = calendar.days_left(due.due_on, today)
        over = "notice.due_late" if due.due_on < today else "notice.due_today"
        key = "notice.due_in" if due.due_on > today else over
        rows: list[Row] = [("notice.row.due", Message(key, {"on": due.due_on, "days": abs(days)}))]
        if due.estimated:
            rows.append(("notice.row.flags", Message("notice.due_estimated")))
        steps = [_consequence(view, item, row) for row in later[:2]]
        return [*rows, *(("notice.row.otherwise", step) for step in steps)]

    def _of_event(self, view: CaseView, told: Mapping[str, Any], titles: Titles) -> Section | Dropped:
        event = _event(view, told)
        rows: list[Row] = [("notice.row.case", _case_line(view, titles)), *_proposal(view)]
        if event is not None:
            rows += [("notice.row.done", _done(event, titles)), *_about_time(event)]
            rows += [*_reason(event), *_heard_reason(view, event)]
        rows.append(("notice.row.now", _now(view, titles)))
        verb = told.get("verb") or (event.verb if event else "act")
        tag = "notice.tag.receipt" if told["template"] == "receipt" else f"notice.tag.{_TOLD.get(verb, 'told')}"
        if told["template"] == "escalation":
            tag = "notice.tag.late"
        return Section(
            tag=tag,
            case_id=view.case["id"],
            item_id=None,
            code=view.case["code"],
            label=quiet(view.case["label"]),
            headline=_headline(event, titles) if event else titles(view.state.title),
            rows=tuple(rows),
            link=self._places.of_case(view.case["code"]),
            button="notice.button.open",
        )


_TOLD = {"return": "returned", "refuse": "refused"}


def _tag(template: str, item: ItemView, view: CaseView, *, decides: bool) -> str:
    late = item.due_at is not None and view.now >= item.due_at
    if template == "missed":
        return "notice.tag.missed"
    if late or template == "escalation":
        return "notice.tag.late"
    if template == "reminder":
        return "notice.tag.reminder"
    return "notice.tag.decision" if decides else "notice.tag.task"


def _why(item: ItemView) -> list[Row]:
    if item.authority is None:
        return [("notice.row.why", Message("notice.only_told"))]
    return [("notice.row.why", item.authority.why)]


def _case_line(view: CaseView, titles: Titles) -> Message:
    params = {"code": view.case["code"], "label": quiet(view.case["label"])}
    return Message("notice.case", {**params, "process": titles(view.definition.title)})


def _proposal(view: CaseView) -> list[Row]:
    """Who brought the case, and what its start was asked to say in one line."""
    first = view.history[0] if view.history else None
    if first is None or not first.actor:
        return []
    start = view.definition.start.get(first.action)
    for name in start.needs if start else ():
        field = view.definition.fields.get(name)
        if field is not None and field.type == "line" and view.fields.get(name):
            words = {"name": quiet(first.actor), "text": quiet(str(view.fields[name]))[:200]}
            return [("notice.row.proposal", Message("notice.proposal", words))]
    return [("notice.row.proposal", quiet(first.actor))]


def _silence(view: CaseView, ask_id: str | None) -> list[Row]:
    asked = next((row for row in view.asks if row["id"] == ask_id), None)
    rule = silence_rule(view.ask_of(asked)) if asked is not None else None
    return [("notice.row.silence", rule)] if rule else []


def _task(item: ItemView, options: list[Option], titles: Titles) -> Message | str:
    choices = [titles(option.title) for option in options if option.kind == "action"]
    if not choices:
        return titles(item.title)
    return Message("notice.choices", {"title": titles(item.title), "choices": choices})


def _before(view: CaseView, titles: Titles) -> list[Row]:
    """The last word on the case, a person's or another case's that moved it, in one line."""
    for event in reversed(view.history):
        if event.action_title and (event.actor or event.to_title != event.from_title):
            return [("notice.row.before", _done(event, titles)), *_reason(event)]
    return []


def _headline(event: EventView, titles: Titles) -> str | Message:
    return titles(event.action_title) if event.action_title else event.heading


def _wish(view: CaseView, item: ItemView) -> EventView | None:
    """The event in which the more time was asked for that an item is about."""
    asked = (one for one in reversed(view.history) if one.kind == ASKED)
    return next((one for one in asked if item.ask_id in one.body["refs"]), None)


def _asked_for_time(item: ItemView, wish: EventView, titles: Titles) -> Message:
    days = {"old": date.fromisoformat(wish.body["due_from"]), "new": date.fromisoformat(wish.body["wished_on"])}
    return Message("notice.wish", {"title": titles(item.title), "name": quiet(wish.actor), **days})


def _about_time(event: EventView) -> list[Row]:
    """From which day to which a deadline moved."""
    days = [event.body.get(name) for name in ("due_from", "due_to")]
    if not all(days):
        return []
    old, new = (date.fromisoformat(str(one)) for one in days)
    return [("notice.row.due", Message("event.due_moved", {"old": old, "new": new}))]


def _done(event: EventView, titles: Titles) -> Message:
    words = {"action": _headline(event, titles), "name": quiet(event.actor), "at": event.at}
    if event.on_behalf_of:
        return Message("notice.done_for", {**words, "behalf": quiet(event.on_behalf_of)})
    return Message("notice.done" if event.actor else "notice.done_itself", words)


def _reason(event: EventView) -> list[Row]:
    """Why, in the words of whoever decided."""
    words = (str(value) for field, value in event.inputs if field.name == REASON.name and value)
    return [("notice.row.reason", quiet(shorten(text, LONGEST_REASON, placeholder=" …"))) for text in words]


def _heard_reason(view: CaseView, event: EventView) -> list[Row]:
    """Why the case whose answer an event took ended so, in the words given there."""
    given_by = set(event.body["refs"])
    before = (one for one in reversed(view.history[: event.seq]) if one.kind == "heard")
    heard = next((one for one in before if given_by & set(one.body["refs"])), None)
    return _reason(heard) if heard else []


def _flags(view: CaseView, item: ItemView, told: Mapping[str, Any], titles: Titles) -> list[Row]:
    """What a person must not overlook: returns, misses, a colleague at it, what keeps from agreeing."""
    returned = sum(event.verb == "return" for event in view.history)
    flags = [Message("notice.flag.returned", {"times": returned})] if returned else []
    if told.get("missed"):
        flags.append(Message("notice.flag.missed", {"times": told["missed"]}))
    if item.claimed_by:
        flags.append(Message("notice.flag.claimed", {"name": quiet(item.claimed_by)}))
    flags += [
        Message("notice.flag.blocked", {"title": titles(option.title), "reason": _quieted(reason)})
        for option in view.options if option.verb == "approve" and option.authority and _of(option, view, item)
        for reason in option.refusals
    ]  # fmt: skip
    return [("notice.row.flags", flag) for flag in flags]


def _of(option: Option, view: CaseView, item: ItemView) -> bool:
    return option.item_id == item.id or (item.kind == "state" and option.name in view.state.actions)


def _quieted(message: Message) -> Message:
    params = {name: quiet(value) if isinstance(value, str) else value for name, value in message.params.items()}
    return Message(message.key, params)


def _consequence(view: CaseView, item: ItemView, row: Any) -> Message:
    role = view.plan.roles.get(row.name)
    params = {"role": role.title if role else row.name, "on": local_date(row.due_at)}
    steps = _steps(view, item)
    number = row.detail.get("step", 0)
    mode = steps[number].mode if number < len(steps) else "tell"
    return Message(f"notice.otherwise.{mode}", params)


def _steps(view: CaseView, item: ItemView) -> tuple[Escalation, ...]:
    held = view.definition.held
    asked = next((row for row in view.asks if row["id"] == item.ask_id), None)
    if asked is not None:
        asks = held.asks if held and asked["visit"] == 0 else view.state.asks
        return asks[asked["name"]].escalate if asked["name"] in asks else ()
    return held.escalate if item.kind == "held" and held else view.state.escalate


def _event(view: CaseView, told: Mapping[str, Any]) -> EventView | None:
    """The event a notice is about: the named action's last one up to the number it was written with."""
    past = [event for event in view.history if event.seq <= told.get("event_seq", 0)]
    named = [event for event in past if not told.get("action") or event.action == told["action"]]
    found = named or past
    return found[-1] if found else None


def _now(view: CaseView, titles: Titles) -> Message:
    state = titles(view.state.title)
    owners = [owner for item in view.items if item.status == "open" for owner in item.owners]
    if owners:
        return Message("notice.now_with", {"state": state, "owners": list(dict.fromkeys(owners))})
    return Message("notice.now", {"state": state})
