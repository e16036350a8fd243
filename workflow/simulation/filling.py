"""A form filled in by its fields' types, as somebody would who has nothing to hide: any plan's form, none by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from workflow.calendar import Calendar
from workflow.definition import Action, Field
from workflow.forms import applies, is_computed
from workflow.simulation.dice import happens, weighted

WORDS = "Nội dung giả định của lần chạy thử, đã được tập thể thống nhất."
LINES = ("Ý thứ nhất của lần chạy thử", "Ý thứ hai của lần chạy thử")
AHEAD = 15  # working days from today to the first day of a form that lies ahead, and from each to the next
COMPANY = 5  # how many people a number means where the case names none
MOST_NAMED = 12  # people named where a whole agency could be
TAKEN = 25  # of a hundred fields that need not be filled in, how many are


@dataclass(frozen=True)
class Known:
    """What a form may point at, and what is known already."""

    fields: Mapping[str, Any]
    cases: Mapping[str, Sequence[str]]
    groups: Mapping[str, Sequence[str]]
    people: Sequence[str]
    units: Sequence[str]
    grounds: Sequence[str]
    today: date
    calendar: Calendar
    company: int = 0  # how many people the case names together


@dataclass
class Form:
    """One form being filled in. `attempt`: the n-th, after earlier ones were refused; `low`: of a hundred numbers that
    count agreement, how many are low; `crowds`: roles that everybody holds."""

    known: Known
    chance: Random
    upload: Callable[[], str]
    values: Mapping[str, str | Mapping[str, int]] = field(default_factory=dict)
    process: str = ""
    attempt: int = 0
    low: int = 0
    crowds: Collection[str] = ()
    _optional: Collection[str] = ()
    _days: int = 0
    _numbers: int = 0

    def filled(self, needs: Sequence[Field], takes: Sequence[Field], action: Action | None = None) -> dict[str, Any]:
        """Every field that is needed, and now and then one that may be."""
        given: dict[str, Any] = {}
        self._optional = {one.name for one in takes}
        wanted = [*needs, *(one for one in takes if self._takes(one))]
        for one in sorted(wanted, key=lambda one: bool(one.conditions or one.each)):
            if is_computed(one) or not applies(one.conditions, {**self.known.fields, **given}):
                continue
            value = self._ground(one, action) if action else None
            value = self._of(one, given) if value is None else value
            if value not in (None, [], {}):
                given[one.name] = value
        return given

    def _takes(self, one: Field) -> bool:
        """Whether somebody fills in what need not be; refused, they name people, too: that may have been lacking."""
        if one.type in _NAMING:
            return one.type == "people" and self.attempt > 0
        return happens(self.chance, TAKEN)

    def _ground(self, one: Field, action: Action) -> str | None:
        """The ground of a hold: one that is open, or one that is not."""
        if one.name == action.releases and self.known.grounds:
            return self.chance.choice(list(self.known.grounds))
        if one.name == action.holds and one.type == "choice":
            free = [ground for ground in one.choices if ground not in self.known.grounds]
            return self.chance.choice(free) if free else None
        return None

    def _of(self, one: Field, given: Mapping[str, Any]) -> Any:
        if one.each is None:
            return self._value(one)
        elements = given.get(one.each) or self.known.fields.get(one.each) or []
        if one.each in self.known.cases or one.each in self.known.groups:
            return {element: self._value(one, each=True) for element in elements}
        return [self._value(one, each=True) for _ in elements]

    def _value(self, one: Field, *, each: bool = False) -> Any:
        said = self.values.get(f"{self.process}.{one.name}", self.values.get(one.name))
        if said is not None:
            return said if isinstance(said, str) else weighted(self.chance, said)
        maker = _MAKERS.get(one.type)
        return maker(self, one) if maker else self._number(one, each)

    def _number(self, one: Field, each: bool) -> int:
        """So many as there are people in the case: all agree. Refused, one number after the other is small instead."""
        company = self.known.company or COMPANY
        self._numbers += 1
        if each:
            value = company // 3 if happens(self.chance, self.low) else company - self.attempt
        else:
            value = 0 if self.attempt == self._numbers else company
        value = max(value, one.minimum or 0)
        return value if one.maximum is None else min(value, one.maximum)

    def day(self, one: Field) -> str:
        """Today where it must have happened, else ahead, each day of a form later than the one before."""
        if one.latest == "today":
            return self.known.today.isoformat()
        self._days += 1
        return self.known.calendar.add_working_days(self.known.today, AHEAD * self._days).isoformat()

    def choice(self, one: Field) -> str | None:
        """One of the words."""
        return self.chance.choice(list(one.choices)) if one.choices else None

    def several(self, one: Field, found: Sequence[str]) -> list[str]:
        """All there are; of everybody some, and never more or fewer than may be. Who need not be named: few, one more
        with each attempt."""
        if one.name in self._optional:
            found = self.chance.sample(list(found), min(len(found), self.attempt + 1))
        is_crowd = not set(one.holders).isdisjoint(self.crowds)
        usual = MOST_NAMED if is_crowd else len(found)
        most = max(usual if one.maximum is None else min(one.maximum, len(found)), one.minimum or 0)
        return list(found) if len(found) <= most else sorted(self.chance.sample(list(found), most))

    def cases(self, one: Field) -> list[str]:
        """All there are, none where none is enough."""
        found = self.known.cases.get(one.name, ())
        if one.minimum == 0:
            return []
        most = len(found) if one.maximum is None else one.maximum
        return list(found) if len(found) <= most else sorted(self.chance.sample(list(found), most))

    def one_of(self, found: Sequence[str]) -> str | None:
        """One of those there are."""
        return self.chance.choice(list(found)) if found else None

    def table(self, one: Field) -> list[dict[str, Any]]:
        """One row."""
        cells = {name: Field.model_validate({"name": name, "type": kind}) for name, kind in one.columns.items()}
        row = {name: self._value(cell) for name, cell in cells.items()}
        return [{name: value for name, value in row.items() if value is not None}]


_NAMING = frozenset({"cases", "people", "person", "unit"})
"""What is left out unless it is needed: naming somebody means something."""

_MAKERS: Mapping[str, Callable[[Form, Field], Any]] = {
    "line": lambda _form, one: f"{one.title or one.name} (chạy thử)"[:120],
    "text": lambda _form, _one: WORDS,
    "choice": Form.choice,
    "date": Form.day,
    "yes_no": lambda form, _one: happens(form.chance, 80),
    "file": lambda form, _one: form.upload(),
    "files": lambda form, _one: [form.upload()],
    "list": lambda form, one: list(LINES[: max(1, min(len(LINES), one.maximum or len(LINES)))]),
    "table": Form.table,
    "person": lambda form, _one: form.one_of(form.known.people),
    "unit": lambda form, _one: form.one_of(form.known.units),
    "people": lambda form, one: form.several(one, form.known.groups.get(one.name, ())),
    "cases": Form.cases,
}
