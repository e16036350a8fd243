"""Who sees a case, written by hand for each of the cast."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from states.subjects.visibility import visible
from tests.cast import Cast
from tests.statements import accesses, sent_to
from workflow.case import case
from workflow.clock import local_date
from workflow.identity import load_organisation
from workflow.organisation_changes import add_agency, change_person, declare_conflict


def _who_sees(cast: Cast, case_id: str) -> set[str]:
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(cast.now()))
        return {
            name
            for name, person_id in cast.people.items()
            if connection.scalar(sa.select(case.c.id).where(case.c.id == case_id, visible(org, person_id)))
        }


AGENCY_ROLES = {"director", "deputy", "office", "office2", "clerk", "press"}
UNIT = {"head", "nominator", "mentor", "colleague1", "colleague2", "colleague3"}


def test_a_nominee_is_open_to_the_unit_and_to_those_with_a_role_in_the_agency(cast: Cast) -> None:
    assert _who_sees(cast, cast.nominate()) == AGENCY_ROLES | UNIT


def test_once_it_is_appraised_only_those_concerned_see_it(cast: Cast) -> None:
    case_id = cast.nominate()
    with cast.app.database.write() as connection:
        connection.execute(sa.update(case).where(case.c.id == case_id).values(stage="appraisal"))
    assert _who_sees(cast, case_id) == AGENCY_ROLES | {"head", "nominator"}
    with cast.app.database.write() as connection:
        connection.execute(sa.update(case).where(case.c.id == case_id).values(stage="cultivating"))


def test_who_declared_a_conflict_sees_the_case_no_more(cast: Cast) -> None:
    case_id, subject_id = cast.nominate(), cast.subject()
    with cast.app.database.write() as connection:
        deputy = cast.people["deputy"]
        declare_conflict(connection, cast.agency_id, person_id=deputy, subject_id=subject_id, kind="declared")
    assert _who_sees(cast, case_id) == (AGENCY_ROLES | UNIT) - {"deputy"}


def test_the_nominee_sees_the_case_once_recognised(cast: Cast) -> None:
    case_id = cast.nominate()
    assert "candidate" not in _who_sees(cast, case_id)
    with cast.app.database.write() as connection:
        connection.execute(sa.update(case).where(case.c.id == case_id).values(top_level="unit"))
    assert "candidate" in _who_sees(cast, case_id)


def test_an_own_case_is_hidden_even_from_a_role_that_sees_all(cast: Cast) -> None:
    case_id = cast.nominate(by="deputy", who="director")
    assert "director" not in _who_sees(cast, case_id)


def test_a_deputy_sees_what_the_absent_one_sees(cast: Cast) -> None:
    case_id = cast.nominate()
    assert "outsider" not in _who_sees(cast, case_id)
    cast.absent("head", "outsider", date(2025, 3, 1), date(2025, 3, 31))
    assert "outsider" in _who_sees(cast, case_id)


def test_who_was_asked_for_an_opinion_sees_the_case_after_the_move(cast: Cast) -> None:
    case_id = cast.nominate()
    cast.act("office", case_id, "move", new_unit=cast.units["bcvt"], moved_on="2025-03-10")
    assert {"head", "head2"} <= _who_sees(cast, case_id)


def test_who_left_sees_nothing(cast: Cast) -> None:
    case_id = cast.nominate()
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["office"], {"ends_on": date(2025, 3, 2)})
    assert "office" not in _who_sees(cast, case_id)


def test_another_agency_sees_nothing(cast: Cast) -> None:
    case_id = cast.nominate()
    with cast.app.database.write() as connection:
        other = add_agency(connection, code="khac", name="Sở khác")
        org = load_organisation(connection, other, local_date(cast.now()))
        rows = connection.scalars(sa.select(case.c.id).where(case.c.id == case_id, visible(org, cast.people["office"])))
        assert rows.all() == []


def test_who_had_a_case_in_hand_is_looked_up_by_person(cast: Cast) -> None:
    """With every list it is asked who claimed or closed what: never by reading every item there ever was."""
    cast.nominate()
    with sent_to(cast.app.database) as heard, cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(cast.now()))
        connection.execute(sa.select(case.c.id).where(visible(org, cast.people["head"]))).all()
    statement, parameters = heard.sent[-1]
    ways = [way for way in accesses(cast.app.database, statement, parameters) if way.table == "work_item"]
    assert {way.by for way in ways} == {"ix_work_item_claimed_by", "ix_work_item_closed_by"}
    assert all(way.sought for way in ways)
