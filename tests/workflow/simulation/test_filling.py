"""Any form is filled in by its fields' types, and passes the product's own check of what was sent."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from config.installation import read_calendar
from workflow import forms
from workflow.calendar import Calendar
from workflow.definition import Action, Field
from workflow.forms import Facts
from workflow.sentences import Term
from workflow.simulation.filling import Form, Known

TODAY = date(2025, 3, 3)
PEOPLE, UNITS = ["p1", "p2", "p3"], ["u2"]


def _form(attempt: int = 0, seed: int = 1, **known: Any) -> Form:
    at = {"fields": {}, "cases": {}, "groups": {}, "grounds": ()} | known
    calendar = Calendar.from_data(read_calendar())
    everything = Known(people=PEOPLE, units=UNITS, today=TODAY, calendar=calendar, **at)
    return Form(everything, Random(seed), lambda: "file1", attempt=attempt)


def _passes(fields: list[Field], form: Form) -> dict[str, Any]:
    """What was filled in, once the product took it."""
    raw = form.filled(fields, ())
    facts = Facts(
        people=set(PEOPLE), units=set(UNITS), subjects=set(), files={"file1": ""}, cases=dict(form.known.cases),
        groups={name: tuple(ids) for name, ids in form.known.groups.items()}, fields=dict(form.known.fields),
        today=TODAY,
    )  # fmt: skip
    return forms.validate(fields, raw, needs=[one.name for one in fields], facts=facts)


def test_every_type_of_field_is_taken() -> None:
    simple = ("line", "text", "date", "number", "yes_no", "file", "files", "list", "person", "unit")
    fields = [Field(name=f"f_{kind}", title=kind, type=kind) for kind in simple]
    fields += [
        Field(name="choice", type="choice", title="c", choices={"a": "A", "b": "B"}),
        Field(name="table", type="table", title="t", columns={"what": "line", "who": "person", "due": "date"}),
        Field(name="happened", type="date", title="h", latest="today"),
        Field(name="ahead", type="date", title="a", earliest="today"),
        Field(name="cases", type="cases", title="x", process="nominee", maximum=1),
        Field(name="people", type="people", title="y", holders=("staff",), minimum=2),
        Field(name="each", type="number", title="z", each="cases", minimum=0),
        Field(name="asked_later", type="text", title="w", conditions=(_is("choice", "a"),)),
    ]
    known = {"cases": {"cases": ["c1", "c2"]}, "groups": {"people": PEOPLE}}
    for seed in range(6):
        taken = _passes(fields, _form(seed=seed, **known))
        assert taken.keys() >= {one.name for one in fields} - {"asked_later"}
        assert ("asked_later" in taken) == (taken["choice"] == "a")
        assert taken["happened"] == TODAY.isoformat() < taken["ahead"]
        assert taken["each"].keys() == set(taken["cases"])


def test_of_everybody_some_are_named_and_of_a_council_all() -> None:
    many = [f"p{number}" for number in range(60)]
    fields = [Field(name=name, type="people", title=name, holders=(name,)) for name in ("staff", "members")]
    form = _form(groups={"staff": many, "members": many})
    form.crowds = ("staff",)
    taken = form.filled(fields, ())
    assert (len(taken["staff"]), len(taken["members"])) == (12, 60)


def test_days_ahead_follow_one_another_and_are_working_days() -> None:
    fields = [Field(name=name, type="date", title=name, earliest="today") for name in ("one", "two")]
    taken = _passes(fields, _form())
    assert taken["one"] < taken["two"]
    assert all(date.fromisoformat(day).weekday() < 5 for day in taken.values())


@pytest.mark.parametrize(("attempt", "numbers"), [(0, (5, 5)), (1, (0, 5)), (2, (5, 0))])
def test_refused_one_number_after_the_other_is_small(attempt: int, numbers: tuple[int, int]) -> None:
    fields = [Field(name=name, type="number", title=name) for name in ("agreed", "present")]
    assert tuple(_passes(fields, _form(attempt)).values()) == numbers


def test_a_number_counts_the_people_of_the_case() -> None:
    assert _passes([Field(name="agreed", type="number", title="a")], _form(company=9)) == {"agreed": 9}


def test_a_hold_gets_a_ground_it_has_not_and_ends_one_it_has() -> None:
    ground = Field(name="ground", type="choice", title="g", choices={"press": "P", "inquiry": "I"})
    begins, ends = Action(name="hold", holds="ground"), Action(name="clear", releases="ground")
    assert _form(grounds=["press"]).filled([ground], (), begins) == {"ground": "inquiry"}
    assert _form(grounds=["press"]).filled([ground], (), ends) == {"ground": "press"}


def test_what_a_scenario_says_a_field_is_given() -> None:
    form = _form()
    form.values, form.process = {"nominee.reward": {"study": 1, "raise": 0}, "place": "Hội trường"}, "nominee"
    fields = [Field(name="reward", type="choice", title="r", choices={"raise": "R", "study": "S"}),
              Field(name="place", type="line", title="p")]  # fmt: skip
    assert form.filled(fields, ()) == {"reward": "study", "place": "Hội trường"}


def _is(name: str, *values: str) -> Term:
    return Term(kind="is", text="", name=name, values=values)


def test_who_need_not_be_named_is_named_once_the_form_was_refused() -> None:
    """A few more with each attempt; those who must be named are all named at once."""
    tellers, members = (Field(name=one, type="people", title=one, holders=("staff",)) for one in ("tellers", "members"))
    named = []
    for attempt in range(3):
        given = _form(attempt, groups={"tellers": PEOPLE, "members": PEOPLE}).filled((members,), (tellers,))
        assert given["members"] == PEOPLE
        named.append(len(given.get("tellers", ())))
    assert named == [0, 2, 3]
