"""Why a person may what they may, sees what they see, and has what waits for them; and on which day that changes.

Roles and absences stand on everybody's page; of cases only those are named that whoever asks sees themselves. To who
does not see a case the answer is the same whether it exists or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from states.subjects.visibility import sight, visible, ways
from workflow.case import case
from workflow.case_list import find_code
from workflow.clock import business_now
from workflow.definition import Plan
from workflow.identity import Organisation
from workflow.inbox import inbox
from workflow.message import Message, NotFound
from workflow.organisation import absence, role_grant
from workflow.reasons import Line, Part, Why, line

MOST = 30
DAY = timedelta(days=1)
NOBODY = ""
"""Whoever works at the machine itself: sees every case of the agency."""


@dataclass(frozen=True)
class Question:
    """Who asks about whom, and, where it is about one case, by which code."""

    asker: str
    person_id: str
    code: str = ""

    @property
    def is_own(self) -> bool:
        """Somebody asks about themselves."""
        return self.asker == self.person_id


def of_person(connection: sa.Connection, org: Organisation, plan: Plan | None, asked: Question) -> Why:
    """The explanation. Raises NotFound for who is nobody here, and for another's case that the asker does not see."""
    someone = org.people.get(asked.person_id)
    if someone is None:
        raise NotFound("person")
    parts = [
        Part(Message("explain.part.roles"), tuple(_roles(connection, org, plan, asked.person_id))),
        Part(Message("explain.part.sight"), tuple(_ways(org, asked.person_id))),
        Part(Message("explain.part.waiting"), tuple(_waiting(connection, org, asked))),
    ]
    if changes := tuple(_changes(connection, org, plan, asked.person_id)):
        parts.append(Part(Message("explain.part.changes"), changes))
    if asked.code:
        parts.insert(0, Part(Message("explain.part.here"), tuple(_here(connection, org, asked))))
    return Why("person", someone.id, Message("explain.person", {"name": someone.name}), tuple(parts))


def seen_by(org: Organisation, asker: str) -> sa.ColumnElement[bool]:
    """The cases whoever asks sees."""
    return case.c.agency_id == org.agency_id if asker == NOBODY else visible(org, asker)


def _title(plan: Plan | None, role: str) -> str:
    return plan.roles[role].title if plan is not None and role in plan.roles else role


def _unit(org: Organisation, unit_id: str | None) -> str | Message:
    row = org.units.get(unit_id or "")
    return str(row["name"]) if row else Message("explain.role.agency")


def _roles(connection: sa.Connection, org: Organisation, plan: Plan | None, person_id: str) -> Iterator[Line]:
    """Own roles, and those of everybody they stand in for today."""
    if not org.active(person_id):
        yield line("explain.role.not_active", "no")
        return
    for place in org.standings(person_id):
        for grant in org.grants.get(place.principal, ()):
            said = {"role": _title(plan, grant.role), "unit": _unit(org, grant.unit_id)}
            if place.chain:
                until = place.until or org.today
                yield line("explain.role.deputised", "yes", name=org.name(place.principal), until=until, **said)
            else:
                yield line("explain.role.own", "yes", **said)
    yield line("explain.role.everyone", "yes", unit=_unit(org, org.people[person_id].unit_id))
    for deputy, _, until in org.deputies.get(person_id, ()):
        yield line("explain.people.away", until=until, name=org.name(deputy))


def _ways(org: Organisation, person_id: str) -> Iterator[Line]:
    found = ways(org, person_id)
    for name in found:
        yield line(f"explain.way.{name}", "yes")
    if not found:
        yield line("explain.way.none", "no")
    yield line("explain.way.kept", "no")


def _here(connection: sa.Connection, org: Organisation, asked: Question) -> Iterator[Line]:
    """Why this one sees that case, or not; unseen by who asks: the same words whether it exists or not."""
    row = find_code(connection, seen_by(org, asked.asker), org.agency_id, asked.code)
    if row is None and not asked.is_own:
        raise NotFound("case")
    if row is None:
        yield line("explain.sight.unknown", "no", code=asked.code)
        return
    found = sight(connection, org, asked.person_id, str(row["id"]))
    under = [line(f"explain.way.{name}", "yes") for name in found.ways]
    if found.bars and asked.is_own:
        under += [line(f"explain.bar.{name}", "no") for name in found.bars]
    elif found.bars:
        under = [line("explain.people.apart", "no")]
    elif not found.ways:
        under = [line("explain.sight.no_way", "no")]
    key = "explain.sight.sees" if found.sees else "explain.sight.sees_not"
    yield line(key, "yes" if found.sees else "no", tuple(under), code=row["code"])


def _waiting(connection: sa.Connection, org: Organisation, asked: Question) -> Iterator[Line]:
    """What waits for them, on the cases that whoever asks sees; what is late, and why it counts as late."""
    rows = inbox(connection, org, asked.person_id, limit=MOST).rows
    ids = [row.case_id for row in rows]
    mine = set(connection.scalars(sa.select(case.c.id).where(case.c.id.in_(ids), seen_by(org, asked.asker))))
    now, shown = business_now(connection), 0
    for row in rows:
        if row.case_id not in mine:
            continue
        shown += 1
        under = []
        if row.on_behalf_of:
            under.append(line("explain.waiting.for", name=org.name(row.on_behalf_of)))
        late = row.due_at is not None and row.due_at <= now
        if late:
            under.append(line("explain.waiting.late", "no", due=row.due_at, now=now))
        said = Message("explain.waiting.item", {"title": row.title, "code": row.case_code})
        yield Line(said, "no" if late else "", tuple(under), ("item", row.item_id))
    if not shown:
        yield line("explain.waiting.nothing")


def _changes(connection: sa.Connection, org: Organisation, plan: Plan | None, person_id: str) -> Iterator[Line]:
    """What is known of days to come: roles that begin and end, absences of theirs and of those they stand in for."""
    found: list[tuple[date, Line]] = []
    mine = (role_grant.c.agency_id == org.agency_id) & (role_grant.c.person_id == person_id)
    for row in connection.execute(sa.select(role_grant).where(mine)):
        said = {"role": _title(plan, row.role), "unit": _unit(org, row.unit_id)}
        if row.starts_on > org.today:
            found.append((row.starts_on, line("explain.change.role_begins", on=row.starts_on, **said)))
        if row.ends_on and row.ends_on >= org.today:
            found.append((row.ends_on + DAY, line("explain.change.role_ends", on=row.ends_on + DAY, **said)))
    theirs = (absence.c.person_id == person_id) | (absence.c.deputy_id == person_id)
    away = sa.select(absence).where(absence.c.agency_id == org.agency_id, theirs, absence.c.ends_on >= org.today)
    for row in connection.execute(away):
        kind = "away" if row.person_id == person_id else "deputy"
        other = org.name(row.deputy_id if kind == "away" else row.person_id)
        if row.starts_on > org.today:
            found.append((row.starts_on, line(f"explain.change.{kind}_begins", on=row.starts_on, name=other)))
        found.append((row.ends_on + DAY, line(f"explain.change.{kind}_ends", on=row.ends_on + DAY, name=other)))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))
