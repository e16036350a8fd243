"""What a person is shown of a case says what acting will say: by a table written by hand, and at random."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.roads import ROADS, begin, case_at, filled
from tests.workflow.nominee_matrix import COLUMNS, ENDS, FREE, HELD, MOVING, RECOGNISED, read
from tests.workflow.plans import shipped
from workflow.definition import Definition
from workflow.due import Due, explain
from workflow.explain import CaseView, Option
from workflow.identity import load_organisation
from workflow.message import Message, Refused
from workflow.organisation_changes import declare_conflict
from workflow.scope import addressed_actions, addressed_asks

STATES = list(dict.fromkeys(name.partition(".")[0] for name in read(FREE)))
MARKS = {
    "authority.role_missing": ".", "authority.own_case": "o", "authority.four_eyes": "4", "hold.refuses": "h",
}  # fmt: skip


KEY = re.compile(r"(?<!\w)[a-z][a-z_]*(?!\w)")


class Accepted(Exception):
    """Raised where the decision would be written: it was taken, and nothing is."""


def mark(refusals: tuple[Message, ...]) -> str:
    """One letter of the matrix for a verdict."""
    if not refusals:
        return "+"
    found = {MARKS.get(message.key, "g") for message in refusals}
    return next(letter for letter in ".o4hg" if letter in found)


def shown(cast: Cast, case_id: str) -> dict[str, dict[str, str]]:
    """action → person → mark, as `view` says."""
    rows: dict[str, dict[str, str]] = {}
    for name in COLUMNS.values():
        for option in cast.app.engine.view(cast.actor(name), case_id).options:
            if option.kind == "action":
                assert option.allowed == (not option.refusals)
                rows.setdefault(option.name, {})[name] = mark(option.refusals)
    return rows


def acted(cast: Cast, case_id: str) -> dict[str, dict[str, str]]:
    """action → person → mark, as acting says; nothing is written."""
    rows: dict[str, dict[str, str]] = {}
    for name in COLUMNS.values():
        view = cast.app.engine.view(cast.actor(name), case_id)
        for option in view.options:
            if option.kind == "action":
                rows.setdefault(option.name, {})[name] = _try(cast, name, view, option)
    return rows


def _stop() -> None:
    raise Accepted


def inputs_for(cast: Cast, name: str, view: CaseView, option: Option) -> dict[str, Any]:
    """A form that fits: a ground to add is not open yet, a unit to move to is another one, a vote lost is lost, nobody
    is their own mentor."""
    inputs = filled(cast, name, option.needs, view.fields)
    if option.name == "record_failed":
        inputs["agreed_count"] = 0
    if "new_unit" in inputs:
        inputs["new_unit"] = next(one for one in cast.units.values() if one != view.case["unit_id"])
    if view.org.name(inputs.get("mentor")) == view.case["label"]:
        inputs["mentor"] = cast.people["colleague3"]
    if "hold_ground" in inputs:
        opened = view.case["holds"]
        adding = option.name != "held:clear"
        choices = next(f for f in option.needs if f.name == "hold_ground").choices
        inputs["hold_ground"] = next((g for g in choices if (g in opened) != adding), "press")
    return inputs


def _try(cast: Cast, name: str, view: CaseView, option: Option) -> str:
    try:
        cast.app.engine.act(
            cast.actor(name), case_id=view.case["id"], action=option.name, case_version=view.case["version"],
            inputs=inputs_for(cast, name, view, option), before_write=_stop,
        )  # fmt: skip
    except Accepted:
        return "+"
    except Refused as refused:
        return mark(refused.reasons)
    raise AssertionError("neither written nor refused")


@pytest.mark.parametrize("state", STATES)
def test_matrix(sqlite_cast: Cast, state: str):
    case_id = case_at(sqlite_cast, state)
    expected = {name.partition(".")[2]: row for name, row in read(FREE).items() if name.startswith(f"{state}.")}
    assert shown(sqlite_cast, case_id) == expected
    assert acted(sqlite_cast, case_id) == expected


@pytest.mark.parametrize("ground,table", [("complaint", HELD), ("moving", MOVING)])
@pytest.mark.parametrize("state", STATES)
def test_matrix_on_hold(sqlite_cast: Cast, state: str, ground: str, table: str):
    case_id = case_at(sqlite_cast, state, held=[ground])
    expected = {name: row for name, row in read(table).items() if name != "withdraw" or state not in RECOGNISED}
    found = shown(sqlite_cast, case_id)
    assert {name: found[name] for name in expected} == expected
    for name in set(found) - set(expected):
        assert set(found[name].values()) <= {".", "o", "h"}, name
    assert acted(sqlite_cast, case_id) == found


@pytest.mark.parametrize("state", ENDS)
def test_an_end_offers_nothing(sqlite_cast: Cast, state: str):
    case_id = case_at(sqlite_cast, state)
    assert shown(sqlite_cast, case_id) == {}


def test_the_matrix_is_whole():
    """Every state and every action a person may take stands in the table."""
    definition = shipped().definitions["nominee"]
    named = {
        f"{state.name}.{action.name}"
        for state in definition.states.values()
        for action in definition.actions_in(state.name).values()
        if not action.when
    }
    assert named == set(read(FREE))
    assert {state.name for state in definition.states.values() if state.end} == set(ENDS)


# --- at random ----------------------------------------------------------------------------------------

NOMINATED = ("candidate", "colleague1", "colleague2", "outsider", "mentor", "head")


class Walk:
    """Cases walked at random by people at random; each step asks `view` first and acts then."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.random = cast, random.Random(seed)
        self.cases: list[str] = []
        self.counts: Counter[str] = Counter()

    def step(self) -> None:
        case_id = self.random.choice(self.cases) if len(self.cases) > 3 else self.begin()
        who, view = self.someone(case_id)
        if view.state.end:
            self.cases.remove(case_id)
            return
        name = self.choose(view)
        option = next((o for o in view.options if o.name == name), None)
        reasons = self.take(who, view, name, option)
        told = (who, view.case["code"], view.state.name, view.case["holds"], name, reasons, option)
        if option is None:
            assert {"action.not_here", "hold.none"} & {reason.key for reason in reasons}, told
            self.counts["not here"] += 1
            return
        assert mark(reasons) == mark(option.refusals), told
        assert set(map(repr, reasons)) <= set(map(repr, option.refusals)), told
        self.counts[mark(reasons)] += 1

    def someone(self, case_id: str) -> tuple[str, CaseView]:
        """Anybody; half the time one of those who may do something."""
        people = self.random.sample(list(self.cast.people), 8 if self.random.random() < 0.5 else 1)
        for who in people:
            view = self.cast.app.engine.view(self.cast.actor(who), case_id)
            if view.allowed() or view.state.end:
                break
        return who, view

    def choose(self, view: CaseView) -> str:
        """Mostly what is offered, or shown and refused; now and then what another state would offer."""
        likely = [o.name for o in view.options if o.allowed] if self.random.random() < 0.7 else []
        here = [o.name for o in view.options] if self.random.random() < 0.8 else []
        return self.random.choice(likely or here or self.everything(view))

    def everything(self, view: CaseView) -> list[str]:
        """Every action of the life, here or elsewhere."""
        names = {name for state in view.definition.states for name in view.definition.actions_in(state)}
        held = view.definition.held.actions if view.definition.held else {}
        return sorted(names | {f"held:{name}" for name in held})

    def take(self, who: str, view: CaseView, name: str, option: Option | None) -> tuple[Message, ...]:
        """Act; every reason why not."""
        engine, actor = self.cast.app.engine, self.cast.actor(who)
        inputs = inputs_for(self.cast, who, view, option) if option else {}
        try:
            if option is not None and option.kind == "ask":
                engine.answer(actor, ask_id=option.ask_id or "", inputs=inputs, item_version=option.item_version)
            else:
                engine.act(
                    actor, case_id=view.case["id"], action=name, inputs=inputs, case_version=view.case["version"],
                    item_id=option.item_id if option else None, item_version=option.item_version if option else None,
                )  # fmt: skip
        except Refused as refused:
            return refused.reasons
        return ()

    def nominate(self, who: str) -> str:
        """A new nominee; who has declared a conflict brings nobody."""
        with self.cast.app.database.read() as connection:
            org = load_organisation(connection, self.cast.agency_id, self.cast.now().date())
        apart = (self.cast.people["nominator"], self.cast.subject(who)) in org.conflicts
        return self.cast.nominate(by="press" if apart else "nominator", who=who)

    def begin(self) -> str:
        who = self.random.choice(NOMINATED)
        running = {row.subject_id: row.id for row in self.cast.cases("nominee") if row.ended_at is None}
        case_id = running.get(self.cast.subject(who)) or self.nominate(who)
        asked = [row.id for row in self.cast.cases("merit_request") if row.ended_at is None]
        if not asked and self.random.random() < 0.3:
            asked.append(begin(self.cast, "merit_request", who="colleague3"))
        self.cases += [one for one in (case_id, *asked) if one not in self.cases]
        return case_id

    def disturb(self) -> None:
        """Time goes on, somebody goes away, somebody declares a conflict."""
        self.cast.later(hours=self.random.choice([1, 8, 40, 200]))
        self.cast.run_due()
        away, deputy = self.random.sample(list(self.cast.people), 2)
        today = self.cast.now().date()
        self.cast.absent(away, deputy, today, today + timedelta(days=self.random.randint(0, 9)))
        if self.random.random() < 0.2:
            subject_id = self.cast.subject(self.random.choice(NOMINATED))
            with self.cast.app.database.write() as connection:
                declare_conflict(
                    connection, self.cast.agency_id, person_id=self.cast.people[deputy], subject_id=subject_id,
                    kind="declared",
                )  # fmt: skip


