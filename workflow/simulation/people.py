"""People as habits: what is asked is answered some days later, refused, forgotten or handed on, as a scenario says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.clock import local_date
from workflow.commands import Actor
from workflow.draft import By, Draft
from workflow.facts import Row
from workflow.message import Message
from workflow.simulation.choosing import (
    APPROVE,
    REFUSE,
    RETURN,
    Possible,
    answerers,
    ask_of,
    day_of,
    offer,
    waits_for_answers,
)
from workflow.simulation.dice import Dice, happens, weighted
from workflow.simulation.hands import NOBODY, Hands
from workflow.simulation.scenario import Habit
from workflow.worklist import candidate, work_item

MOST_TRIES = 6  # looks at an item that leads nowhere, before it counts as stuck
MOST_FORMS = 4  # ways to fill in a form that was refused
AGAIN = 5  # working days until the next look
HELPERS = 3  # people asked at once to help something on
MOST_ROUNDS = 2  # and how often, for each way to help
EARLY = 2  # working days before its day at most that a step with a day of its own is taken
HELD_ON = (1, 10)  # working days after the deadline until somebody reminded answers after all


@dataclass
class Item:
    """What the people have in mind of a work item."""

    id: str
    case_id: str
    kind: str
    due_at: datetime | None
    habit: Habit
    number: int
    tries: int = 0
    handed: bool = False
    helped: set[tuple[str, str]] = field(default_factory=set)  # (person, action)
    rounds: Counter[str] = field(default_factory=Counter)  # of help, by action
    waiting_for: str = ""  # the action that others help on
    reasons: tuple[Message, ...] = ()  # why the last form was refused


@dataclass(frozen=True)
class Stuck:
    """A case that somebody looked at again and again in vain, and what stood in the way the last time."""

    case_id: str
    tries: int
    reasons: tuple[Message, ...]


class People:
    """Everybody of an agency, doing what is asked of them. `elsewhere`: whether a case waits for what people do beside
    the engine, so that nobody acts on it meanwhile."""

    def __init__(self, hands: Hands, dice: Dice, elsewhere: Callable[[str], bool] = lambda case_id: False) -> None:
        self.hands, self.dice, self._elsewhere = hands, dice, elsewhere
        self.world, self.engine, self.calendar = hands.world, hands.engine, hands.calendar
        self.scenario, self.agency_id = hands.scenario, hands.agency_id
        self.stuck: dict[str, Stuck] = {}
        self._items: dict[str, Item] = {}
        self._numbers = 0
        self._last_seen = self._last_added = ""
        self._helpful: dict[tuple[str, str, str], str] = {}

    # --- what is asked --------------------------------------------------------------------------------

    def look(self) -> None:
        """See what is asked anew, and whom lateness has reached."""
        with self.engine.database.glance() as connection:
            fresh = connection.execute(_FRESH, {"last": self._last_seen}).all()
            added = connection.execute(_ADDED, {"last": self._last_added}).all()
        roles: dict[str, list[str]] = defaultdict(list)
        rows: dict[str, Any] = {}
        for row in fresh:
            rows[row.id] = row
            roles[row.id].append(row.role)
            self._last_seen = max(self._last_seen, row.id)
        for item_id, row in rows.items():
            self._take_in(row, roles[item_id])
        for candidate_id, item_id, role, why in added:
            self._last_added = max(self._last_added, candidate_id)
            known = self._items.get(item_id) if why == "added" else None
            if known is not None:
                days = weighted(self.dice.of("added", known.number, role), self.scenario.habit(role).days)
                self._answer_in(known, days)

    def _take_in(self, row: Any, roles: Sequence[str]) -> None:
        self._numbers += 1
        item = Item(row.id, row.case_id, row.kind, row.due_at, self.scenario.habit(*roles), self._numbers)
        self._items[row.id] = item
        chance = self._chance(item, row, "when")
        if row.due_at is None and row.kind != "ask":
            if happens(chance, self.scenario.moves_on):
                self._answer_in(item, chance.randint(*self.scenario.rests))
        elif not happens(chance, item.habit.forgets):
            self._answer_in(item, weighted(chance, item.habit.days))
        elif row.due_at is not None and not happens(chance, item.habit.never):
            late = self.calendar.add_working_days(local_date(row.due_at), chance.randint(*HELD_ON))
            self.world.at(self.hands.hour(late, chance), lambda: self._answer(item))

    def _chance(self, item: Item, row: Any, what: str) -> Random:
        return self.dice.of(
            what, row.code, row.kind, row.title, row.visit, item.tries, item.number if row.ask_id else 0
        )

    def _answer_in(self, item: Item, days: int) -> None:
        chance = self.dice.of("hour", item.number, item.tries, days)
        today = self.world.today
        day = self.calendar.add_working_days(today, days)
        self.world.at(self.hands.hour(day, chance), lambda: self._answer(item))

    # --- answering ------------------------------------------------------------------------------------

    def _answer(self, item: Item) -> None:
        """Look at the item, and do what can be done about it."""
        without: set[str] = set()
        for attempt in range(MOST_FORMS * 2):
            act = self._decide(item, without, attempt)
            if act is None:
                return
            name, item.reasons = act
            if not item.reasons:
                self._items.pop(item.id, None)
                return
            if attempt % MOST_FORMS == MOST_FORMS - 1:
                without.add(name)
        self._again(item, item.reasons)

    def _decide(self, item: Item, without: set[str], attempt: int) -> tuple[str, tuple[Message, ...]] | None:
        """(what was tried, why not): no reasons when it is done; None when there is nothing to do now."""
        database = self.engine.database
        with database.glance() as connection:
            facts = self.hands.facts(connection, item.case_id)
            row = next((one for one in facts.items if one["id"] == item.id and one["status"] == "open"), None)
            if row is None:
                self._items.pop(item.id, None)
                return None
            draft = self.engine.draft_for(connection, facts, By("person", None, None, "page"))
            chance = self.dice.of(
                "answer", facts.case["code"], row["title"], facts.case["visit"], item.tries, item.number
            )
            if attempt == 0 and self._hand_on(draft, item, row, chance):
                return None
            call = self._call(draft, item, row, chance, without, attempt)
        return None if call is None else (call[0], self.hands.attempt(call[1]))

    def _call(
        self, draft: Draft, item: Item, row: Row, chance: Random, without: set[str], attempt: int
    ) -> tuple[str, Callable[[], object]] | None:
        if row["kind"] == "ask":
            return self._answering(draft, item, row, chance, attempt)
        if item.kind == "state" and (day := self._waits_until(draft, item, row, chance)) is not None:
            self.world.at(self.hands.hour(day, chance), lambda: self._answer(item))
            return None
        mood = self._mood(item, self.dice.of("mood", draft.case["code"], row["title"], draft.case["visit"], item.tries))
        found = offer(draft, row, mood, chance, without)
        key = (draft.case["process"], draft.case["state"], item.waiting_for)
        if item.waiting_for and item.rounds and found.possible and found.possible[0].action.name == item.waiting_for:
            self._helpful.setdefault(key, list(item.rounds)[-1])
        helps = [
            one for one in found.helps
            if (one.person_id, one.action.name) not in item.helped and item.rounds[one.action.name] < MOST_ROUNDS
        ]  # fmt: skip
        if helps:
            self._ask_for_help(draft, item, helps, found.wanted)
            return None
        if not found.possible and not found.wanted and not found.nobody:
            return None  # there is nothing for them to do: others, or time, will lead on
        if not found.possible:
            self._again(item, (NOBODY,) if found.nobody else found.reasons or item.reasons)
            return None
        first = found.possible[0]
        return first.action.name, self.hands.acting(draft, first, chance, attempt, item.habit)

    def _waits_until(self, draft: Draft, item: Item, row: Row, chance: Random) -> date | None:
        """The day on which whoever must do it looks again: others still owe an answer, or its day is still to come."""
        if self._elsewhere(item.case_id):
            return self.world.today
        if row["due_at"] is None:
            return None
        if waits_for_answers(draft):
            wanted = self.calendar.add_working_days(local_date(row["due_at"]), self.scenario.waits)
        elif (day := day_of(draft, row)) is not None and item.tries == 0:
            wanted = self.calendar.add_working_days(day, -chance.randint(0, EARLY))
        else:
            return None
        return wanted if self.world.today < wanted else None

    def _mood(self, item: Item, chance: Random) -> str:
        thrown = chance.random() * 100
        if thrown < item.habit.refuses:
            return REFUSE
        return RETURN if thrown < item.habit.refuses + item.habit.returns else APPROVE

    def _answering(
        self, draft: Draft, item: Item, row: Row, chance: Random, attempt: int
    ) -> tuple[str, Callable[[], object]] | None:
        ask, people = ask_of(draft, row), answerers(draft, row)
        if ask is None or not people:
            self._again(item, (NOBODY,))
            return None
        draft.by = By("person", chance.choice(people), None, "page")
        return ask.name, self.hands.answering(draft, ask, row["ask_id"], chance, attempt, item.habit)

    def _again(self, item: Item, reasons: Sequence[Message]) -> None:
        """Later once more; after so many times it counts as stuck."""
        item.tries += 1
        if reasons:
            self.stuck[item.id] = Stuck(item.case_id, item.tries, tuple(reasons))
        if item.tries < MOST_TRIES:
            self._answer_in(item, AGAIN)

    def _hand_on(self, draft: Draft, item: Item, row: Row, chance: Random) -> bool:
        """Whether it went into a colleague's hands, who then answers."""
        if item.handed or not happens(chance, item.habit.hands_on):
            return False
        item.handed = True
        people, org = answerers(draft, row), draft.facts.org
        unit = org.people[people[0]].unit_id if people else None
        near = sorted(p.id for p in org.people.values() if p.active and p.unit_id == unit and p.id not in people)
        if not people or not near:
            return False
        actor, to, version = Actor(people[0], self.agency_id), chance.choice(near), row["version"]
        if self.hands.attempt(lambda: self.engine.reassign(actor, item.id, to, WHY, version), counts=False):
            return False
        self._answer_in(item, weighted(chance, item.habit.days))
        return True

    # --- helping on -----------------------------------------------------------------------------------

    def _ask_for_help(self, draft: Draft, item: Item, helps: Sequence[Possible], wanted: str) -> None:
        """A few people do what may make the wanted action possible; then the item is looked at again."""
        key = (draft.case["process"], draft.case["state"], wanted)
        names = [one.action.name for one in helps]
        name = self._helpful.get(key, names[0])
        name = name if name in names else names[0]
        chosen = [one for one in helps if one.action.name == name][:HELPERS]
        item.waiting_for = wanted
        item.rounds[name] += 1
        chance = self.dice.of("help", draft.case["code"], wanted, item.tries, len(item.helped))
        latest = self.world.now
        for one in chosen:
            item.helped.add((one.person_id, one.action.name))
            day = self.calendar.add_working_days(self.world.today, weighted(chance, item.habit.days))
            moment = self.hands.hour(day, chance)
            latest = max(latest, moment)
            self.world.at(moment, partial(self._help, item, one, key))
        self.world.at(latest + timedelta(hours=1), lambda: self._answer(item))

    def _help(self, item: Item, what: Possible, key: tuple[str, str, str]) -> None:
        for attempt in range(MOST_FORMS):
            with self.engine.database.glance() as connection:
                facts = self.hands.facts(connection, item.case_id)
                if facts.case["state"] != key[1]:
                    return
                draft = self.engine.draft_for(connection, facts, By("person", what.person_id, None, "page"))
                chance = self.dice.of("helping", facts.case["code"], what.person_id, what.action.name, attempt)
                call = self.hands.acting(draft, what, chance, attempt, item.habit)
            if not self.hands.attempt(call):
                return


WHY = "Giao người cùng đơn vị làm (chạy thử)."


_FRESH = (
    sa.select(
        work_item.c.id, work_item.c.case_id, work_item.c.kind, work_item.c.due_at, work_item.c.title, work_item.c.visit,
        work_item.c.ask_id, case.c.code, candidate.c.role,
    )
    .join(candidate, candidate.c.item_id == work_item.c.id)
    .join(case, case.c.id == work_item.c.case_id)
    .where(work_item.c.id > sa.bindparam("last"), work_item.c.status == "open")
    .order_by(work_item.c.id, candidate.c.id)
)  # fmt: skip
_ADDED = (
    sa.select(candidate.c.id, candidate.c.item_id, candidate.c.role, candidate.c.why)
    .where(candidate.c.id > sa.bindparam("last"))
    .order_by(candidate.c.id)
)
