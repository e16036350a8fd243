"""Why a deadline is that day, and each alarm before and after it: when, by which sum, what it does, what became of it.

The sum of the day is the deadline's own explanation (`workflow.due`); of a timer the row says what was armed and when,
the delivery log and the history what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflow.asking import may_be_missed, silence_speaks
from workflow.deadline_grammar import parse_duration
from workflow.definition import Ask, Escalation, Plan
from workflow.draft import Draft
from workflow.due import Due, explain
from workflow.explain import CaseView
from workflow.facts import Row
from workflow.history import event
from workflow.item_terms import ask_definition, terms_of
from workflow.message import Message
from workflow.outbox import delivery
from workflow.reasons import Line, Sign, Why, line, part
from workflow.timers import timer

DROPPED = ("closed", "later_reminder")


@dataclass(frozen=True)
class Alarms:
    """What hangs on an item's deadline, as stored, and what the definition lets follow from it."""

    timers: tuple[Row, ...]
    dropped: Mapping[str, str]  # timer → why its reminder did not go
    moves: tuple[Mapping[str, Any], ...]  # events that moved the deadline: at, kind and their body
    escalate: tuple[Escalation, ...]
    ask: Ask | None


def alarms(draft: Draft, item: Row) -> Alarms:
    """Of an open item, with what its definition lets follow."""
    asked = draft.asks.get(item["ask_id"]) if item["kind"] == "ask" else None
    ask = ask_definition(draft, asked) if asked is not None else None
    return _alarms(draft.connection, item, terms_of(draft, item).escalate, ask)


def _alarms(
    connection: sa.Connection, item: Row, escalate: tuple[Escalation, ...] = (), ask: Ask | None = None
) -> Alarms:
    stored = sa.select(timer).where(timer.c.item_id == item["id"], timer.c.case_id == item["case_id"])
    rows = connection.execute(stored.order_by(timer.c.due_at, timer.c.id)).mappings()
    told = tuple(dict(row) for row in rows)
    return Alarms(told, _dropped(connection, item), _moves(connection, item), escalate, ask)


def _dropped(connection: sa.Connection, item: Row) -> dict[str, str]:
    logged = sa.select(delivery.c.detail).where(
        delivery.c.case_id == item["case_id"], delivery.c.item_id == item["id"], delivery.c.kind == "dropped"
    )
    found = (row for row in connection.scalars(logged) if row.get("timer"))
    return {row["timer"]: str(row.get("why") or "") for row in found}


def _moves(connection: sa.Connection, item: Row) -> tuple[Mapping[str, Any], ...]:
    """Events of the case that name the item and the day its deadline came to."""
    chosen = sa.select(event.c.at, event.c.kind, event.c.body).where(event.c.case_id == item["case_id"])
    return tuple(
        {**row.body, "at": row.at, "kind": row.kind}
        for row in connection.execute(chosen.order_by(event.c.seq))
        if row.body.get("due_to") and item["id"] in (row.body.get("refs") or ())
    )  # fmt: skip


def closed(connection: sa.Connection, item: Row, view: CaseView, kind: str) -> Why:
    """What is left to tell of an item that is done: when and by whom, and what became of its deadline."""
    found = _alarms(connection, item)
    by = {"name": view.org.name(item["closed_by"])}
    ended = line("explain.closed.by" if by["name"] else "explain.closed.by_itself", at=item["closed_at"], **by)
    due = the_day(Due.from_json(item["due"]), view.definition.field_titles()) if item["due"] else ()
    parts = [part("closed", ended), part("until", *(due or (line("explain.due.none"),)), *moved(found))]
    if found.timers:
        parts.append(part("follows", *what_follows(found, view.plan, item)))
    return Why(kind, item["id"], Message(f"explain.{kind}", {"title": item["title"]}), tuple(parts), view.case["code"])


def the_day(due: Due, titles: Mapping[str, str]) -> tuple[Line, ...]:
    """The sum in words, in reading order, and by which calendar."""
    sums = tuple(Line(Message(key, _read(params))) for key, params in explain(due, titles))
    return (*sums, line("explain.due.calendar", version=due.calendar_version)) if due.calendar_version else sums


