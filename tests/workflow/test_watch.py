"""Owners leave, roles stand empty, deputies end in the middle of an item: it reaches somebody or is an incident."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tests.cast import BEGIN, Cast
from tests.roads import case_at, do
from tests.workflow.test_firing import in_inbox
from workflow import watch as watching
from workflow.clock import setting, wall_now
from workflow.grounds import PARENT
from workflow.history import event
from workflow.incidents import incident
from workflow.organisation import person, role_grant
from workflow.organisation_changes import grant_role, revoke_role, touched
from workflow.stalls import stalls
from workflow.timers import timer
from workflow.watch import reach_changed, watch
from workflow.worklist import work_item

YESTERDAY = date(2025, 3, 2)


def leaves(cast: Cast, name: str) -> None:
    """Somebody's last day was yesterday."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(person).where(person.c.id == cast.people[name]).values(ends_on=YESTERDAY))
        touched(connection, cast.agency_id, [cast.people[name]])


def loses(cast: Cast, name: str, role: str) -> None:
    """A role is held no more."""
    held = (role_grant.c.person_id == cast.people[name]) & (role_grant.c.role == role)
    with cast.app.database.write() as connection:
        for ident in connection.scalars(sa.select(role_grant.c.id).where(held)).all():
            revoke_role(connection, cast.agency_id, ident, last_day=BEGIN - timedelta(days=1))


def gets(cast: Cast, name: str, role: str, unit: str | None = None) -> None:
    """A role is held from today."""
    with cast.app.database.write() as connection:
        grant_role(
            connection, cast.agency_id, person_id=cast.people[name], role=role, starts_on=date(2025, 3, 3),
            unit_id=cast.units[unit] if unit else None, new_id=cast.app.database.new_id,
        )  # fmt: skip


def incidents(cast: Cast, case_id: str) -> list[tuple[str, str]]:
    """(kind, status) of a case's incidents."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(incident).where(incident.c.case_id == case_id).order_by(incident.c.kind))
        return [(row.kind, row.status) for row in rows]


def finders(cast: Cast, case_id: str) -> set[str]:
    """Who finds the case's own item."""
    (item,) = [one for one in cast.open_items(case_id) if one.kind == "state"]
    return {name for name in cast.people if item.id in in_inbox(cast, name)}


def decisions_told(cast: Cast) -> set[str]:
    """To whom it was written that something waits for them, since last asked."""
    cast.settle()
    names = {person_id: name for name, person_id in cast.people.items()}
    told = {names[x["person_id"]] for x in cast.told.letters if x["template"] == "decision"}
    cast.told.letters.clear()
    return told


def test_the_owner_leaves_and_the_director_steps_in(cast: Cast):
    case_id = cast.nominate()
    decisions_told(cast)
    leaves(cast, "head")
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"director"}
    assert decisions_told(cast) == {"director"}
    assert incidents(cast, case_id) == []
    do(cast, "director", case_id, "take_up")


def test_a_new_owner_takes_it_from_who_stepped_in(cast: Cast):
    case_id = cast.nominate()
    leaves(cast, "head")
    watch(cast.app.engine)
    decisions_told(cast)
    gets(cast, "colleague1", "unit_head", "cntt")
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"colleague1"}
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"colleague1"}


def test_a_role_nobody_holds_is_an_incident_until_it_is_held(cast: Cast):
    case_id = case_at(cast, "office_check")
    for name in ("office", "office2"):
        loses(cast, name, "office")
    watch(cast.app.engine)
    assert finders(cast, case_id) == set()
    assert incidents(cast, case_id) == [("no_owner", "open")]
    watch(cast.app.engine)
    assert incidents(cast, case_id) == [("no_owner", "open")], "once"
    gets(cast, "clerk", "office")
    watch(cast.app.engine)
    assert incidents(cast, case_id) == [("no_owner", "repaired")]
    assert finders(cast, case_id) == {"clerk"}
    for name in ("office", "office2", "clerk"):
        loses(cast, name, "office")
    watch(cast.app.engine)
    assert incidents(cast, case_id) == [("no_owner", "open")], "and again when it is gone again"
    gets(cast, "office", "office")
    watch(cast.app.engine)