def test_a_thousand_random_attempts(cast: Cast):
    """500 on each database: what `view` says of a (case, person, action) is what acting does, word for word."""
    seed = 7 if cast.app.database.is_sqlite else 20251103
    walk = Walk(cast, seed)
    for number in range(500):
        if number % 50 == 49:
            walk.disturb()
        walk.step()
    print(f"seed {seed}: {dict(walk.counts)}")
    assert walk.counts["+"] > 50
    assert len(walk.counts) >= 5


# --- in words -----------------------------------------------------------------------------------------


def keys_of(definition: Definition) -> set[str]:
    """What authors call the fields, asks, actions and states of a process."""
    actions = {action.name for _, action in addressed_actions(definition)}
    asks = {ask.name for _, ask in addressed_asks(definition)}
    return {*definition.fields, *definition.states, *actions, *asks}


def sentences(cast: Cast, case_id: str) -> list[str]:
    """Every refusal and every deadline's explanation that anybody is shown of a case."""
    found: list[Message] = []
    for name in cast.people:
        view = cast.app.engine.view(cast.actor(name), case_id)
        found += [reason for option in view.options for reason in option.refusals]
    for item in view.items:
        why = explain(Due.from_json(item.due), view.definition.field_titles()) if item.due else ()
        found += [Message(key, params) for key, params in why]
    return [cast.app.texts.render(message, "vi") for message in found]


def walked() -> list[tuple[str, str, tuple[str, ...]]]:
    """Every state of the two processes that are walked, free and held for each kind of ground."""
    held = ((), ("complaint",), ("moving",), ("complaint", "moving"))
    found = [("nominee", state, grounds) for state in STATES if state not in ENDS for grounds in held]
    return found + [("merit_request", state, ()) for state in ("choosing_ground", *ROADS["merit_request"])]


@pytest.mark.parametrize("process,state,held", walked())
def test_nobody_is_told_the_words_of_a_definition(sqlite_cast: Cast, process: str, state: str, held: tuple[str, ...]):
    case_id = case_at(sqlite_cast, state, process=process, held=held)
    keys = keys_of(shipped().definitions[process])
    told = {sentence: KEY.findall(sentence) for sentence in sentences(sqlite_cast, case_id)}
    assert {sentence for sentence, words in told.items() if keys.intersection(words)} == set()
