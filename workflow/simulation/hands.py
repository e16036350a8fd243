"""How somebody lays hands on the engine here: looks at a case once, fills in its form, acts on what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from random import Random

import sqlalchemy as sa

from workflow import agenda
from workflow.commands import Actor
from workflow.definition import Ask, Field
from workflow.draft import Draft
from workflow.facts import CaseFacts, Sources, load_case
from workflow.files import file
from workflow.identity import Organisation
from workflow.message import Message, Refused
from workflow.rulebook import HELD
from workflow.simulation.choosing import Possible
from workflow.simulation.filling import Form, Known
from workflow.simulation.scenario import Habit, Scenario
from workflow.simulation.world import World
from workflow.submission import fields_of, holders_of

HOURS = (8, 10, 14, 16)
NOBODY = Message("simulation.nobody")
Call = Callable[[], object]


_PAPER = sa.insert(file)


class Hands:
    """Everybody's, in one agency; `acts`: what was done with them."""

    def __init__(self, world: World, agency_id: str, scenario: Scenario) -> None:
        self.world, self.agency_id, self.scenario = world, agency_id, scenario
        self.engine, self.calendar = world.engine, world.calendar
        self.acts = 0
        self.units: Sequence[str] = ()  # those that take part
        self.crowds: Sequence[str] = ()  # roles that everybody holds
        self._files = 0
        self._read: CaseFacts | None = None
        self.engine.read_case = self._read_once

    def facts(self, connection: sa.Connection, case_id: str) -> CaseFacts:
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

    def hour(self, day: date, chance: Random) -> datetime:
        """An hour of work on a day; the day's own are over late in the afternoon, then it is the next morning."""
        moments = [self.calendar.at_hour(day, hour) for hour in HOURS]
        left = [moment for moment in moments if moment > self.world.now]
        if left:
            return chance.choice(left)
        return self.calendar.at_hour(self.calendar.next_working_day(day), HOURS[0])

    def attempt(self, call: Call, *, counts: bool = True) -> tuple[Message, ...]:
        """Why it was refused; no reason when it is done."""
        try:
            call()
        except Refused as refused:
            return refused.reasons or (NOBODY,)
        finally:
            self._read = None
        self.acts += counts
        return ()

    def acting(self, draft: Draft, what: Possible, chance: Random, attempt: int, habit: Habit) -> Call:
        """Take an action, its form filled in."""
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

    def answering(
        self, draft: Draft, ask: Ask, ask_id: str, chance: Random, attempt: int, habit: Habit
    ) -> Call:  # fmt: skip
        """Answer a question as the person whom the draft is by."""
        person_id = draft.by.person_id or ""
        needs, takes = fields_of(draft, ask.answer), fields_of(draft, ask.takes)
        form = self._form(draft, person_id, (*needs, *takes), chance, attempt, habit, asked=True)
        inputs, actor = form.filled(needs, takes), Actor(person_id, self.agency_id)
        return lambda: self.engine.answer(actor, ask_id=ask_id, inputs=inputs)

    def _form(
        self, draft: Draft, person_id: str, fields: Sequence[Field], chance: Random, attempt: int, habit: Habit,
        *, asked: bool = False,
    ) -> Form:  # fmt: skip
        definition = draft.facts.life.definition
        named = {one.name for one in fields} | {one.each for one in fields if one.each}
        every = [one for one in definition.fields.values() if one.name in named]
        cases = {one.name: agenda.choices(draft, one) for one in every if one.type == "cases"}
        groups = {one.name: holders_of(draft, one) for one in every if one.type == "people"}
        people, units = self.of_unit(draft.facts.org, draft.case["unit_id"])
        held = agenda.open_to(draft) if asked else draft.fields
        named_together = (held.get(one.name) for one in definition.fields.values() if one.type == "people")
        known = Known(
            held, cases, groups, people, units, draft.case["holds"], draft.facts.today, self.calendar,
            company=max((len(one) for one in named_together if one), default=0),
        )  # fmt: skip
        return Form(
            known, chance, lambda: self.upload(person_id), self.scenario.values, definition.process, attempt,
            low=habit.refuses, crowds=self.crowds,
        )  # fmt: skip

    def of_unit(self, org: Organisation, unit_id: str | None) -> tuple[list[str], list[str]]:
        """(people one would name, units that are another)."""
        people = sorted(one.id for one in org.people.values() if one.active and one.unit_id == unit_id)
        people = people or sorted(one.id for one in org.people.values() if one.active)
        return people, [one for one in self.units if one != unit_id]

    def upload(self, person_id: str) -> str:
        """The row of a paper nobody reads here."""
        self._files += 1
        ident = self.engine.database.new_id()
        with self.engine.database.write() as connection:
            row = {
                "id": ident, "agency_id": self.agency_id, "digest": f"{self._files:064x}", "name": "chay-thu.pdf",
                "media_type": "application/pdf", "size": 1, "uploaded_by": person_id, "uploaded_at": self.world.now,
            }  # fmt: skip
            connection.execute(_PAPER, row)
        return ident
