"""A council too small for the votes its plan asks for is named before a name fails by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.councils.reach import short
from tests.cast import Cast
from workflow.identity import Grant, Organisation, load_organisation


def _told(cast: Cast, seats: int, **rules: str) -> list[tuple[int, int]]:
    """(votes needed, who is left) with so many members, the seed's rules with these words changed."""
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, date(2025, 3, 3))
        life = cast.app.catalogue.living(connection, cast.agency_id, "sitting")
    assert life is not None
    seated = [one for one in org.people if org.active(one)][:seats]
    others = {one: [held for held in grants if "council" not in held.role] for one, grants in org.grants.items()}
    sits = {one: [*others.get(one, ()), Grant("council_member", None)] for one in seated}
    held: Organisation = replace(org, grants={**others, **sits})
    changed = life.plan.model_copy(update={"votes": {"recognition": {**life.plan.votes["recognition"], **rules}}})
    found = short(held, changed, [life.definition])
    return [(gap.reason.params["needed"], gap.reason.params["left"]) for gap in found]


@pytest.mark.parametrize(
    ("seats", "rules", "told"),
    [
        (0, {}, []),  # told as a role that nobody holds
        (1, {}, [(1, 0)]),  # the one member's own case has no voter
        (2, {}, []),
        (3, {"recused": "counted"}, [(3, 2)]),  # 80 % of three are three, and one stands aside
        (4, {"recused": "counted"}, [(4, 3)]),
        (5, {"recused": "counted"}, []),  # 80 % of five are four
        (3, {"recused": "counted", "pass": "more than 1/2 of all"}, []),
        (3, {"recused": "counted", "pass": "at least 80 % of present"}, []),
    ],
)
def test_votes_that_cannot_be_reached_are_named(
    cast: Cast, seats: int, rules: dict[str, str], told: list[tuple[int, int]]
) -> None:
    assert _told(cast, seats, **rules) == told
