"""A correction of two who were joined: what went over goes back, what was written stays written."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from states.subjects.model import recognition, subject
from states.twins.parting import decide, past
from tasks import run as doer
from tests.cast import Cast
from tests.roads import case_at
from tests.states.twins.test_joining import REASON, events, joined, joining, parties, stands_twice
from tests.states.units.test_merging import in_cases, owners
from workflow import history, runs
from workflow.history import event
from workflow.identity import load_organisation
from workflow.message import Refused
from workflow.organisation import person, twin
from workflow.organisation_changes import add_account, change_person, grant_role


def parted(cast: Cast, key: str = "part") -> Any:
    with cast.app.database.write() as connection:
        (one,) = past(connection, cast.agency_id)
        run_id = decide(connection, cast.agency_id, one.id, cast.people["office"], REASON, key)
    doer.run(cast.app, [run_id])
    with cast.app.database.read() as connection:
        return runs.find(connection, cast.agency_id, run_id)


def test_cases_recognitions_roles_and_sign_in_go_back_with_an_event(cast: Cast):
    stands_twice(cast, "head2", "again")
    today = cast.now().date()
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["again"],
                      {"account_id": add_account(connection, login="again")})  # fmt: skip
        grant_role(connection, cast.agency_id, person_id=cast.people["again"], role="unit_head", starts_on=today,
                   unit_id=cast.units["cntt"])  # fmt: skip
    own, theirs = cast.subject("head2"), cast.subject("again")
    mine = case_at(cast, "recognized_unit", who="again")
    kept = cast.nominate(who="colleague3")
    cast.settle()
    before, work = parties(cast, "again"), in_cases(cast, "again")
    assert kept in work
    assert joined(cast, joining(cast, "again", "head2"))["status"] == "done"
    assert (cast.row(mine).subject_id, in_cases(cast, "again")) == (own, set())
    assert parted(cast)["status"] == "done"
    assert (cast.row(mine).subject_id, parties(cast, "again")) == (theirs, before)
    assert in_cases(cast, "again") == work
    assert kept not in in_cases(cast, "head2")
    assert all(owners(cast, mine).values())
    with cast.app.database.read() as connection:
        assert set(connection.scalars(sa.select(recognition.c.subject_id))) == {theirs}
        gone = connection.execute(sa.select(person).where(person.c.code == "again")).one()
        assert (gone.ends_on, gone.account_id is not None) == (None, True)
        assert load_organisation(connection, cast.agency_id, today).twins == {}
        said = sa.select(event.c.kind).where(event.c.case_id == mine, event.c.kind.in_(["joined", "parted"]))
        assert connection.scalars(said.order_by(event.c.seq)).all() == ["joined", "parted"]
        assert connection.scalar(sa.select(sa.func.count()).select_from(twin)) == 2, "that they were joined stays"
        assert history.verify(connection) == []
    assert events(cast)


def test_it_is_corrected_once_and_can_be_joined_anew(sqlite_cast: Cast):
    cast = sqlite_cast
    stands_twice(cast)
    cast.nominate(who="again")
    assert joined(cast, joining(cast))["status"] == "done"
    with cast.app.database.read() as connection:
        (one,) = past(connection, cast.agency_id)
    assert parted(cast)["status"] == "done"
    with cast.app.database.write() as connection, pytest.raises(Refused):
        decide(connection, cast.agency_id, one.id, cast.people["office"], REASON, "again")
    assert joined(cast, joining(cast), "anew")["status"] == "done"
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(subject)) == 1
