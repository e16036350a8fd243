"""Filters that a person keeps under a name."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from web.narrowing import Filter
from web.tray.model import kept_filter
from workflow.message import Invalid, Message

MOST = 12
LONGEST_NAME = 60


def kept(connection: sa.Connection, person_id: str) -> Sequence[sa.RowMapping]:
    """The filters a person keeps, by name."""
    return connection.execute(_KEPT, {"person": person_id}).mappings().all()


_KEPT = sa.select(kept_filter).where(kept_filter.c.person_id == sa.bindparam("person")).order_by(kept_filter.c.name)


def keep(connection: sa.Connection, new_id: str, agency_id: str, person_id: str, name: str, wanted: Filter) -> None:
    """Keep it under a name; one of that name is replaced. Raises Invalid."""
    name = " ".join(name.split())[:LONGEST_NAME]
    mine = kept_filter.c.person_id == person_id
    if not name or not wanted.narrows:
        raise Invalid({"name": Message("filter.no_name" if wanted.narrows else "filter.nothing")})
    connection.execute(sa.delete(kept_filter).where(mine, kept_filter.c.name == name))
    if (connection.scalar(sa.select(sa.func.count()).where(mine)) or 0) >= MOST:
        raise Invalid({"name": Message("filter.too_many", {"most": MOST})})
    values = {"id": new_id, "agency_id": agency_id, "person_id": person_id, "name": name, "address": wanted.query}
    connection.execute(sa.insert(kept_filter).values(values))


def drop(connection: sa.Connection, person_id: str, filter_id: str) -> bool:
    """Keep it no more; False when this person keeps no such filter."""
    mine = kept_filter.c.id == filter_id, kept_filter.c.person_id == person_id
    return connection.execute(sa.delete(kept_filter).where(*mine)).rowcount == 1


def forget(connection: sa.Connection, agency_id: str, people: Sequence[str]) -> None:
    """The filters of people who are forgotten go: they may say whom they looked for."""
    mine = (kept_filter.c.agency_id == agency_id) & kept_filter.c.person_id.in_(people)
    connection.execute(sa.delete(kept_filter).where(mine))
