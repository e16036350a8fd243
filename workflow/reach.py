"""Which items reach a person, as ranges of an index: one for each place they are asked in, merged in order.

One condition over all places would have the database gather and sort everything that waits for them; so read, a page
costs what a page holds, however long the inbox. Statements are built once for each shape of a person's powers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.identity import EXCLUDED, Organisation
from workflow.worklist import candidate, work_item


@dataclass(frozen=True)
class Shape:
    """What the statement of a place depends on: is it a person's own, has it a unit, are there conflicts to mind."""

    own: bool
    of_unit: bool
    conflicts: bool


@dataclass(frozen=True)
class Place:
    """Where candidate rows stand that reach a person: rows of `principal`, or of a role in a unit or in none.

    Cases of those in `out`, or about the subjects in `conflicts`, are not for them, here.
    """

    principal: str
    role: str
    unit_id: str | None
    out: tuple[str, ...]
    conflicts: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """The shape of its range."""
        return Shape(not self.role, self.unit_id is not None, bool(self.conflicts))


@dataclass(frozen=True)
class Reach:
    """All places of one person, by own and deputised powers, and the values their statements take."""

    places: tuple[Place, ...]
    values: dict[str, Any]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What the statements depend on."""
        return tuple(place.shape for place in self.places)


def reach_of(org: Organisation, person_id: str) -> Reach:
    """Where a person is asked now; never in the way of an own case or a conflict, be it theirs or of somebody they
    stand in for."""
    places = tuple(dict.fromkeys(_places(org, person_id)))
    values: dict[str, Any] = {"agency": org.agency_id}
    for n, place in enumerate(places):
        values |= (
            {f"out{n}": place.out, f"conflicts{n}": place.conflicts} if place.conflicts else {f"out{n}": place.out}
        )
        values |= {f"role{n}": place.role} if place.role else {f"person{n}": place.principal}
        values |= {f"unit{n}": place.unit_id} if place.unit_id else {}
    return Reach(places, values)


def _places(org: Organisation, person_id: str) -> Iterator[Place]:
    for principal, chain in org.paths(person_id):
        out = tuple(dict.fromkeys((person_id, *chain)))
        conflicts = tuple(sorted(subject for person, subject in org.conflicts if person in out))
        yield Place(principal, "", None, out, conflicts)
        for grant in org.held(principal):
            for unit_id in (None, grant.unit_id):
                yield Place("", grant.role, unit_id, out, conflicts)


@lru_cache(maxsize=512)
def first_of(shapes: tuple[Shape, ...], number: int, *, further: bool = False) -> sa.Select[Any]:
    """The ids of the first so many items of such places, by deadline; `further`: beyond `at` and `item`."""
    return narrowed(shapes, number, (), further=further)


def narrowed(
    shapes: tuple[Shape, ...], number: int, conditions: Sequence[sa.ColumnElement[bool]], *, further: bool = False
) -> sa.Select[Any]:
    """The same, of cases for which the conditions hold."""
    if not shapes:
        return sa.select(candidate.c.item_id).where(sa.false())
    ranges = [_cut(_range(n, shape), number, conditions, further) for n, shape in enumerate(shapes)]
    merged = sa.union(*(sa.select(one.subquery()) for one in ranges)).subquery("reaching")
    most = _literally(number)
    first = sa.select(merged.c.item_id).order_by(merged.c.sort_due_at, merged.c.item_id).limit(most).subquery()
    return sa.select(first.c.item_id)


_WAITING = (
    sa.select(candidate.c.sort_due_at, candidate.c.item_id)
    .join(work_item, work_item.c.id == candidate.c.item_id)
    .where(
        candidate.c.agency_id == sa.bindparam("agency"),
        candidate.c.is_open == sa.literal_column("true"),
        work_item.c.status == sa.literal_column("'open'"),
    )
    .order_by(candidate.c.sort_due_at, candidate.c.item_id)
)


def _range(n: int, shape: Shape) -> sa.Select[Any]:
    party = sa.exists().where(
        case_party.c.case_id == candidate.c.case_id,
        case_party.c.person_id.in_(sa.bindparam(f"out{n}", expanding=True)),
        case_party.c.relation.in_(sorted(EXCLUDED)),
    )
    found = _WAITING.where(~party)
    if shape.conflicts:
        about = case.c.subject_id.in_(sa.bindparam(f"conflicts{n}", expanding=True))
        found = found.where(~sa.exists().where(case.c.id == candidate.c.case_id, about))
    if shape.own:  # once: a person may be asked in two roles
        mine = candidate.c.person_id == sa.bindparam(f"person{n}"), candidate.c.person_id.is_not(None)
        return found.where(*mine).distinct()
    unit = candidate.c.unit_id == sa.bindparam(f"unit{n}") if shape.of_unit else candidate.c.unit_id.is_(None)
    found = found.where(candidate.c.role == sa.bindparam(f"role{n}"), unit, candidate.c.person_id.is_(None))
    # The unit is one and the same; named, it lets PostgreSQL take the order from the index where it is NULL.
    return found.order_by(None).order_by(candidate.c.unit_id, candidate.c.sort_due_at, candidate.c.item_id)


def _cut(
    found: sa.Select[Any], number: int, conditions: Sequence[sa.ColumnElement[bool]], further: bool
) -> sa.Select[Any]:
    if conditions:
        found = found.join(case, case.c.id == candidate.c.case_id).where(*conditions)
    if further:
        at = sa.bindparam("at", type_=candidate.c.sort_due_at.type)
        beyond = (candidate.c.sort_due_at > at) | (candidate.c.item_id > sa.bindparam("item"))
        found = found.where(candidate.c.sort_due_at >= at, beyond)
    return found.limit(_literally(number))


def _literally(number: int) -> sa.ColumnElement[int]:
    """A limit the planner can see: of a parameter it would expect a tenth of the table."""
    return sa.literal_column(str(int(number)), sa.Integer)


def reaches(org: Organisation, principal: str, row: sa.Row[Any]) -> bool:
    """The same of a candidate row at hand: whether it stands in a place of this person's own."""
    if row.person_id is not None:
        return bool(row.person_id == principal)
    return any(g.role == row.role and row.unit_id in (None, g.unit_id) for g in org.held(principal))
