"""How a list is narrowed: kept in the address, so that it can be shared and survives a decision; some under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from web.tray.model import kept_filter
from workflow.message import Invalid, Message

DUE = ("late", "today", "week")
MOST = 12
LONGEST_NAME = 60


@dataclass(frozen=True)
class Filter:
    """What the address of an inbox says; unknown words say nothing."""

    search: str = ""
    process: str = ""
    due: str = ""
    put_off: bool = False

    @property
    def address(self) -> dict[str, str]:
        """The same as what follows the question mark of an address."""
        given = {"tim": self.search, "loai": self.process, "han": self.due, "hoan": "1" if self.put_off else ""}
        return {name: said for name, said in given.items() if said}

    @property
    def query(self) -> str:
        """The same as one text."""
        return urlencode(self.address)

    @property
    def narrows(self) -> bool:
        """Whether something may be hidden by it."""
        return bool(self.address)


def read(given: Mapping[str, str]) -> Filter:
    """A filter of an address, or of a form's copy of one."""
    due = given.get("han", "")
    search, process = given.get("tim", "").strip()[:100], given.get("loai", "")[:64]
    return Filter(search, process, due if due in DUE else "", given.get("hoan") == "1")


def carried(query: str) -> Filter:
    """The filter of the list a form was opened from."""
    return read(dict(parse_qsl(query[:300])))


def kept(connection: sa.Connection, person_id: str) -> Sequence[sa.RowMapping]:
    """The filters a person keeps, by name."""
    found = sa.select(kept_filter).where(kept_filter.c.person_id == person_id).order_by(kept_filter.c.name)
    return connection.execute(found).mappings().all()


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
