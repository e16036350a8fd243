"""May this person? One answer for every entry, with its reason; a missing rule is a no."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from workflow.becoming import became, last
from workflow.definition import Plan, Role
from workflow.message import Message
from workflow.organisation import absence, conflict, person, role_grant, unit, version_of
from workflow.registry import Party

ASIDE = "@aside"
"""The relation of a member of a body who stands aside from a case for as long as it is on that body's agenda."""

EXCLUDED = frozenset({"subject", "member", ASIDE})

EVERYONE = "*"
"""How inboxes name a role that everybody of a unit, or of the agency, holds."""

ANY_UNIT = "*"
"""Seen from the whole agency: a unit's role counts in whichever unit it is held. No unit has this id."""


@dataclass(frozen=True)
class PersonRow:
    """A person as decisions see them; `active` says whether they work here on the snapshot's day."""

    id: str
    code: str
    name: str
    unit_id: str | None
    post: str
    email: str
    account_id: str | None
    authority_version: int
    active: bool


@dataclass(frozen=True)
class Grant:
    """A role held, in a unit or in the whole agency."""

    role: str
    unit_id: str | None


@dataclass(frozen=True)
class Standing:
    """In whose place somebody acts: `chain` runs from the one stood in for to the last absent before the actor."""

    principal: str
    chain: tuple[str, ...] = ()
    absence_id: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class Power:
    """A grant somebody may use now, own or deputised."""

    role: str
    unit_id: str | None
    on_behalf_of: str | None


@dataclass(frozen=True)
class Authority:
    """Why somebody may: shown to them, and written in the event."""

    role: str
    unit_id: str | None
    on_behalf_of: str | None
    absence_id: str | None
    why: Message
    chain: tuple[str, ...] = ()  # everyone else this rests on: those stood in for, who handed it over


@dataclass(frozen=True)
class Matter:
    """A case as permission sees it."""

    subject_id: str
    unit_id: str | None
    parties: tuple[Party, ...] = ()
    takers: Mapping[str, list[Any]] = field(default_factory=dict)

    def holders(self, relation: str) -> tuple[str, ...]:
        """The people the case itself names under a relation (nominator, mentor…)."""
        return tuple(p.person_id for p in self.parties if p.relation == relation)


@dataclass(frozen=True)
class Asked:
    """Whose answer is wanted: roles seen from a unit, and people an item was moved or added to directly."""

    roles: tuple[str, ...]
    unit_id: str | None
    moved_to: Mapping[str, str | None] = field(default_factory=dict)  # person -> by whom
    not_by: tuple[str, ...] = ()  # keys of Matter.takers whose last taker may not act here


