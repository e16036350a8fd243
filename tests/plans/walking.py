"""Walks any plan's folder with its own organisation through the real engine, by what its definitions say alone.

People of the folder take what they may, the least taken first, forms filled in as their fields ask; when nobody can
go on, business time moves to the next deadline. No name of a plan stands here: it walks a plan nobody has seen.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import organisation, wiring
from config.installation import put
from config.settings import Settings
from states.subjects.enrol import COLLECTIVE, PERSON, enrol_other, enrol_person, enrol_unit
from tests.cast import Cast, Told
from workflow.case import case
from workflow.definition import Action, Definition, Field
from workflow.explain import CaseView, Option
from workflow.forms import is_computed
from workflow.incidents import incident
from workflow.loading import LoadedPlan, load_plan
from workflow.message import Invalid, NotFound, Refused
from workflow.organisation import person, unit
from workflow.timers import ARMED, timer

MOST_OPEN = 14
"""Cases of one process that are open at a time: enough for an agenda, few enough to be looked at each round."""


@dataclass
class Walk:
    """One plan on its way: where cases have stood, and how often each thing was done."""

    cast: Cast
    loaded: LoadedPlan
    dice: random.Random
    stood: set[tuple[str, str]] = field(default_factory=set)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def missing(self) -> set[tuple[str, str]]:
        """States of the plan in which no case has stood yet."""
        every = {(name, state) for name, one in self.loaded.definitions.items() for state in one.states}
        return every - self.stood

    def round(self) -> None:
        """Whatever can be begun is begun once, every open case moves once, then time goes on to what comes next."""
        for definition in self.loaded.definitions.values():
            for action in definition.start.values():
                self.begin(definition, action)
        for row in self._open():
            self.move(row.id)
        self.cast.settle()
        self._note()
        self._later()

    def begin(self, definition: Definition, action: Action) -> None:
        """A start that people take, by the first of the shuffled people who may."""
        opened = [row for row in self._open() if row.process == definition.process]
        if not self._by_people(action) or len(opened) >= MOST_OPEN:
            return
        subject_type, subject_id = self._about(definition)
        listed = [one for one in self._fields(definition, action) if one.type == "cases"]
        for who in self._people():
            inputs = {
                one.name: self._value(one, who, self._listed(one) if one in listed else (), {})
                for one in self._fields(definition, action)
            }
            if any(not inputs[one.name] and one.minimum != 0 for one in listed):
                return
            try:
                self.cast.app.engine.start(
                    self.cast.actor(who), process=definition.process, action=action.name, subject_type=subject_type,
                    subject_id=subject_id, inputs=inputs,
                )  # fmt: skip
            except (Refused, Invalid, NotFound) as no:
                self.refused[f"{definition.process}.{action.name}: {no}"] += 1
                continue
            self.done[(definition.process, f"start.{action.name}")] += 1
            return

    def move(self, case_id: str) -> None:
        """One thing is done in a case: what was done least so far, of what anybody may do now."""
        before = self.cast.row(case_id)
        found: list[tuple[int, float, str, Option, CaseView]] = []
        for who in self._people():
            try:
                view = self.cast.app.engine.view(self.cast.actor(who), case_id)
            except NotFound:
                continue
            for one in view.options:
                if one.allowed:
                    times = self.done[(before.process, f"{before.state}.{one.name}")]
                    found.append((times, self.dice.random(), who, one, view))
        for _, _, who, option, view in sorted(found, key=lambda one: one[:2]):
            if self._take(who, case_id, option, view):
                self.done[(before.process, f"{before.state}.{option.name}")] += 1
                return

    def _take(self, who: str, case_id: str, option: Option, view: CaseView) -> bool:
        inputs = {one.name: self._value(one, who, view.choices.get(one.name, ()), view.fields)
                  for one in option.needs if not is_computed(one) and not one.conditions}  # fmt: skip
        for one in (*option.needs, *option.takes):
            if one.conditions and not is_computed(one):
                term = one.conditions[0]
                if term.kind == "is" and (str(inputs.get(term.name)) in term.values) != term.negated:
                    inputs[one.name] = self._value(one, who, view.choices.get(one.name, ()), view.fields)
        try:
            if option.kind == "ask":
                self.cast.app.engine.answer(self.cast.actor(who), ask_id=option.ask_id or "", inputs=inputs, nil=False)
            else:
                self.cast.act(who, case_id, option.name, **inputs)
        except (Refused, Invalid, NotFound) as no:
            said = {key: value.key for key, value in no.fields.items()} if isinstance(no, Invalid) else str(no)
            self.refused[f"{view.definition.process}.{view.case['state']}.{option.name}: {said}"] += 1
            return False
        return True

    # --- whom, what ---------------------------------------------------------------------------------------

    def _people(self) -> list[str]:
        return self.dice.sample(sorted(self.cast.people), len(self.cast.people))

    def _by_people(self, action: Action) -> bool:
        return bool(action.by) and all(name in self.loaded.plan.roles for name in action.by)

    def _fields(self, definition: Definition, action: Action) -> list[Field]:
        names = [name for name in action.needs if name != "subject"]
        return [definition.fields[name] for name in names if not is_computed(definition.fields[name])]

    def _about(self, definition: Definition) -> tuple[str, str]:
        kinds = [kind for kind in definition.subject if kind in self.loaded.plan.kinds]
        if not kinds:
            whole = definition.subject[0] == "agency"
            return ("agency", self.cast.agency_id) if whole else ("unit", self.dice.choice(self._units()))
        kind = self.dice.choice(kinds)
        with self.cast.app.database.write() as connection:
            if kind == PERSON:
                who = self.cast.people[self.dice.choice(sorted(self.cast.people))]
                return "subject", enrol_person(connection, self.cast.agency_id, who)
            if kind == COLLECTIVE:
                return "subject", enrol_unit(connection, self.cast.agency_id, self.dice.choice(self._units()))
            name = f"{self.loaded.plan.kinds[kind].title} số {self.dice.randrange(10_000)}"
            unit_id = self.dice.choice(self._units())
            return "subject", enrol_other(connection, self.cast.agency_id, kind=kind, name=name, unit_id=unit_id)

    def _units(self) -> list[str]:
        types = self.loaded.plan.unit_types
        with self.cast.app.database.read() as connection:
            rows = connection.execute(sa.select(unit.c.id, unit.c.type).order_by(unit.c.code))
            return [row.id for row in rows if not types or row.type in types]

    def _listed(self, one: Field) -> list[str]:
        return [row.id for row in self._open() if row.process == one.process and row.state in one.in_states]

    def _open(self) -> list[Any]:
        with self.cast.app.database.read() as connection:
            return list(connection.execute(sa.select(case).where(case.c.ended_at.is_(None)).order_by(case.c.code)))

    def _value(self, one: Field, who: str, choices: Sequence[str], known: Any) -> Any:
        if one.each is not None:
            elements = choices or known.get(one.each) or []
            each = one.model_copy(update={"each": None})
            of_list = self._field_type(one.each, known) == "list"
            values = [self._value(each, who, (), known) for _ in elements]
            return values if of_list else dict(zip(elements, values, strict=True))
        match one.type:
            case "choice":
                return self.dice.choice(list(one.choices))
            case "table":
                return [{name: self._value(Field(name=name, type=kind), who, (), known)  # type: ignore[arg-type]
                         for name, kind in one.columns.items()}]  # fmt: skip
            case "line" | "text":
                return "Nội dung đã được tập thể thống nhất"
            case "number":
                return self.dice.choice([one.minimum or 0, one.maximum or 4])
            case "yes_no":
                return self.dice.random() < 0.5
            case "date":
                return self.cast.now().date().isoformat()
            case "list":
                return ["Chưa chủ động chia sẻ kinh nghiệm"]
            case "person":
                return self.cast.people[self.dice.choice(sorted(self.cast.people))]
            case "people":
                return list(choices)
            case "unit":
                return self.dice.choice(self._units())
            case "cases":
                return list(choices) if one.exclusive or self.dice.random() < 0.5 else list(choices)[:1]
            case "files":
                return [self.cast.upload(who)]
            case "file":
                return self.cast.upload(who)
        return None

    def _field_type(self, name: str, known: Any) -> str:
        for definition in self.loaded.definitions.values():
            if name in definition.fields and (name in known or not known):
                return definition.fields[name].type
        return "cases"

    # --- time ---------------------------------------------------------------------------------------------

    def _note(self) -> None:
        with self.cast.app.database.read() as connection:
            self.stood |= {(row.process, row.state) for row in connection.execute(sa.select(case))}

    def _later(self) -> None:
        """A day on; every few rounds on to the next timer, so that silence, lateness and dates come about."""
        with self.cast.app.database.read() as connection:
            soonest = connection.scalar(sa.select(sa.func.min(timer.c.due_at)).where(timer.c.status == ARMED))
        now = self.cast.now()
        step = timedelta(days=self.dice.choice([1, 1, 2, 12, 40]))
        self.cast.at(max(now + step, soonest or now) if self.dice.random() < 0.3 else now + step)
        self.cast.run_due()
        self._note()

    def incidents(self) -> list[str]:
        """What the system could not do by itself, in its own words."""
        with self.cast.app.database.read() as connection:
            rows = connection.execute(sa.select(incident.c.kind, incident.c.key).order_by(incident.c.key))
            return [f"{row.kind} {row.key}" for row in rows]


def settled_in(folder: Path, settings: Settings, start: str) -> tuple[Cast, LoadedPlan]:
    """A plan's folder with its organisation, installed as `neuguong init` does, at this day."""
    told = Told()
    papers = Told()
    app = wiring.build(settings, handlers={"notice": told, "document": papers})
    told.database = papers.database = app.database
    loaded = load_plan(folder, registry=app.registry)
    cast = Cast(app, "", told=told)
    cast.at(start)
    with app.database.write() as connection:
        put(connection, loaded, by="tests", new_id=app.database.new_id)
        cast.agency_id, _ = organisation.load(connection, folder, loaded.plan)
        cast.people = {row.code: row.id for row in connection.execute(sa.select(person))}
        cast.units = {row.code: row.id for row in connection.execute(sa.select(unit))}
    return cast, loaded


def rounds(walk: Walk, most: int) -> Iterator[int]:
    """Rounds until every state was stood in, at most so many."""
    for number in range(most):
        if not walk.missing():
            return
        walk.round()
        yield number
