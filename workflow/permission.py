"""May this person take this action of this case now, and if not, every reason: the same for view and for act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby, islice
from typing import Any

import sqlalchemy as sa

from workflow.arming import EXTENSION, STEP, asker_key
from workflow.asking import asked_of, posted, unanswered
from workflow.conditions import refusals
from workflow.deadline_grammar import read_window
from workflow.definition import Action, Ask, Definition
from workflow.draft import Draft
from workflow.facts import CaseFacts
from workflow.grounds import possible, titles
from workflow.history import event
from workflow.identity import Asked, Authority, excluded, may
from workflow.item_terms import ask_definition as ask_definition  # noqa: PLC0414 - a name of this module too
from workflow.message import Conflict, Message, NotFound, Refused
from workflow.rulebook import HELD
from workflow.scope import addressed_actions
from workflow.worklist import work_item


def find_action(draft: Draft, name: str) -> tuple[Action, bool]:
    """The action a person names here, and whether it is one of the hold's. Raises Refused."""
    definition = draft.facts.life.definition
    if name.startswith(HELD):
        found = definition.held.actions.get(name.removeprefix(HELD)) if definition.held else None
        if found is not None and not found.when and not draft.state.end:
            return found, True
    found = definition.actions_in(draft.case["state"]).get(name)
    if found is None or found.when:
        raise Refused(Message("action.not_here", {"action": _title_of(definition, name), "state": draft.state.title}))
    return found, False


def _title_of(definition: Definition, name: str) -> str:
    """What an action is called, wherever it stands; one that stands nowhere keeps the word it was asked for by."""
    plain = name.removeprefix(HELD)
    return next((one.title for _, one in addressed_actions(definition) if one.name == plain and one.title), name)


def asked_by(draft: Draft, action: Action, *, held: bool) -> Asked:
    """Who is asked for an action: its own roles, or the owner with those added to the open item."""
    keys = tuple(key for name in action.not_by for key in _taker_keys(draft.facts.life.definition, name))
    if action.by:
        return Asked(action.by, draft.case["unit_id"], not_by=keys)
    item = own_item(draft, action, held)
    base = asked_of_item(draft, item) if item else Asked(_owner(draft, held), draft.case["unit_id"])
    return Asked(base.roles, base.unit_id, base.moved_to, keys)


def _owner(draft: Draft, held: bool) -> tuple[str, ...]:
    hold = draft.facts.life.definition.held
    return hold.owner if held and hold else draft.state.owner


def _taker_keys(definition: Definition, name: str) -> tuple[str, ...]:
    if "." in name:
        return (name,)
    return tuple(f"{state.name}.{name}" for state in definition.states.values() if name in state.actions)


def asked_of_item(draft: Draft, item: Mapping[str, Any]) -> Asked:
    """Who may answer an open item: its owner, the roles added since, the people it was moved to."""
    rows = draft.candidates.all(item_id=item["id"])
    base = _base(draft, item)
    added = tuple(r["role"] for r in rows if r["why"] == "added" and r["role"])
    moved = {r["person_id"]: r["moved_by"] for r in rows if r["why"] == "moved" and r["person_id"]}
    roles = tuple(dict.fromkeys((*base.roles, *added)))
    return Asked(roles, base.unit_id, {**base.moved_to, **moved}, base.not_by)


def _base(draft: Draft, item: Mapping[str, Any]) -> Asked:
    if item["kind"] == "ask":
        row = draft.asks.get(item["ask_id"])
        if row is not None:
            return asked_of(draft, ask_definition(draft, row), row)
    if item["kind"] == STEP:
        return Asked(_step(draft, item), draft.case["unit_id"])
    if item["kind"] == EXTENSION:
        return _granting(draft, item)
    return Asked(_owner(draft, item["kind"] == "held"), draft.case["unit_id"])


def _granting(draft: Draft, item: Mapping[str, Any]) -> Asked:
    """Whom a request for more time was put to, and not who asks."""
    rows = [row for row in draft.candidates.all(item_id=item["id"]) if row["why"] == "owner"]
    unit_id = next((row["unit_id"] for row in rows if row["unit_id"]), None)
    return Asked(tuple(dict.fromkeys(row["role"] for row in rows)), unit_id, not_by=(asker_key(item["id"]),))


def _step(draft: Draft, item: Mapping[str, Any]) -> tuple[str, ...]:
    """Who may take the action of a hold that an item of theirs is for."""
    hold = draft.facts.life.definition.held
    return next((one.by for one in hold.actions.values() if one.title == item["title"]), ()) if hold else ()


