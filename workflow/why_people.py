"""Why these people and no others: everybody who comes into question for an open item, each asked of `identity.may`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from workflow.definition import Plan
from workflow.identity import ANY_UNIT, Asked, Authority, Matter, Organisation, holders, load_organisation, may
from workflow.message import Message
from workflow.reasons import Line, line
from workflow.staffing_ahead import changes

MOST = 40
"""How many are told one by one; a whole agency that is asked is told as a number."""

AHEAD = timedelta(days=366)
MOST_DAYS = 12
"""How many days of change are looked at for when somebody's answer becomes another."""

OWN_AFFAIR = frozenset({"authority.own_case", "authority.conflict"})
"""Refusals that say what somebody has to do with whom a case is about: theirs to read, nobody else's."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who comes into question, and what `may` answers for them."""

    person_id: str
    answer: Authority | tuple[Message, ...]

    @property
    def is_in(self) -> bool:
        """Whether they may."""
        return isinstance(self.answer, Authority)


def candidates(org: Organisation, plan: Plan, matter: Matter, asked: Asked) -> tuple[Candidate, ...]:
    """Everybody who holds what is asked for, steps in for it, stands in for one of them, or was handed it."""
    return tuple(Candidate(one, may(org, plan, matter, one, asked)) for one in _considered(org, plan, matter, asked))


def _considered(org: Organisation, plan: Plan, matter: Matter, asked: Asked) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for role in _roles(plan, asked.roles):
        found |= dict.fromkeys(holders(org, plan.roles[role], matter, asked.unit_id))
    found |= dict.fromkeys(asked.moved_to)
    for person_id in tuple(found):
        found |= dict.fromkeys(_deputies(org, person_id))
    return tuple(found)


def _roles(plan: Plan, names: Iterable[str]) -> tuple[str, ...]:
    """The roles asked, and those that would step in for them, each once."""
    found: dict[str, None] = {}
    for name in names:
        one: str | None = name
        while one and one in plan.roles and one not in found:
            found[one] = None
            one = plan.roles[one].otherwise
    return tuple(found)


def _deputies(org: Organisation, person_id: str) -> tuple[str, ...]:
    """Everybody at the end of, or on the way along, the absences that begin with somebody."""
    found: dict[str, None] = {}
    waiting = [person_id]
    while waiting:
        for deputy, _, _ in org.deputies.get(waiting.pop(), ()):
            if deputy not in found:
                found[deputy] = None
                waiting.append(deputy)
    return tuple(found)


def told(org: Organisation, known: tuple[Candidate, ...], asker: str) -> tuple[Line, ...]:
    """Each candidate with the reason in or out, those who may first; of others' own affairs only that they keep out."""
    sorted_ = sorted(known, key=lambda one: not one.is_in)
    lines = [candidate(org, one, asker) for one in sorted_[:MOST]]
    if len(known) > MOST:
        lines.append(line("explain.people.more", count=len(known) - MOST))
    return tuple(lines)


def candidate(org: Organisation, one: Candidate, asker: str) -> Line:
    """One person: may or not, every reason, and who answers for them while they are away."""
    name, under = org.name(one.person_id), [*_reasons(org, one, asker)]
    for deputy, _, until in org.deputies.get(one.person_id, ()):
        under.append(line("explain.people.away", until=until, name=org.name(deputy)))
    key = "explain.people.in" if one.is_in else "explain.people.out"
    return line(key, "yes" if one.is_in else "no", tuple(under), name=name)


def _reasons(org: Organisation, one: Candidate, asker: str) -> Iterator[Line]:
    if isinstance(one.answer, Authority):
        yield Line(one.answer.why)
        return
    for reason in veiled(org, one.answer, asker, own=one.person_id == asker):
        yield Line(reason)


def veiled(org: Organisation, reasons: Iterable[Message], asker: str, *, own: bool) -> tuple[Message, ...]:
    """Reasons as whoever asks may read them: that somebody else keeps out, not what ties them to whom it is about.

    `own`: it is the asker who is refused; also then the affair may be that of somebody they stand in for.
    """
    name = org.name(asker)
    said = [_VEILED[one.key] if _is_others(one, name, own=own) else one for one in reasons]
    return tuple({str(one): one for one in said}.values())


def _is_others(reason: Message, name: str, *, own: bool) -> bool:
    if reason.key in OWN_AFFAIR:
        return not own or reason.params.get("name") != name
    return reason.key in _VEILED and not own


_VEILED = {
    **dict.fromkeys(OWN_AFFAIR, Message("explain.people.apart")),
    "authority.not_active": Message("explain.people.gone"),
}


def scope(org: Organisation, plan: Plan, asked: Asked) -> tuple[Line, ...]:
    """Whose answer is wanted: each role, seen from which unit, and who steps in where nobody of it is there."""
    unit = org.units.get(asked.unit_id or "")
    found = []
    for name in asked.roles:
        role = plan.roles.get(name)
        if role is None:
            continue
        steps_in = plan.roles.get(role.otherwise or "")
        under = (line("explain.people.steps_in", role=steps_in.title),) if steps_in else ()
        if role.of == "unit" and unit is not None:
            found.append(line("explain.people.role_of_unit", "", under, role=role.title, unit=str(unit["name"])))
        else:
            key = "explain.people.role_any_unit" if asked.unit_id == ANY_UNIT else f"explain.people.role_{role.of}"
            found.append(line(key, "", under, role=role.title))
    for person_id, mover in asked.moved_to.items():
        key = "explain.people.moved" if mover else "explain.people.named"
        found.append(line(key, name=org.name(person_id), mover=org.name(mover)))
    return tuple(found)


def turns_on(
    connection: sa.Connection, org: Organisation, plan: Plan, matter: Matter, person_id: str, asked: Asked
) -> tuple[date, bool] | None:
    """The first day to come on which `may` answers otherwise for somebody, and whether they may then; None: not known
    within a year, or not among the days looked at."""
    now = isinstance(may(org, plan, matter, person_id, asked), Authority)
    days = sorted(set(changes(connection, org.agency_id, org.today, org.today + AHEAD)))
    for day in days[:MOST_DAYS]:
        then = load_organisation(connection, org.agency_id, day, version=org.version)
        if isinstance(may(then, plan, matter, person_id, asked), Authority) != now:
            return day, not now
    return None
