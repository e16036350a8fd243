"""Starting a case by hand: which ways to begin there are, and about whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import sqlalchemy as sa

from states.subjects.enrol import COLLECTIVE, PERSON, enrol_other, enrol_person, enrol_unit
from states.subjects.model import subject
from web.case_names import names
from web.field_views import Choice
from workflow import agenda, form_values
from workflow.catalogue import Catalogue, Life
from workflow.db import Database
from workflow.definition import ALL, Action, Field
from workflow.form_values import Wrong
from workflow.identity import Matter, Organisation
from workflow.message import Invalid, Message
from workflow.organisation import unit
from workflow.submission import holders_seen_from

STAFF, UNIT, OTHER, KNOWN = "staff", "unit", "other", "known"


class Given(Protocol):
    """A submitted form, or a script's mapping."""

    def get(self, key: str, default: str = "") -> str | None: ...


@dataclass(frozen=True)
class Beginning:
    """One way to begin a case by hand."""

    life: Life
    action: Action

    @property
    def process(self) -> str:
        """The process it begins."""
        return self.life.definition.process

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that open it."""
        return tuple(one for one in self.action.by if one in self.life.plan.roles)

    def opens_to(self, org: Organisation, person_id: str) -> bool:
        """Whether a role of today opens it to this person."""
        held = {power.role for power in org.powers(person_id)}
        return any(one in held or self.life.plan.roles[one].everyone for one in self.roles)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Whom a case of it may be about."""
        return self.life.definition.subject

    @property
    def ways(self) -> tuple[str, ...]:
        """How whom it is about may be named: a member of the staff, one of our units, somebody else."""
        found = [STAFF] if PERSON in self.kinds else []
        if COLLECTIVE in self.kinds or "unit" in self.kinds:
            found.append(UNIT)
        return tuple(found + ([OTHER] if self.subject_kinds else []))

    @property
    def subject_kinds(self) -> Mapping[str, str]:
        """Kinds of the plan a new subject may be of, with their titles."""
        known = self.life.plan.kinds
        return {kind: known[kind].title for kind in self.kinds if kind in known}


@dataclass(frozen=True)
class About:
    """Whom a new case is about; `also` makes them known in the case's own transaction."""

    type: str
    id: str
    also: tuple[Callable[[sa.Connection], None], ...] = ()


NAMING = ("_who", "_person", "_unit", "_subject", "_kind", "_name", "_other_unit", "_born", "_note")


def named(given: Given) -> dict[str, str]:
    """How a form names whom a case is about, as it was sent: what makes two requests the same."""
    return {name: given.get(name) or "" for name in NAMING}


def beginnings(connection: sa.Connection, catalogue: Catalogue, org: Organisation, person_id: str) -> list[Beginning]:
    """Ways to begin that this person's roles of today open; the engine asks again."""
    return [way for way in by_hand(connection, catalogue, org.agency_id) if way.opens_to(org, person_id)]


def by_hand(connection: sa.Connection, catalogue: Catalogue, agency_id: str) -> list[Beginning]:
    """Every way to begin by hand that the plan in force has, for whoever."""
    living = catalogue.living_plan(connection, agency_id)
    lives = [catalogue.living(connection, agency_id, one) for one in living[1].processes] if living else []
    return [
        Beginning(life, action)
        for life in lives
        if life
        for action in life.definition.start.values()
        if set(action.by) & set(life.plan.roles)
    ]


def choices(
    connection: sa.Connection, org: Organisation, way: Beginning, fields: Sequence[Field], person_id: str
) -> dict[str, list[Choice]]:
    """By field that lists cases or people: what this person may choose before there is a case."""
    unit_id = org.people[person_id].unit_id
    row = {"agency_id": org.agency_id, "unit_id": unit_id, "id": None, "parent_id": None}
    found: dict[str, list[Choice]] = {}
    for field in fields:
        if field.type == "people":
            ids = holders_seen_from(org, way.life.plan, field, Matter("", unit_id, ()), unit_id)
            found[field.name] = [Choice(one, org.name(one)) for one in ids]
        elif field.type == "cases" and field.process:
            known = names(connection, org.agency_id, agenda.free(connection, field, row))
            found[field.name] = [Choice(str(one), " ".join(said)) for one, said in known.items()]
    return found


def all_of(listed: Mapping[str, Sequence[Choice]], fields: Sequence[Field]) -> dict[str, list[str]]:
    """What stands ticked in the form to begin with: all there is, where the plan suggests all."""
    return {one.name: [each.value for each in listed.get(one.name, ())] for one in fields if one.suggest == ALL}


