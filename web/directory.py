"""People of an agency as pages list them: found without diacritics, in the order of Vietnamese lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.accounts.model import has_second
from states.imports.people import written
from states.imports.table import Known
from web.sign_in import links
from workflow.folding import fold, name_sort_key
from workflow.identity import Organisation, PersonRow
from workflow.message import Message
from workflow.organisation import absence, account, person, role_grant

PAGE = 100
MOST_NEAR = 20  # to choose one from
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc`\u00b4"))


@dataclass(frozen=True)
class Listed:
    """A person in a list: the unit's place and name, roles as titles, and the last day of a present absence."""

    person: PersonRow
    unit_position: int
    unit: str
    roles: tuple[str, ...]
    away_until: date | None


@dataclass(frozen=True)
class ListedUnit:
    """A unit in a list: how many work there, and who holds which role of it."""

    id: str
    name: str
    code: str
    count: int
    holders: tuple[tuple[str, str, str], ...]  # role title, person id, name


@dataclass(frozen=True)
class Shelf:
    """One page of a list, with how many there are and whether there is more."""

    rows: tuple[Listed, ...]
    count: int
    number: int
    more: bool


def search(org: Organisation, titles: Mapping[str, str], words: str, unit_id: str, number: int) -> Shelf:
    """People who work here, whose name or code has every word, on the page with this number (from 1)."""
    found, order = near(org, words, unit_id), {one: position for position, one in enumerate(org.units)}
    start = (number - 1) * PAGE
    rows = tuple(_listed(org, titles, p, order.get(p.unit_id or "", len(order))) for p in found[start : start + PAGE])
    return Shelf(rows, len(found), number, len(found) > start + PAGE)


def near(org: Organisation, words: str, unit_id: str = "") -> list[PersonRow]:
    """People who work here, whose name or code has every word, by unit and name."""
    wanted = _searched(words).split()
    once: dict[str, str] = defaultdict(str)  # what somebody was called under another code leads to them
    for gone in filter(org.people.__contains__, org.twins):
        once[org.person_now(gone)] += f" {org.people[gone].name} {org.people[gone].code}"
    found = [p for p in org.people.values() if p.active and _fits(p, wanted, unit_id, once[p.id])]
    order = {one: position for position, one in enumerate(org.units)}
    found.sort(key=lambda p: (order.get(p.unit_id or "", len(order)), name_sort_key(p.name)))
    return found


def meant(org: Organisation, words: str) -> PersonRow | None:
    """The one who works here and whom words name: by id, by code, by the whole name, or as `written` writes it; None
    where they name nobody, or several."""
    if not words.strip():
        return None
    here = (one for one in org.people.values() if one.active)
    ids = Known((one.id, (one.id, one.code, one.name, written(one.name, one.code))) for one in here).matches(words)
    return org.people[ids.pop()] if len(ids) == 1 else None


def not_meant(org: Organisation, words: str) -> Message:
    """Why words name nobody alone: nobody has them, some do (to choose from), or too many."""
    count = len(near(org, words))
    key = "unknown" if not count else "several" if count <= MOST_NEAR else "many"
    return Message(f"whom.{key}", {"words": words, "count": count})


def person_id(org: Organisation, words: str) -> str:
    """The id of the one whom words name; the words as they are where they name nobody alone."""
    one = None if words in org.people else meant(org, words)
    return one.id if one else words


def units(org: Organisation, titles: Mapping[str, str]) -> list[ListedUnit]:
    """The units that have not ended, in the agency's order."""
    living = [row for row in org.units.values() if row["ends_on"] is None or row["ends_on"] >= org.today]
    counts = Counter(p.unit_id for p in org.people.values() if p.active)
    return [
        ListedUnit(row["id"], row["name"], row["code"], counts[row["id"]], _holders(org, titles, row["id"]))
        for row in living
    ]


