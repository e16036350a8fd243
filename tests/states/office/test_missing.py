"""What is missing is told once for all whom it concerns, what stops every case first."""

from __future__ import annotations

from datetime import date

from states.office.missing import steps, unmet
from tests.cast import Cast
from workflow.identity import load_organisation


def test_people_who_stand_alone_are_told_together_the_most_urgent_first(cast: Cast) -> None:
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, date(2025, 3, 3))
        plan_id, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or ("", None)
        assert plan is not None
        definitions = [one.definition for one in cast.app.catalogue.lives(connection, plan_id)]
        [told] = [one.hints for one in steps(connection, org, plan, definitions, mail=True) if one.name == "roles"]
    alone = [gap.reason for gap in unmet(org, plan, definitions) if gap.reason.key.endswith(("four_eyes", "own_case"))]
    assert len(told) < len({str(one) for one in alone})
    keys = [one.key for one in told]
    assert keys == sorted(keys), "a second pair of eyes before an own case"
    assert {one.params["name"] for one in alone} == {name for one in told for name in one.params["names"]}
    said = {one.params.get("action", one.params.get("place")) for one in alone}
    assert said == {place for one in told for place in one.params["places"]}