def own_item(draft: Draft, action: Action, held: bool) -> Mapping[str, Any] | None:
    """The open item an owner's action answers; None for what others may do beside it."""
    if action.by and not held:
        return None
    kind = "held" if held else "state"
    if action.by and held:
        steps = (i for i in draft.facts.items if i["kind"] == STEP and i["status"] == "open")
        return next((i for i in steps if i["title"] == action.title), None)
    return next((i for i in draft.facts.items if i["kind"] == kind and i["status"] == "open"), None)


def why_not(draft: Draft, action: Action, person_id: str, *, held: bool) -> tuple[Authority | None, list[Message]]:
    """The authority a person would act on, and everything that speaks against it now (inputs apart)."""
    found = may(draft.facts.org, draft.plan, draft.matter(), person_id, asked_by(draft, action, held=held))
    authority = found if isinstance(found, Authority) else None
    reasons = [] if authority else list(found)  # type: ignore[arg-type]
    reasons += _hold_reasons(draft, action, held) or _ground_reasons(draft, action)
    return authority, [*reasons, *window_reasons(draft.facts.today, action)]


def _hold_reasons(draft: Draft, action: Action, held: bool) -> list[Message]:
    if held and not draft.held:
        return [Message("hold.none")]
    if rests(draft, action, held):
        return [Message("hold.refuses", {"grounds": titles(draft.facts.life.definition, draft.case["holds"])})]
    return []


def rests(draft: Draft, action: Action, held: bool) -> bool:
    """Whether a hold keeps from the action: nothing else about it is asked until the hold is over."""
    return draft.held and not held and not action.while_held


def _ground_reasons(draft: Draft, action: Action) -> list[Message]:
    """Grounds that no form can make right: none left to add, none there to release."""
    grounds, definition = set(draft.case["holds"]), draft.facts.life.definition
    if action.holds and grounds >= (named := possible(definition, action.holds)):
        return [Message("hold.open_already", {"ground": titles(definition, named)})]
    if action.releases and action.releases != "all" and not grounds & (named := possible(definition, action.releases)):
        return [Message("hold.not_open", {"ground": titles(definition, named)})]
    return []


def window_reasons(today: date, action: Action) -> list[Message]:
    """Why an action is closed today: its window is over, or still to come."""
    window = read_window(action.window, today) if action.window else None
    if window is not None and not window.contains(today):
        return [Message("action.window", {"first": window.first, "last": window.last})]
    return []


def check(draft: Draft, action: Action, person_id: str, *, held: bool) -> Authority:
    """The authority, or Refused with every reason."""
    authority, reasons = why_not(draft, action, person_id, held=held)
    if reasons or authority is None:
        raise Refused(*reasons, status="forbidden" if authority is None else "refused")
    return authority


def check_guards(draft: Draft, action: Action, inputs: Mapping[str, Any]) -> None:
    """All guards run, all refusals are told."""
    reasons = refusals(draft, action.conditions, inputs, draft.by)
    if reasons:
        raise Refused(*reasons)


def open_ask(draft: Draft, row: Mapping[str, Any], item_version: int | None) -> tuple[Ask, Mapping[str, Any]]:
    """An ask that still waits, with its item. Raises Conflict when it was answered or closed."""
    item = next((i for i in draft.facts.items if i["ask_id"] == row["id"] and i["status"] == "open"), None)
    stored = draft.asks.get(row["id"])
    if item is None or stored is None or stored["status"] != "open":
        raise _decided(draft.connection, draft.facts)
    if item_version is not None and item["version"] != item_version:
        raise stale(draft.connection, draft.facts)
    ask = ask_definition(draft, stored)
    if ask.posting:
        raise Refused(posted(ask))
    if draft.held and row["visit"] != 0:
        raise Refused(unanswered(ask))
    return ask, item


def check_ask(draft: Draft, item: Mapping[str, Any], person_id: str) -> Authority:
    """May this person answer the ask behind an open item? Raises Refused."""
    found = may(draft.facts.org, draft.plan, draft.matter(), person_id, asked_of_item(draft, item))
    if not isinstance(found, Authority):
        raise Refused(*found, status="forbidden")
    return found


