"""The demo stands where it says, was brought there by actions alone, and survives being stopped while it is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from config import demo
from config.demo import building
from config.demo.story import EARLIER, STORIES
from config.wiring import Application
from tests import demonstration
from tests.databases import SqliteDatabases
from workflow import stalls
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.history import event, verify
from workflow.incidents import incident
from workflow.organisation import account


@pytest.fixture(scope="module")
def application(sqlite_databases: SqliteDatabases) -> Iterator[Application]:
    """A finished demo, built in three goes."""
    with sqlite_databases.fresh(demonstration.build) as url:
        application = demonstration.connect(url)
        yield application
        application.dispose()


def _states(application: Application, process: str) -> set[str]:
    with application.database.read() as connection:
        return set(connection.scalars(sa.select(case.c.state).where(case.c.process == process)))


@pytest.mark.parametrize("process", ["nominee", "merit_request"])
def test_a_case_stands_in_every_state(application: Application, process: str) -> None:
    with application.database.read() as connection:
        agency_id = connection.scalar(sa.select(case.c.agency_id))
        life = application.catalogue.living(connection, str(agency_id), process)
    assert life is not None
    assert _states(application, process) == set(life.definition.states)


def test_it_is_the_third_of_november_and_nothing_is_wrong(application: Application) -> None:
    with application.database.read() as connection:
        assert str(local_date(business_now(connection))) == "2025-11-03"
        assert verify(connection) == []
        assert connection.execute(sa.select(incident)).all() == []
        assert connection.scalar(sa.select(sa.func.count()).where(case.c.is_held)) == 2
    assert stalls.stalls(application.engine) == []


def test_each_step_was_taken_once_though_the_building_was_stopped(application: Application) -> None:
    with application.database.read() as connection:
        begun = connection.scalar(
            sa.select(sa.func.count()).where(case.c.process == "nominee", case.c.parent_id.is_(None))
        )
        codes: list[Any] = list(connection.scalars(sa.select(case.c.code)))
        moments = list(connection.scalars(sa.select(event.c.at).order_by(event.c.id)))
    assert begun == len(STORIES) + len(EARLIER)
    assert len(codes) == len(set(codes))
    assert moments == sorted(moments)


def test_a_finished_demo_is_left_alone(application: Application) -> None:
    def count() -> int:
        with application.database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(event)) or 0

    before = count()
    demo.ensure(application)
    assert count() == before


def test_the_terminal_names_who_may_sign_in(application: Application) -> None:
    lines = "\n".join(demo.sign_ins(application))
    with application.database.read() as connection:
        hashes = set(connection.scalars(sa.select(account.c.password_hash)))
    assert "trung.nq" in lines
    assert building.PASSWORD in lines
    assert "" not in hashes
