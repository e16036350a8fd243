"""Every way an organisation changes; each makes older snapshots and decisions on yesterday's rights fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflow.clock import business_now, wall_now
from workflow.db import IdSource, uuid7
from workflow.folding import fold, name_sort_key, tidy
from workflow.message import Message, Refused
from workflow.organisation import absence, account, agency, conflict, person, role_grant, unit

GATHERED = "touched"


def add_agency(connection: sa.Connection, *, code: str, name: str, new_id: IdSource = uuid7, **more: str) -> str:
    """A new agency; `more`: short_name, parent_name, place."""
    agency_id = new_id()
    row = {"id": agency_id, "code": code, "name": tidy(name), "created_at": business_now(connection), **more}
    connection.execute(sa.insert(agency).values(row))
    return agency_id


def change_agency(connection: sa.Connection, agency_id: str, values: Mapping[str, str]) -> None:
    """What an agency is called in papers; nobody's rights rest on it."""
    connection.execute(sa.update(agency).where(agency.c.id == agency_id).values(dict(values)))


def add_unit(
    connection: sa.Connection, agency_id: str, *, code: str, name: str, starts_on: date,
    new_id: IdSource = uuid7, **more: Any,
) -> str:  # fmt: skip
    """A new unit of the agency; `more`: type, position, ends_on."""
    unit_id = new_id()
    row = {
        "id": unit_id,
        "agency_id": agency_id,
        "code": code,
        "starts_on": starts_on,
        **_named(name),
        **more,
    }
    connection.execute(sa.insert(unit).values(row))
    touched(connection, agency_id, ())
    return unit_id


def change_unit(connection: sa.Connection, agency_id: str, unit_id: str, values: Mapping[str, Any]) -> None:
    """Rename, reorder or end a unit (`ends_on` is its last day); touches who works or holds a role there."""
    row = {**values, **(_named(values["name"]) if "name" in values else {})}
    connection.execute(sa.update(unit).where(_is(unit, agency_id, unit_id)).values(row))
    touched(connection, agency_id, _people_of(connection, agency_id, unit_id))


def add_account(
    connection: sa.Connection, *, login: str, email: str = "", new_id: IdSource = uuid7, **more: Any
) -> str:
    """A sign-in, shared by all agencies; `more`: password_hash, language, is_admin."""
    account_id = new_id()
    row = {"id": account_id, "login": login.strip().lower(), "email": email, "created_at": wall_now(), **more}
    connection.execute(sa.insert(account).values(row))
    return account_id