def test_the_deputy_leaves_in_the_middle_and_it_comes_back(cast: Cast):
    case_id = cast.nominate()
    cast.absent("head", "colleague1", date(2025, 3, 3), date(2025, 3, 31))
    watch(cast.app.engine)
    assert "colleague1" in finders(cast, case_id)
    leaves(cast, "colleague1")
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"head"}, "nobody is left to stand in: it is the absent one's own"
    assert incidents(cast, case_id) == []


def test_an_absence_that_ends_by_itself_brings_the_item_back(cast: Cast):
    case_id = cast.nominate()
    cast.absent("head", "colleague1", date(2025, 3, 3), date(2025, 3, 5))
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"head", "colleague1"}
    cast.at("2025-03-06T07:00:00")
    watch(cast.app.engine)
    assert finders(cast, case_id) == {"head"}


def test_an_item_opened_for_nobody_is_an_incident_at_once(cast: Cast):
    for name in ("office", "office2"):
        loses(cast, name, "office")
    case_id = case_at(cast, "office_check")
    assert incidents(cast, case_id) == [("no_owner", "open")]
    gets(cast, "office", "office")
    watch(cast.app.engine)
    assert incidents(cast, case_id) == [("no_owner", "repaired")]


def test_looking_again_without_a_change_writes_nothing(cast: Cast):
    cast.nominate()
    watch(cast.app.engine)
    with cast.app.database.read() as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(event))
    sent: list[Any] = []
    sa.event.listen(cast.app.database.engine, "before_cursor_execute", lambda *a: sent.append(a[2]))
    watch(cast.app.engine)
    assert not [s for s in sent if s.startswith(("INSERT", "UPDATE", "DELETE"))]
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(event)) == before


def test_a_silent_stall_is_found_and_becomes_an_incident(unchecked_cast: Cast):
    cast = unchecked_cast
    case_id = cast.nominate()
    cast.settle()
    assert stalls(cast.app.engine) == []
    with cast.app.database.write() as connection:
        connection.execute(sa.update(work_item).values(status="closed"))
        connection.execute(sa.update(timer).values(status="cancelled"))
    assert [one.case_id for one in stalls(cast.app.engine)] == [case_id]
    assert watch(cast.app.engine) == 1
    assert incidents(cast, case_id) == [("stalled", "open")]
    assert stalls(cast.app.engine) == [], "it is silent no more"


def test_a_living_parent_hides_no_stalled_child_unless_it_holds_it(unchecked_cast: Cast):
    cast = unchecked_cast
    parent_id = case_at(cast, "recognized_province")
    cast.settle()
    (child,) = cast.cases("merit_request")
    with cast.app.database.write() as connection:
        connection.execute(sa.update(work_item).where(work_item.c.case_id == child.id).values(status="closed"))
        connection.execute(sa.update(timer).where(timer.c.case_id == child.id).values(status="cancelled"))
    assert [one.case_id for one in stalls(cast.app.engine)] == [child.id]
    do(cast, "office", parent_id, "hold")
    cast.settle()
    assert PARENT + parent_id in cast.row(child.id).holds
    assert stalls(cast.app.engine) == [], "it waits for its parent, which somebody sees to"


def test_a_look_that_a_dying_clock_left_is_taken_over(cast: Cast):
    case_id = cast.nominate()
    watch(cast.app.engine)
    leaves(cast, "head")
    (wanted,) = [value for _, value in watching._wanted(cast.app.engine)]
    key = f"{watching.WATCHED}:{cast.agency_id}"
    assert watching._begin(cast.app.engine, key, wanted), "a clock begins, and dies"
    assert reach_changed(cast.app.engine) == 0, "another leaves it to the first"
    assert finders(cast, case_id) == set()
    with cast.app.database.write() as connection:
        old = wall_now() - watching.LEFT - timedelta(seconds=1)
        connection.execute(sa.update(setting).where(setting.c.key == key).values(changed_at=old))
    assert reach_changed(cast.app.engine) == 1
    assert finders(cast, case_id) == {"director"}
    assert reach_changed(cast.app.engine) == 0
