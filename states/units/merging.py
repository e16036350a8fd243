"""Carries a merge out: first every open case, one by one; then, in one transaction, people, roles, places, the unit.

While cases are on their way the old unit's people still hold their roles: at no moment is a case nobody's. A run that
died goes on with what is still the old unit's; the last transaction and the end of the run are one.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from states.quotas.heirs import inherit
from states.subjects.model import subject, unit_stay
from states.units.deciding import Merge, check, grants_of, planned
from workflow.carrying import EVENT, carry_over, left_behind
from workflow.clock import business_now, day_start
from workflow.commands import Changing
from workflow.db import uuid7
from workflow.history import event
from workflow.message import Message, Refused
from workflow.organisation import person, role_grant, unit, unit_merge
from workflow.organisation_changes import touched
from workflow.runs import Work

MOST_ROUNDS = 20


class UnitMerging:
    """The doer of runs of the kind `merge_units`."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """Until nothing is the old unit's. Raises Refused when the decision does not hold any more on its day."""
        merge, carried = self._begin(work), 0
        for _ in range(MOST_ROUNDS):
            ids = self._left(merge)
            for case_id in ids:
                work.at(carried, carried + len(ids))
                carry_over(self._engine, case_id, merge.unit_id, merge.decision_number)
                carried += 1
            if self._end(work, merge, carried):
                return
        raise Refused(Message("merge.never_rests", {"count": len(self._left(merge))}))

    def _begin(self, work: Work) -> Merge:
        """From here on the new unit answers for the old one: what begins now begins there."""
        agency_id = work.taken.agency_id
        with self._engine.database.write() as connection:
            merge = planned(connection, agency_id, work.taken.wanted["merge_id"])
            mine = sa.and_(unit_merge.c.id == merge.id, unit_merge.c.status == "planned")
            status = connection.scalar(sa.select(unit_merge.c.status).where(unit_merge.c.id == merge.id))
            if status == "planned":
                check(connection, merge)
                connection.execute(sa.update(unit_merge).where(mine).values(status="going_on"))
                touched(connection, agency_id, ())
        return merge

    def _left(self, merge: Merge) -> list[str]:
        with self._engine.database.read() as connection:
            return left_behind(connection, merge.agency_id, merge.unit_id)

    def _end(self, work: Work, merge: Merge, carried: int) -> bool:
        """People, roles, dossiers, places and the unit itself; False, and nothing, when a case came in meanwhile."""
        with self._engine.database.write() as connection:
            if left_behind(connection, merge.agency_id, merge.unit_id):
                connection.rollback()
                return False
            people = _people(connection, merge)
            touched(connection, merge.agency_id, {*people, *(row.person_id for row in grants_of(connection, merge))})
            _move_people(connection, merge, people)
            roles = _move_roles(connection, merge)
            _move_dossiers(connection, merge)
            found = self._engine.catalogue.living_plan(connection, merge.agency_id)
            if found is not None:
                inherit(connection, merge.agency_id, found[1], (merge.unit_id, merge.into_id), merge.starts_on)
            _close(connection, merge)
            result = {"cases": _carried(connection, merge), "people": len(people), "roles": roles}
            work.at(carried, carried)
            work.finish(connection, result=result)
        return True


def _carried(connection: sa.Connection, merge: Merge) -> int:
    """How many cases changed hands, by their histories: those of a run that died among them."""
    told = sa.select(event.c.case_id, event.c.body).where(
        event.c.agency_id == merge.agency_id, event.c.kind == EVENT, event.c.at >= day_start(merge.starts_on)
    )
    return len({row.case_id for row in connection.execute(told) if row.body["refs"][0] == merge.unit_id})


def _people(connection: sa.Connection, merge: Merge) -> list[str]:
    """Who works in the old unit and does not leave with it."""
    inside = sa.select(person.c.id).where(
        person.c.agency_id == merge.agency_id, person.c.unit_id == merge.unit_id,
        sa.or_(person.c.ends_on.is_(None), person.c.ends_on >= merge.starts_on),
    )  # fmt: skip
    return list(connection.scalars(inside))


def _move_people(connection: sa.Connection, merge: Merge, people: Sequence[str]) -> None:
    moved = sa.update(person).where(person.c.agency_id == merge.agency_id, person.c.id.in_(people))
    connection.execute(moved.values(unit_id=merge.into_id))


def _move_roles(connection: sa.Connection, merge: Merge) -> int:
    """Roles in the old unit end with it; those that were kept go on in the new one. How many do."""
    kept = 0
    for one in grants_of(connection, merge):
        row = connection.execute(sa.select(role_grant).where(role_grant.c.id == one.id)).mappings().one()
        ended = sa.update(role_grant).where(role_grant.c.id == one.id)
        connection.execute(ended.values(ends_on=merge.last_day))
        if one.id in merge.kept and not _holds(connection, merge, one.person_id, one.role):
            fresh = {"id": uuid7(), "unit_id": merge.into_id, "starts_on": max(row["starts_on"], merge.starts_on)}
            connection.execute(sa.insert(role_grant).values({**row, **fresh}))
            kept += 1
    return kept


def _holds(connection: sa.Connection, merge: Merge, person_id: str, role: str) -> bool:
    held = sa.select(role_grant.c.id).where(
        role_grant.c.agency_id == merge.agency_id, role_grant.c.person_id == person_id, role_grant.c.role == role,
        role_grant.c.unit_id == merge.into_id,
        sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= merge.starts_on),
    )  # fmt: skip
    return connection.scalar(held.limit(1)) is not None


def _move_dossiers(connection: sa.Connection, merge: Merge) -> None:
    """Whom cases are about belongs to the new unit; how long they were in the old one is kept."""
    ours = sa.and_(subject.c.agency_id == merge.agency_id, subject.c.unit_id == merge.unit_id)
    connection.execute(sa.update(subject).where(ours).values(unit_id=merge.into_id))
    here = sa.and_(
        unit_stay.c.agency_id == merge.agency_id, unit_stay.c.unit_id == merge.unit_id,
        sa.or_(unit_stay.c.ends_on.is_(None), unit_stay.c.ends_on >= merge.starts_on),
    )  # fmt: skip
    stays = connection.execute(sa.select(unit_stay).where(here)).mappings().all()
    connection.execute(sa.update(unit_stay).where(here).values(ends_on=merge.last_day))
    for row in stays:
        fresh = {"id": uuid7(), "unit_id": merge.into_id, "starts_on": merge.starts_on}
        connection.execute(sa.insert(unit_stay).values({**row, **fresh}))


def _close(connection: sa.Connection, merge: Merge) -> None:
    ended = sa.update(unit).where(unit.c.agency_id == merge.agency_id, unit.c.id == merge.unit_id)
    connection.execute(ended.values(ends_on=merge.last_day))
    now = business_now(connection)
    connection.execute(sa.update(unit_merge).where(unit_merge.c.id == merge.id).values(status="done", done_at=now))
