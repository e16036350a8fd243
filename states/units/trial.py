"""A merge as it would be: names and counts, and who would answer for each open item. Nothing of it is written.

Each case is carried over by the code that will do it, on a copy, seen from an organisation in which it is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from states.quotas.limits import period_of
from states.quotas.model import quota_counter
from states.subjects.model import subject
from states.units.deciding import Merge, check, grants_of, usually_kept
from workflow.carrying import follow, left_behind
from workflow.commands import Changing
from workflow.draft import By
from workflow.facts import load_case
from workflow.identity import Grant, Organisation, load_organisation, who
from workflow.permission import asked_of_item

MOST_LISTED = 200


@dataclass(frozen=True)
class Role:
    """A role somebody holds in the old unit, and whether it would go on in the new one."""

    grant_id: str
    role: str
    person_id: str
    name: str
    kept: bool


@dataclass(frozen=True)
class Item:
    """An open piece of work after the merge: what it is, and who would answer for it (nobody: to be repaired first)."""

    title: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Carried:
    """A case that would change hands."""

    code: str
    label: str
    process: str
    state: str
    is_held: bool
    items: tuple[Item, ...]


@dataclass
class Trial:
    """What the merge would do."""

    old: str
    new: str
    people: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    cases: list[Carried] = field(default_factory=list)
    by_state: Counter[tuple[str, str]] = field(default_factory=Counter)  # process and state, in words
    counts: Counter[str] = field(default_factory=Counter)  # cases, items, asks, timers, subjects, quotas

    @property
    def ownerless(self) -> list[Carried]:
        """Cases with something that nobody would answer for."""
        return [one for one in self.cases if any(not item.owners for item in one.items)]


def attempt(engine: Changing, merge: Merge, kept: Sequence[str] | None = None) -> Trial:
    """Look at everything; `kept`: grants that go on (None: the usual ones). Raises Refused like the decision itself."""
    with engine.database.read() as connection:
        trial = Trial(*check(connection, merge))
        going_on = usually_kept(connection, merge) if kept is None else set(kept)
        org = load_organisation(connection, merge.agency_id, merge.starts_on)
        trial.roles = tuple(
            Role(row.id, row.role, row.person_id, org.name(row.person_id), row.id in going_on)
            for row in grants_of(connection, merge)
        )
        people = [one for one in org.people.values() if one.unit_id == merge.unit_id and one.active]
        trial.people = tuple(sorted(one.name for one in people))
        after = merged(org, merge, [(one.person_id, one.role) for one in trial.roles if one.kept])
        for case_id in left_behind(connection, merge.agency_id, merge.unit_id):
            _look_at(engine, connection, case_id, after, merge, trial)
        trial.counts["subjects"] = _subjects(connection, merge)
        trial.counts["quotas"] = _quotas(engine, connection, merge)
    return trial


def merged(org: Organisation, merge: Merge, kept: Sequence[tuple[str, str]]) -> Organisation:
    """The organisation on the first day as one unit."""
    old, new = merge.unit_id, merge.into_id
    people = {
        person_id: replace(one, unit_id=new) if one.unit_id == old else one for person_id, one in org.people.items()
    }
    grants: dict[str, tuple[Grant, ...]] = {}
    for person_id, held in org.grants.items():
        rest = [one for one in held if one.unit_id != old]
        grants[person_id] = (*rest, *(Grant(role, new) for whose, role in kept if whose == person_id))
    return replace(org, people=people, grants=grants, merged={**org.merged, old: new})


def _look_at(
    engine: Changing, connection: sa.Connection, case_id: str, org: Organisation, merge: Merge, trial: Trial
) -> None:
    facts = load_case(connection, engine, case_id, merge.agency_id)
    draft = engine.draft_for(connection, replace(facts, org=org), By("case"))
    follow(draft, merge.unit_id, merge.decision_number)
    items = tuple(
        Item(item["title"], _names(org, who(org, draft.plan, draft.matter(), asked_of_item(draft, item))))
        for item in draft.items.all(status="open")
    )
    row = facts.case
    title = facts.life.definition.title
    trial.cases.append(Carried(row["code"], row["label"], title, draft.state.title, row["is_held"], items))
    trial.by_state[title, draft.state.title] += 1
    trial.counts["cases"] += 1
    trial.counts["items"] += len([one for one in facts.items if one["status"] != "closed"])
    trial.counts["asks"] += len([one for one in facts.asks if one["status"] == "open"])
    trial.counts["timers"] += len(facts.timers)


def _names(org: Organisation, people: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(org.name(person_id) for person_id in people))


def _subjects(connection: sa.Connection, merge: Merge) -> int:
    ours = sa.select(sa.func.count()).where(
        subject.c.agency_id == merge.agency_id, subject.c.unit_id == merge.unit_id, subject.c.erased_at.is_(None)
    )
    return connection.scalar(ours) or 0


def _quotas(engine: Changing, connection: sa.Connection, merge: Merge) -> int:
    """In how many quotas the old unit has places this period, taken or allotted."""
    found = engine.catalogue.living_plan(connection, merge.agency_id)
    if found is None:
        return 0
    plan, c = found[1], quota_counter.c
    now = {(one.name, period_of(plan, one, merge.starts_on)) for one in plan.quotas.values()}
    stood = connection.execute(
        sa.select(c.quota, c.period).where(
            c.agency_id == merge.agency_id, c.plan == plan.plan, c.scope == merge.unit_id,
            sa.or_(c.taken > 0, c.places.is_not(None)),
        )
    )  # fmt: skip
    return sum((row.quota, row.period) in now for row in stood)
