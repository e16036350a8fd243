"""Why somebody sees a case, or does not, is what decides it: everybody, in every state; and when it changes."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from states.subjects.visibility import sight, visible
from states.subjects.why_person import Question, of_person
from tests.cast import Cast
from tests.roads import case_at
from workflow.case import case
from workflow.clock import local_date
from workflow.identity import Organisation, load_organisation
from workflow.message import NotFound
from workflow.organisation_changes import declare_conflict, grant_role
from workflow.reasons import Why


def org_of(cast: Cast, connection: sa.Connection) -> Organisation:
    return load_organisation(connection, cast.agency_id, local_date(cast.now()))


def why(cast: Cast, asker: str, about: str, code: str = "") -> Why:
    with cast.app.database.read() as connection:
        plan = cast.app.catalogue.living_plan(connection, cast.agency_id)
        person_id = cast.people[asker] if asker else ""
        return of_person(connection, org_of(cast, connection), plan[1], Question(person_id, cast.people[about], code))


def keys(found: Why) -> list[str]:
    return [one.said.key for one in found.lines()]


@pytest.mark.parametrize("state", ["identified", "cultivating", "office_check", "recognized_unit", "withdrawn"])
def test_the_ways_told_are_the_ways_there_are(sqlite_cast: Cast, state: str) -> None:
    cast, case_id = sqlite_cast, case_at(sqlite_cast, state)
    subject_id = cast.subject()
    with cast.app.database.write() as connection:
        declare_conflict(connection, cast.agency_id, person_id=cast.people["deputy"], subject_id=subject_id, kind="kin")
    with cast.app.database.read() as connection:
        org = org_of(cast, connection)
        for name, person_id in cast.people.items():
            seen = connection.scalar(sa.select(case.c.id).where(case.c.id == case_id, visible(org, person_id)))
            assert sight(connection, org, person_id, case_id).sees == (seen is not None), name
            told = keys(why(cast, "", name, cast.row(case_id).code))
            assert ("explain.sight.sees" in told) == (seen is not None), name


def test_why_somebody_else_keeps_out_is_not_told(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    code, subject_id = cast.row(case_at(cast, "office_check")).code, cast.subject()
    with cast.app.database.write() as connection:
        declare_conflict(connection, cast.agency_id, person_id=cast.people["deputy"], subject_id=subject_id, kind="kin")
    told = keys(why(cast, "office", "deputy", code))
    assert "explain.people.apart" in told
    assert not [key for key in told if key.startswith("explain.bar.")]
    with pytest.raises(NotFound):
        why(cast, "outsider", "deputy", code)


def test_what_will_change_is_told_with_its_day(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    cast.absent("head", "colleague1", date(2025, 3, 1), date(2025, 3, 10))
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["colleague1"], role="clerk", unit_id=None,
                   starts_on=date(2025, 4, 1), ends_on=date(2025, 5, 31))  # fmt: skip
    found = why(cast, "colleague1", "colleague1")
    changes = next(one for one in found.parts if one.title.key == "explain.part.changes")
    assert [(one.said.key.rpartition(".")[2], one.said.params["on"]) for one in changes.lines] == [
        ("deputy_ends", date(2025, 3, 11)), ("role_begins", date(2025, 4, 1)), ("role_ends", date(2025, 6, 1)),
    ]  # fmt: skip
    assert "explain.role.deputised" in keys(found)


def test_who_is_late_is_told_why_it_counts_as_late(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    case_at(cast, "unit_appraisal")
    assert "explain.waiting.late" not in keys(why(cast, "head", "head"))
    cast.at("2025-06-02")
    assert "explain.waiting.late" in keys(why(cast, "head", "head"))
    assert "explain.waiting.item" not in keys(why(cast, "outsider", "head")), "of cases one does not see nothing"
