"""People who begin cases, and those who come between: both at moments of chance, each by whom the plan lets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from workflow.commands import Actor
from workflow.definition import Action, Definition, Field
from workflow.draft import By
from workflow.identity import Organisation, load_organisation
from workflow.message import Message
from workflow.simulation.arrivals import Arrival, Enrol, Newcomer, Subjects, beginner, listed, waited_for
from workflow.simulation.choosing import interruptions
from workflow.simulation.dice import Dice, happens
from workflow.simulation.filling import Form, Known
from workflow.simulation.hands import NOBODY, Hands
from workflow.submission import SUBJECT

MOST_FORMS = 4  # ways to fill in a form that was refused


class Beginners:
    """Whoever begins a case by hand."""

    def __init__(self, hands: Hands, dice: Dice, enrol: Enrol, subjects: Subjects) -> None:
        self.hands, self.dice, self.enrol, self.subjects = hands, dice, enrol, subjects
        self._refused: dict[tuple[str, str], list[tuple[Message, ...]]] = defaultdict(list)  # starts, and why

    @property
    def refused(self) -> Mapping[tuple[str, str], Sequence[tuple[Message, int]]]:
        """(process, start) → why starts were refused, and how many, the most frequent first."""
        found = {}
        for key, refusals in self._refused.items():
            counts = Counter(str(one[0]) for one in refusals)
            first = {str(one[0]): one[0] for one in reversed(refusals)}
            found[key] = [(first[said], number) for said, number in counts.most_common()]
        return found

    def arrive(self, arrival: Arrival) -> None:
        """Somebody begins a case."""
        chance = self.dice.of("begin", arrival.process, arrival.action, arrival.number)
        reasons: tuple[Message, ...] = ()
        for attempt in range(MOST_FORMS):
            reasons = self._begin(arrival, chance, attempt)
            if not reasons:
                return
        self._refused[arrival.process, arrival.action].append(reasons)

    def _begin(self, arrival: Arrival, chance: Random, attempt: int) -> tuple[Message, ...]:
        hands, engine = self.hands, self.hands.engine
        with engine.database.write() as connection:
            life = engine.catalogue.living(connection, hands.agency_id, arrival.process)
            if life is None:
                return (Message("error.not_found.process"),)
            org = load_organisation(connection, hands.agency_id, hands.world.today)
            definition, action = life.definition, life.definition.start[arrival.action]
            if not waited_for(connection, org, definition):
                return ()
            newcomer = self.subjects.of(definition, arrival.number)
            person_id = self._who(org, definition, action, newcomer, chance)
            if person_id is None:
                return (NOBODY,)
            subject = ("agency", hands.agency_id)
            if newcomer is not None:
                of_unit = newcomer.kind == "unit"
                subject = ("unit", newcomer.unit_id or "") if of_unit else ("subject", self.enrol(connection, newcomer))
            needs, takes = _fields(definition, action.needs), _fields(definition, action.takes)
            cases, groups = listed(connection, org, life, (*needs, *takes), org.people[person_id].unit_id)
        around = hands.of_unit(org, org.people[person_id].unit_id)
        known = Known({}, cases, groups, *around, (), hands.world.today, hands.calendar)
        form = Form(
            known, chance, lambda: hands.upload(person_id), hands.scenario.values, arrival.process, attempt,
            crowds=hands.crowds,
        )  # fmt: skip
        inputs, actor = form.filled(needs, takes), Actor(person_id, hands.agency_id)

        def start() -> None:
            receipt = engine.start(
                actor, process=arrival.process, action=action.name, subject_type=subject[0], subject_id=subject[1],
                inputs=inputs,
            )  # fmt: skip
            self._plan_interruption(receipt.case_id, receipt.code)

        return hands.attempt(start)

    def _who(
        self, org: Organisation, definition: Definition, action: Action, newcomer: Newcomer | None, chance: Random
    ) -> str | None:
        if definition.own_case and newcomer and newcomer.person_id:
            return newcomer.person_id
        return beginner(org, self.subjects.plan, action, newcomer, chance)

    # --- what comes between ---------------------------------------------------------------------------

    def _plan_interruption(self, case_id: str, code: str) -> None:
        chance, hands = self.dice.of("interrupted", code), self.hands
        if happens(chance, hands.scenario.interrupted):
            day = hands.calendar.add_working_days(hands.world.today, chance.randint(1, hands.scenario.rests[1]))
            hands.world.at(hands.hour(day, chance), lambda: self._interrupt(case_id, chance))

    def _interrupt(self, case_id: str, chance: Random) -> None:
        with self.hands.engine.database.glance() as connection:
            facts = self.hands.facts(connection, case_id)
            draft = self.hands.engine.draft_for(connection, facts, By("person", None, None, "page"))
            habit = self.hands.scenario.habit()
            calls = [self.hands.acting(draft, one, chance, 0, habit) for one in interruptions(draft, chance)[:1]]
        for call in calls:
            self.hands.attempt(call)


def _fields(definition: Definition, names: Sequence[str]) -> list[Field]:
    return [definition.fields[name] for name in names if name != SUBJECT and name in definition.fields]