@dataclass(frozen=True, eq=False)
class Organisation:
    """One agency on one day: who is there, what they hold, who stands in for whom. One snapshot is no other."""

    agency_id: str
    version: int
    today: date
    people: Mapping[str, PersonRow]
    units: Mapping[str, Mapping[str, Any]]
    grants: Mapping[str, tuple[Grant, ...]]
    deputies: Mapping[str, tuple[tuple[str, str, date], ...]]  # absent -> (deputy, absence id, last day)
    conflicts: frozenset[tuple[str, str]]  # (person, subject)
    merged: Mapping[str, str] = field(default_factory=dict)  # a unit that ended -> the one that took its work over
    twins: Mapping[str, str] = field(default_factory=dict)  # a person who turned out to be another -> that one

    @cached_property
    def granted(self) -> Mapping[str, tuple[tuple[str, str | None], ...]]:
        """Role → (person, unit) of everybody who holds it: asked for each notice of a crowd."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        for person_id, grants in self.grants.items():
            for grant in grants:
                found.setdefault(grant.role, []).append((person_id, grant.unit_id))
        return {role: tuple(rows) for role, rows in found.items()}

    @cached_property
    def here(self) -> frozenset[str]:
        """Everybody who works here on the snapshot's day."""
        return frozenset(person.id for person in self.people.values() if person.active)

    def name(self, person_id: str | None) -> str:
        """A person's name, also of one who left; empty for nobody."""
        return known.name if (known := self.people.get(person_id or "")) else ""

    def unit_now(self, unit_id: str | None) -> str | None:
        """The unit that answers today for what was this one's: itself, or the last it was merged into."""
        return None if unit_id is None else last(self.merged, unit_id)

    def person_now(self, person_id: str) -> str:
        """Who a person is today: themselves, or the last they were joined with."""
        return last(self.twins, person_id)

    def once(self, person_id: str) -> tuple[str, ...]:
        """Everybody whom this person turned out to be, themselves first."""
        return (person_id, *(gone for gone in self.twins if self.person_now(gone) == person_id))

    def active(self, person_id: str) -> bool:
        """Works here on the snapshot's day."""
        return person_id in self.here

    def standings(self, person_id: str, barred: Container[str] = ()) -> tuple[Standing, ...]:
        """Oneself, then everyone one stands in for: chains A→B→C, each person once, so circles end.

        Nobody is reached for or through somebody `barred`.
        """
        found = [Standing(person_id)]
        seen = {person_id}
        for place in found:
            for absent, absence_id, until in self._covered_by(place.principal):
                if absent not in seen and absent not in barred and self.active(absent):
                    seen.add(absent)
                    found.append(Standing(absent, (absent, *place.chain), absence_id, until))
        return tuple(found)

    def _covered_by(self, person_id: str) -> Iterable[tuple[str, str, date]]:
        for absent, rows in self.deputies.items():
            for deputy, absence_id, until in rows:
                if deputy == person_id:
                    yield absent, absence_id, until

    def paths(self, person_id: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(principal, everyone else on the way to them) for oneself and every chain of absences, each way once.

        None for who has left.
        """
        if not self.active(person_id):
            return ()
        found: list[tuple[str, tuple[str, ...]]] = [(person_id, ())]
        for principal, chain in found:
            for absent, _, _ in self._covered_by(principal):
                if absent != person_id and absent not in chain and self.active(absent):
                    found.append((absent, (absent, *chain)))
        return tuple(found)

    def held(self, person_id: str) -> tuple[Grant, ...]:
        """What a person holds: their grants, and that they are one of their unit and of the agency."""
        if not self.active(person_id):
            return ()
        return (*self.grants.get(person_id, ()), Grant(EVERYONE, self.people[person_id].unit_id))

    def powers(self, person_id: str) -> tuple[Power, ...]:
        """Every grant the person may use now, own first."""
        return tuple(
            Power(grant.role, grant.unit_id, place.principal if place.chain else None)
            for place in self.standings(person_id)
            for grant in self.grants.get(place.principal, ())
        )

    def present(self, person_id: str, barred: Container[str] = ()) -> tuple[str, ...]:
        """Who answers for a person today: themselves, or the deputies at the end of each chain of people not barred."""
        if not self.active(person_id) or person_id in barred:
            return ()
        if person_id not in self.deputies:
            return (person_id,)
        here, seen, ends = [person_id], {person_id}, []
        for someone in here:
            rows = [d for d, _, _ in self.deputies.get(someone, ()) if self.active(d)]
            fit = [d for d in rows if d not in barred and d not in seen]
            seen.update(fit)
            here.extend(fit)
            if not rows:
                ends.append(someone)
        return tuple(ends)


_Snapshots = dict[tuple[str, int, date], Organisation]
_snapshots: WeakKeyDictionary[sa.Engine, _Snapshots] = WeakKeyDictionary()


def forget_snapshots(connection: sa.Connection) -> None:
    """Read anew at the next question: for whoever must not trust that every change was announced."""
    _snapshots.pop(connection.engine, None)


def load_organisation(
    connection: sa.Connection, agency_id: str, today: date, *, version: int | None = None
) -> Organisation:
    """The snapshot of an agency's organisation; kept until its version (given, if read already) or the day changes."""
    if version is None:
        version = version_of(connection, agency_id)
    key = (agency_id, version, today)
    snapshots = _snapshots.setdefault(connection.engine, {})
    known = snapshots.get(key)
    if known is None:
        known = _load(connection, agency_id, version, today)
        if len(snapshots) > 64:
            snapshots.clear()
        snapshots[key] = known
    return known


def _of(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.agency_id == sa.bindparam("agency"))


def _in_force(table: sa.Table) -> sa.Select[Any]:
    today = sa.bindparam("today", type_=sa.Date)
    return _of(table).where(table.c.starts_on <= today, table.c.ends_on.is_(None) | (table.c.ends_on >= today))


_PEOPLE = _of(person)
_UNITS = _of(unit).order_by(unit.c.position, unit.c.code)
_GRANTS = _in_force(role_grant).order_by(role_grant.c.id)
_AWAY = _in_force(absence).order_by(absence.c.id)
_CONFLICTS = _of(conflict)


def _load(connection: sa.Connection, agency_id: str, version: int, today: date) -> Organisation:
    mine = {"agency": agency_id, "today": today}
    people = {
        row.id: PersonRow(
            row.id, row.code, row.name, row.unit_id, row.post, row.email, row.account_id, row.authority_version,
            row.starts_on <= today and (row.ends_on is None or row.ends_on >= today),
        )
        for row in connection.execute(_PEOPLE, mine)
    }  # fmt: skip
    units = {row["id"]: dict(row) for row in connection.execute(_UNITS, mine).mappings()}
    grants: dict[str, tuple[Grant, ...]] = {}
    for row in connection.execute(_GRANTS, mine):
        if people[row.person_id].active:
            grants[row.person_id] = (*grants.get(row.person_id, ()), Grant(row.role, row.unit_id))
    deputies: dict[str, tuple[tuple[str, str, date], ...]] = {}
    for row in connection.execute(_AWAY, mine):
        deputies[row.person_id] = (*deputies.get(row.person_id, ()), (row.deputy_id, row.id, row.ends_on))
    conflicts = frozenset((row.person_id, row.subject_id) for row in connection.execute(_CONFLICTS, mine))
    return Organisation(
        agency_id, version, today, people, units, grants, deputies, conflicts, *became(connection, agency_id)
    )


def excluded(org: Organisation, matter: Matter, person_id: str) -> Message | None:
    """Own case, kinship or declared conflict: never decides on it, in nobody's place either."""
    for party in matter.parties:
        if party.person_id == person_id and party.relation in EXCLUDED:
            return Message("authority.own_case", {"name": org.name(person_id)})
    if (person_id, matter.subject_id) in org.conflicts:
        return Message("authority.conflict", {"name": org.name(person_id)})
    return None


def holders(org: Organisation, role: Role, matter: Matter, unit_id: str | None) -> tuple[str, ...]:
    """Who holds a role seen from a case and a unit, whether here or away, fit to decide or not."""
    if role.of == "outside" or (role.of == "unit" and unit_id is None):  # of no unit nobody is head or member
        return ()
    if role.of == "case":
        return matter.holders("subject" if role.name == "nominee" else role.name)
    if role.everyone:
        wide = role.of == "agency" or unit_id == ANY_UNIT
        return tuple(p.id for p in org.people.values() if p.active and (wide or p.unit_id == unit_id))
    granted = org.granted.get(role.name, ())
    anywhere = unit_id == ANY_UNIT
    return tuple(dict.fromkeys(p for p, of in granted if role.of == "agency" or (anywhere and of) or of == unit_id))


def eligible(org: Organisation, plan: Plan, matter: Matter, role: str, unit_id: str | None) -> tuple[str, ...]:
    """Holders who are here or represented and not excluded; where nobody is, those of the role that steps in."""
    tried: set[str] = set()
    out = barred(org, matter)
    name: str | None = role
    while name and name in plan.roles and name not in tried:
        tried.add(name)
        fit = tuple(p for p in holders(org, plan.roles[name], matter, unit_id) if org.present(p, out))
        if fit:
            return fit
        name = plan.roles[name].otherwise
    return ()


def barred(org: Organisation, matter: Matter) -> frozenset[str]:
    """Everyone who must not decide on this case, in nobody's place either."""
    parties = {party.person_id for party in matter.parties if party.relation in EXCLUDED}
    return frozenset(parties | {person_id for person_id, subject in org.conflicts if subject == matter.subject_id})


def who(org: Organisation, plan: Plan, matter: Matter, asked: Asked) -> dict[str, str | None]:
    """The people to be told now → for whom they stand in (None for themselves)."""
    told: dict[str, str | None] = {}
    out = barred(org, matter)
    principals = [p for role in asked.roles for p in eligible(org, plan, matter, role, asked.unit_id)]
    handed = [p for p in asked.moved_to if _handed_by(org, plan, matter, p, asked) is not None]
    for principal in [*principals, *handed]:
        for someone in org.present(principal, out):
            if told.get(someone, "") is not None:
                told[someone] = None if someone == principal else principal
    return told


def may(org: Organisation, plan: Plan, matter: Matter, person_id: str, asked: Asked) -> Authority | tuple[Message, ...]:
    """The one question: an authority with its reason, or every reason why not."""
    if not org.active(person_id):
        return (Message("authority.not_active"),)
    out = barred(org, matter)
    refusals: list[Message] = []
    for place in org.standings(person_id, out) if person_id not in out else ():
        found = _authority(org, plan, matter, place, asked)
        refusal = _four_eyes(org, matter, person_id, place, found, asked.not_by) if found else None
        if found and refusal is None:
            return found
        refusals += [refusal] if refusal else []
    refusals += _excluded_places(org, plan, matter, person_id, asked)
    if refusals:
        return tuple(one for number, one in enumerate(refusals) if one not in refusals[:number])
    titles = [plan.roles[role].title for role in asked.roles if role in plan.roles]
    whose = titles or [org.name(one) for one in asked.moved_to]  # a question put to somebody by name has no role
    return (Message("authority.role_missing", {"roles": whose}) if whose else Message("authority.others"),)


def _excluded_places(org: Organisation, plan: Plan, matter: Matter, person_id: str, asked: Asked) -> Iterable[Message]:
    """Where an authority would be, did not somebody on the way to it have to keep out."""
    for place in org.standings(person_id):
        if _authority(org, plan, matter, place, asked) is not None:
            found = (excluded(org, matter, someone) for someone in (person_id, *place.chain))
            yield from [message for message in found if message is not None][:1]


def _authority(org: Organisation, plan: Plan, matter: Matter, place: Standing, asked: Asked) -> Authority | None:
    principal = place.principal
    handed = _handed_by(org, plan, matter, principal, asked) if principal in asked.moved_to else None
    if handed is not None:
        mover = asked.moved_to[principal]
        why = _asked_for(org, place, mover)
        behalf = principal if place.chain else mover
        return Authority("", asked.unit_id, behalf, place.absence_id, why, (*place.chain, *handed))
    return _by_role(org, plan, matter, place, asked)


def _asked_for(org: Organisation, place: Standing, mover: str | None) -> Message:
    """Why somebody is asked by name: it was handed over, or it is one of the questions put to each by themselves."""
    if mover is None and place.chain:
        return Message("authority.asked_deputy", {"name": org.name(place.principal), "until": place.until})
    return Message("authority.moved", {"name": org.name(mover)}) if mover else Message("authority.asked")


def _by_role(org: Organisation, plan: Plan, matter: Matter, place: Standing, asked: Asked) -> Authority | None:
    principal = place.principal
    behalf = principal if place.chain else None
    for role in asked.roles:
        known = plan.roles.get(role)
        if known is None:
            continue
        if principal in holders(org, known, matter, asked.unit_id):
            return _reasoned(org, known, asked.unit_id, place, behalf)
        if principal in eligible(org, plan, matter, role, asked.unit_id):
            return _reasoned(org, _stepping_in(org, plan, matter, role, asked.unit_id, principal), None, place, behalf)
    return None


def _handed_by(
    org: Organisation, plan: Plan, matter: Matter, person_id: str, asked: Asked, seen: frozenset[str] = frozenset()
) -> tuple[str, ...] | None:
    """Everyone a handed-over item rests on: it lasts while who handed it over might still answer. None: no more."""
    mover = asked.moved_to[person_id]
    out = barred(org, matter)
    if not org.active(person_id) or person_id in out:
        return None
    if mover is None:
        return ()
    if mover in out or mover in seen or not org.active(mover):
        return None
    for place in org.standings(mover, out):
        if _by_role(org, plan, matter, place, asked):
            return (mover, *place.chain)
    further = _handed_by(org, plan, matter, mover, asked, seen | {person_id}) if mover in asked.moved_to else None
    return None if further is None else (mover, *further)


def _stepping_in(org: Organisation, plan: Plan, matter: Matter, role: str, unit_id: str | None, principal: str) -> Role:
    name = plan.roles[role].otherwise
    while name and principal not in holders(org, plan.roles[name], matter, unit_id):
        name = plan.roles[name].otherwise
    return plan.roles[name or role]


def _reasoned(org: Organisation, role: Role, unit_id: str | None, place: Standing, behalf: str | None) -> Authority:
    here = org.units.get(unit_id or "") if role.of == "unit" else None
    params: dict[str, Any] = {"role": role.title, "unit": here["name"] if here else ""}
    key = "authority.role_of_unit" if here else "authority.role"
    if behalf:
        params |= {"name": org.name(behalf), "until": place.until}
        key = "authority.deputy_of_unit" if here else "authority.deputy"
    return Authority(role.name, unit_id if here else None, behalf, place.absence_id, Message(key, params), place.chain)


def _four_eyes(
    org: Organisation, matter: Matter, person_id: str, place: Standing, found: Authority, not_by: tuple[str, ...]
) -> Message | None:
    handed_by = found.chain[len(place.chain) :]
    for key in not_by:
        taker = matter.takers.get(key) or [None, None]
        if {person_id, place.principal, *handed_by} & {p for p in taker[:2] if p}:
            return Message("authority.four_eyes", {"name": org.name(taker[0])})
    return None
