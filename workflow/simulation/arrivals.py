"""What people begin by themselves in the time looked at: how many of each, when, by whom, about whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import sqlalchemy as sa

from workflow import agenda
from workflow.catalogue import Life
from workflow.definition import Action, Definition, Field, Plan
from workflow.identity import ANY_UNIT, Asked, Matter, Organisation, who
from workflow.simulation.dice import Dice
from workflow.simulation.scenario import Scenario
from workflow.submission import SUBJECT, holders_seen_from

COUNCIL = 25  # sittings a year, where a plan has lists that cases wait for
OWN = 5  # of the people, one in so many registers by himself where a plan asks for it


@dataclass(frozen=True)
class Arrival:
    """One case that somebody begins."""

    at: datetime
    process: str
    action: str
    number: int  # of its kind, from 1


@dataclass(frozen=True)
class Newcomer:
    """Whom a case is to be about: one of the staff, one of the units as a whole, or somebody else of a unit."""

    kind: str
    name: str = ""
    person_id: str | None = None
    unit_id: str | None = None
    whole: bool = False


Enrol = Callable[[sa.Connection, Newcomer], str]
"""Makes a subject known, once; its id."""


def by_people(plan: Plan, definition: Definition) -> list[Action]:
    """The starts of a process that people take: somebody who holds a role before there is a case."""
    held = {role.name for role in plan.roles.values() if role.of in ("unit", "agency")}
    return [one for one in definition.start.values() if held & set(one.by)]


def of_exemplars(definitions: Mapping[str, Definition]) -> str:
    """The process in which somebody comes to a level; where a plan has no level, the first that is about somebody named
    at its start; "" where nobody is."""
    levelled = (
        name for name, one in definitions.items()
        if any(state.level not in (None, "none") for state in one.states.values())
    )  # fmt: skip
    about = (
        name for name, one in definitions.items()
        if one.subject and any(SUBJECT in start.needs for start in one.start.values())
    )  # fmt: skip
    return next(levelled, next(about, ""))


def amounts(
    plan: Plan, definitions: Mapping[str, Definition], scenario: Scenario, nominees: int, people: int, share: float
) -> dict[tuple[str, str], int]:
    """(process, start) → how many; `share`: of a year that is looked at. Those the scenario names are for all of it."""
    main = of_exemplars(definitions)
    found: dict[tuple[str, str], int] = {}
    for name, definition in definitions.items():
        for number, action in enumerate(by_people(plan, definition)):
            said = scenario.arrivals.get(f"{name}.{action.name}")
            if said is not None:
                found[name, action.name] = said
            elif name == main:
                found[name, action.name] = nominees if number == 0 else 0
            else:
                found[name, action.name] = round(share * _usual(definition, action, scenario, people))
    return found


def _usual(definition: Definition, action: Action, scenario: Scenario, people: int) -> int:
    if any(field.exclusive for field in definition.fields.values()):
        return COUNCIL
    if definition.own_case:
        return people // OWN
    return 0 if SUBJECT in action.needs else scenario.others


def arrivals(counts: Mapping[tuple[str, str], int], moments: Sequence[datetime], dice: Dice) -> Iterator[Arrival]:
    """Each of them at a moment of chance; what comes regularly for the agency is spread evenly."""
    for (process, action), count in counts.items():
        for number in range(1, count + 1):
            chance = dice.of("arrival", process, action, number)
            place = (number - chance.random()) / count  # one in each of as many equal parts
            yield Arrival(moments[min(int(place * len(moments)), len(moments) - 1)], process, action, number)


# --- about whom, by whom ------------------------------------------------------------------------------


class Subjects:
    """Whom cases may be about: the staff one after the other in an order of chance, then others of their units."""

    def __init__(self, org: Organisation, plan: Plan, dice: Dice) -> None:
        self.plan, self._dice = plan, dice
        self.units = [
            one for one, row in org.units.items()
            if (not plan.unit_types or row["type"] in plan.unit_types) and row["ends_on"] is None
        ]  # fmt: skip
        staff = sorted(
            (one for one in org.people.values() if one.active and one.unit_id in set(self.units)),
            key=lambda one: one.code,
        )
        self._staff = dice.of("staff").sample(staff, len(staff))
        self._next: dict[str, int] = {}

    def of(self, definition: Definition, number: int) -> Newcomer | None:
        """The next one of a process; None for a case about the agency, or where there is nobody."""
        kinds = [kind for kind in definition.subject if kind in self.plan.kinds]
        chance = self._dice.of("subject", definition.process, number)
        if not kinds:
            if "unit" not in definition.subject or not self.units:
                return None
            return Newcomer("unit", unit_id=chance.choice(self.units), whole=True)
        kind = kinds[0] if chance.random() < 0.9 else chance.choice(kinds)
        place = self._next.get(definition.process, 0)
        if kind == kinds[0] and place < len(self._staff) and kind == "person":
            self._next[definition.process] = place + 1
            return Newcomer(kind, person_id=self._staff[place].id, unit_id=self._staff[place].unit_id)
        if not self.units:
            return None
        return Newcomer(kind, f"{self.plan.kinds[kind].title} {number}", unit_id=chance.choice(self.units))


def beginner(org: Organisation, plan: Plan, action: Action, newcomer: Newcomer | None, chance: Random) -> str | None:
    """Who begins it: of those the start names, seen from the subject's unit, or from any where it is about the agency;
    never the one it is about."""
    unit_id = newcomer.unit_id if newcomer else None
    roles = tuple(role for role in action.by if role in plan.roles)
    people = who(org, plan, Matter("", unit_id), Asked(roles, unit_id if newcomer else ANY_UNIT))
    own = newcomer.person_id if newcomer else None
    near = sorted(one for one in people if one != own and newcomer and org.people[one].unit_id == unit_id)
    found = near or sorted(one for one in people if one != own)
    return chance.choice(found) if found else None


def listed(
    connection: sa.Connection, org: Organisation, life: Life, fields: Sequence[Field], unit_id: str | None
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What fields of a start may name before there is a case: (cases, people) by field."""
    row = {"agency_id": org.agency_id, "unit_id": unit_id, "id": None, "parent_id": None, "subject_type": ""}
    cases = {one.name: agenda.free(connection, one, row) for one in fields if one.type == "cases" and one.process}
    matter = Matter("", unit_id)
    groups = {
        one.name: list(holders_seen_from(org, life.plan, one, matter, unit_id))
        for one in fields
        if one.type == "people"
    }
    return cases, groups


def waited_for(connection: sa.Connection, org: Organisation, definition: Definition) -> bool:
    """Whether it is worth beginning: nobody calls a sitting for which no case waits."""
    row = {"agency_id": org.agency_id, "unit_id": None, "id": None, "parent_id": None, "subject_type": ""}
    lists = [field for field in definition.fields.values() if field.exclusive]
    return not lists or any(agenda.free(connection, field, row) for field in lists)
