"""One person moves with all that is open about them: each case with an event, none nobody's, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.subjects.model import subject, unit_stay
from states.units import moving
from states.units.moving import Move, Moving, decide, look
from tests.cast import Cast
from tests.roads import ROADS, case_at, do
from tests.states.units.test_merging import ENDS, Died, in_cases, newcomer, owners, release, run_now
from workflow import runs
from workflow.history import event
from workflow.message import NotFound, Refused
from workflow.organisation import person, role_grant
from workflow.organisation_changes import grant_role, revoke_role


def move_of(cast: Cast, who: str = "candidate", **more: Any) -> Moving:
    wanted = {"unit_id": cast.units["bcvt"], "first_day": cast.now().date(), "number": "7/QĐ-STTTT"} | more
    return Moving(cast.agency_id, cast.people[who], by=cast.people["office"], **wanted)


def looked(cast: Cast, what: Moving) -> Move:
    with cast.app.database.read() as connection:
        return look(cast.app.engine, connection, what)


def ordered(cast: Cast, what: Moving, key: str = "form") -> str:
    with cast.app.database.write() as connection:
        return decide(connection, what, key)


def state_of(cast: Cast, run_id: str) -> Any:
    with cast.app.database.read() as connection:
        return runs.find(connection, cast.agency_id, run_id)


def along(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(event.c.case_id).where(event.c.kind == "moved_along")))


STATES = ["identified", *(one for one in ROADS["nominee"] if one not in ENDS)][::3]  # a merge goes through all of them


def test_open_cases_in_several_states_go_along_and_stay_owned(sqlite_cast: Cast):
    cast = sqlite_cast
    found = {state: case_at(cast, state, who=newcomer(cast, f"in-{state}")) for state in STATES}
    cast.settle()
    for state, case_id in found.items():
        what = move_of(cast, f"in-{state}")
        seen = looked(cast, what)
        assert case_id in {one.row["id"] for one in seen.cases}
        run_now(cast, run_id := ordered(cast, what, state))
        assert state_of(cast, run_id)["status"] == "done", state
        assert cast.row(case_id).unit_id == cast.units["bcvt"]
        assert all(owners(cast, case_id).values()), f"{state} is nobody's"
        assert along(cast).count(case_id) == 1
    cast.settle()
    do(cast, "head2", found["identified"], "take_up")


def test_person_dossier_and_roles_go_and_how_long_they_were_where_is_kept(cast: Cast):
    mine, ended = cast.nominate(), case_at(cast, "not_taken_up", who="colleague1")
    cast.settle()
    run_now(cast, ordered(cast, move_of(cast)))
    run_now(cast, ordered(cast, move_of(cast, "colleague1"), "two"))
    today = cast.now().date()
    assert (cast.row(mine).unit_id, cast.row(ended).unit_id) == (cast.units["bcvt"], cast.units["cntt"])
    assert mine in in_cases(cast, "head2")
    assert mine not in in_cases(cast, "head")
    with cast.app.database.read() as connection:
        where = sa.select(person.c.unit_id).where(person.c.code == "candidate")
        assert connection.scalar(where) == cast.units["bcvt"]
        stays = sa.select(unit_stay.c.unit_id, unit_stay.c.starts_on, unit_stay.c.ends_on)
        ours = stays.join(subject, subject.c.id == unit_stay.c.subject_id).where(
            subject.c.person_id == cast.people["candidate"]
        )
        assert [tuple(row) for row in connection.execute(ours.order_by(unit_stay.c.starts_on))] == [
            (cast.units["cntt"], date(2020, 1, 1), today - timedelta(days=1)), (cast.units["bcvt"], today, None),
        ]  # fmt: skip


def test_the_only_one_who_may_answer_cannot_leave_it_lying(sqlite_cast: Cast):
    cast = sqlite_cast
    mine = case_at(cast, "unit_appraisal")
    cast.settle()
    what = move_of(cast, "head")
    assert looked(cast, what).refusals == [], "the plan says who steps in"
    with cast.app.database.write() as connection:  # but for a while there is nobody who does
        steps_in = sa.select(role_grant.c.id).where(role_grant.c.role == "director")
        revoke_role(connection, cast.agency_id, connection.scalars(steps_in).one(), last_day=date(2025, 1, 1))
    (reason,) = {one.params["code"] for one in looked(cast, what).refusals if one.key == "moving.nobody_left"}
    assert reason == cast.row(mine).code
    run_now(cast, run_id := ordered(cast, what))
    assert state_of(cast, run_id)["status"] == "failed"
    assert mine in in_cases(cast, "head")
    with cast.app.database.write() as connection:
        grant_role(connection, cast.agency_id, person_id=cast.people["colleague3"], role="unit_head",
                   starts_on=date(2020, 1, 1), unit_id=cast.units["cntt"])  # fmt: skip
    run_now(cast, ordered(cast, what, "again"))
    assert mine not in in_cases(cast, "head")
    assert mine in in_cases(cast, "colleague3")


def test_a_role_that_is_kept_goes_on_there(sqlite_cast: Cast):
    cast = sqlite_cast
    (row,) = looked(cast, move_of(cast, "head")).roles
    run_now(cast, ordered(cast, move_of(cast, "head", kept=(row["id"],))))
    with cast.app.database.read() as connection:
        held = sa.select(role_grant.c.unit_id).where(
            role_grant.c.person_id == cast.people["head"], role_grant.c.ends_on.is_(None)
        )
        assert connection.scalars(held).all() == [cast.units["bcvt"]]


def test_a_day_to_come_waits_and_bad_ones_are_refused(sqlite_cast: Cast):
    cast = sqlite_cast
    mine = cast.nominate()
    tomorrow = cast.now().date() + timedelta(days=1)
    run_id = ordered(cast, move_of(cast, first_day=tomorrow))
    run_now(cast, run_id)
    assert (state_of(cast, run_id)["status"], cast.row(mine).unit_id) == ("waiting", cast.units["cntt"])
    cast.later(days=1)
    run_now(cast, run_id)
    assert cast.row(mine).unit_id == cast.units["bcvt"]
    for wrong, key in (
        ({}, "moving.same"), ({"unit_id": cast.units["vp"], "first_day": date(2019, 1, 1)}, "moving.too_early"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            looked(cast, move_of(cast, **wrong))
        assert key in {one.key for one in refused.value.reasons}
    with pytest.raises(Refused):
        ordered(cast, move_of(cast, unit_id=cast.units["vp"], number=" "), "three")
    with pytest.raises(NotFound):
        looked(cast, move_of(cast, unit_id="another"))


def test_whoever_dies_in_the_middle_has_written_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    mine = cast.nominate()
    run_id = ordered(cast, move_of(cast))
    with monkeypatch.context() as patched:
        patched.setattr(moving, "_move_roles", lambda *_: (_ for _ in ()).throw(Died()))
        with pytest.raises(Died):
            run_now(cast, run_id)
    assert (along(cast), cast.row(mine).unit_id) == ([], cast.units["cntt"])
    release(cast, run_id)
    run_now(cast, run_id)
    run_now(cast, run_id)
    assert along(cast) == [mine]