def rename_account(connection: sa.Connection, account_id: str, login: str) -> None:
    """Sign in under another name from now on: password, rights and open sign-ins stay."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(login=login.strip().lower()))


def add_person(
    connection: sa.Connection, agency_id: str, *, code: str, name: str, starts_on: date,
    new_id: IdSource = uuid7, **more: Any,
) -> str:  # fmt: skip
    """A new person of the agency; `more`: unit_id, post, gender, born_on, email, account_id, ends_on."""
    person_id = new_id()
    row = {"id": person_id, "agency_id": agency_id, "code": code, "starts_on": starts_on}
    connection.execute(sa.insert(person).values({**row, **_person_named(name), **more}))
    touched(connection, agency_id, (person_id,))
    return person_id


def change_person(connection: sa.Connection, agency_id: str, person_id: str, values: Mapping[str, Any]) -> None:
    """Rename, move, give a sign-in, or end a person (`ends_on` is the last day)."""
    row = {**values, **(_person_named(values["name"]) if "name" in values else {})}
    connection.execute(sa.update(person).where(_is(person, agency_id, person_id)).values(row))
    touched(connection, agency_id, (person_id,))


def grant_role(
    connection: sa.Connection, agency_id: str, *, person_id: str, role: str, starts_on: date,
    unit_id: str | None = None, ends_on: date | None = None, new_id: IdSource = uuid7,
) -> str:  # fmt: skip
    """Let a person hold a role from a day on, in a unit or in the whole agency."""
    grant_id = new_id()
    connection.execute(
        sa.insert(role_grant).values(
            id=grant_id, agency_id=agency_id, person_id=person_id, role=role, unit_id=unit_id,
            starts_on=starts_on, ends_on=ends_on,
        )
    )  # fmt: skip
    touched(connection, agency_id, (person_id,))
    return grant_id


def revoke_role(connection: sa.Connection, agency_id: str, grant_id: str, *, last_day: date) -> None:
    """End a role; a last day before its first makes it never held."""
    changed = connection.execute(
        sa.update(role_grant).where(_is(role_grant, agency_id, grant_id)).values(ends_on=last_day)
        .returning(role_grant.c.person_id)
    )  # fmt: skip
    touched(connection, agency_id, changed.scalars().all())


def set_absence(
    connection: sa.Connection, agency_id: str, *, person_id: str, deputy_id: str, days: tuple[date, date],
    reason: str = "", set_by: str | None = None, new_id: IdSource = uuid7,
) -> str:  # fmt: skip
    """Somebody stands in from a first to a last day. Refuses oneself and days that run backwards."""
    starts_on, ends_on = days
    if person_id == deputy_id:
        raise Refused(Message("organisation.own_deputy"))
    if ends_on < starts_on:
        raise Refused(Message("organisation.absence_backwards", {"starts_on": starts_on, "ends_on": ends_on}))
    absence_id = new_id()
    connection.execute(
        sa.insert(absence).values(
            id=absence_id, agency_id=agency_id, person_id=person_id, deputy_id=deputy_id, starts_on=starts_on,
            ends_on=ends_on, reason=tidy(reason), set_by=set_by, set_at=business_now(connection),
        )
    )  # fmt: skip
    touched(connection, agency_id, (person_id, deputy_id))
    return absence_id


def end_absence(connection: sa.Connection, agency_id: str, absence_id: str, *, last_day: date) -> None:
    """Back earlier (or never away: a last day before the first)."""
    changed = connection.execute(
        sa.update(absence).where(_is(absence, agency_id, absence_id)).values(ends_on=last_day)
        .returning(absence.c.person_id, absence.c.deputy_id)
    )  # fmt: skip
    touched(connection, agency_id, [one for row in changed for one in row])


def declare_conflict(
    connection: sa.Connection, agency_id: str, *, person_id: str, subject_id: str, kind: str, note: str = "",
    new_id: IdSource = uuid7,
) -> str:  # fmt: skip
    """This person must not decide on that subject: `kin` or `declared`. Said twice, the first stands."""
    known: str | None = connection.scalar(
        sa.select(conflict.c.id).where(
            conflict.c.agency_id == agency_id,
            conflict.c.person_id == person_id,
            conflict.c.subject_id == subject_id,
        )
    )
    if known:
        return known
    conflict_id = new_id()
    connection.execute(
        sa.insert(conflict).values(
            id=conflict_id, agency_id=agency_id, person_id=person_id, subject_id=subject_id, kind=kind,
            note=tidy(note), declared_at=business_now(connection),
        )
    )  # fmt: skip
    touched(connection, agency_id, (person_id,))
    return conflict_id


def withdraw_conflict(connection: sa.Connection, agency_id: str, conflict_id: str) -> None:
    """The conflict was declared by mistake."""
    changed = connection.execute(
        sa.delete(conflict).where(_is(conflict, agency_id, conflict_id)).returning(conflict.c.person_id)
    )
    touched(connection, agency_id, changed.scalars().all())


def touched(connection: sa.Connection, agency_id: str, people: Iterable[str]) -> None:
    """Snapshots of this agency are old from now on, and so is what these people were seen to be allowed.

    People first and in one order, then the agency: whoever changes an organisation locks alike.
    """
    gathered = connection.info.get(GATHERED)
    if gathered is not None:
        gathered.setdefault(agency_id, set()).update(people)
        return
    ids = sorted(set(people))
    for some in (ids[start : start + 500] for start in range(0, len(ids), 500)):
        here = sa.and_(person.c.agency_id == agency_id, person.c.id.in_(some))
        if len(ids) > 1:
            connection.execute(sa.select(person.c.id).where(here).order_by(person.c.id).with_for_update()).all()
        connection.execute(sa.update(person).where(here).values(authority_version=person.c.authority_version + 1))
    connection.execute(
        sa.update(agency).where(agency.c.id == agency_id)
        .values(organisation_version=agency.c.organisation_version + 1)
    )  # fmt: skip


@contextmanager
def together(connection: sa.Connection) -> Iterator[None]:
    """Many changes of one transaction: whom they touch is said once, at the end."""
    connection.info[GATHERED] = {}
    try:
        yield
    finally:
        gathered = connection.info.pop(GATHERED)
    for agency_id, people in gathered.items():
        touched(connection, agency_id, people)


def _people_of(connection: sa.Connection, agency_id: str, unit_id: str) -> list[str]:
    inside = sa.select(person.c.id).where(person.c.agency_id == agency_id, person.c.unit_id == unit_id)
    holders = sa.select(role_grant.c.person_id).where(
        role_grant.c.agency_id == agency_id, role_grant.c.unit_id == unit_id
    )
    return list(connection.scalars(inside.union(holders)))


def _is(table: sa.Table, agency_id: str, row_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.agency_id == agency_id, table.c.id == row_id)


def _named(name: str) -> dict[str, str]:
    return {"name": tidy(name), "folded": fold(name)}


def _person_named(name: str) -> dict[str, str]:
    return {**_named(name), "sort_key": name_sort_key(name)}
