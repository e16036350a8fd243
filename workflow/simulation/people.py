"""People as habits: what is asked is answered some days later, refused, forgotten or handed on, as a scenario says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from workflow import agenda
from workflow.case import case
from workflow.clock import local_date
from workflow.commands import Actor
from workflow.definition import Action, Field, Plan
from workflow.draft import By, Draft
from workflow.engine import Engine
from workflow.facts import CaseFacts, Row, Sources, load_case
from workflow.files import file
from workflow.identity import Organisation, load_organisation
from workflow.message import Message, Refused
from workflow.rulebook import HELD
from workflow.simulation.arrivals import Arrival, Enrol, Subjects, beginner, listed, waited_for
from workflow.simulation.choosing import (
    APPROVE,
    REFUSE,
    RETURN,
    Possible,
    answerers,
    ask_of,
    day_of,
    interruptions,
    offer,
    waits_for_answers,
)
from workflow.simulation.dice import Dice, happens, weighted
from workflow.simulation.filling import Form, Known
from workflow.simulation.scenario import Habit, Scenario
from workflow.simulation.world import World
from workflow.submission import SUBJECT, fields_of, holders_of
from workflow.worklist import candidate, work_item

HOURS = (8, 10, 14, 16)
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


@dataclass(frozen=True)
class Stuck:
    """A case that somebody looked at again and again in vain, and what stood in the way the last time."""

    case_id: str
    tries: int
    reasons: tuple[Message, ...]


class People:
    """Everybody of an agency, doing what is asked of them."""

    def __init__(self, world: World, agency_id: str, scenario: Scenario, dice: Dice, enrol: Enrol) -> None:
        self.world, self.agency_id, self.scenario, self.dice, self.enrol = world, agency_id, scenario, dice, enrol
        self.engine: Engine = world.engine
        self.calendar = world.calendar
        self.stuck: dict[str, Stuck] = {}
        self._refused: dict[tuple[str, str], list[tuple[Message, ...]]] = defaultdict(list)  # starts, and why
        self.acts = 0
        self._subjects: Subjects | None = None
        self._items: dict[str, Item] = {}
        self._last_seen = self._last_added = ""
        self._avoided: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._helpful: dict[tuple[str, str, str], str] = {}
        self._files = 0
        self._read: CaseFacts | None = None
        self.engine.read_case = self._read_once

    def _facts(self, connection: sa.Connection, case_id: str) -> CaseFacts:
        """A case as it stands; whoever acts on it at once acts on this very reading."""
        self._read = load_case(connection, self.engine, case_id, None)
        return self._read

    def _read_once(
        self, connection: sa.Connection, sources: Sources, case_id: str, agency_id: str | None, *,
        key: tuple[str, str] | None = None,
    ) -> CaseFacts:  # fmt: skip
        read, self._read = self._read, None
        if read is not None and read.case["id"] == case_id and key is None:
            return read
        return load_case(connection, sources, case_id, agency_id, key=key)

    # --- what is asked --------------------------------------------------------------------------------

    def look(self) -> None:
        """See what is asked anew, and whom lateness has reached."""
        with self.engine.database.read() as connection:
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
        for candidate_id, item_id, role in added:
            self._last_added = max(self._last_added, candidate_id)
            known = self._items.get(item_id)
            if known is not None:
                days = weighted(self.dice.of("added", known.number, role), self.scenario.habit(role).days)
                self._answer_in(known, days)

    def _take_in(self, row: Any, roles: Sequence[str]) -> None:
        item = Item(row.id, row.case_id, row.kind, row.due_at, self.scenario.habit(*roles), len(self._items))
        self._items[row.id] = item
        chance = self._chance(item, row, "when")
        if row.due_at is None and row.kind != "ask":
            if happens(chance, self.scenario.moves_on):
                self._answer_in(item, chance.randint(*self.scenario.rests))
        elif not happens(chance, item.habit.forgets):
            self._answer_in(item, weighted(chance, item.habit.days))
        elif row.due_at is not None and not happens(chance, item.habit.never):
            late = self.calendar.add_working_days(local_date(row.due_at), chance.randint(*HELD_ON))
            self.world.at(self._hour(late, chance), lambda: self._answer(item))

    def _chance(self, item: Item, row: Any, what: str) -> Random:
        return self.dice.of(
            what, row.code, row.kind, row.title, row.visit, item.tries, item.number if row.ask_id else 0
        )

    def _answer_in(self, item: Item, days: int) -> None:
        chance = self.dice.of("hour", item.number, item.tries, days)
        today = self.world.today
        day = self.calendar.add_working_days(today, days)
        self.world.at(self._hour(day, chance), lambda: self._answer(item))

    def _hour(self, day: Any, chance: Random) -> datetime:
        """An hour of work on a day; the day's own are over late in the afternoon, then it is the next morning."""
        moments = [self.calendar.at_hour(day, hour) for hour in HOURS]
        left = [moment for moment in moments if moment > self.world.now]
        if left:
            return chance.choice(left)
        return self.calendar.at_hour(self.calendar.next_working_day(day), HOURS[0])

    # --- answering ------------------------------------------------------------------------------------

    def _answer(self, item: Item) -> None:
        """Look at the item, and do what can be done about it."""
        without: set[str] = set()
        for attempt in range(MOST_FORMS * 2):
            act = self._decide(item, without, attempt)
            if act is None:
                return
            name, reasons = act
            if not reasons:
                self._items.pop(item.id, None) if item.id in self._items else None
                self.acts += 1
                return
            if attempt % MOST_FORMS == MOST_FORMS - 1:
                without.add(name)
            last = reasons
        self._again(item, last)

    def _decide(self, item: Item, without: set[str], attempt: int) -> tuple[str, tuple[Message, ...]] | None:
        """(what was tried, why not): no reasons when it is done; None when there is nothing to do now."""
        database = self.engine.database
        with database.glance() as connection:
            facts = self._facts(connection, item.case_id)
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
        return None if call is None else (call[0], self._try(call[1]))

    def _call(
        self, draft: Draft, item: Item, row: Row, chance: Random, without: set[str], attempt: int
    ) -> tuple[str, Callable[[], object]] | None:
        if row["kind"] == "ask":
            return self._answering(draft, item, row, chance, attempt)
        if item.kind == "state" and (day := self._waits_until(draft, item, row, chance)) is not None:
            self.world.at(self._hour(day, chance), lambda: self._answer(item))
            return None
        mood = self._mood(item, chance)
        found = offer(draft, row, mood, chance, self._avoided[draft.case["process"]], without)
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
            self._again(item, found.reasons if not found.nobody else (Message("simulation.nobody"),))
            return None
        first = found.possible[0]
        return first.action.name, self._acting(draft, first, chance, attempt, item.habit)

    def _waits_until(self, draft: Draft, item: Item, row: Row, chance: Random) -> date | None:
        """The day on which whoever must do it looks again: others still owe an answer, or its day is still to come."""
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

    def _acting(self, draft: Draft, what: Possible, chance: Random, attempt: int, habit: Habit) -> Callable[[], object]:
        action, person_id = what.action, what.person_id
        needs, takes = fields_of(draft, action.needs), fields_of(draft, action.takes)
        form = self._form(draft, person_id, (*needs, *takes), chance, attempt, habit)
        inputs = form.filled(needs, takes, action)
        name = HELD + action.name if what.held else action.name
        version = draft.facts.case["version"]
        actor = Actor(person_id, self.agency_id)
        return lambda: self.engine.act(
            actor, case_id=draft.case["id"], action=name, inputs=inputs, case_version=version
        )

    def _answering(
        self, draft: Draft, item: Item, row: Row, chance: Random, attempt: int
    ) -> tuple[str, Callable[[], object]] | None:
        ask = ask_of(draft, row)
        people = answerers(draft, row)
        if ask is None or not people:
            self._again(item, (Message("simulation.nobody"),))
            return None
        person_id = chance.choice(people)
        draft.by = By("person", person_id, None, "page")
        needs, takes = fields_of(draft, ask.answer), fields_of(draft, ask.takes)
        form = self._form(draft, person_id, (*needs, *takes), chance, attempt, item.habit, asked=True)
        inputs = form.filled(needs, takes)
        actor = Actor(person_id, self.agency_id)
        return ask.name, lambda: self.engine.answer(actor, ask_id=row["ask_id"], inputs=inputs)

    def _try(self, call: Callable[[], object]) -> tuple[Message, ...]:
        try:
            call()
        except Refused as refused:
            return refused.reasons or (Message("simulation.nobody"),)
        finally:
            self._read = None
        return ()

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
        if self._try(lambda: self.engine.reassign(actor, item.id, to, WHY, version)):
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
            moment = self._hour(day, chance)
            latest = max(latest, moment)
            self.world.at(moment, lambda one=one: self._help(item, one, key))  # type: ignore[misc]
        self.world.at(latest + timedelta(hours=1), lambda: self._answer(item))

    def _help(self, item: Item, what: Possible, key: tuple[str, str, str]) -> None:
        for attempt in range(MOST_FORMS):
            with self.engine.database.glance() as connection:
                facts = self._facts(connection, item.case_id)
                if facts.case["state"] != key[1]:
                    return
                draft = self.engine.draft_for(connection, facts, By("person", what.person_id, None, "page"))
                chance = self.dice.of("helping", facts.case["code"], what.person_id, what.action.name, attempt)
                call = self._acting(draft, what, chance, attempt, item.habit)
            if not self._try(call):
                self.acts += 1
                return

    # --- what comes in, and what comes between ---------------------------------------------------------

    def arrive(self, arrival: Arrival) -> None:
        """Somebody begins a case."""
        chance = self.dice.of("begin", arrival.process, arrival.action, arrival.number)
        reasons: tuple[Message, ...] = ()
        for attempt in range(MOST_FORMS):
            reasons = self._begin(arrival, chance, attempt)
            if not reasons:
                return
        self._refused[arrival.process, arrival.action].append(reasons)

    @property
    def refused(self) -> Mapping[tuple[str, str], Sequence[tuple[Message, int]]]:
        """(process, start) → why starts were refused, and how many, the most frequent first."""
        found = {}
        for key, refusals in self._refused.items():
            counts = Counter(str(one[0]) for one in refusals)
            first = {str(one[0]): one[0] for one in reversed(refusals)}
            found[key] = [(first[said], number) for said, number in counts.most_common()]
        return found

    def units(self, org: Organisation, plan: Plan) -> Sequence[str]:
        """The units that take part."""
        return Subjects(org, plan, self.dice).units

    def _begin(self, arrival: Arrival, chance: Random, attempt: int) -> tuple[Message, ...]:
        with self.engine.database.write() as connection:
            life = self.engine.catalogue.living(connection, self.agency_id, arrival.process)
            if life is None:
                return (Message("error.not_found.process"),)
            org = load_organisation(connection, self.agency_id, self.world.today)
            self._subjects = self._subjects or Subjects(org, life.plan, self.dice)
            definition, action = life.definition, life.definition.start[arrival.action]
            newcomer = self._subjects.of(definition, arrival.number)
            person_id = beginner(org, life.plan, action, newcomer, chance)
            if definition.own_case and newcomer and newcomer.person_id:
                person_id = newcomer.person_id
            if person_id is None:
                return (Message("simulation.nobody"),)
            subject = ("agency", self.agency_id)
            if newcomer is not None:
                unit = newcomer.kind == "unit"
                subject = ("unit", newcomer.unit_id or "") if unit else ("subject", self.enrol(connection, newcomer))
            names = (name for name in (*action.needs, *action.takes) if name != SUBJECT)
            fields = [definition.fields[name] for name in names if name in definition.fields]
            cases, groups = listed(connection, org, life, fields, org.people[person_id].unit_id)
            if not waited_for(connection, org, definition):
                return ()
        known = Known(
            {}, cases, groups, *self._of_unit(org, org.people[person_id].unit_id), (), self.world.today, self.calendar
        )
        form = Form(known, chance, lambda: self._upload(person_id), self.scenario.values, arrival.process, attempt)
        needs, takes = _split(fields, action)
        inputs = form.filled(needs, takes)
        actor = Actor(person_id, self.agency_id)

        def start() -> None:
            receipt = self.engine.start(
                actor, process=arrival.process, action=action.name, subject_type=subject[0], subject_id=subject[1],
                inputs=inputs,
            )  # fmt: skip
            self.acts += 1
            self._plan_interruption(receipt.case_id, receipt.code)

        return self._try(start)

    def _plan_interruption(self, case_id: str, code: str) -> None:
        chance = self.dice.of("interrupted", code)
        if happens(chance, self.scenario.interrupted):
            day = self.calendar.add_working_days(self.world.today, chance.randint(1, self.scenario.rests[1]))
            self.world.at(self._hour(day, chance), lambda: self._interrupt(case_id, chance))

    def _interrupt(self, case_id: str, chance: Random) -> None:
        with self.engine.database.glance() as connection:
            facts = self._facts(connection, case_id)
            draft = self.engine.draft_for(connection, facts, By("person", None, None, "page"))
            found = interruptions(draft, chance)
            calls = [self._acting(draft, one, chance, 0, self.scenario.habit()) for one in found[:1]]
        for call in calls:
            self.acts += not self._try(call)

    # --- forms ----------------------------------------------------------------------------------------

    def _form(
        self, draft: Draft, person_id: str, fields: Sequence[Field], chance: Random, attempt: int, habit: Habit,
        *, asked: bool = False,
    ) -> Form:  # fmt: skip
        definition = draft.facts.life.definition
        named = {one.name for one in fields} | {one.each for one in fields if one.each}
        every = [one for one in definition.fields.values() if one.name in named]
        cases = {one.name: agenda.choices(draft, one) for one in every if one.type == "cases"}
        groups = {one.name: holders_of(draft, one) for one in every if one.type == "people"}
        people, units = self._of_unit(draft.facts.org, draft.case["unit_id"])
        held = agenda.open_to(draft) if asked else draft.fields
        named_together = (held.get(one.name) for one in definition.fields.values() if one.type == "people")
        known = Known(
            held, cases, groups, people, units, draft.case["holds"], draft.facts.today, self.calendar,
            company=max((len(one) for one in named_together if one), default=0),
        )  # fmt: skip
        return Form(
            known, chance, lambda: self._upload(person_id), self.scenario.values, definition.process, attempt,
            low=habit.refuses,
        )  # fmt: skip

    def _of_unit(self, org: Any, unit_id: str | None) -> tuple[list[str], list[str]]:
        """(people one would name, units that are another)."""
        people = sorted(one.id for one in org.people.values() if one.active and one.unit_id == unit_id)
        people = people or sorted(one.id for one in org.people.values() if one.active)
        units = self._subjects.units if self._subjects else []
        return people, [one for one in units if one != unit_id]

    def _upload(self, person_id: str) -> str:
        """The row of a paper nobody reads here."""
        self._files += 1
        ident = self.engine.database.new_id()
        with self.engine.database.write() as connection:
            connection.execute(
                sa.insert(file).values(
                    id=ident, agency_id=self.agency_id, digest=f"{self._files:064x}", name="chay-thu.pdf",
                    media_type="application/pdf", size=1, uploaded_by=person_id, uploaded_at=self.world.now,
                )
            )  # fmt: skip
        return ident


WHY = "Giao người cùng đơn vị làm (chạy thử)."


def _split(fields: Sequence[Field], action: Action) -> tuple[list[Field], list[Field]]:
    return [one for one in fields if one.name in action.needs], [one for one in fields if one.name in action.takes]


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
    sa.select(candidate.c.id, candidate.c.item_id, candidate.c.role)
    .where(candidate.c.id > sa.bindparam("last"), candidate.c.why == "added")
    .order_by(candidate.c.id)
)
