"""Two people, or two of those whom cases are about, turned out to be one: a case names the one that goes on.

What has ended stays written as it was, but for whom the case is about; what is open is asked of the one that goes on.
A decision never changes these columns: only here are they, each case with an event that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from workflow.arming import reoffer
from workflow.case import ask, case, case_field, case_party
from workflow.draft import Draft
from workflow.facts import CaseFacts, Row
from workflow.identity import Grant, Organisation
from workflow.permission import asked_of_item
from workflow.registry import Party
from workflow.worklist import candidate, work_item

EVENT = "joined"
OWN = "subject"
"""The relation of a person to the case that is about them."""


@dataclass(frozen=True)
class Pair:
    """Who was the same as whom: (the one that goes, the one that goes on), as people, as subjects, or as both."""

    person: tuple[str, str] | None = None
    subject: tuple[str, str] | None = None
    into_name: str = ""  # of the subject that goes on
    into_folded: str = ""
    own: str | None = None  # the person that the subject that goes on is

    def person_now(self, person_id: Any) -> Any:
        """The one that goes on for the one that goes; anybody else as they are."""
        return self.person[1] if self.person and person_id == self.person[0] else person_id


def naming(connection: sa.Connection, agency_id: str, pair: Pair) -> list[str]:
    """Every case about the subject that goes, or that names the person that goes; oldest first."""
    found: list[sa.Select[Any]] = []
    if pair.subject:
        mine = sa.and_(case.c.agency_id == agency_id, case.c.subject_id == pair.subject[0])
        found.append(sa.select(case.c.id).where(mine, case.c.subject_type == "subject"))
    if pair.person:
        found += _naming_person(agency_id, pair.person[0])
    return sorted(connection.scalars(sa.union(*found))) if found else []


def _naming_person(agency_id: str, gone: str) -> list[sa.Select[Any]]:
    opened = sa.and_(case.c.agency_id == agency_id, case.c.ended_at.is_(None))
    quoted = f'"{gone}"'
    return [
        sa.select(case_party.c.case_id).where(case_party.c.agency_id == agency_id, case_party.c.person_id == gone),
        sa.select(candidate.c.case_id).where(
            candidate.c.agency_id == agency_id, sa.or_(candidate.c.person_id == gone, candidate.c.moved_by == gone),
            candidate.c.is_open,
        ),
        sa.select(work_item.c.case_id).where(
            work_item.c.agency_id == agency_id, work_item.c.claimed_by == gone, work_item.c.status != "closed"
        ),
        sa.select(case.c.id).where(opened, sa.cast(case.c.takers, sa.Text).contains(quoted, autoescape=True)),
        sa.select(ask.c.case_id).join(case, case.c.id == ask.c.case_id).where(
            opened, ask.c.element == f"person:{gone}"
        ),
        sa.select(case_field.c.case_id).join(case, case.c.id == case_field.c.case_id).where(
            opened, sa.cast(case_field.c.value, sa.Text).contains(quoted, autoescape=True)
        ),
    ]  # fmt: skip


# --- as it will be ------------------------------------------------------------------------------------


def seen_from(org: Organisation, pair: Pair) -> Organisation:
    """The organisation in which it is done: what one held and stood in for is the other's."""
    conflicts = set(org.conflicts)
    if pair.subject:
        conflicts |= {(who, pair.subject[1]) for who, about in org.conflicts if about == pair.subject[0]}
    if pair.person is None:
        return replace(org, conflicts=frozenset(conflicts))
    gone, into = pair.person
    conflicts |= {(into, about) for who, about in conflicts if who == gone}
    people = {**org.people, gone: replace(org.people[gone], active=False)}
    held: dict[str, tuple[Grant, ...]] = {one: grants for one, grants in org.grants.items() if one != gone}
    mine = tuple(dict.fromkeys((*org.grants.get(into, ()), *org.grants.get(gone, ()))))
    return replace(
        org, people=people, grants={**held, into: mine} if mine else held, deputies=_deputies(org, pair),
        conflicts=frozenset(conflicts), twins={**org.twins, gone: into},
    )  # fmt: skip


def _deputies(org: Organisation, pair: Pair) -> Mapping[str, tuple[tuple[str, str, Any], ...]]:
    """Who is away, and who stands in; nobody for themselves."""
    found: dict[str, tuple[tuple[str, str, Any], ...]] = {}
    for absent, rows in org.deputies.items():
        now = pair.person_now(absent)
        kept = tuple((pair.person_now(one), ident, until) for one, ident, until in rows)
        kept = tuple(row for row in kept if row[0] != now)
        if kept:
            found[now] = (*found.get(now, ()), *kept)
    return found


