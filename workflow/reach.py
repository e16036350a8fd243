"""Which items reach a person, as ranges of an index: one for each place they are asked in, merged in order.

One condition over all places would have the database gather and sort everything that waits for them; so read, a page
costs what a page holds, however long the inbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.identity import EXCLUDED, Organisation
from workflow.worklist import candidate, work_item

Conditions = Sequence[sa.ColumnElement[bool]]


def first_of(
    org: Organisation, person_id: str, number: int, *, after: tuple[datetime, str] | None = None,
    narrowed: Conditions = (),
) -> sa.Select[Any]:  # fmt: skip
    """The ids of the first so many items that reach a person now, by deadline: by own and deputised powers, never in
    the way of an own case or a conflict, be it theirs or of somebody they stand in for."""
    ranges = [_cut(found, number, after, narrowed) for found in _ranges(org, person_id)]
    if not ranges:
        return sa.select(candidate.c.item_id).where(sa.false())
    merged = sa.union(*(sa.select(one.subquery()) for one in ranges)).subquery("reaching")
    most = _literally(number)
    first = sa.select(merged.c.item_id).order_by(merged.c.sort_due_at, merged.c.item_id).limit(most).subquery()
    return sa.select(first.c.item_id)


def _ranges(org: Organisation, person_id: str) -> Iterator[sa.Select[Any]]:
    """Each place whose candidate rows reach a person, in order, and what keeps them out of some of them."""
    for principal, chain in org.paths(person_id):
        out = [_keeps_out(org, someone) for someone in dict.fromkeys((person_id, *chain))]
        for_person = candidate.c.person_id == principal, candidate.c.person_id.is_not(None)
        # Once: a person may be asked in two roles.
        yield _WAITING.where(candidate.c.agency_id == org.agency_id, *for_person, *out).distinct()
        for role, unit_id in dict.fromkeys((g.role, unit) for g in org.held(principal) for unit in (None, g.unit_id)):
            of_role = candidate.c.role == role, candidate.c.unit_id == unit_id, candidate.c.person_id.is_(None)
            found = _WAITING.where(candidate.c.agency_id == org.agency_id, *of_role, *out)
            # The unit is one and the same; named, it lets PostgreSQL take the order from the index where it is NULL.
            yield found.order_by(None).order_by(candidate.c.unit_id, candidate.c.sort_due_at, candidate.c.item_id)


_WAITING = (
    sa.select(candidate.c.sort_due_at, candidate.c.item_id)
    .join(work_item, work_item.c.id == candidate.c.item_id)
    .where(candidate.c.is_open == sa.literal_column("true"), work_item.c.status == sa.literal_column("'open'"))
    .order_by(candidate.c.sort_due_at, candidate.c.item_id)
)


def _cut(
    found: sa.Select[Any], number: int, after: tuple[datetime, str] | None, narrowed: Conditions
) -> sa.Select[Any]:  # fmt: skip
    if narrowed:
        found = found.join(case, case.c.id == candidate.c.case_id).where(*narrowed)
    if after is not None:
        at, item_id = after
        beyond = (candidate.c.sort_due_at > at) | (candidate.c.item_id > item_id)
        found = found.where(candidate.c.sort_due_at >= at, beyond)
    return found.limit(_literally(number))


def _literally(number: int) -> sa.ColumnElement[int]:
    """A limit the planner can see: of a parameter it would expect a tenth of the table."""
    return sa.literal_column(str(int(number)), sa.Integer)


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


def reaches(org: Organisation, principal: str, row: sa.Row[Any]) -> bool:
    """The same of a candidate row at hand: whether it stands in a place of this person's own."""
    if row.person_id is not None:
        return bool(row.person_id == principal)
    return any(g.role == row.role and row.unit_id in (None, g.unit_id) for g in org.held(principal))
