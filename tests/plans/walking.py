"""Walks any plan's folder with its own organisation through the real engine, by what its definitions say alone.

People of the folder take what they may, the least taken first, forms filled in as their fields ask; when nobody can
go on, business time moves to the next deadline. No name of a plan stands here: it walks a plan nobody has seen.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import organisation, wiring
from config.installation import put
from config.settings import Settings
from states.subjects.enrol import COLLECTIVE, PERSON, enrol_other, enrol_person, enrol_unit
from tests.cast import Cast, Told, sound
from workflow import agenda
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.definition import Action, Definition, Field, Held, State
from workflow.explain import CaseView, Option
from workflow.forms import is_computed
from workflow.identity import Organisation, load_organisation
from workflow.incidents import incident
from workflow.loading import LoadedPlan, load_plan
from workflow.message import Invalid, NotFound, Refused
from workflow.organisation import person, unit
from workflow.paths import moves
from workflow.timers import ARMED, timer

MOST_OPEN = 6
"""Cases of one process that are open at a time: enough for an agenda, few enough to be looked at each round."""
MOVES = 3
"""What may be done in a case on one day."""
PATIENCE = 6
"""How often the same is done in a case without leading on."""
TRIED = 6
"""How many of a role's holders are asked."""


@dataclass
class Walk:
    """One plan on its way: where cases have stood, and how often each thing was done."""

    cast: Cast
    loaded: LoadedPlan
    dice: random.Random
    stood: set[tuple[str, str]] = field(default_factory=set)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)  # incidents at the end
    _grounds: Sequence[str] = ()  # of the hold that is being ended

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
            for _ in range(MOVES):
                if not self.move(row.id) or self.cast.row(row.id).stage == "recognized":
                    break  # what a recognition begins comes first
        self.cast.settle()
        self._note()
        self._later()

    def begin(self, definition: Definition, action: Action) -> None:
        """A start that people take, by the first of the shuffled people who may."""
        opened = [row for row in self._open() if row.process == definition.process]
        wanted = any(process == definition.process for process, _ in self.missing()) or self.dice.random() < 0.3
        if not wanted or not self._by_people(action) or len(opened) >= MOST_OPEN:
            return
        subject_type, subject_id = self._about(definition)
        listed = [one for one in self._fields(definition, action) if one.type == "cases"]
        for who in self._holders(action.by)[:TRIED]:
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

    def move(self, case_id: str) -> bool:
        """One thing is done in a case: what leads soonest to where none has stood, else what was done least."""
        row = self.cast.row(case_id)
        self.stood.add((row.process, row.state))
        if row.ended_at is not None:
            return False
        definition = self.loaded.definitions[row.process]
        for name, roles in self._wanted(definition, row):
            for who in self._holders(roles, row)[:TRIED]:
                try:
                    view = self.cast.app.engine.view(self.cast.actor(who), case_id)
                except NotFound:
                    continue
                named = [one for one in view.options if one.name == name]
                option = next((one for one in named if one.allowed), None)
                for one in named if option is None else ():
                    self.refused[f"{row.process}.{row.state}.{name}: {[no.key for no in one.refusals]}"] += 1
                if option is not None and self._take(who, case_id, option, view):
                    self.done[(row.process, f"{row.state}.{name}")] += 1
                    self.done[(row.id, name)] += 1
                    return True
        return False

    def _wanted(self, definition: Definition, row: Any) -> list[tuple[str, tuple[str, ...]]]:
        """What people can do here with the roles that may, the most wanted first.

        Wanted is what leads nearer to where none has stood, then what others are asked and what stays; the rest now
        and then, so that an agenda fills and nobody only walks around.
        """
        found = list(self._possible(definition, row))
        far = self._distances(definition)
        here = far.get(row.state, 99)
        ranked: list[tuple[tuple[float, ...], str, tuple[str, ...]]] = []
        for name, roles, targets in found:
            times = self.done[(row.process, f"{row.state}.{name}")]
            target = min(far.get(one, 99) for one in targets if one == targets[0] or one in definition.states)
            stays = targets == [row.state]
            nearer = target < here or name in self._leads_elsewhere(definition, row.state)
            nearer = nearer or (here == 99 and self.dice.random() < 0.15)
            now_and_then = self.dice.random() < (0.03 if definition.states[row.state].stage != "council" else 0.005)
            if nearer or (stays and self.done[(row.id, name)] < PATIENCE) or now_and_then:
                ranked.append(((0 if nearer else 1, times, self.dice.random()), name, roles))
        return [(name, roles) for _, name, roles in sorted(ranked)]

    def _possible(self, definition: Definition, row: Any) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
        """Each ask and action of people here: its name as the view has it, the roles, where it may lead."""
        state, held = definition.states[row.state], definition.held
        place: State | Held = held if row.holds and held else state
        for ask in place.asks.values():
            if not ask.process:
                yield ask.name, (ask.of or ask.each or "",), [row.state]
        own = held.actions if row.holds and held else definition.actions_in(row.state)
        shared = {n: a for n, a in definition.everywhere.items() if a.while_held and row.state not in a.excepted}
        for prefix, actions in (("held:" if row.holds else "", own), ("", shared if row.holds else {})):
            for one in actions.values():
                targets = [branch.to for branch in one.to] or [row.state]
                if not one.when and (not one.holds or self.dice.random() < 0.1):
                    yield prefix + one.name, one.by or place.owner, targets

    def _distances(self, definition: Definition) -> dict[str, int]:
        """State → how many moves from it to one in which none has stood."""
        steps = [step for step in moves(definition) if not step.back]
        far = {
            state: 0 for state in definition.states
            if (definition.process, state) not in self.stood or self._leads_elsewhere(definition, state)
        }  # fmt: skip
        for distance in range(1, len(definition.states) + 1):
            near = {one.source for one in steps if far.get(one.target) == distance - 1 and one.source not in far}
            far |= dict.fromkeys(near, distance)
        return far

    def _leads_elsewhere(self, definition: Definition, state: str) -> set[str]:
        """Actions here that begin a process in which some state was not stood in yet."""
        missing = {process for process, _ in self.missing()}
        actions = definition.actions_in(state).values()
        return {one.name for one in actions if any(start.process in missing for start in one.starts)}

    def _holders(self, roles: Sequence[str], row: Any = None) -> list[str]:
        """People who hold one of these roles, those of the case's unit first; for a role of the case everybody."""
        own = (None, row.unit_id, row.subject_id) if row is not None else (None,)
        org, names = self.org, {ident: name for name, ident in self.cast.people.items()}
        found: list[str] = []
        for role in roles:
            known = self.loaded.plan.roles.get(role)
            granted = self.dice.sample(list(org.granted.get(role, ())), len(org.granted.get(role, ())))
            found += [names[one] for one, unit_id in granted if unit_id in own]
            if known is None or known.everyone or known.of in ("case", "outside") or not granted:
                stands_in = self.loaded.plan.roles[known.otherwise] if known and known.otherwise else None
                found += self._holders((stands_in.name,), row) if stands_in else self._people()
            found += [names[one] for one, _ in granted]
            if known is not None and known.otherwise is not None:
                steps_in = org.granted.get(known.otherwise, ())
                found = found[: TRIED - 2] + [names[one] for one, _ in steps_in][:2]
        return list(dict.fromkeys(found))

    @property
    def org(self) -> Organisation:
        """The organisation of today."""
        with self.cast.app.database.read() as connection:
            return load_organisation(connection, self.cast.agency_id, local_date(business_now(connection)))

    def _take(self, who: str, case_id: str, option: Option, view: CaseView) -> bool:
        self._grounds = view.case["holds"] if option.name.startswith("held:") else ()
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
        self._grounds = ()
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
        row = {"id": "", "agency_id": self.cast.agency_id, "unit_id": None, "parent_id": None, "process": ""}
        with self.cast.app.database.read() as connection:
            return agenda.free(connection, one, row | {"subject_type": "agency", "subject_id": self.cast.agency_id})

    def _open(self) -> list[Any]:
        with self.cast.app.database.read() as connection:
            return list(connection.execute(sa.select(case).where(case.c.ended_at.is_(None)).order_by(case.c.code)))

    def _value(  # noqa: C901, PLR0911, PLR0912 - one branch for each type of field
        self, one: Field, who: str, choices: Sequence[str], known: Any
    ) -> Any:
        if one.each is not None:
            elements = choices or known.get(one.each) or []
            each = one.model_copy(update={"each": None})
            of_list = self._field_type(one.each, known) == "list"
            values = [self._value(each, who, (), known) for _ in elements]
            return values if of_list else dict(zip(elements, values, strict=True))
        match one.type:
            case "choice":
                return self.dice.choice([word for word in self._grounds if word in one.choices] or list(one.choices))
            case "table":
                return [{name: self._value(Field(name=name, type=kind), who, (), known)  # type: ignore[arg-type]
                         for name, kind in one.columns.items()}]  # fmt: skip
            case "line" | "text":
                return "Nội dung đã được tập thể thống nhất"
            case "number":
                most = one.maximum or 8
                return self.dice.choice([most, most, self.dice.randint(one.minimum or 0, most)])  # some are agreed to
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
            rows = connection.execute(sa.select(incident.c.kind, incident.c.dedupe_key).order_by(incident.c.kind))
            return [f"{row.kind} {row.dedupe_key}" for row in rows]


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


def walk(folder: Path, settings: Callable[[], Settings], start: str, *, seeds: Sequence[int], most: int) -> Walk:
    """Lives of a plan one after the other, each in a database of its own, until a case stood in every state."""
    stood: set[tuple[str, str]] = set()
    for seed in seeds:
        cast, loaded = settled_in(folder, settings(), start)
        found = Walk(cast, loaded, random.Random(seed), stood)
        try:
            for _ in range(most):
                if not found.missing():
                    break
                found.round()
            found.troubles = found.incidents()
            sound(cast)
        finally:
            cast.app.dispose()
        if not found.missing():
            break
    return found