def renamed(facts: CaseFacts, pair: Pair, org: Organisation) -> CaseFacts:
    """The case as it will stand, in an organisation in which it is done. Of one that has ended only who it is about."""
    row = dict(facts.case)
    parties = [Party(pair.person_now(one.person_id), one.relation) for one in facts.parties]
    if pair.subject and row["subject_id"] == pair.subject[0]:
        row["subject_id"] = pair.subject[1]
        parties += [Party(pair.own, OWN)] if pair.own else []
        if row["ended_at"] is None:
            row |= {"label": pair.into_name, "folded": pair.into_folded}
    parties = list(dict.fromkeys(parties))
    if row["ended_at"] is not None:
        return replace(facts, case=row, parties=tuple(parties), org=org)
    row["takers"] = {key: _mapped(value, pair) for key, value in row["takers"].items()}
    return replace(
        facts, case=row, parties=tuple(parties), org=org,
        asks=tuple(_asked(one, pair, org) for one in facts.asks),
        candidates=tuple(_each(one, pair, "person_id", "moved_by") for one in facts.candidates),
        items=tuple(_each(one, pair, "claimed_by") for one in facts.items),
        fields={name: _mapped(value, pair) for name, value in facts.fields.items()},
    )  # fmt: skip


def _each(row: Row, pair: Pair, *columns: str) -> Row:
    return {**row, **{column: pair.person_now(row[column]) for column in columns}}


def _asked(row: Row, pair: Pair, org: Organisation) -> Row:
    if pair.person and row["element"] == f"person:{pair.person[0]}":
        return {**row, "element": f"person:{pair.person[1]}", "element_label": org.name(pair.person[1])}
    return row


def _mapped(value: Any, pair: Pair) -> Any:
    """A stored value with the one name for the other, however deep; each of a list once."""
    if isinstance(value, dict):
        return {pair.person_now(key): _mapped(one, pair) for key, one in value.items()}
    if isinstance(value, list):
        found = [_mapped(one, pair) for one in value]
        twice = pair.person is not None and pair.person[1] in value and pair.person[0] in value
        return [one for n, one in enumerate(found) if one not in found[:n]] if twice else found
    return pair.person_now(value) if isinstance(value, str) else value


def join(draft: Draft, pair: Pair, reason: str) -> None:
    """The event, and each open item offered to whoever may answer it now. The draft's facts are the renamed ones."""
    refs = [*(pair.person or ()), *(pair.subject or ())]
    draft.note(
        EVENT, inputs={"reason": reason}, refs=refs, **{"from": draft.case["state"], "to": draft.case["state"]}
    )  # fmt: skip
    draft.dossier_moved = True
    for item in draft.items.all(status="open"):
        draft.items.update(item["id"], version=item["version"] + 1)
        reoffer(draft, item, asked_of_item(draft, item))


# --- written ------------------------------------------------------------------------------------------


def rename(connection: sa.Connection, before: CaseFacts, after: CaseFacts) -> None:
    """Write what `renamed` made of a case, beside what a decision may write."""
    row, now = before.case, after.case
    changed = {name: now[name] for name in ("subject_id", "label", "folded", "takers") if now[name] != row[name]}
    if changed:
        connection.execute(sa.update(case).where(case.c.id == row["id"]).values(changed))
    _parties(connection, before, after)
    for table, old, new, columns in (
        (ask, before.asks, after.asks, ("element", "element_label")),
        (candidate, before.candidates, after.candidates, ("person_id", "moved_by")),
        (work_item, before.items, after.items, ("claimed_by",)),
    ):
        for one, other in zip(old, new, strict=True):
            moved = {name: other[name] for name in columns if other[name] != one[name]}
            if moved:
                connection.execute(sa.update(table).where(table.c.id == one["id"]).values(moved))
    for name, value in after.fields.items():
        if value != before.fields[name]:
            mine = sa.and_(case_field.c.case_id == row["id"], case_field.c.name == name)
            connection.execute(sa.update(case_field).where(mine).values(value=value))


def _parties(connection: sa.Connection, before: CaseFacts, after: CaseFacts) -> None:
    ours = {"agency_id": before.case["agency_id"], "case_id": before.case["id"]}
    for one in _only(before.parties, after.parties):
        mine = sa.and_(case_party.c.case_id == ours["case_id"], case_party.c.person_id == one.person_id)
        connection.execute(sa.delete(case_party).where(mine, case_party.c.relation == one.relation))
    added = [{**ours, "person_id": p.person_id, "relation": p.relation} for p in _only(after.parties, before.parties)]
    if added:
        connection.execute(sa.insert(case_party), added)


def _only(these: Iterable[Party], others: Iterable[Party]) -> list[Party]:
    known = set(others)
    return [one for one in these if one not in known]
