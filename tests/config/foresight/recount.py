"""The report's numbers by another path: from the chained bodies of events, read in order.

It shares no line with `workflow.simulation.figures`. What an event does not say (which deadline a step had, who was
told that it is late) comes from the timers and the letters that were left behind.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

HANOI = timedelta(hours=7)
DAY = timedelta(days=1)
Key = tuple[str, str, str]


@dataclass
class Stay:
    """One thing that was asked in a case: from when to when, and which deadline it had."""

    key: Key
    case_id: str
    opened: datetime
    closed: datetime | None = None
    due: datetime | None = None
    ask: str = ""
    item: str = ""


@dataclass
class Life:
    """One case as its events tell it."""

    id: str
    process: str
    state: str = ""
    visit: int = 0
    holds: list[str] = field(default_factory=list)
    here: Stay | None = None
    hold: Stay | None = None
    steps: dict[str, Stay] = field(default_factory=dict)  # of a hold, by its ground
    said: dict[str, Any] = field(default_factory=dict)


class Recount:
    """Everything counted from one database; `off`: days off, by their names."""

    def __init__(self, connection: sa.Connection, plan: dict[str, Any], off: Mapping[date, str]) -> None:
        self.connection, self.plan, self.off = connection, plan, off
        self.definitions: dict[str, dict[str, Any]] = {}
        self.lives: dict[str, Life] = {}
        self.stays: list[Stay] = []
        self.decided: dict[str, Counter[date]] = defaultdict(Counter)
        self.papers: Counter[str] = Counter()
        self.deputised = 0  # actions in an absent person's place
        self.events = 0
        self.verbs: Counter[str] = Counter()  # of the actions that people took
        self._moves: dict[str, list[datetime]] = defaultdict(list)  # when each case left a state
        self._ended_holds: dict[str, list[datetime]] = defaultdict(list)
        self._answers: dict[str, datetime] = {}  # ask → when it was over
        self._children: set[tuple[str, str]] = set()  # questions that are cases of their own
        self._read()

    # --- reading --------------------------------------------------------------------------------------

    def rows(self, sql: str) -> list[Any]:
        """What a statement finds."""
        return list(self.connection.execute(sa.text(sql)))

    def _read(self) -> None:
        names = {}
        for row in self.rows("SELECT hash, process, canonical FROM definition_version"):
            self.definitions[row.process] = json.loads(row.canonical)
            names[row.hash] = row.process
        told = "SELECT e.body, d.inputs FROM event e LEFT JOIN event_detail d ON d.event_id = e.id ORDER BY e.at, e.id"
        for row in self.rows(told):
            body, inputs = json.loads(row.body), json.loads(row.inputs) if row.inputs else {}
            self.events += 1
            at = datetime.fromisoformat(body["at"])
            life = self.lives.setdefault(body["case"], Life(body["case"], names[body["definition"]]))
            if body["actor"] and body["kind"] in ("action", "answered"):
                self.decided[body["actor"]][(at + HANOI).date()] += 1
            if body["kind"] == "action":
                self._acted(body, inputs, at, life)
            elif body["kind"] in ("answered", "missed", "silent"):
                self._answers[body["refs"][0]] = at
            life.said |= inputs
        self._asks()
        self._deadlines()

    def _action(self, life: Life, body: dict[str, Any]) -> dict[str, Any]:
        definition, name = self.definitions[life.process], body["action"]
        if body["from"] is None:
            return definition["start"][name]
        tables = [definition["states"][body["from"]]["actions"], definition["everywhere"]]
        tables.insert(0 if life.holds else 2, (definition["held"] or {}).get("actions", {}))
        return next(table[name] for table in tables if name in table)

    def _acted(self, body: dict[str, Any], inputs: dict[str, Any], at: datetime, life: Life) -> None:
        action = self._action(life, body)
        self._paper(action, inputs, life.said | inputs)
        self.verbs[action["verb"]] += bool(body["actor"])
        self.deputised += bool(body["on_behalf_of"])
        states = self.definitions[life.process]["states"]
        moved = body["from"] is None or bool(action["to"])
        before, life.holds = life.holds, list(body["holds"])
        if moved:
            self._close(life, at)
            self._moves[body["case"]].append(at)
            life.state, life.visit = body["to"], life.visit + 1
        state = states[life.state]
        if state["end"]:
            self._end_hold(life, at)
            return
        self._hold(life, before, at)
        if not life.holds and life.here is None and state["owner"]:
            life.here = self._open(life, "state", state["title"], at)

    def _open(self, life: Life, kind: str, title: str, at: datetime) -> Stay:
        self.stays.append(Stay((life.process, kind, title), life.id, at))
        return self.stays[-1]

    def _close(self, life: Life, at: datetime) -> None:
        if life.here is not None:
            life.here.closed, life.here = at, None

    def _hold(self, life: Life, before: list[str], at: datetime) -> None:
        held = self.definitions[life.process]["held"]
        if held is None:
            return
        if life.holds and life.hold is None and held["owner"]:
            life.hold = self._open(life, "held", held["title"], at)
        for ground in set(life.holds) - set(before):
            for action in held["actions"].values():
                if action["by"] and any(ground in term["values"] for term in action["conditions"]):
                    life.steps[ground] = self._open(life, "held_step", action["title"], at)
        for ground in set(before) - set(life.holds):
            if ground in life.steps:
                life.steps.pop(ground).closed = at
        if before and not life.holds:
            self._end_hold(life, at)

    def _end_hold(self, life: Life, at: datetime) -> None:
        """What was open before goes on from here, with the days it had left."""
        self._ended_holds[life.id].append(at)
        if life.here is not None:
            life.here.opened = at
        if life.hold is not None:
            life.hold.closed, life.hold = at, None
        for stay in life.steps.values():
            stay.closed = at
        life.steps.clear()

    def _paper(self, action: dict[str, Any], inputs: dict[str, Any], said: dict[str, Any]) -> None:
        asked = {*action["needs"], *action["takes"]}
        for name in action.get("makes", ()):
            only = self.plan["documents"][name].get("only") or {}
            values = {one: (inputs if one in asked else said).get(one) for one in only}
            self.papers[name] += values == dict(only)

    def _asks(self) -> None:
        """Questions leave no event when they are put: their own rows say when; events say when they were over."""
        titles: dict[tuple[str, str], str] = {}
        for process, one in self.definitions.items():
            places = [*one["states"].values(), *([one["held"]] if one["held"] else [])]
            asks = {(process, name): ask for place in places for name, ask in place["asks"].items()}
            titles |= {key: ask["title"] for key, ask in asks.items()}
            self._children |= {key for key, ask in asks.items() if ask["process"]}
        for row in self.rows("SELECT id, case_id, name, visit, opened_at, child_id FROM ask ORDER BY id"):
            life, opened = self.lives[row.case_id], _moment(row.opened_at)
            if (life.process, row.name) in self._children:
                continue
            stay = self._open(life, "ask", titles[life.process, row.name], opened)
            ends = self._ended_holds[life.id] if row.visit == 0 else self._moves[life.id]
            left = min((at for at in ends if at > opened), default=None)
            stay.ask, stay.closed = row.id, self._answers.get(row.id) or left
            if row.visit:
                again = [
                    at for at in self._ended_holds[life.id] if opened < at and (not stay.closed or at < stay.closed)
                ]
                stay.opened = max(again, default=opened)

    def _deadlines(self) -> None:
        """Which deadline a step had: the last that was armed for it; and whether lateness reached anybody."""
        places = {}
        for row in self.rows("SELECT id, case_id, kind, ask_id, opened_at FROM work_item"):
            places[row.ask_id or (row.case_id, row.kind, _moment(row.opened_at))] = row.id
        last = {}
        for row in self.rows("SELECT item_id, due_at FROM timer WHERE kind = 'due' ORDER BY id"):
            last[row.item_id] = _moment(row.due_at)
        for stay in self.stays:
            stay.item = places[stay.ask or (stay.case_id, stay.key[1], stay.opened)]
            stay.due = last.get(stay.item)
        letters = self.rows("SELECT payload FROM outbox_message WHERE kind = 'notice'")
        told = (json.loads(row.payload) for row in letters)
        noted = (json.loads(row.body) for row in self.rows("SELECT body FROM event WHERE kind = 'escalated'"))
        self.reached = {one["item_id"] for one in told if one.get("template") == "escalation"}
        self.reached |= {one["refs"][0] for one in noted}

    # --- answers --------------------------------------------------------------------------------------

    def steps(self, bounds: tuple[int, ...], now: datetime) -> dict[Key, dict[str, Any]]:
        """By step what a report says of it."""
        found: dict[Key, dict[str, Any]] = {}
        for key in {stay.key for stay in self.stays}:
            mine = [stay for stay in self.stays if stay.key == key]
            done = [stay for stay in mine if stay.closed]
            by = [self._late_by(stay, stay.closed or now) for stay in done]
            spans = [0] * (len(bounds) + 1)
            for days in by:
                spans[sum(days > bound for bound in bounds)] += 1
            taken = sorted(self._working_days(stay.opened, stay.closed or now) for stay in done)
            found[key] = {
                "asked": len(mine), "answered": len(done), "waiting": len(mine) - len(done),
                "late": sum(days > 0 for days in by) + sum(
                    stay.due is not None and stay.due <= now for stay in mine if not stay.closed
                ),
                "late_by": tuple(spans), "half_days": _within(taken, 0.5), "tenth_days": _within(taken, 0.9),
                "escalated": sum(stay.item in self.reached for stay in mine),
            }  # fmt: skip
        return found

    def outcomes(self) -> dict[str, tuple[int, Counter[str], Counter[str]]]:
        """process → (how many began, ended where, running where)."""
        found: dict[str, tuple[int, Counter[str], Counter[str]]] = {}
        for process, one in self.definitions.items():
            states = [one["states"][life.state] for life in self.lives.values() if life.process == process]
            ended = Counter(state["title"] for state in states if state["end"])
            running = Counter(state["title"] for state in states if not state["end"])
            found[process] = len(states), ended, running
        return found

    def facts(self) -> dict[str, int]:
        """What makes a history worth counting: how often it went another way than straight on."""
        (away,) = self.rows("SELECT COUNT(*) AS n FROM absence")
        late = sum(self._late_by(stay, stay.closed) > 0 for stay in self.stays if stay.closed)
        return {
            **self.verbs,
            "deputised": self.deputised,
            "absences": away.n,
            "late": late,
            "escalated": len(self.reached),
        }

    def _late_by(self, stay: Stay, closed: datetime) -> int:
        if stay.due is None or closed <= stay.due:
            return 0
        last_day = stay.due - timedelta(seconds=1)
        return max(self._working_days(last_day, closed), 1)

    def _working_days(self, start: datetime, end: datetime) -> int:
        first, last = (start + HANOI).date(), (end + HANOI).date()
        return sum(first + DAY * number not in self.off for number in range(1, (last - first).days + 1))


def _within(days: list[int], share: float) -> float:
    return float(days[math.ceil(len(days) * share - 1e-9) - 1]) if days else 0.0


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
