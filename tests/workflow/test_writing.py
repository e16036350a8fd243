"""What was read must still stand when it is written: whatever moved in between, nothing at all is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import BEGIN, Cast
from tests.roads import case_at, do, filled
from workflow.case import ask, case
from workflow.clock import local_date
from workflow.db import metadata
from workflow.draft import SYSTEM
from workflow.history import event
from workflow.message import Conflict, Refused
from workflow.organisation import absence, person, role_grant
from workflow.organisation_changes import end_absence, grant_role, revoke_role, touched
from workflow.timers import timer
from workflow.worklist import work_item

REASON = "Bận họp đột xuất cả tuần"

Dump = dict[str, list[tuple[Any, ...]]]
Change = Callable[[Cast, sa.Connection], None]


def dump(cast: Cast) -> Dump:
    """Every row of every table."""
    with cast.app.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


class Between:
    """Changes something once between reading and writing, and keeps what the database held then."""

    def __init__(self, cast: Cast, change: Callable[[], None]) -> None:
        self.cast, self.change = cast, change
        self.before: Dump = {}
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == 1:
            self.change()
            self.before = dump(self.cast)


def act_with(cast: Cast, who: str, case_id: str, action: str, between: Callable[[], None], **more: Any) -> Any:
    """Take an action as a page would, with its item; something happens between reading and writing."""
    view = cast.app.engine.view(cast.actor(who), case_id)
    option = next(o for o in view.options if o.name == action)
    return cast.app.engine.act(
        cast.actor(who), case_id=case_id, action=action, inputs=filled(cast, who, option.needs, view.fields),
        case_version=view.case["version"], item_id=option.item_id, item_version=option.item_version,
        before_write=between, **more,
    )  # fmt: skip


def in_write(cast: Cast, change: Change) -> Callable[[], None]:
    """A change in a transaction of its own."""

    def run() -> None:
        with cast.app.database.write() as connection:
            change(cast, connection)

    return run


def refused(cast: Cast, who: str, case_id: str, action: str, change: Change) -> Refused:
    """Act while something moves; what is raised. Not one row differs from what the mover left behind."""
    between = Between(cast, in_write(cast, change))
    with pytest.raises(Refused) as raised:
        act_with(cast, who, case_id, action, between)
    assert between.calls >= 1, "it had been allowed before"
    assert dump(cast) == between.before
    return raised.value


# --- rights that went ---------------------------------------------------------------------------------


def revoke(name: str, role: str) -> Change:
    """A role is taken away."""

    def change(cast: Cast, connection: sa.Connection) -> None:
        of_person = (role_grant.c.person_id == cast.people[name]) & (role_grant.c.role == role)
        for ident in connection.scalars(sa.select(role_grant.c.id).where(of_person)).all():
            revoke_role(connection, cast.agency_id, ident, last_day=BEGIN - timedelta(days=1))

    return change


def back_again(name: str) -> Change:
    """Somebody's absence ends."""

    def change(cast: Cast, connection: sa.Connection) -> None:
        of_person = sa.select(absence.c.id).where(absence.c.person_id == cast.people[name])
        for ident in connection.scalars(of_person).all():
            end_absence(connection, cast.agency_id, ident, last_day=BEGIN)

    return change


def keys(failure: Refused) -> list[str]:
    """What is said."""
    return [reason.key for reason in failure.reasons]


def away(cast: Cast, name: str, deputy: str) -> None:
    """On leave for a month from today."""
    today = local_date(cast.now())
    cast.absent(name, deputy, today, today + timedelta(days=30))


def test_a_role_revoked_while_deciding(cast: Cast):
    case_id = case_at(cast, "office_check")
    failure = refused(cast, "office", case_id, "refuse", revoke("office", "office"))
    assert keys(failure) == ["authority.role_missing"]


def test_an_absence_ended_while_the_deputy_decides(cast: Cast):
    case_id = case_at(cast, "director_decision")
    away(cast, "director", "deputy")
    failure = refused(cast, "deputy", case_id, "refuse", back_again("director"))
    assert keys(failure) == ["authority.role_missing"]


