"""One person goes to another unit with all that is open about them: looked at, then done whole on its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from states.subjects.model import subject, unit_stay
from workflow import runs
from workflow.carrying import move_along
from workflow.case import case
from workflow.clock import business_now, day_start, local_date
from workflow.commands import Changing
from workflow.db import uuid7
from workflow.draft import By, Draft
from workflow.facts import CaseFacts, load_cases
from workflow.folding import tidy
from workflow.identity import Grant, Organisation, load_organisation, who
from workflow.message import Message, NotFound, Refused
from workflow.organisation import person, role_grant, unit
from workflow.organisation_changes import touched
from workflow.permission import asked_of_item
from workflow.runs import Work
from workflow.worklist import candidate, work_item
from workflow.writing import guarded, recorded, write

KIND = "move_person"


@dataclass(frozen=True)
class Moving:
    """A person belongs to another unit from a day on. `kept`: roles in the old unit that go on in the new one."""

    agency_id: str
    person_id: str
    unit_id: str
    first_day: date
    by: str
    number: str = ""
    reason: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Along:
    """An open case that goes along, as it will be, and who would answer for each open item."""

    draft: Draft
    items: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def row(self) -> Mapping[str, Any]:
        """The case's row as it will be."""
        return self.draft.case


@dataclass
class Move:
    """What the move would do. With `refusals` it cannot be done."""

    old: str
    new: str
    roles: tuple[Any, ...] = ()  # grants in the old unit
    cases: list[Along] = field(default_factory=list)
    refusals: list[Message] = field(default_factory=list)


def check(connection: sa.Connection, moving: Moving, *, locked: bool = False) -> tuple[Any, Any]:
    """The person's and the new unit's row. Raises NotFound, and Refused with every reason why it cannot be."""
    mine = sa.select(person).where(person.c.agency_id == moving.agency_id, person.c.id == moving.person_id)
    one = connection.execute(mine.with_for_update() if locked else mine).one_or_none()
    there = sa.select(unit).where(unit.c.agency_id == moving.agency_id, unit.c.id == moving.unit_id)
    into = connection.execute(there).one_or_none()
    if one is None or into is None:
        raise NotFound("person" if one is None else "unit")
    reasons = []
    if one.unit_id == moving.unit_id:
        reasons.append(Message("moving.same", {"name": one.name, "unit": into.name}))
    if one.erased_at is not None or (one.ends_on is not None and one.ends_on < moving.first_day):
        reasons.append(Message("moving.left", {"name": one.name}))
    if into.ends_on is not None and into.ends_on < moving.first_day:
        reasons.append(Message("moving.unit_over", {"unit": into.name, "day": into.ends_on}))
    since = max(one.starts_on, into.starts_on, connection.scalar(_last_stay(moving)) or one.starts_on)
    if moving.first_day <= since and one.unit_id is not None:
        reasons.append(Message("moving.too_early", {"day": since}))
    if reasons:
        raise Refused(*reasons)
    return one, into


def _last_stay(moving: Moving) -> sa.Select[Any]:
    stays = sa.select(sa.func.max(unit_stay.c.starts_on)).join(subject, subject.c.id == unit_stay.c.subject_id)
    return stays.where(subject.c.agency_id == moving.agency_id, subject.c.person_id == moving.person_id)


def look(engine: Changing, connection: sa.Connection, moving: Moving, *, locked: bool = False) -> Move:
    """Everything about it in this snapshot. Raises NotFound, Refused like the decision itself."""
    one, into = check(connection, moving, locked=locked)
    org = load_organisation(connection, moving.agency_id, local_date(business_now(connection)))
    roles = _grants(connection, moving, one.unit_id)
    old = org.units.get(one.unit_id or "", {}).get("name", "")
    seen = Move(str(old), into.name, tuple(roles))
    after, ours = _moved(org, moving, one.unit_id, roles), set(_about(connection, moving, one.unit_id))
    looked_at = sorted(ours | set(_asking(connection, moving, roles)))
    for start in range(0, len(looked_at), 50):
        for facts in load_cases(connection, engine, looked_at[start : start + 50]):
            _look_at(engine, connection, facts, after, moving, seen, goes=facts.case["id"] in ours)
    seen.cases.sort(key=lambda along: str(along.row["code"]))
    return seen


def _look_at(
    engine: Changing, connection: sa.Connection, facts: CaseFacts, after: Organisation, moving: Moving, seen: Move,
    *, goes: bool,
) -> None:  # fmt: skip
    before = engine.draft_for(connection, facts, By("case"))
    draft = engine.draft_for(connection, replace(facts, org=after), By("person", moving.by, None, "page"))
    if goes:
        move_along(draft, moving.unit_id, moving.number, moving.reason)
    items = []
    for item in draft.items.all(status="open"):
        owners = _owners(draft, item)
        items.append((item["title"], owners))
        if not owners and _owners(before, item):
            seen.refusals.append(Message("moving.nobody_left", {"code": facts.case["code"], "title": item["title"]}))
    if goes:
        seen.cases.append(Along(draft, tuple(items)))


def _owners(draft: Draft, item: Mapping[str, Any]) -> tuple[str, ...]:
    org = draft.facts.org
    people = who(org, draft.plan, draft.matter(), asked_of_item(draft, item))
    return tuple(dict.fromkeys(org.name(one) for one in people))


def _moved(org: Organisation, moving: Moving, old: str | None, roles: list[Any]) -> Organisation:
    """The organisation in which it is done."""
    ident = moving.person_id
    people = {**org.people, ident: replace(org.people[ident], unit_id=moving.unit_id)}
    rest = [one for one in org.grants.get(ident, ()) if old is None or one.unit_id != old]
    going = [Grant(row["role"], moving.unit_id) for row in roles if row["id"] in moving.kept]
    return replace(org, people=people, grants={**org.grants, ident: (*rest, *going)})