def _holders(org: Organisation, titles: Mapping[str, str], unit_id: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (titles.get(held.role, held.role), person_id, org.name(person_id))
        for person_id, grants_ in org.grants.items()
        for held in grants_
        if held.unit_id == unit_id
    )


def unit_name(org: Organisation, unit_id: str | None) -> str:
    """A unit's name; empty for none."""
    return str(org.units[unit_id]["name"]) if unit_id in org.units else ""


def deputies(org: Organisation, absent_id: str) -> list[tuple[str, str]]:
    """Who may stand in for a person: (id, name with unit), those of the same unit first."""
    own = org.people[absent_id].unit_id
    others = [p for p in org.people.values() if p.active and p.id != absent_id]
    others.sort(key=lambda p: (p.unit_id != own, unit_name(org, p.unit_id), name_sort_key(p.name)))
    return [(p.id, f"{p.name} – {unit_name(org, p.unit_id)}".rstrip(" –")) for p in others]


def grants(connection: sa.Connection, agency_id: str, person_id: str, today: date) -> Sequence[sa.RowMapping]:
    """Roles a person holds now or will hold: id, role, unit_id, starts_on, ends_on."""
    return _still(connection, role_grant, agency_id, person_id, today)


def absences(connection: sa.Connection, agency_id: str, person_id: str, today: date) -> Sequence[sa.RowMapping]:
    """A person's absences that are not over, the nearest first."""
    return _still(connection, absence, agency_id, person_id, today)


def last_day(connection: sa.Connection, person_id: str) -> date | None:
    """The last day somebody works here, where one is known."""
    found: date | None = connection.scalar(sa.select(person.c.ends_on).where(person.c.id == person_id))
    return found


def account_of(connection: sa.Connection, account_id: str | None) -> sa.RowMapping | None:
    """What the office sees of a sign-in: id, login, disabled_at, has_password, is_admin, agencies served, has_second,
    and until when its last invitation holds."""
    if account_id is None:
        return None
    serves = sa.select(sa.func.count(sa.distinct(person.c.agency_id))).where(person.c.account_id == account_id)
    query = sa.select(
        account.c.id, account.c.login, account.c.disabled_at, account.c.is_admin,
        (account.c.password_hash != "").label("has_password"), serves.scalar_subquery().label("agencies"),
        has_second().label("has_second"), links.invited_until().label("invited_until"),
    )  # fmt: skip
    return connection.execute(query.where(account.c.id == account_id)).mappings().one()


def is_ours(found: Mapping[str, Any], *, by_admin: bool) -> bool:
    """Whether an office may keep this account: nobody else's agency lives by it, and it is no administrator's."""
    return by_admin or (found["agencies"] == 1 and not found["is_admin"])


def _still(connection: sa.Connection, table: sa.Table, agency_id: str, person_id: str, today: date) -> Sequence[Any]:
    mine = (table.c.agency_id == agency_id) & (table.c.person_id == person_id)
    living = table.c.ends_on.is_(None) | ((table.c.ends_on >= today) & (table.c.ends_on >= table.c.starts_on))
    query = sa.select(table).where(mine, living).order_by(table.c.starts_on, table.c.id)
    return connection.execute(query).mappings().all()


def _fits(one: PersonRow, words: Sequence[str], unit_id: str, once: str) -> bool:
    text = f"{_searched(written(one.name, one.code))} {_searched(once)}"
    return (not unit_id or one.unit_id == unit_id) and all(word in text for word in words)


def _searched(text: str) -> str:
    """Y'Ni and K’Đăm are found however their apostrophe is typed, and without one."""
    return fold(text).translate(_APOSTROPHES)


def _listed(org: Organisation, titles: Mapping[str, str], one: PersonRow, position: int) -> Listed:
    roles = tuple(dict.fromkeys(titles.get(g.role, g.role) for g in org.grants.get(one.id, ())))
    away = max((until for _, _, until in org.deputies.get(one.id, ())), default=None)
    return Listed(one, position, unit_name(org, one.unit_id), roles, away)
