"""What one person is asked to do now, their own and in whose place: pages, and counts up to where anybody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.folding import fold
from workflow.identity import EXCLUDED, Organisation
from workflow.reach import Shape, first_of, narrowed, reach_of, reaches
from workflow.worklist import candidate, work_item


@dataclass(frozen=True)
class InboxRow:
    """One line of an inbox: what is asked, about whom, until when, and in whose place."""

    item_id: str
    item_version: int
    kind: str
    title: str
    case_id: str
    case_code: str
    case_version: int
    process: str
    label: str
    unit_id: str | None
    state: str
    definition_id: str
    due_at: datetime | None
    opened_at: datetime
    claimed_by: str | None
    on_behalf_of: str | None
    sort_due_at: datetime


@dataclass(frozen=True)
class Page:
    """A keyset page: its rows, where the next one begins, and how many there are up to `CAP`."""

    rows: tuple[InboxRow, ...]
    next: str | None
    count: int


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to: words of name or code, a process, what is due before a moment; `without` some items,
    or `only` some. `since`: what came to somebody after that id was made."""

    search: str = ""
    process: str = ""
    due_before: datetime | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    since: str = ""

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same of items and their cases; none for the whole list, which is read by statements built once."""
        found = _named(fold(self.search).split())
        if self.process:
            found.append(case.c.process == self.process)
        if self.due_before:
            found.append(candidate.c.sort_due_at <= self.due_before)
        if self.since:
            found.append(candidate.c.id > self.since)
        if self.without:
            found.append(candidate.c.item_id.not_in(self.without))
        if self.only is not None:
            found.append(candidate.c.item_id.in_(self.only))
        return found


CAP = 1000
"""Counts stop here: nobody needs to know whether it is 1,000 or 3,412."""


def inbox(
    connection: sa.Connection,
    org: Organisation,
    person_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
    search: str = "",
    wanted: Wanted | None = None,
) -> Page:
    """What a person is asked to do now, what is due first on top. `after` is a page's `next`."""
    conditions = (wanted or Wanted(search)).conditions
    rows = page_rows(connection, org, person_id, after=after, limit=limit + 1, conditions=conditions)
    shown = _shown(connection, org, person_id, rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    following = f"{last.sort_due_at.isoformat()}_{last.item_id}" if last else None
    return Page(shown, following, count(connection, org, person_id, conditions))


def page_rows(
    connection: sa.Connection, org: Organisation, person_id: str, *, after: str | None, limit: int,
    conditions: Sequence[sa.ColumnElement[bool]] = (),
) -> Sequence[sa.RowMapping]:  # fmt: skip
    """So many items from a place on, with what a line shows of their cases."""
    reached, place = reach_of(org, person_id), _place(after)
    if conditions:
        first = narrowed(reached.shapes, limit, conditions, further=bool(place))
        return connection.execute(_page_of(first), {**reached.values, **place}).mappings().all()
    statement = _page(reached.shapes, limit, further=bool(place))
    return connection.execute(statement, {**reached.values, **place}).mappings().all()


def count(
    connection: sa.Connection, org: Organisation, person_id: str, conditions: Sequence[sa.ColumnElement[bool]] = ()
) -> int:
    """How many items a person is asked for, up to `CAP`."""
    reached = reach_of(org, person_id)
    if conditions:
        return connection.scalar(_number_of(narrowed(reached.shapes, CAP, conditions)), reached.values) or 0
    return connection.scalar(_number(reached.shapes), reached.values) or 0


@lru_cache(maxsize=512)
def _page(shapes: tuple[Shape, ...], limit: int, *, further: bool) -> sa.Select[Any]:
    return _page_of(first_of(shapes, limit, further=further))


@lru_cache(maxsize=512)
def _number(shapes: tuple[Shape, ...]) -> sa.Select[Any]:
    return _number_of(first_of(shapes, CAP))


def _page_of(first: sa.Select[Any]) -> sa.Select[Any]:
    return _LINES.where(work_item.c.id.in_(first))


def _number_of(first: sa.Select[Any]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(first.subquery())


def _named(words: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    code = sa.func.lower(case.c.code)
    return [case.c.folded.contains(word, autoescape=True) | code.contains(word, autoescape=True) for word in words]


def _place(after: str | None) -> dict[str, Any]:
    if not after:
        return {}
    moment, _, item_id = after.partition("_")
    return {"at": datetime.fromisoformat(moment), "item": item_id}


_LINES = (
    sa.select(
        work_item.c.id, work_item.c.version, work_item.c.kind, work_item.c.title, work_item.c.case_id,
        work_item.c.due_at, work_item.c.opened_at, work_item.c.claimed_by, work_item.c.sort_due_at,
        case.c.code.label("case_code"), case.c.version.label("case_version"), case.c.process,
        case.c.label.label("label"), case.c.unit_id, case.c.state, case.c.definition_id, case.c.subject_id,
    )
    .join(case, case.c.id == work_item.c.case_id)
    .order_by(work_item.c.sort_due_at, work_item.c.id)
)  # fmt: skip


def _shown(
    connection: sa.Connection, org: Organisation, person_id: str, rows: Sequence[sa.RowMapping]
) -> tuple[InboxRow, ...]:
    behalf = _behalf(connection, org, person_id, rows)
    return tuple(
        InboxRow(
            item_id=row["id"], item_version=row["version"], kind=row["kind"], title=row["title"],
            case_id=row["case_id"], case_code=row["case_code"], case_version=row["case_version"],
            process=row["process"], label=row["label"], unit_id=row["unit_id"], state=row["state"],
            definition_id=row["definition_id"], due_at=row["due_at"], opened_at=row["opened_at"],
            claimed_by=row["claimed_by"], on_behalf_of=behalf.get(row["id"]), sort_due_at=row["sort_due_at"],
        )
        for row in rows
    )  # fmt: skip


def _behalf(
    connection: sa.Connection, org: Organisation, person_id: str, rows: Sequence[sa.RowMapping]
) -> dict[str, str | None]:
    """For each item: in whose place it reaches this person, None when in their own."""
    if not any(chain for _, chain in org.paths(person_id)):  # who stands in for nobody
        return {}
    out = _kept_out(connection, org, rows)
    places: dict[str, list[sa.Row[Any]]] = {}
    chosen = sa.select(candidate).where(candidate.c.item_id.in_([row["id"] for row in rows]), candidate.c.is_open)
    for place in connection.execute(chosen):
        places.setdefault(place.item_id, []).append(place)
    found: dict[str, str | None] = {}
    for row in rows:
        for principal, chain in org.paths(person_id):
            open_way = out[row["id"]].isdisjoint(chain)
            if open_way and any(reaches(org, principal, place) for place in places.get(row["id"], ())):
                found[row["id"]] = principal if chain else None
                break
    return found


def _kept_out(connection: sa.Connection, org: Organisation, rows: Sequence[sa.RowMapping]) -> dict[str, frozenset[str]]:
    """Item → everyone who must not decide on its case."""
    parties: dict[str, set[str]] = {}
    chosen = sa.select(case_party.c.case_id, case_party.c.person_id).where(
        case_party.c.case_id.in_({row["case_id"] for row in rows}), case_party.c.relation.in_(sorted(EXCLUDED))
    )
    for party in connection.execute(chosen):
        parties.setdefault(party.case_id, set()).add(party.person_id)
    return {
        row["id"]: frozenset(parties.get(row["case_id"], set()))
        | {person for person, subject in org.conflicts if subject == row["subject_id"]}
        for row in rows
    }
