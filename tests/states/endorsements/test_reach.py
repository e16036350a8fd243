"""A unit too small for the endorsements the plan asks for is named before its cases wait for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from states.endorsements.reach import short, stuck
from tests.cast import Cast
from workflow.definition import Definition, Plan
from workflow.identity import Organisation, load_organisation


def _given(cast: Cast, keep: int) -> tuple[Organisation, Plan, Definition, str]:
    """Today's organisation with so many people left in the head's unit."""
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, date(2025, 3, 3))
        life = cast.app.catalogue.living(connection, cast.agency_id, "nominee")
    assert life is not None
    unit_id = str(org.people[cast.people["head"]].unit_id)
    crowd = [one for one in org.people.values() if one.unit_id == unit_id]
    more = {f"more{n}": replace(crowd[0], id=f"more{n}") for n in range(max(0, keep - len(crowd)))}
    gone = {one.id for one in crowd[keep:]}
    people = {one: row for one, row in org.people.items() if one not in gone} | more
    return replace(org, people=people), life.plan, life.definition, unit_id


def test_three_people_cannot_give_a_colleague_three_endorsements(cast: Cast) -> None:
    org, plan, definition, unit_id = _given(cast, 3)
    told = [gap.reason for gap in short(org, plan, [definition]) if gap.unit == org.units[unit_id]["name"]]
    assert [(one.key, one.params["needed"], one.params["count"]) for one in told] == [("staffing.too_few", 3, 2)]


def test_four_can(cast: Cast) -> None:
    org, plan, definition, unit_id = _given(cast, 4)
    assert [gap for gap in short(org, plan, [definition]) if gap.unit == org.units[unit_id]["name"]] == []


def test_a_running_case_says_so_by_whom_it_keeps_out(cast: Cast) -> None:
    org, plan, definition, unit_id = _given(cast, 4)
    nominee, mentor = [one.id for one in org.people.values() if one.unit_id == unit_id][:2]
    for state in ("identified", "cultivating"):
        assert stuck(org, plan, definition, state, unit_id, lambda: {nominee}) is None
        told = stuck(org, plan, definition, state, unit_id, lambda: {nominee, mentor})
        assert told is not None
        assert (told.params["needed"], told.params["count"]) == (3, 2)
    assert stuck(org, plan, definition, "unit_appraisal", unit_id, lambda: {nominee, mentor}) is None
