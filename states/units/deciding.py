"""The decision to merge a unit into another: what it needs to be one, kept once, carried out by a run on its day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow import runs
from workflow.clock import business_now, day_start, local_date
from workflow.db import insert_ignoring, uuid7
from workflow.message import Message, Refused
from workflow.organisation import role_grant, unit, unit_merge

KIND = "merge_units"


@dataclass(frozen=True)
class Merge:
    """A unit ends the day before `starts_on`. `kept`: grants in it that go on in `into_id`."""

    agency_id: str
    unit_id: str
    into_id: str
    starts_on: date
    decision_number: str
    kept: tuple[str, ...] = ()
    id: str = ""

    @property
    def last_day(self) -> date:
        """The old unit's last day."""
        return self.starts_on - timedelta(days=1)


def check(connection: sa.Connection, merge: Merge) -> tuple[str, str]:
    """The names of both units. Raises Refused with every reason why they cannot be merged on that day."""
    today = local_date(business_now(connection))
    old, new = _unit(connection, merge, merge.unit_id), _unit(connection, merge, merge.into_id)
    reasons = []
    if merge.unit_id == merge.into_id:
        reasons.append(Message("merge.same"))
    if merge.starts_on < today:
        reasons.append(Message("merge.past", {"day": merge.starts_on, "today": today}))
    reasons += [
        Message("merge.over", {"name": row.name, "day": row.ends_on})
        for row in (old, new) if row.ends_on is not None and row.ends_on < merge.last_day
    ]  # fmt: skip
    going = sa.select(unit_merge.c.unit_id).where(
        unit_merge.c.agency_id == merge.agency_id, unit_merge.c.status != "called_off", unit_merge.c.id != merge.id,
        unit_merge.c.unit_id.in_([merge.unit_id, merge.into_id]),
    )  # fmt: skip
    names = {old.id: old.name, new.id: new.name}
    reasons += [Message("merge.decided_already", {"name": names[one]}) for one in connection.scalars(going)]
    if reasons:
        raise Refused(*reasons)
    return old.name, new.name


def _unit(connection: sa.Connection, merge: Merge, unit_id: str) -> Any:
    found = connection.execute(
        sa.select(unit.c.id, unit.c.name, unit.c.ends_on).where(
            unit.c.agency_id == merge.agency_id, unit.c.id == unit_id
        )
    ).one_or_none()
    if found is None:
        raise Refused(Message("merge.unknown"))
    return found


def grants_of(connection: sa.Connection, merge: Merge) -> Sequence[Any]:
    """What people would still hold in the old unit: id, person_id, role."""
    held = sa.select(role_grant.c.id, role_grant.c.person_id, role_grant.c.role).where(
        role_grant.c.agency_id == merge.agency_id, role_grant.c.unit_id == merge.unit_id,
        sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= merge.starts_on),
    )  # fmt: skip
    return connection.execute(held.order_by(role_grant.c.role, role_grant.c.id)).all()


def usually_kept(connection: sa.Connection, merge: Merge) -> set[str]:
    """The grants that go on when nobody says otherwise: of roles that the new unit would have nobody for."""
    there = sa.select(role_grant.c.role).where(
        role_grant.c.agency_id == merge.agency_id, role_grant.c.unit_id == merge.into_id,
        role_grant.c.starts_on <= merge.starts_on,
        sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= merge.starts_on),
    )  # fmt: skip
    held = set(connection.scalars(there))
    return {row.id for row in grants_of(connection, merge) if row.role not in held}


def decide(connection: sa.Connection, merge: Merge, person_id: str, kept: Collection[str], key: str) -> str:
    """Keep the decision and order the run that carries it out on its day; the run's id. Raises Refused.

    `key`: of the form it was sent with; the same form sent twice is one decision.
    """
    known = connection.scalar(sa.select(runs.run.c.id).where(
        runs.run.c.agency_id == merge.agency_id, runs.run.c.dedupe_key == f"{KIND}:{key}"))  # fmt: skip
    if known is not None:
        return str(known)
    if not merge.decision_number.strip():
        raise Refused(Message("merge.no_number"))
    old, new = check(connection, merge)
    merge_id = uuid7()
    ours = {row.id for row in grants_of(connection, merge)}
    row = {
        "id": merge_id, "agency_id": merge.agency_id, "unit_id": merge.unit_id, "into_id": merge.into_id,
        "starts_on": merge.starts_on, "decision_number": merge.decision_number.strip()[:120],
        "kept_roles": sorted(ours & set(kept)), "status": "planned", "decided_by": person_id,
        "decided_at": business_now(connection),
    }  # fmt: skip
    if connection.scalar(insert_ignoring(connection, unit_merge).values(row).returning(unit_merge.c.id)) is None:
        raise Refused(Message("merge.decided_already", {"name": old}))
    about = f"{old} → {new}"
    wanted = runs.Order(
        merge.agency_id, KIND, person_id, {"merge_id": merge_id}, f"{KIND}:{key}", about, _begin(merge, connection)
    )
    return runs.order(connection, wanted)


def _begin(merge: Merge, connection: sa.Connection) -> datetime:
    return max(day_start(merge.starts_on), business_now(connection))


def planned(connection: sa.Connection, agency_id: str, merge_id: str) -> Merge:
    """The decision as it was kept. Raises Refused when it was taken back."""
    row = connection.execute(
        sa.select(unit_merge).where(unit_merge.c.agency_id == agency_id, unit_merge.c.id == merge_id)
    ).one_or_none()
    if row is None or row.status == "called_off":
        raise Refused(Message("merge.dropped"))
    return Merge(
        agency_id, row.unit_id, row.into_id, row.starts_on, row.decision_number, tuple(row.kept_roles), row.id
    )  # fmt: skip


def call_off(connection: sa.Connection, agency_id: str, run_id: str) -> None:
    """Take a decision back before its day. Raises Refused once it is being carried out: half a merge is none."""
    row = runs.find(connection, agency_id, run_id)
    if not _dropped(connection, agency_id, row["wanted"]["merge_id"]):
        raise Refused(Message("merge.begun"))
    runs.stop(connection, agency_id, run_id)


def _dropped(connection: sa.Connection, agency_id: str, merge_id: str) -> bool:
    mine = sa.and_(unit_merge.c.agency_id == agency_id, unit_merge.c.id == merge_id, unit_merge.c.status == "planned")
    return connection.execute(sa.update(unit_merge).where(mine).values(status="called_off")).rowcount == 1
