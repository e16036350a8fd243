"""What one person or group is asked to do now: work items and the rows an inbox is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.clock import wall_now
from workflow.db import Id, UtcDateTime, agency_id, metadata
from workflow.folding import fold
from workflow.identity import EXCLUDED, Organisation
from workflow.message import NotFound

work_item = sa.Table(
    "work_item",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # state | ask | held
    Id("ask_id"),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # open | suspended | closed
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("due", sa.JSON),  # workflow.deadlines.Due, with its explanation
    sa.Column("due_at", UtcDateTime),
    sa.Column("sort_due_at", UtcDateTime, nullable=False),  # never NULL: what has no deadline sorts last
    Id("claimed_by"),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    Id("closed_by"),
    sa.Column("closed_how", sa.String(64), nullable=False, server_default=""),
    sa.UniqueConstraint("agency_id", "id"),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_work_item_case", "case_id", "status"),
)

candidate = sa.Table(
    "work_item_candidate",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("item_id", nullable=False),
    Id("case_id", nullable=False),
    sa.Column("role", sa.String(64), nullable=False, server_default=""),  # "" when handed to a person
    Id("unit_id"),
    Id("person_id"),
    sa.Column(
        "why", sa.String(16), nullable=False, server_default="owner"
    ),  # owner | steps_in | added | moved | returned
    Id("moved_by"),
    sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("sort_due_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "item_id"], ["work_item.agency_id", "work_item.id"]),
    sa.Index("ix_candidate_role", "agency_id", "is_open", "role", "unit_id", "sort_due_at", "item_id"),
    sa.Index("ix_candidate_person", "agency_id", "is_open", "person_id", "sort_due_at", "item_id"),
    sa.Index("ix_candidate_item", "item_id"),
)

# One open item of a kind per visit and ask: a racing second opening fails instead of doubling.
sa.Index(
    "uq_work_item_open", work_item.c.case_id, work_item.c.visit, work_item.c.kind,
    sa.func.coalesce(work_item.c.ask_id, ""), unique=True,
    sqlite_where=work_item.c.status != "closed", postgresql_where=work_item.c.status != "closed",
)  # fmt: skip


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


CAP = 1000
"""Counts stop here: nobody needs to know whether it is 1,000 or 3,412."""


def mine(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """Which candidate rows reach a person now: by own and deputised powers, never in the way of an own case or a
    conflict, be it theirs or of somebody they stand in for."""
    reaching = [
        sa.and_(_reached(org, principal), *(_keeps_out(org, someone) for someone in chain))
        for principal, chain in org.paths(person_id)
    ]
    of_agency = candidate.c.agency_id == org.agency_id
    return sa.and_(of_agency, candidate.c.is_open, sa.or_(sa.false(), *reaching), _keeps_out(org, person_id))


def _reached(org: Organisation, principal: str) -> sa.ColumnElement[bool]:
    ways = [candidate.c.person_id == principal]
    for grant in org.held(principal):
        of_unit = candidate.c.unit_id.is_(None) | (candidate.c.unit_id == grant.unit_id)
        ways.append(sa.and_(candidate.c.role == grant.role, candidate.c.person_id.is_(None), of_unit))
    return sa.or_(*ways)


def _reaches(org: Organisation, principal: str, row: sa.Row[Any]) -> bool:
    """The same as `_reached`, of a row at hand."""
    if row.person_id is not None:
        return bool(row.person_id == principal)
    return any(g.role == row.role and row.unit_id in (None, g.unit_id) for g in org.held(principal))


def _keeps_out(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """Not a case about this person, nor one they declared a conflict with."""
    party = sa.exists().where(
        case_party.c.case_id == candidate.c.case_id,
        case_party.c.person_id == person_id,
        case_party.c.relation.in_(sorted(EXCLUDED)),
    )
    declared = sorted(subject for person, subject in org.conflicts if person == person_id)
    if not declared:
        return ~party
    conflict = sa.exists().where(case.c.id == candidate.c.case_id, case.c.subject_id.in_(declared))
    return ~party & ~conflict


def inbox(
    connection: sa.Connection,
    org: Organisation,
    person_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
    search: str = "",
) -> Page:
    """What a person is asked to do now, what is due first on top. `after` is a page's `next`."""
    reaching = sa.select(candidate.c.item_id).where(mine(org, person_id))
    base = (
        sa.select(work_item, *_CASE_COLUMNS)
        .join(case, case.c.id == work_item.c.case_id)
        .where(work_item.c.id.in_(reaching), work_item.c.status == "open")
    )
    for word in fold(search).split():
        base = base.where(case.c.folded.contains(word, autoescape=True) | _code_like(word))
    count = connection.scalar(sa.select(sa.func.count()).select_from(base.limit(CAP).subquery())) or 0
    if after:
        moment, _, item_id = after.partition("_")
        at = datetime.fromisoformat(moment)
        base = base.where(
            (work_item.c.sort_due_at > at) | ((work_item.c.sort_due_at == at) & (work_item.c.id > item_id))
        )
    rows = connection.execute(base.order_by(work_item.c.sort_due_at, work_item.c.id).limit(limit + 1)).mappings().all()
    shown = _shown(connection, org, person_id, rows[:limit])
    last = shown[-1] if len(rows) > limit else None
    return Page(shown, f"{last.sort_due_at.isoformat()}_{last.item_id}" if last else None, count)


_CASE_COLUMNS = (
    case.c.code.label("case_code"), case.c.version.label("case_version"), case.c.process, case.c.label.label("label"),
    case.c.unit_id, case.c.state, case.c.definition_id, case.c.subject_id,
)  # fmt: skip


def _code_like(word: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(case.c.code).contains(word, autoescape=True)


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
    out = _kept_out(connection, org, rows)
    places: dict[str, list[sa.Row[Any]]] = {}
    chosen = sa.select(candidate).where(candidate.c.item_id.in_([row["id"] for row in rows]), candidate.c.is_open)
    for place in connection.execute(chosen):
        places.setdefault(place.item_id, []).append(place)
    found: dict[str, str | None] = {}
    for row in rows:
        for principal, chain in org.paths(person_id):
            open_way = out[row["id"]].isdisjoint(chain)
            if open_way and any(_reaches(org, principal, place) for place in places.get(row["id"], ())):
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


def find_item(connection: sa.Connection, agency: str, item_id: str) -> sa.RowMapping:
    """One work item of this agency, open or closed. Raises NotFound."""
    row = (
        connection.execute(sa.select(work_item).where(work_item.c.id == item_id, work_item.c.agency_id == agency))
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound("item")
    return row


def claim_item(connection: sa.Connection, *, item_id: str, version: int, person_id: str | None) -> bool:
    """Say who is at it (None: nobody any more). A courtesy to colleagues, never a lock. False: it moved."""
    changed = connection.execute(
        sa.update(work_item)
        .where(work_item.c.id == item_id, work_item.c.version == version, work_item.c.status == "open")
        .values(claimed_by=person_id, claimed_at=wall_now() if person_id else None, version=version + 1)
    )
    return changed.rowcount == 1
