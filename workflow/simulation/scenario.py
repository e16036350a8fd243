"""What is assumed of people and of what comes in: data, so that an agency can say how its own people are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pydantic
import yaml

from workflow.message import Message, Refused
from workflow.sentences import Model
from workflow.yaml_complaints import complaint

FILE = "scenario.yaml"
EVERYONE = "everyone"
Percent = Annotated[int, pydantic.Field(ge=0, le=100)]
Many = Annotated[int, pydantic.Field(ge=0, le=1_000_000)]
Days = Annotated[int, pydantic.Field(ge=0, le=1_000)]


class Habit(Model):
    """How somebody of a role answers what is asked of them. Shares are of a hundred.

    `days`: working days until the answer → how many answer so; `forgets` wait until lateness reaches somebody, and of
    those `never` are not answered even then; `hands_on` gives it to a colleague.
    """

    days: dict[Days, Many] = {0: 10, 1: 30, 2: 25, 3: 15, 5: 12, 8: 6, 12: 2}
    forgets: Percent = 4
    never: Percent = 20
    refuses: Percent = 8
    returns: Percent = 6
    hands_on: Percent = 2


class Scenario(Model):
    """People by role (`everyone` for the others), and how often what happens.

    `arrivals`: `process.start` → how many in the time looked at. `others`: of each start not named. `away`: working
    days a year that each person is absent, with a deputy. `interrupted`: of a hundred cases, how many somebody
    withdraws, holds, moves or closes. `rests`: how long (working days, least and most) a case stays where the plan says
    it may wait, and `moves_on` how many leave there at all. `waits`: for how many working days after its deadline a
    step is left open for others whose answers it waits for. `values`: what a field is given: one value, or several with
    their weights.
    """

    people: dict[str, Habit] = {EVERYONE: Habit()}
    arrivals: dict[str, Many] = {}
    others: Many = 4
    away: Annotated[int, pydantic.Field(ge=0, le=200)] = 12
    interrupted: Percent = 3
    rests: tuple[Days, Days] = (20, 120)
    moves_on: Percent = 60
    waits: Days = 8
    values: dict[str, str | dict[str, Many]] = {}

    @pydantic.field_validator("rests")
    @classmethod
    def _in_order(cls, rests: tuple[int, int]) -> tuple[int, int]:
        if rests[0] > rests[1]:
            raise ValueError("the least stands first")
        return rests

    def habit(self, *roles: str) -> Habit:
        """Of the first of these roles that has one of its own."""
        found = next((self.people[role] for role in roles if role in self.people), None)
        return found or self.people.get(EVERYONE) or Habit()


def read_scenario(path: Path) -> Scenario:
    """A scenario's file. Raises Refused with one reason for each place that is wrong."""
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except OSError as wrong:
        why = str(wrong).splitlines()[0]
        raise Refused(Message("scenario.unreadable", {"file": path.name, "why": why})) from wrong
    except (UnicodeError, yaml.YAMLError, RecursionError) as wrong:
        line, because = complaint(wrong, text)
        raise Refused(Message("scenario.unreadable", {"file": f"{path.name}:{line}", "why": because})) from wrong
    return scenario_of({} if data is None else data, path.name)


def scenario_of(data: Any, name: str = FILE) -> Scenario:
    """The same from values."""
    if not isinstance(data, Mapping):
        raise Refused(Message("scenario.no_table", {"file": name}))
    try:
        return Scenario.model_validate(data)
    except pydantic.ValidationError as wrong:
        raise Refused(*(_reason(name, one) for one in wrong.errors())) from wrong


def _reason(name: str, wrong: Any) -> Message:
    where = ".".join(str(part) for part in wrong["loc"])
    key = "unknown" if wrong["type"] == "extra_forbidden" else "bad"
    return Message(f"scenario.{key}", {"file": name, "where": where, "value": str(wrong["input"])[:80]})