def _read(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _unit(str(value)) if name == "unit" else _day(value) for name, value in params.items()}


def _unit(name: str) -> Message:
    return Message(f"unit.{name.rstrip('s')}s")


def _length(text: str) -> dict[str, Any]:
    found = parse_duration(text)
    return {"amount": found.amount, "unit": _unit(found.unit)}


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


def moved(found: Alarms) -> tuple[Line, ...]:
    """What moved it, each with its day."""
    lines = []
    for one in found.moves:
        key = "explain.due.moved" if one.get("due_from") else "explain.due.set"
        said = {"old": _day(one.get("due_from")), "new": _day(one["due_to"])}
        lines.append(line(key, by=Message(f"event.{one['kind']}"), at=one["at"], **said))
    return tuple(lines)


def what_follows(found: Alarms, plan: Plan, item: Row) -> tuple[Line, ...]:
    """Every alarm in the order of its moments: what it does, or why it did so, or why it will not."""
    return tuple(_alarm(one, found, plan, item) for one in found.timers)


def _alarm(row: Row, found: Alarms, plan: Plan, item: Row) -> Line:
    under = [*_sum(row, found, plan), *_fate(row, found, item)]
    sign: Sign = "later" if row["status"] in ("armed", "paused") else "yes" if row["status"] == "fired" else "no"
    return line(f"explain.alarm.{row['kind']}", sign, tuple(under), at=row["due_at"], what=_does(row, found, plan))


def _does(row: Row, found: Alarms, plan: Plan) -> Message:
    match row["kind"]:
        case "remind":
            return Message("explain.does.remind")
        case "due":
            return Message(f"explain.does.due_{_due_word(found.ask)}")
        case "escalate":
            step = _step(row, found.escalate)
            if step is None:
                return Message("explain.does.escalate")
            title = plan.roles[step.role].title if step.role in plan.roles else step.role
            return Message(f"explain.does.{step.mode}", {"role": title})
    return Message("explain.does.other")


def _due_word(ask: Ask | None) -> str:
    if ask is not None and silence_speaks(ask):
        return "silent"
    return "missed" if ask is not None and may_be_missed(ask) else "late"


def _step(row: Row, steps: Sequence[Escalation]) -> Escalation | None:
    number = row["detail"].get("step")
    return steps[number] if isinstance(number, int) and number < len(steps) else None


def _sum(row: Row, found: Alarms, plan: Plan) -> list[Line]:
    """How its moment comes from the deadline's day."""
    hour = plan.remind_hour
    if row["kind"] == "remind":
        offset = row["detail"].get("offset")
        if not isinstance(offset, int):
            return []
        return [line("explain.sum.ahead", count=offset, hour=hour) if offset else line("explain.sum.on_day", hour=hour)]
    step = _step(row, found.escalate) if row["kind"] == "escalate" else None
    if step is None or step.after is None:
        return [line("explain.sum.end")] if row["kind"] == "due" else []
    lines = [line("explain.sum.after", hour=hour, **_length(step.after))]
    return [*lines, line("explain.sum.again", **_length(step.every))] if step.every else lines


def _fate(row: Row, found: Alarms, item: Row) -> list[Line]:
    """What became of it, or what keeps it."""
    status, at = row["status"], row["done_at"]
    if status == "armed":
        return []
    if status == "paused":
        return [line("explain.fate.paused")]
    if status == "fired":
        return [line("explain.fate.fired", at=at)]
    why = found.dropped.get(row["id"], "")
    if why in DROPPED:
        return [line(f"explain.fate.{why}", at=at)]
    if item["status"] == "closed" and item["closed_at"] is not None and at is not None and at >= item["closed_at"]:
        return [line("explain.fate.closed", at=at)]
    mover = next((one for one in reversed(found.moves) if at is not None and one["at"] <= at), None)
    if mover is not None:
        return [line("explain.fate.moved", at=at, by=Message(f"event.{mover['kind']}"), new=_day(mover["due_to"]))]
    stopped = item["status"] == "suspended" or bool((item["due"] or {}).get("resumed"))
    return [line("explain.fate.held" if stopped else "explain.fate.silent", at=at)]
