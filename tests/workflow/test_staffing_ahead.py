"""Staffing of days to come: roles that end, people who leave, deputies who are gone themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from config import organisation
from config.settings import SHIPPED_PLANS, from_environment
from tests.cast import Cast, make_cast
from tests.databases import SqliteDatabases
from workflow.definition import Definition, Plan
from workflow.identity import forget_snapshots
from workflow.message import Message
from workflow.organisation import role_grant
from workflow.organisation_changes import change_person, grant_role, revoke_role
from workflow.staffing_ahead import Ahead, ahead

TODAY, END = date(2025, 3, 3), date(2025, 12, 31)
FOLDER = SHIPPED_PLANS / "so-tttt-2022-2025"


@pytest.fixture(scope="module")
def prepared(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with sqlite_databases.fresh() as url:
        var = tmp_path_factory.mktemp("var")
        made = make_cast(from_environment({"NEUGUONG_DATABASE_URL": url, "NEUGUONG_VAR": str(var)}))
        yield made
        made.app.dispose()


@pytest.fixture
def connection(prepared: Cast) -> Iterator[sa.Connection]:
    """What a test changes is taken back, and so are the snapshots: the next one's have the same versions."""
    with prepared.app.database.write() as opened:
        yield opened
        opened.rollback()
        forget_snapshots(opened)


def _proved(cast: Cast, connection: sa.Connection, *processes: str) -> list[Ahead]:
    plan, definitions = _plan(cast, connection)
    wanted = [one for one in definitions if not processes or one.process in processes]
    return ahead(connection, cast.agency_id, plan, wanted, TODAY, END)


def _plan(cast: Cast, connection: sa.Connection) -> tuple[Plan, list[Definition]]:
    plan_id, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or ("", None)
    assert plan is not None
    return plan, [life.definition for life in cast.app.catalogue.lives(connection, plan_id)]


def _grant(connection: sa.Connection, cast: Cast, who: str, role: str) -> str:
    mine = sa.select(role_grant.c.id).where(role_grant.c.person_id == cast.people[who], role_grant.c.role == role)
    return connection.execute(mine).scalar_one()


def _end(connection: sa.Connection, cast: Cast, who: str, role: str, last_day: date) -> None:
    revoke_role(connection, cast.agency_id, _grant(connection, cast, who, role), last_day=last_day)


def test_nothing_changes_and_nothing_is_said(prepared: Cast, connection: sa.Connection) -> None:
    """The only Director as nominee is a gap of today, and of no day to come."""
    assert _proved(prepared, connection) == []


def test_a_role_that_ends_names_the_day_the_step_and_who_held_it(prepared: Cast, connection: sa.Connection) -> None:
    _end(connection, prepared, "office", "office", date(2025, 6, 30))
    _end(connection, prepared, "office2", "office", date(2025, 8, 15))
    found = [one for one in _proved(prepared, connection, "nominee") if one.gap.reason.key == "staffing.unheld"]
    assert [(one.first, one.last) for one in found] == [(date(2025, 8, 16), None)]
    (one,) = found
    assert one.gap.reason.params["roles"] == ["Văn phòng Sở"]
    assert one.ended == (Message("staffing.ended", {"name": "Office2 Nguyễn", "last": date(2025, 8, 15)}),)
    assert Message("staffing.no_holder", {"role": "Văn phòng Sở"}) in one.gap.against
    assert one.others >= 2  # at the province, on hold: the same office is asked


def test_somebody_who_comes_later_ends_it(prepared: Cast, connection: sa.Connection) -> None:
    _end(connection, prepared, "office", "office", date(2025, 6, 30))
    _end(connection, prepared, "office2", "office", date(2025, 6, 30))
    grant_role(
        connection, prepared.agency_id, person_id=prepared.people["mentor"], role="office", starts_on=date(2025, 7, 14)
    )
    found = [one for one in _proved(prepared, connection, "nominee") if one.gap.reason.key == "staffing.unheld"]
    assert [(one.first, one.last) for one in found] == [(date(2025, 7, 1), date(2025, 7, 13))]


def test_a_deputy_who_leaves_while_standing_in(prepared: Cast, connection: sa.Connection) -> None:
    prepared_absence = (date(2025, 5, 5), date(2025, 5, 30))
    _absent(connection, prepared, "head", "colleague1", *prepared_absence)
    change_person(connection, prepared.agency_id, prepared.people["colleague1"], {"ends_on": date(2025, 5, 16)})
    found = [one for one in _proved(prepared, connection, "unit_report") if one.gap.unit == "Phòng Công nghệ thông tin"]
    assert found == []  # nobody stands in any more, so that she answers for herself; and the Director steps in


def test_own_cases_fail_once_the_second_of_two_is_gone(prepared: Cast, connection: sa.Connection) -> None:
    """While the deputy holds the role too, the Director's own case has somebody to decide; then it has nobody."""
    grant_role(
        connection, prepared.agency_id, person_id=prepared.people["deputy"], role="director",
        starts_on=date(2025, 1, 1), ends_on=date(2025, 9, 30),
    )  # fmt: skip
    found = [one for one in _proved(prepared, connection, "nominee") if one.gap.reason.key == "staffing.own_case"]
    assert [(one.first, one.last) for one in found] == [(date(2025, 10, 1), None)]
    (one,) = found
    assert one.gap.reason.params["name"] == "Director Nguyễn"
    (told,) = one.gap.against
    assert told.params["name"] == "Director Nguyễn"
    assert [why.key for why in told.params["reasons"]] == ["authority.own_case"]
    assert one.ended == (Message("staffing.ended", {"name": "Deputy Nguyễn", "last": date(2025, 9, 30)}),)


def test_the_shipped_plan_with_its_own_people_has_somebody_on_every_day(database_url: str, prepared: Cast) -> None:
    from workflow.db import Database

    database = Database(database_url)
    with prepared.app.database.read() as other:
        plan, definitions = _plan(prepared, other)
    with database.write() as connection:
        agency_id, _ = organisation.load(connection, FOLDER, plan)
        assert ahead(connection, agency_id, plan, definitions, plan.start, plan.end) == []
    database.dispose()


def _absent(connection: sa.Connection, cast: Cast, who: str, deputy: str, first: date, last: date) -> None:
    from workflow.organisation_changes import set_absence

    set_absence(
        connection, cast.agency_id, person_id=cast.people[who], deputy_id=cast.people[deputy], days=(first, last)
    )
