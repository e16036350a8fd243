"""Who stands aside from a name because of the unit has no part in it: not in list, search, count, mail or papers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from states.councils.live import look
from states.subjects.visibility import visible
from tests.ballots import organisation
from tests.cast import Cast
from tests.roads import case_at, do
from tests.sittings import convene, rules
from tests.states.councils.test_sittings import MEMBERS, grant_members, staff
from workflow.case import case
from workflow.organisation_changes import grant_role


def sees(cast: Cast, who: str, case_id: str) -> bool:
    with cast.app.database.read() as connection:
        mine = visible(organisation(cast), cast.people[who])
        return connection.scalar(sa.select(case.c.id).where(case.c.id == case_id, mine)) is not None


@pytest.fixture
def council(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The head of the nominees' unit is a member too; heads stand aside from their own people."""
    grant_members(cast)
    with cast.app.database.write() as connection:
        grant_role(
            connection, cast.agency_id, person_id=cast.people["head"], role="council_member",
            starts_on=cast.now().date(), new_id=cast.app.database.new_id,
        )  # fmt: skip
    monkeypatch.setitem(rules(cast), "recuse", "unit_head")
    return cast


def test_the_head_of_the_nominees_unit_has_no_part_in_the_case_while_it_is_on_the_agenda(council: Cast) -> None:
    cast = council
    cases = [case_at(cast, "council_review", who=who) for who in staff(cast, 2)]
    assert sees(cast, "head", cases[0])
    sitting = convene(cast, cases)
    assert [sees(cast, one, cases[0]) for one in ("head", "head2", "deputy")] == [False, True, True]
    do(cast, "office", sitting, "set_agenda", agenda=cases[:1])
    assert [sees(cast, "head", one) for one in cases] == [False, True], "taken off the agenda: as before"
    do(cast, "office", sitting, "set_agenda", agenda=cases)
    do(cast, "office", sitting, "invite")
    do(cast, "office", sitting, "open", present=[cast.people[one] for one in ("director", "head", *MEMBERS)])
    do(cast, "office", sitting, "call_vote")
    do(cast, "office", sitting, "count", agreed={cases[0]: 9, cases[1]: 3}, against={cases[1]: 6})
    cast.app.engine.view(cast.actor("head"), sitting)
    with cast.app.database.read() as connection:
        found = look(connection, cast.app.engine, cast.actor("office"), sitting)
    assert [row.ballots[0].base for row in found.rows] == [9, 9], "ten members, one of them aside"
    view = cast.app.engine.view(cast.actor("head"), sitting)
    assert "verdict" not in view.fields or not view.fields["verdict"]
    assert not view.fields["tally"]
    codes = {cast.row(one).code for one in cases}
    assert not [value for event in view.history for _, value in event.inputs if any(one in str(value) for one in codes)]
    assert cast.app.engine.view(cast.actor("deputy"), sitting).fields["tally"]
    do(cast, "office", sitting, "write")
    do(cast, "director", sitting, "sign")
    cast.settle()
    assert all(sees(cast, "head", one) for one in cases), "the sitting is over: the head of the unit again"


def test_a_held_case_leaves_the_agenda_and_nobody_stands_aside_from_it_any_more(council: Cast) -> None:
    case_id = case_at(council, "council_review")
    convene(council, [case_id])
    assert not sees(council, "head", case_id)
    do(council, "office", case_id, "hold")
    assert sees(council, "head", case_id)


def test_who_becomes_head_after_the_agenda_stands_aside_from_the_next_step_on(council: Cast) -> None:
    cast, case_id = council, case_at(council, "council_review")
    sitting = convene(cast, [case_id])
    with cast.app.database.write() as connection:
        grant_role(
            connection, cast.agency_id, person_id=cast.people["deputy"], role="unit_head",
            unit_id=cast.units["cntt"], starts_on=cast.now().date(), new_id=cast.app.database.new_id,
        )  # fmt: skip
    do(cast, "office", sitting, "invite")
    assert not sees(cast, "deputy", case_id)
