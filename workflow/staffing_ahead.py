"""Staffing proved for every day to come: roles that end, people who leave and absences are known before they happen.

Only days on which something changes are looked at: between two of them everything stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from workflow.definition import Definition, Plan
from workflow.identity import Organisation, load_organisation
from workflow.message import Message
from workflow.organisation import absence, person, role_grant, unit, unit_merge
from workflow.staffing import Gap, gaps

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ahead:
    """Days on which nobody could act: the shortest example, how many other steps fail with it, who ended before.

    `last` is None where it lasts to the end of what was looked at.
    """

    first: date
    last: date | None
    gap: Gap
    others: int
    ended: tuple[Message, ...]


def ahead(
    connection: sa.Connection, agency_id: str, plan: Plan, definitions: Sequence[Definition], first: date, last: date
) -> list[Ahead]:
    """What will fail after `first` up to `last` and does not fail on `first`, the earliest first."""
    before = _on(connection, agency_id, first)
    going_on = {_key(gap): (first, gap) for gap in gaps(before, plan, definitions)}
    found: list[_Span] = []
    day_before: dict[date, Organisation] = {}
    for day in sorted(set(changes(connection, agency_id, first, last))):
        org = _on(connection, agency_id, day)
        if _shape(org) == _shape(before):
            continue
        now = {_key(gap): (day, gap) for gap in gaps(org, plan, definitions)}
        found += [(since, day - DAY, gap) for key, (since, gap) in going_on.items() if key not in now]
        going_on = {key: going_on.get(key, one) for key, one in now.items()}
        day_before[day], before = before, org
    found += [(since, None, gap) for since, gap in going_on.values()]
    later = (one for one in found if one[0] > first)
    return [_told(day_before, *group) for group in _grouped(later)]


_Span = tuple[date, date | None, Gap]


def _key(gap: Gap) -> tuple[str, ...]:
    return gap.process, gap.place, gap.unit, str(gap.reason)


def _on(connection: sa.Connection, agency_id: str, day: date) -> Organisation:
    return load_organisation(connection, agency_id, day)


def _grouped(found: Iterable[_Span]) -> Iterator[tuple[date, date | None, list[Gap]]]:
    """By the days they last and what is the matter: one cause shows in many steps."""
    groups: dict[tuple[date, date, str], list[_Span]] = {}
    for first, last, gap in found:
        what = str(gap.reason) if gap.reason.key == "staffing.unheld" else gap.reason.key
        groups.setdefault((first, last or date.max, what), []).append((first, last, gap))
    for _, spans in sorted(groups.items()):
        yield spans[0][0], spans[0][1], [gap for _, _, gap in spans]


def _told(day_before: dict[date, Organisation], first: date, last: date | None, together: list[Gap]) -> Ahead:
    shortest = min(together, key=lambda gap: (len(gap.against), gap.process, gap.place, gap.unit))
    return Ahead(first, last, shortest, len(together) - 1, tuple(_gone(day_before[first], first, shortest)))


def _gone(before: Organisation, first: date, gap: Gap) -> Iterator[Message]:
    """Who held a role of the gap the day before. Whoever holds it still is among those whom the gap itself names."""
    still = {told.params.get("name") for told in gap.against}
    for role in gap.roles:
        for person_id, unit_id in before.granted.get(role, ()):
            here = not gap.unit or unit_id is None or before.units[unit_id]["name"] == gap.unit
            name = before.name(person_id)
            if here and name not in still:
                yield Message("staffing.ended", {"name": name, "last": first - DAY})


def changes(connection: sa.Connection, agency_id: str, first: date, last: date) -> Iterator[date]:
    """Days after `first` on which somebody or something begins, or has ended the day before."""
    for table in (person, role_grant, unit, absence):
        spans = sa.select(table.c.starts_on, table.c.ends_on).where(table.c.agency_id == agency_id)
        for begins, ends in connection.execute(spans):
            yield from (day for day in (begins, ends + DAY if ends else begins) if first < day <= last)
    merges = sa.select(unit_merge.c.starts_on).where(unit_merge.c.agency_id == agency_id)
    yield from (day for day in connection.scalars(merges) if first < day <= last)


def _shape(org: Organisation) -> tuple[Any, ...]:
    """What of a day staffing depends on: whoever holds nothing and stands in for nobody is left out."""
    holding = {*org.grants, *(deputy for rows in org.deputies.values() for deputy, _, _ in rows)}
    units = [one for one, row in org.units.items() if row["starts_on"] <= org.today <= (row["ends_on"] or date.max)]
    deputies = {person_id: rows for person_id, rows in org.deputies.items() if person_id in holding}
    return dict(org.grants), deputies, units, {one for one in holding if org.active(one)}, dict(org.merged)
