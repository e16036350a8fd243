"""Two who are to be one, looked at: every case, who would answer for each open item, what speaks against it.

What is shown is worked out by what will do it, on copies; nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from states.honours.model import honour
from states.subjects.model import award, recognition, unit_stay
from states.subjects.records import dossier_record
from states.training.model import training
from states.twins import conflicts
from states.twins.deciding import Both, Joining, both
from workflow.clock import business_now, local_date
from workflow.commands import Changing
from workflow.draft import By, Draft
from workflow.facts import CaseFacts, load_cases
from workflow.identity import Organisation, load_organisation, who
from workflow.joining import Pair, join, naming, renamed, seen_from
from workflow.message import Message
from workflow.organisation import absence, conflict, role_grant, unit
from workflow.permission import asked_of_item

TOGETHER = 50  # cases read at once


@dataclass(frozen=True)
class Item:
    """An open piece of work afterwards, and who would answer for it."""

    title: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Touched:
    """A case that names the one that goes: before and afterwards, ready to be written."""

    before: CaseFacts
    draft: Draft
    state: str
    items: tuple[Item, ...]

    @property
    def row(self) -> Mapping[str, Any]:
        """The case's row as it will be."""
        return self.draft.case


@dataclass(frozen=True)
class Side:
    """One of the two, with what hangs on it."""

    name: str
    code: str
    unit: str
    counts: Mapping[str, int]


@dataclass
class Look:
    """What joining the two would do. With `refusals` it cannot be done."""

    found: Both
    gone: Side
    into: Side
    cases: list[Touched] = field(default_factory=list)
    refusals: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """What either of the two has any of."""
        every = dict.fromkeys((*self.gone.counts, *self.into.counts))
        return tuple(one for one in every if self.gone.counts.get(one) or self.into.counts.get(one))

    @property
    def counts(self) -> Mapping[str, int]:
        """Cases, items and asks that change hands."""
        told: Counter[str] = Counter(cases=len(self.cases), items=0, asks=0)
        for one in self.cases:
            told["items"] += len(one.items)
            told["asks"] += len([row for row in one.before.asks if row["status"] == "open"])
        return told


def look(engine: Changing, connection: sa.Connection, joining: Joining, *, locked: bool = False) -> Look:
    """Everything about it in this snapshot. Raises NotFound, Refused like the decision itself."""
    found = both(connection, joining, locked=locked)
    agency_id, pair = joining.agency_id, found.pair
    org = load_organisation(connection, agency_id, local_date(business_now(connection)))
    seen = Look(found, _side(connection, 0, found), _side(connection, 1, found))
    if joining.noun == "person" and not org.active(joining.into_id):
        seen.refusals.append(Message("twins.not_here", {"name": found.into.name}))
    seen.refusals += [
        *conflicts.of_people(connection, agency_id, found),
        *conflicts.of_subjects(connection, agency_id, found),
    ]
    plan = engine.catalogue.living_plan(connection, agency_id)
    titles = {name: role.title for name, role in plan[1].roles.items()} if plan else {}
    seen.notes += [
        *conflicts.notes_of_people(connection, agency_id, found, org, titles),
        *conflicts.notes_of_subjects(connection, agency_id, found),
    ]
    after, ids = seen_from(org, pair), naming(connection, agency_id, pair)
    for start in range(0, len(ids), TOGETHER):
        for facts in load_cases(connection, engine, ids[start : start + TOGETHER]):
            _look_at(engine, connection, facts, after, pair, joining, seen)
    seen.cases.sort(key=lambda one: str(one.row["code"]))
    return seen


def _look_at(
    engine: Changing, connection: sa.Connection, before: CaseFacts, org: Organisation, pair: Pair, joining: Joining,
    seen: Look,
) -> None:  # fmt: skip
    facts = renamed(before, pair, org)
    draft = engine.draft_for(connection, facts, By("person", joining.by, None, "page"))
    join(draft, pair, joining.reason)
    old = engine.draft_for(connection, before, By("case"))
    items = []
    for item in draft.items.all(status="open"):
        owners = _owners(draft, item)
        items.append(Item(item["title"], owners))
        if not owners and _owners(old, item):
            lost = {"code": before.case["code"], "title": item["title"]}
            seen.refusals.append(Message("twins.nobody_left", lost))
    seen.refusals += conflicts.of_case(connection, before, seen.found)
    note = conflicts.judged_own(connection, before, facts, seen.found)
    seen.notes += [note] if note else []
    seen.cases.append(Touched(before, draft, draft.state.title, tuple(items)))


def _owners(draft: Draft, item: Mapping[str, Any]) -> tuple[str, ...]:
    org = draft.facts.org
    people = who(org, draft.plan, draft.matter(), asked_of_item(draft, item))
    return tuple(dict.fromkeys(org.name(one) for one in people))


def _side(connection: sa.Connection, place: int, found: Both) -> Side:
    row = (found.gone, found.into)[place]
    person = found.people[place] if found.people else None
    about = found.subjects[place] if found.subjects else (found.alone if place == 0 else None)
    counts = {}
    if person is not None:
        counts = {
            name: _count(connection, table, "person_id", person.id)
            for name, table in (
                ("roles", role_grant), ("absences", absence), ("conflicts", conflict), ("training", training)
            )
        }  # fmt: skip
    if about is not None:
        of = (("recognitions", recognition), ("awards", award), ("records", dossier_record), ("stays", unit_stay),
              ("consents", honour))  # fmt: skip
        counts |= {name: _count(connection, table, "subject_id", about.id) for name, table in of}
    name = connection.scalar(sa.select(unit.c.name).where(unit.c.agency_id == row.agency_id, unit.c.id == row.unit_id))
    return Side(row.name, person.code if person is not None else "", name or "", counts)


def _count(connection: sa.Connection, table: sa.Table, owner: str, ident: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c[owner] == ident)) or 0
