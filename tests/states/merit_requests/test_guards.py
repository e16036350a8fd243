"""A ground, its proof, and nothing counted twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.merit_requests import guards
from states.merit_requests.effects import record_award
from tests.cast import Cast
from tests.states import facts
from tests.states.facts import context


def _titles(*years: int) -> list[dict[str, Any]]:
    return [{"form": "cstd_co_so", "decided_on": date(year, 12, 20)} for year in years]


@pytest.mark.parametrize(
    ("fields", "awards", "key"),
    [
        ({}, [], "guard.ground_missing"),
        ({"ground": "a"}, [], "guard.ground_unproven"),
        ({"ground": "a", "ground_proof": ["f"]}, [], None),
        ({"ground": "d", "ground_proof": ["f"]}, [], "guard.ground_d"),
        ({"ground": "d", "ground_proof": ["f"], "initiatives": ["một"]}, [], "guard.ground_d"),
        ({"ground": "d", "ground_proof": ["f"], "initiatives": ["một", "hai"]}, [], None),
        ({"ground": "d", "ground_proof": ["f"]}, _titles(2023, 2024), None),
        ({"ground": "d", "ground_proof": ["f"]}, _titles(2022, 2024), "guard.ground_d"),
    ],
)
def test_a_ground_and_its_proof(fields: dict[str, Any], awards: list[dict[str, Any]], key: str | None) -> None:
    against = guards.ground_proven(context(fields=fields, facts={"awards": awards}), None)
    assert (against.key if against else None) == key


def test_what_an_award_rests_on_cannot_be_used_again(cast: Cast) -> None:
    first, second = cast.nominate(), cast.nominate(who="colleague1")
    used = {"ground_proof": [cast.upload("office")], "initiatives": ["Kho dữ liệu mở"]}
    with cast.app.database.write() as connection:
        record_award(facts.of(first, cast, fields=used), connection)
    again = {"ground_proof": used["ground_proof"], "initiatives": ["KHO DU LIEU MO"]}
    loaders = cast.app.registry.loaders
    with cast.app.database.read() as connection:
        bare = facts.of(second, cast, fields=again, subject=facts.of(first, cast).subject)
        loaded = {name: loaders[name](connection, bare) for name in ("used_proofs", "used_initiatives")}
    about = context(fields=again, facts=loaded)
    for guard in (guards.achievement_not_used, guards.initiative_not_used):
        against = guard(about, None)
        assert against is not None
        assert against.params["code"] == cast.row(first).code
    fresh = context(facts={"used_proofs": [], "used_initiatives": []})
    assert guards.achievement_not_used(fresh, None) is guards.initiative_not_used(fresh, None) is None
