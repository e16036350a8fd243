"""What an explanation says is what is decided: every role in every state, asked of the function that decides."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.roads import ROADS, case_at
from workflow import permission
from workflow.draft import By
from workflow.explain import CaseView
from workflow.facts import load_case
from workflow.message import Refused
from workflow.reasons import Line, Why
from workflow.why_case import Behind, explained, of_case, of_item

STATES = [None, *ROADS["nominee"]]  # the first is where it begins


def at(cast: Cast, state: str | None) -> str:
    """A case in a state; `STATE:GROUND` is on hold there."""
    name, _, ground = (state or "identified").partition(":")
    return case_at(cast, name, held=[ground] if ground else [])


def why_case(cast: Cast, case_id: str, name: str) -> tuple[CaseView, Behind, Why]:
    view, behind = explained(cast.app.engine, cast.actor(name), case_id)
    return view, behind, of_case(view, behind, cast.people[name])


def said(cast: Cast, line: Line) -> str:
    return cast.app.texts.render(line.said)


@pytest.mark.parametrize("state", [*STATES, "unit_appraisal:complaint"])
def test_every_role_is_told_of_every_step_what_acting_would_say(sqlite_cast: Cast, state: str | None) -> None:
    cast, case_id = sqlite_cast, at(sqlite_cast, state)
    with cast.app.database.read() as connection:
        facts = load_case(connection, cast.app.engine, case_id, cast.agency_id)
        for name, person_id in cast.people.items():
            draft = cast.app.engine.draft_for(connection, facts, By("person", person_id, None, "page"))
            view, _, why = why_case(cast, case_id, name)
            buttons = next(one for one in why.parts if one.title.key == "explain.part.buttons")
            assert len(buttons.lines) == len(view.options)
            for option, told in zip(view.options, buttons.lines, strict=True):
                if option.kind != "action":
                    continue
                action, held = permission.find_action(draft, option.name)
                try:
                    permission.check(draft, action, person_id, held=held)
                    refused: tuple[object, ...] = ()
                except Refused as no:
                    refused = no.reasons
                assert option.authority is None or told.under[0].said == option.authority.why
                spoken = [one.said for one in told.all()]
                assert all(reason in spoken for reason in refused), (name, option.name)
                assert (told.sign == "yes") == option.allowed
                if refused:
                    assert told.sign == "no"


@pytest.mark.parametrize("state", STATES)
def test_who_is_in_and_out_of_an_item_is_whom_the_engine_lets_answer(sqlite_cast: Cast, state: str | None) -> None:
    cast, case_id = sqlite_cast, at(sqlite_cast, state)
    view, behind, _ = why_case(cast, case_id, "office2")
    with cast.app.database.read() as connection:
        facts = load_case(connection, cast.app.engine, case_id, cast.agency_id)
        draft = cast.app.engine.draft_for(connection, facts, By("person", cast.people["office2"], None, "page"))
        for row in facts.items:
            may = set()
            for person_id in cast.people.values():
                try:
                    permission.check_ask(draft, row, person_id)
                    may.add(person_id)
                except Refused:
                    continue
            assert {one.person_id for one in behind.people[row["id"]] if one.is_in} == may
            why = of_item(view, behind, row["id"], cast.people["office2"])
            people = next(one for one in why.parts if one.title.key == "explain.part.people")
            told = {one.said.params["name"] for one in people.lines if one.said.key == "explain.people.in"}
            assert told == {view.org.name(one) for one in may}
            assert all(said(cast, one) for one in why.lines())