def about(database: Database, agency_id: str, beginning: Beginning, given: Given) -> About:
    """Whom the form names. Invalid, at `subject` or the part of it that is wrong."""
    way = given.get("_who") or (beginning.ways[0] if len(beginning.ways) == 1 else "")
    if "agency" in beginning.kinds:
        return About("agency", agency_id)
    if way == KNOWN:
        return _known(database, agency_id, given.get("_subject") or "")
    if way == UNIT and COLLECTIVE not in beginning.kinds:
        return About("unit", _chosen(given, "_unit"))
    enrol = _enrolment(database, agency_id, beginning, way, given)
    with database.write() as connection:
        subject_id = enrol(connection)
        connection.rollback()  # only to learn the id: who is not nominated after all leaves no trace
    return About("subject", subject_id, (lambda connection: _again(enrol, connection),))


def _again(enrol: Callable[[sa.Connection], str], connection: sa.Connection) -> None:
    enrol(connection)


def _enrolment(
    database: Database, agency_id: str, beginning: Beginning, way: str, given: Given
) -> Callable[[sa.Connection], str]:
    fresh = database.new_id()
    if way == STAFF:
        person_id = _chosen(given, "_person")
        return lambda connection: enrol_person(connection, agency_id, person_id, new_id=lambda: fresh)
    if way == UNIT:
        unit_id = _chosen(given, "_unit")
        return lambda connection: enrol_unit(connection, agency_id, unit_id, new_id=lambda: fresh)
    if way != OTHER:
        raise Invalid({"subject": Message("nominate.who_missing")})
    kind, name, unit_id, born_on, note = _other(beginning, given)
    _check_unit(database, agency_id, unit_id)
    return lambda connection: enrol_other(
        connection, agency_id, kind=kind, name=name, unit_id=unit_id, born_on=born_on, note=note, new_id=lambda: fresh
    )


def _other(beginning: Beginning, given: Given) -> tuple[str, str, str, date | None, str]:
    problems: dict[str, Message] = {}
    kinds: Sequence[str] = list(beginning.subject_kinds)
    kind = given.get("_kind") or (kinds[0] if len(kinds) == 1 else "")
    if kind not in kinds:
        problems["_kind"] = Message("nominate.kind_missing")
    name, note = _line(given, "_name", "nominate.name", problems), _line(given, "_note", "nominate.note", problems)
    if not name and "_name" not in problems:
        problems["_name"] = Message("nominate.name_missing")
    born_on = _day(given, problems) if kind == PERSON else None
    unit_id = given.get("_other_unit") or ""
    if not unit_id:
        problems["_other_unit"] = Message("nominate.other_unit_missing")
    if problems:
        raise Invalid(problems)
    return kind, name, unit_id, born_on, note


def _check_unit(database: Database, agency_id: str, unit_id: str) -> None:
    """Invalid when the unit of somebody else is none of this agency's."""
    with database.read() as connection:
        ours = connection.scalar(sa.select(unit.c.id).where(unit.c.agency_id == agency_id, unit.c.id == unit_id))
    if ours is None:
        raise Invalid({"_other_unit": Message("nominate.other_unit_missing")})


def _line(given: Given, name: str, title: str, problems: dict[str, Message]) -> str:
    try:
        return form_values.line(given.get(name) or "", "")
    except Wrong as wrong:
        problems[name] = Message(wrong.message.key, {**wrong.message.params, "field": Message(title)})
        return ""


def _day(given: Given, problems: dict[str, Message]) -> date | None:
    raw = (given.get("_born") or "").strip()
    if not raw:
        return None
    try:
        return date.fromisoformat(form_values.day(raw, ""))
    except Wrong as wrong:
        problems["_born"] = Message(wrong.message.key, {**wrong.message.params, "field": Message("nominate.born")})
        return None


def _chosen(given: Given, name: str) -> str:
    found = given.get(name) or ""
    if not found:
        raise Invalid({name: Message(f"nominate.{name.removeprefix('_')}_missing")})
    return found


def _known(database: Database, agency_id: str, subject_id: str) -> About:
    with database.read() as connection:
        query = sa.select(subject.c.id).where(subject.c.agency_id == agency_id, subject.c.id == subject_id)
        if connection.scalar(query) is None:
            raise Invalid({"subject": Message("nominate.who_missing")})
    return About("subject", subject_id)


def may_begin(connection: sa.Connection, catalogue: Catalogue, org: Organisation, person_id: str, process: str) -> str:
    """The start of this process that one of this person's roles opens; "" for none."""
    ways = beginnings(connection, catalogue, org, person_id)
    return next((way.action.name for way in ways if way.process == process), "")