def check_item(draft: Draft, item_id: str, item_version: int, person_id: str) -> tuple[Mapping[str, Any], Authority]:
    """An open item of mine, as I saw it, and on what authority it is mine. Raises Conflict, Refused."""
    item = checked_item(draft.facts, draft.connection, item_id, item_version)
    if item is None or item["status"] != "open":
        raise stale(draft.connection, draft.facts)
    return item, check_ask(draft, item, person_id)


def check_can_take(draft: Draft, person_id: str) -> None:
    """A colleague may be handed an item when they work here and are no party of the case. Raises Refused."""
    if not draft.facts.org.active(person_id):
        raise Refused(Message("reassign.not_active"))
    reason = excluded(draft.facts.org, draft.matter(), person_id)
    if reason is not None:
        raise Refused(reason)


def checked_item(
    facts: CaseFacts, connection: sa.Connection, item_id: str | None, item_version: int | None
) -> Mapping[str, Any] | None:
    """The item somebody answers, if it is still open as they saw it. Raises Conflict."""
    if item_id is None:
        return None
    item = next((i for i in facts.items if i["id"] == item_id), None)
    if item is None:
        how = connection.scalar(
            sa.select(work_item.c.closed_how).where(work_item.c.id == item_id, work_item.c.case_id == facts.case["id"])
        )
        if how is None:
            raise NotFound("item")
        raise (stale if how == "suspended" else _decided)(connection, facts)
    if item_version is not None and item["version"] != item_version and item["status"] == "open":
        raise stale(connection, facts)
    return item


def _last_decision(connection: sa.Connection, facts: CaseFacts) -> dict[str, Any]:
    row = connection.execute(
        sa.select(event)
        .where(event.c.case_id == facts.case["id"], event.c.kind.in_(["action", "answered"]))
        .order_by(event.c.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return {"name": "", "action": "", "at": facts.now, "on_behalf_of": ""}
    return {
        "name": facts.org.name(row.actor_id), "at": row.at, "action": action_title(facts.life.definition, row.body),
        "on_behalf_of": facts.org.name(row.body.get("on_behalf_of")),
    }  # fmt: skip


def action_title(definition: Definition, body: Mapping[str, Any]) -> str:
    """What the action or the ask of an event is called; one noted without its state is the first of its name."""
    name, state = body.get("action") or "", definition.states.get(body.get("from") or "")
    tables: list[Mapping[str, Action | Ask]] = [definition.start]
    if state is not None:
        tables = [definition.actions_in(state.name), state.asks, *tables]
    if definition.held is not None:
        tables += [definition.held.actions, definition.held.asks]
    tables += [other.asks for other in definition.states.values()]
    for table in tables:
        if name in table:
            return table[name].title or name
    return name


def _decided(connection: sa.Connection, facts: CaseFacts) -> Conflict:
    return Conflict(Message("conflict.decided", _last_decision(connection, facts)), decided=True)


def stale(connection: sa.Connection, facts: CaseFacts) -> Conflict:
    """The case moved since it was read; whoever moved it is named."""
    return Conflict(Message("conflict.stale", _last_decision(connection, facts)))


def overtaken(connection: sa.Connection, facts: CaseFacts, action: str, seen: int) -> Conflict:
    """The case is no longer at the version seen: what the action would have decided was decided, or it only moved."""
    if _was_decided(connection, facts, action, seen):
        return _decided(connection, facts)
    return stale(connection, facts)


def _was_decided(connection: sa.Connection, facts: CaseFacts, action: str, seen: int) -> bool:
    """Whether the state (or the hold) that asked for it was left. What others may do beside it stays theirs to do."""
    if action.startswith(HELD):
        return not facts.case["holds"]
    definition, left = facts.life.definition, _left_since(connection, facts, seen)
    there = definition.actions_in(left).get(action) if left else None
    return there is not None and (not there.by or action not in definition.actions_in(facts.case["state"]))


def _left_since(connection: sa.Connection, facts: CaseFacts, seen: int) -> str | None:
    """Where the case stood at a version, when it has left since: each moment of writing was one version.

    A word heard may have moved nothing; counted in, it can only make the answer `stale` where it was `decided`.
    """
    kept = sa.select(event.c.at, event.c.body).where(
        event.c.case_id == facts.case["id"], event.c.kind.in_(["action", "heard"])
    )
    moments = groupby(connection.execute(kept.order_by(event.c.seq.desc())), key=lambda row: row.at)
    since = islice(moments, max(facts.case["version"] - seen, 0))
    left = [row.body["from"] for _, rows in since for row in rows if row.body["from"] != row.body["to"]]
    return left[-1] if left else None