def _grants(connection: sa.Connection, moving: Moving, old: str | None) -> list[Any]:
    """What the person would still hold in the old unit on that day."""
    held = sa.select(role_grant).where(
        role_grant.c.agency_id == moving.agency_id, role_grant.c.person_id == moving.person_id,
        role_grant.c.unit_id == old, sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= moving.first_day),
    )  # fmt: skip
    return list(connection.execute(held.order_by(role_grant.c.role, role_grant.c.id)).mappings()) if old else []


def _about(connection: sa.Connection, moving: Moving, old: str | None) -> list[str]:
    """Open cases about the person in the unit they leave."""
    mine = (
        sa.select(case.c.id)
        .join(subject, sa.and_(subject.c.agency_id == case.c.agency_id, subject.c.id == case.c.subject_id))
        .where(
            case.c.agency_id == moving.agency_id, case.c.subject_type == "subject", case.c.ended_at.is_(None),
            case.c.unit_id.is_(None) if old is None else case.c.unit_id == old,
            subject.c.person_id == moving.person_id,
        )
    )  # fmt: skip
    return list(connection.scalars(mine))


def _asking(connection: sa.Connection, moving: Moving, roles: list[Any]) -> list[str]:
    """Cases that ask a role of the old unit which the person leaves: somebody else has to be there for them."""
    left = {row["role"] for row in roles if row["id"] not in moving.kept}
    if not left:
        return []
    asked = (
        sa.select(work_item.c.case_id)
        .join(candidate, candidate.c.item_id == work_item.c.id)
        .where(
            candidate.c.agency_id == moving.agency_id, candidate.c.role.in_(left), candidate.c.is_open,
            candidate.c.unit_id == roles[0]["unit_id"], work_item.c.status == "open",
        )
        .distinct()
    )  # fmt: skip
    return list(connection.scalars(asked))


def decide(connection: sa.Connection, moving: Moving, key: str) -> str:
    """Order the run that moves them on the day; its id. The same form sent twice is one. Raises NotFound, Refused."""
    known = (runs.run.c.agency_id == moving.agency_id) & (runs.run.c.dedupe_key == f"{KIND}:{key}")
    if (found := connection.scalar(sa.select(runs.run.c.id).where(known))) is not None:
        return str(found)
    if not moving.number.strip():
        raise Refused(Message("moving.no_number"))
    one, into = check(connection, moving)
    wanted = {
        "person_id": moving.person_id, "unit_id": moving.unit_id, "first_day": moving.first_day.isoformat(),
        "number": tidy(moving.number)[:120], "reason": tidy(moving.reason)[:300], "kept": sorted(moving.kept),
    }  # fmt: skip
    begins = max(day_start(moving.first_day), business_now(connection))
    about = f"{one.code} → {into.name}"
    return runs.order(connection, runs.Order(moving.agency_id, KIND, moving.by, wanted, f"{KIND}:{key}", about, begins))


class PersonMoving:
    """The doer of runs of the kind `move_person`."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """All of it or nothing. Raises Refused when somebody's work would be left lying."""
        said = dict(work.taken.wanted)
        said |= {"first_day": date.fromisoformat(said["first_day"]), "kept": tuple(said["kept"])}
        moving = Moving(agency_id=work.taken.agency_id, by=work.taken.asked_by, **said)
        with self._engine.database.write() as connection:
            seen = look(self._engine, connection, moving, locked=True)
            if seen.refusals:
                raise Refused(*seen.refusals)
            for number, along in enumerate(seen.cases):
                work.at(number, len(seen.cases))
                guard = guarded(along.draft)
                write(connection, along.draft, guard, recorded(along.draft, guard))
            _move(connection, moving)
            roles = _move_roles(connection, moving, seen.roles)
            touched(connection, moving.agency_id, [moving.person_id])
            work.finish(connection, result={"cases": len(seen.cases), "roles": roles})


def _move(connection: sa.Connection, moving: Moving) -> None:
    """The person and their dossier; how long they were where is kept."""
    mine = (person.c.agency_id == moving.agency_id) & (person.c.id == moving.person_id)
    connection.execute(sa.update(person).where(mine).values(unit_id=moving.unit_id))
    about = sa.select(subject.c.id).where(
        subject.c.agency_id == moving.agency_id, subject.c.person_id == moving.person_id
    )
    subject_id = connection.scalar(about)
    if subject_id is None:
        return
    connection.execute(sa.update(subject).where(subject.c.id == subject_id).values(unit_id=moving.unit_id))
    here = (unit_stay.c.subject_id == subject_id) & unit_stay.c.ends_on.is_(None)
    connection.execute(sa.update(unit_stay).where(here).values(ends_on=moving.first_day - timedelta(days=1)))
    row = {"id": uuid7(), "agency_id": moving.agency_id, "subject_id": subject_id, "unit_id": moving.unit_id}
    connection.execute(sa.insert(unit_stay).values(**row, starts_on=moving.first_day))


def _move_roles(connection: sa.Connection, moving: Moving, roles: tuple[Any, ...]) -> int:
    """Roles in the old unit end the day before; those that were kept go on in the new one. How many do."""
    kept = [row for row in roles if row["id"] in moving.kept]
    ended = sa.update(role_grant).where(role_grant.c.id.in_([row["id"] for row in roles]))
    connection.execute(ended.values(ends_on=moving.first_day - timedelta(days=1)))
    fresh = [
        {**row, "id": uuid7(), "unit_id": moving.unit_id, "starts_on": max(row["starts_on"], moving.first_day)}
        for row in kept
    ]
    if fresh:
        connection.execute(sa.insert(role_grant), fresh)
    return len(fresh)
