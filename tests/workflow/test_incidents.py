"""An incident is open once, can be settled, and comes back when its cause does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from workflow import incidents
from workflow.db import Database
from workflow.incidents import Trouble
from workflow.message import Message
from workflow.organisation import agency


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.write() as connection:
        for id_ in ("a", "b"):
            row = {"id": id_, "code": id_, "name": id_, "created_at": datetime(2020, 1, 1, tzinfo=UTC)}
            connection.execute(sa.insert(agency).values(row))
    yield database
    database.dispose()


def trouble(key="k", *, of="a", error="x"):
    return Trouble(of, "timer", Message("incident.timer", {"error": error}), key, case_id="c", timer_id="t")


def test_the_same_trouble_is_one_incident(database):
    with database.write() as connection:
        assert incidents.open_incident(connection, trouble())
        assert not incidents.open_incident(connection, trouble(error="y"))
        assert incidents.open_incident(connection, trouble(of="b"))
        [one] = incidents.listed(connection, "a")
    assert incidents.reason(one) == Message("incident.timer", {"error": "x"})
    assert (one.case_id, one.timer_id, one.message_id) == ("c", "t", None)


def test_settled_and_back_again(database):
    with database.write() as connection:
        incidents.open_incident(connection, trouble())
        assert incidents.settle(connection, "a", "k")
        assert not incidents.settle(connection, "a", "k")
        assert incidents.listed(connection, "a") == []
        assert incidents.open_incident(connection, trouble(error="again"))
        [one] = incidents.listed(connection, "a")
        assert (one.repaired_at, incidents.reason(one).params["error"]) == (None, "again")


def test_a_person_repairs_only_the_own_agencys(database):
    with database.write() as connection:
        incidents.open_incident(connection, trouble())
        [one] = incidents.listed(connection, "a")
        assert not incidents.repair(connection, "b", one.id, "p")
        assert incidents.repair(connection, "a", one.id, "p")
        [repaired] = incidents.listed(connection, "a", status="repaired")
    assert repaired.repaired_by == "p"


def test_long_lists_come_in_pages(database):
    with database.write() as connection:
        for n in range(5):
            incidents.open_incident(connection, trouble(f"k{n}"))
        first = incidents.listed(connection, "a", limit=3)
        rest = incidents.listed(connection, "a", limit=3, after=first[-1].id)
    assert [row.dedupe_key for row in [*first, *rest]] == ["k4", "k3", "k2", "k1", "k0"]
