"""Random walks through a plan with quotas: after each step the places are those that counting the cases gives."""

from __future__ import annotations

import contextlib
import random

import pytest
import sqlalchemy as sa

from states.quotas.model import quota_place
from tests.cast import Cast
from tests.roads import do
from tests.states.quotas.test_places import agency, another, counted_alike, introduce, with_places
from workflow.message import Refused

__all__ = ["agency"]

PEOPLE = ("head", "head2", "receiver", "leader", "member")
STEPS = 150


def counted_by_hand(cast: Cast) -> dict[str, set[str]]:
    """Which case has a place, in the words of the plan's author; nothing of the rule's code is used."""
    found: dict[str, set[str]] = {"proposed": set(), "honoured": set(), "topmost": set(), "climbing": set()}
    for row in cast.cases("nominee"):
        has = {
            "proposed": row.ended_at is None, "honoured": "division" in row.levels,
            "topmost": "agency_level" in row.levels,
            "climbing": row.state in ("appraising", "completing", "honoured_agency"),
        }  # fmt: skip
        for quota, holds in has.items():
            if holds:
                found[quota].add(row.id)
    return found


def counted(cast: Cast) -> dict[str, set[str]]:
    """Which case has a place by its rows."""
    found: dict[str, set[str]] = {"proposed": set(), "honoured": set(), "topmost": set(), "climbing": set()}
    with cast.app.database.read() as connection:
        for row in connection.execute(sa.select(quota_place).where(quota_place.c.freed_at.is_(None))):
            assert row.case_id not in found[row.quota], "one place a case"
            found[row.quota].add(row.case_id)
    return found


@pytest.mark.parametrize("agency", ["sqlite"], indirect=True)
def test_wherever_cases_wander_the_places_are_theirs(agency: Cast):
    chance = random.Random(20261127)
    agency.at("2025-01-06")
    with_places(agency)
    for number in range(STEPS):
        with contextlib.suppress(Refused):
            step(agency, chance, number)
        assert counted(agency) == counted_by_hand(agency), number
        counted_alike(agency)
    with agency.app.database.read() as connection:
        rows = connection.execute(sa.select(quota_place)).all()
    assert {row.quota for row in rows} == {"proposed", "honoured", "topmost", "climbing"}
    assert {row.quota for row in rows if row.freed_at} == {"proposed", "honoured", "topmost", "climbing"}


def step(cast: Cast, chance: random.Random, number: int) -> None:
    """Some days go by, somebody is introduced, or somebody does something they may."""
    cases = [row.id for row in cast.cases("nominee") if row.ended_at is None]
    if not cases or chance.random() < 0.15:
        cast.later(days=chance.choice((0, 0, 20)))
        introduce(cast, another(cast, number, chance.choice(("htp", "bt"))))
        return
    case_id = chance.choice(cases)
    ways = [(who, one) for who in PEOPLE for one in cast.app.engine.view(cast.actor(who), case_id).options]
    ways = [(who, one) for who, one in ways if one.allowed and one.name != "pause"]
    asked = [way for way in ways if way[1].kind == "ask"]
    onward = [way for way in ways if way[1].verb == "approve"]
    wanted = asked if asked and chance.random() < 0.7 else onward if chance.random() < 0.6 else ways
    if not wanted:
        return
    who, one = chance.choice(wanted)
    if one.kind == "ask":
        cast.app.engine.answer(cast.actor(who), ask_id=one.ask_id or "", inputs={"reason": "Không có ý kiến"}, nil=True)
    else:
        do(cast, who, case_id, one.name)
