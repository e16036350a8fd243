"""What an edit of people and roles would do: open work and who would be left for it, roles nobody would hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from states.office.missing import unmet
from workflow.case import case_party
from workflow.commands import Changing
from workflow.definition import Definition, Plan
from workflow.draft import By, Draft
from workflow.facts import load_cases
from workflow.identity import Grant, Organisation, who
from workflow.permission import asked_of_item
from workflow.staffing import Gap
from workflow.worklist import candidate, work_item

MOST = 200
"""Cases that are looked at one by one; beyond them a page says that there are more."""


@dataclass(frozen=True)
class Open:
    """An open item that somebody is asked for today, and who would be asked instead."""

    code: str
    label: str
    title: str
    left: tuple[str, ...]


@dataclass
class Consequences:
    """What would be otherwise. `holders`: of each role and unit touched, who would hold it then."""

    items: list[Open] = field(default_factory=list)
    more: bool = False
    new_gaps: list[Gap] = field(default_factory=list)
    mended: list[Gap] = field(default_factory=list)
    holders: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def nobody(self) -> list[Open]:
        """Items that nobody would be left for."""
        return [one for one in self.items if not one.left]


@dataclass(frozen=True)
class Look:
    """The organisation as it is and as it would be, under the plan in force."""

    before: Organisation
    after: Organisation
    plan: Plan | None
    definitions: tuple[Definition, ...]


def without_person(org: Organisation, person_id: str) -> Organisation:
    """As if somebody had left."""
    people = {**org.people, person_id: replace(org.people[person_id], active=False)}
    return replace(org, people=people, grants={one: held for one, held in org.grants.items() if one != person_id})


def without_grant(org: Organisation, person_id: str, grant: Grant) -> Organisation:
    """As if somebody held a role no more."""
    rest = tuple(one for one in org.grants.get(person_id, ()) if one != grant)
    return replace(org, grants={**org.grants, person_id: rest})


def with_grant(org: Organisation, person_id: str, grant: Grant) -> Organisation:
    """As if somebody held a role."""
    return replace(org, grants={**org.grants, person_id: (*org.grants.get(person_id, ()), grant)})


def without_unit(org: Organisation, unit_id: str) -> Organisation:
    """As if a unit had ended."""
    over = {**org.units[unit_id], "ends_on": org.today - timedelta(days=1)}
    grants = {one: tuple(g for g in held if g.unit_id != unit_id) for one, held in org.grants.items()}
    return replace(org, units={**org.units, unit_id: over}, grants=grants)


def look(
    engine: Changing, connection: sa.Connection, seen: Look, person_id: str, grants: Collection[Grant]
) -> Consequences:
    """What becomes of what a person, by these of their roles or themselves, is asked for."""
    found = Consequences()
    ids = _asking(connection, seen.before.agency_id, person_id, grants)
    found.more = len(ids) > MOST
    for start in range(0, min(len(ids), MOST), 50):
        for facts in load_cases(connection, engine, ids[start : min(start + 50, MOST)]):
            now = engine.draft_for(connection, facts, By("case"))
            then = engine.draft_for(connection, replace(facts, org=seen.after), By("case"))
            found.items += _changed(now, then, person_id)
    found.items.sort(key=lambda one: (bool(one.left), one.code))
    if seen.plan is not None:
        was, will = (unmet(org, seen.plan, seen.definitions) for org in (seen.before, seen.after))
        found.new_gaps = [gap for gap in will if gap not in was]
        found.mended = [gap for gap in was if gap not in will]
        found.holders = list(_holders(seen, seen.plan, grants))
    return found


def _changed(now: Draft, then: Draft, person_id: str) -> Iterable[Open]:
    for item in now.items.all(status="open"):
        if person_id in _asked(now, item):
            left = tuple(dict.fromkeys(then.facts.org.name(one) for one in _asked(then, item)))
            yield Open(str(now.case["code"]), str(now.case["label"]), str(item["title"]), left)


def _asked(draft: Draft, item: Mapping[str, Any]) -> Mapping[str, str | None]:
    return who(draft.facts.org, draft.plan, draft.matter(), asked_of_item(draft, item))


def _holders(seen: Look, plan: Plan, grants: Collection[Grant]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for grant in grants:
        role = plan.roles.get(grant.role)
        rows = seen.after.granted.get(grant.role, ())
        names = tuple(seen.after.name(one) for one, unit in rows if unit == grant.unit_id and seen.after.active(one))
        unit = seen.before.units.get(grant.unit_id or "", {})
        yield role.title if role else grant.role, str(unit.get("name", "")), names


def _asking(connection: sa.Connection, agency_id: str, person_id: str, grants: Collection[Grant]) -> list[str]:
    """Open cases that ask one of these roles, or the person by name, or in which the case itself names them."""
    by_role = [
        (candidate.c.role == grant.role) & candidate.c.person_id.is_(None)
        & (candidate.c.unit_id.is_(None) if grant.unit_id is None else candidate.c.unit_id == grant.unit_id)
        for grant in grants
    ]  # fmt: skip
    asked = (
        sa.select(candidate.c.case_id)
        .where(candidate.c.agency_id == agency_id, candidate.c.is_open)
        .where(sa.or_(candidate.c.person_id == person_id, *by_role))
    )
    named = (
        sa.select(work_item.c.case_id)
        .join(case_party, case_party.c.case_id == work_item.c.case_id)
        .where(work_item.c.agency_id == agency_id, work_item.c.status == "open", case_party.c.person_id == person_id)
    )
    return sorted(set(connection.scalars(asked)) | set(connection.scalars(named)))