def test_the_principals_role_revoked_while_the_deputy_decides(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    away(cast, "head", "colleague1")
    assert keys(refused(cast, "colleague1", case_id, "refuse", revoke("head", "unit_head"))) == [
        "authority.role_missing"
    ]


def test_the_middle_persons_absence_ended_while_the_last_deputy_decides(cast: Cast):
    case_id = case_at(cast, "director_decision")
    away(cast, "director", "deputy")
    away(cast, "deputy", "press")
    assert keys(refused(cast, "press", case_id, "refuse", back_again("deputy"))) == ["authority.role_missing"]


def test_who_handed_the_item_over_loses_the_role(cast: Cast):
    case_id = case_at(cast, "office_check")
    item = cast.open_items(case_id)[0]
    cast.app.engine.reassign(cast.actor("office"), item.id, cast.people["press"], REASON, item.version)
    assert keys(refused(cast, "press", case_id, "refuse", revoke("office", "office"))) == ["authority.role_missing"]


def test_whom_the_one_who_handed_it_over_stood_in_for_loses_the_role(cast: Cast):
    case_id = case_at(cast, "unit_appraisal")
    away(cast, "head", "colleague1")
    item = cast.open_items(case_id)[0]
    cast.app.engine.reassign(cast.actor("colleague1"), item.id, cast.people["colleague2"], REASON, item.version)
    failure = refused(cast, "colleague2", case_id, "refuse", revoke("head", "unit_head"))
    assert keys(failure) == ["authority.role_missing"]


# --- a case that moved --------------------------------------------------------------------------------


def test_the_case_moved_while_deciding(cast: Cast):
    case_id = case_at(cast, "office_check")
    between = Between(cast, lambda: do(cast, "office2", case_id, "send_back"))
    with pytest.raises(Conflict) as raised:
        act_with(cast, "office", case_id, "refuse", between)
    assert dump(cast) == between.before
    assert raised.value.decided
    assert raised.value.reasons[0].params["name"] == "Office2 Nguyễn"


def test_the_case_moved_and_came_back_while_deciding(cast: Cast):
    case_id = case_at(cast, "office_check")

    def there_and_back() -> None:
        do(cast, "office2", case_id, "send_back")
        do(cast, "head", case_id, "resubmit")

    between = Between(cast, there_and_back)
    with pytest.raises(Conflict):
        act_with(cast, "office", case_id, "refuse", between)
    assert dump(cast) == between.before


# --- one guard after the other ------------------------------------------------------------------------


def bump_version(cast: Cast, connection: sa.Connection) -> None:
    connection.execute(sa.update(case).values(version=case.c.version + 1))


def bump_item(cast: Cast, connection: sa.Connection) -> None:
    open_ = work_item.c.status == "open"
    connection.execute(sa.update(work_item).where(open_).values(version=work_item.c.version + 1))


def close_items(cast: Cast, connection: sa.Connection) -> None:
    connection.execute(sa.update(work_item).values(status="closed"))


@pytest.mark.parametrize("change", [bump_version, bump_item, close_items])
def test_a_moved_guard_is_a_conflict(unchecked_cast: Cast, change: Change):
    case_id = case_at(unchecked_cast, "office_check")
    assert isinstance(refused(unchecked_cast, "office", case_id, "refuse", change), Conflict)


def test_an_event_written_meanwhile_makes_it_decide_again(unchecked_cast: Cast):
    """`chain_seq` alone moved (a reminder's word, say): nobody else decided, so it is decided anew and stands."""
    cast = unchecked_cast
    case_id = case_at(cast, "office_check")

    def heard() -> None:
        cast.app.engine.change(case_id, SYSTEM, lambda draft: draft.note("heard", of="test") and None)

    between = Between(cast, heard)
    receipt = act_with(cast, "office", case_id, "refuse", between)
    assert between.calls == 2
    with cast.app.database.read() as connection:
        last = connection.execute(sa.select(event).where(event.c.case_id == case_id).order_by(event.c.seq)).all()[-2:]
    assert [row.kind for row in last] == ["heard", "action"]
    assert last[-1].seq == receipt.event_seq


def test_an_event_written_each_time_is_busy_and_nothing_is_written(unchecked_cast: Cast):
    cast = unchecked_cast
    case_id = case_at(cast, "office_check")
    left: list[Dump] = []

    def heard() -> None:
        cast.app.engine.change(case_id, SYSTEM, lambda draft: draft.note("heard", of="test") and None)
        left.append(dump(cast))

    with pytest.raises(Refused) as raised:
        act_with(cast, "office", case_id, "refuse", heard)
    assert raised.value.status == "busy"
    assert dump(cast) == left[-1]


@pytest.mark.parametrize("moved", ["actor", "middle", "principal"])
def test_authority_moved_but_still_allowed_is_decided_again(cast: Cast, moved: str):
    case_id = case_at(cast, "director_decision")
    away(cast, "director", "deputy")
    away(cast, "deputy", "press")
    name = {"actor": "press", "middle": "deputy", "principal": "director"}[moved]

    def change() -> None:
        with cast.app.database.write() as connection:
            touched(connection, cast.agency_id, [cast.people[name]])

    between = Between(cast, change)
    receipt = act_with(cast, "press", case_id, "refuse", between)
    assert between.calls == 2, "the first writing failed"
    assert receipt.state == "recognized_unit"


@pytest.mark.parametrize("moved", ["actor", "middle", "principal"])
def test_authority_that_never_rests_is_busy_and_nothing_is_written(cast: Cast, moved: str):
    """The guard of each person's `authority_version` by itself: nothing else differs."""
    case_id = case_at(cast, "director_decision")
    away(cast, "director", "deputy")
    away(cast, "deputy", "press")
    name = {"actor": "press", "middle": "deputy", "principal": "director"}[moved]
    left: list[Dump] = []

    def change() -> None:
        with cast.app.database.write() as connection:
            of_person = person.c.id == cast.people[name]
            connection.execute(
                sa.update(person).where(of_person).values(authority_version=person.c.authority_version + 1)
            )
        left.append(dump(cast))

    with pytest.raises(Refused) as raised:
        act_with(cast, "press", case_id, "refuse", change)
    assert raised.value.status == "busy"
    assert dump(cast) == left[-1]


def test_other_peoples_rights_may_move(cast: Cast):
    case_id = case_at(cast, "office_check")

    def change() -> None:
        with cast.app.database.write() as connection:
            grant_role(
                connection, cast.agency_id, person_id=cast.people["outsider"], role="clerk",
                starts_on=date(2025, 1, 1), new_id=cast.app.database.new_id,
            )  # fmt: skip

    between = Between(cast, change)
    assert act_with(cast, "office", case_id, "refuse", between).state == "recognized_unit"
    assert between.calls == 1


def test_an_ask_that_opens_while_its_state_is_left_closes_with_it(cast: Cast):
    case_id = case_at(cast, "at_province")
    with cast.app.database.read() as connection:
        rhythm = sa.select(timer).where(timer.c.case_id == case_id, timer.c.name == "chase", timer.c.status == "armed")
        row = connection.execute(rhythm).one()
    cast.at(row.due_at)
    between = Between(cast, lambda: cast.app.engine.fire(row.id))
    act_with(cast, "office2", case_id, "recognize", between)
    assert between.calls == 2, "the decision was taken anew on what the timer had opened"
    with cast.app.database.read() as connection:
        asks = connection.execute(sa.select(ask).where(ask.c.case_id == case_id)).all()
        left = sa.select(timer).where(timer.c.case_id == case_id, timer.c.visit < cast.row(case_id).visit)
        waiting = connection.execute(left.where(timer.c.status == "armed")).all()
    assert [one.status for one in asks if one.name == "chase"] == ["closed"]
    assert waiting == []
