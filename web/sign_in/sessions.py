"""Sign-ins live in the database: ended by idling, by age, by signing out, by a lock or a new password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.accounts.model import has_second
from web.sign_in.model import preference, sign_in
from web.sign_in.model import sign_in_policy as policy
from web.sign_in.secrets import digest, new_token
from web.sign_in.tokens import Bearer
from workflow.db import Database
from workflow.organisation import account, agency, person

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)  # being seen is written at most this often: reading stays reading


@dataclass(frozen=True)
class SignIn:
    """A living sign-in with its account and, once an agency is chosen, its person."""

    id: str
    account_id: str
    login: str
    language: str
    is_admin: bool
    theme: str
    shortcuts: bool
    agency_id: str | None
    agency_name: str
    person_id: str | None
    person_name: str
    post: str
    seen_at: datetime
    client: str
    address: str
    way: str
    proven_at: datetime
    has_second: bool
    policy_roles: Sequence[str] | None
    policy_starts_on: date | None
    fresh_minutes: int | None


@dataclass(frozen=True)
class Origin:
    """From where somebody signs in, and what they proved themselves with."""

    address: str = ""
    client: str = ""
    way: str = "password"


NOWHERE = Origin()
_WHO = (
    account.c.login, account.c.language, account.c.is_admin,
    sa.func.coalesce(preference.c.theme, "system").label("theme"),
    sa.func.coalesce(preference.c.shortcuts, sa.true()).label("shortcuts"),
    sa.func.coalesce(agency.c.name, "").label("agency_name"),
    sa.func.coalesce(person.c.name, "").label("person_name"),
    sa.func.coalesce(person.c.post, "").label("post"),
    has_second().label("has_second"),
    policy.c.roles.label("policy_roles"), policy.c.starts_on.label("policy_starts_on"), policy.c.fresh_minutes,
)  # fmt: skip
"""What is known of an account, its person and the agency's rule, wherever somebody is recognised."""


_LIVING = (
    sa.select(
        sign_in.c.id, sign_in.c.account_id, sign_in.c.agency_id, sign_in.c.person_id, sign_in.c.seen_at,
        sign_in.c.client, sign_in.c.address, sign_in.c.way,
        sa.func.coalesce(sign_in.c.proven_at, sign_in.c.created_at).label("proven_at"), *_WHO,
    )
    .select_from(
        sign_in.join(account, account.c.id == sign_in.c.account_id)
        .outerjoin(preference, preference.c.account_id == account.c.id)
        .outerjoin(agency, agency.c.id == sign_in.c.agency_id)
        .outerjoin(person, person.c.id == sign_in.c.person_id)
        .outerjoin(policy, policy.c.agency_id == sign_in.c.agency_id)
    )
    .where(
        sign_in.c.token_hash == sa.bindparam("digest"), sign_in.c.expires_at > sa.bindparam("now"),
        sign_in.c.seen_at > sa.bindparam("idle_since"), account.c.disabled_at.is_(None), person.c.erased_at.is_(None),
    )
)  # fmt: skip


def begin(connection: sa.Connection, new_id: str, account_id: str, now: datetime, origin: Origin = NOWHERE) -> str:
    """Open a sign-in and give its token, which exists nowhere else; a person is set when there is only one."""
    token = new_token()
    own = _persons(connection, account_id)
    only: Mapping[str, Any] = own[0] if len(own) == 1 else {"agency_id": None, "id": None}
    connection.execute(
        sa.insert(sign_in).values(
            id=new_id, account_id=account_id, token_hash=digest(token), created_at=now, seen_at=now,
            expires_at=now + ABSOLUTE, proven_at=now,
            client=origin.client[:200], address=origin.address[:64], way=origin.way,
            agency_id=only["agency_id"], person_id=only["id"],
        )
    )  # fmt: skip
    connection.execute(sa.delete(sign_in).where(sa.or_(sign_in.c.expires_at <= now, sign_in.c.seen_at <= now - IDLE)))
    return token


def find(connection: sa.Connection, token: str, now: datetime) -> SignIn | None:
    """The living sign-in behind a cookie's token; None when it ended, or its account is locked."""
    values = {"digest": digest(token), "now": now, "idle_since": now - IDLE}
    row = connection.execute(_LIVING, values).mappings().first()
    return SignIn(**row) if row else None


def of_token(connection: sa.Connection, bearer: Bearer, now: datetime) -> SignIn:
    """What a page knows of whoever holds a token: never proven, and an administrator only where the office is meant."""
    rows = (
        person.join(account, account.c.id == bearer.account_id)
        .join(agency, agency.c.id == person.c.agency_id)
        .outerjoin(preference, preference.c.account_id == account.c.id)
        .outerjoin(policy, policy.c.agency_id == person.c.agency_id)
    )
    found = sa.select(*_WHO).select_from(rows).where(person.c.id == bearer.person_id)
    row = connection.execute(found).mappings().one()
    return SignIn(
        id="", account_id=bearer.account_id, agency_id=bearer.agency_id, person_id=bearer.person_id, seen_at=now,
        client="", address="", way="token", proven_at=datetime(1970, 1, 1, tzinfo=UTC),
        **{**row, "is_admin": row["is_admin"] and "office" in bearer.scopes},
    )  # fmt: skip


def touch(database: Database, found: SignIn, now: datetime) -> None:
    """Remember that the person is still here."""
    if now - found.seen_at >= TOUCH:
        with database.write() as connection:
            connection.execute(sa.update(sign_in).where(sign_in.c.id == found.id).values(seen_at=now))


def choices(connection: sa.Connection, account_id: str) -> list[sa.RowMapping]:
    """The agencies in which an account has a living person: agency_id, agency_name, id, name, post."""
    return _persons(connection, account_id)


def choose(connection: sa.Connection, found: SignIn, person_id: str) -> bool:
    """Go on as this person; False when the account has no such person."""
    own = {row["id"]: row["agency_id"] for row in _persons(connection, found.account_id)}
    if person_id in own:
        chosen = {"person_id": person_id, "agency_id": own[person_id]}
        connection.execute(sa.update(sign_in).where(sign_in.c.id == found.id).values(**chosen))
    return person_id in own


def choose_as(connection: sa.Connection, token: str, person_id: str, agency_id: str) -> None:
    """Let a fresh sign-in go on as the person it already was."""
    fresh = sa.update(sign_in).where(sign_in.c.token_hash == digest(token))
    connection.execute(fresh.values(person_id=person_id, agency_id=agency_id))


def prove(connection: sa.Connection, found: SignIn, now: datetime) -> str:
    """Who sits here was proven anew; the sign-in goes on under a new token, the old one is worth nothing."""
    token = new_token()
    own = sa.update(sign_in).where(sign_in.c.id == found.id)
    connection.execute(own.values(token_hash=digest(token), proven_at=now, seen_at=now))
    return token


def living(connection: sa.Connection, account_id: str, now: datetime) -> list[sa.RowMapping]:
    """The sign-ins of an account that open something: id, client, address, way, created_at, seen_at; newest first."""
    wanted = (getattr(sign_in.c, name) for name in ("id", "client", "address", "way", "created_at", "seen_at"))
    query = sa.select(*wanted).where(
        sign_in.c.account_id == account_id, sign_in.c.expires_at > now, sign_in.c.seen_at > now - IDLE
    )
    return list(connection.execute(query.order_by(sign_in.c.created_at.desc(), sign_in.c.id)).mappings())


def end_one(connection: sa.Connection, account_id: str, sign_in_id: str) -> bool:
    """End one sign-in of this account; False when it has no such one."""
    mine = (sign_in.c.account_id == account_id) & (sign_in.c.id == sign_in_id)
    return bool(connection.execute(sa.delete(sign_in).where(mine)).rowcount)


def end_others(connection: sa.Connection, found: SignIn) -> int:
    """End every sign-in of the account but this one; how many."""
    others = (sign_in.c.account_id == found.account_id) & (sign_in.c.id != found.id)
    return connection.execute(sa.delete(sign_in).where(others)).rowcount


def end(connection: sa.Connection, sign_in_id: str) -> None:
    """Sign out: the cookie is worth nothing from the next request on."""
    connection.execute(sa.delete(sign_in).where(sign_in.c.id == sign_in_id))


def end_all(connection: sa.Connection, account_id: str) -> None:
    """End every sign-in of an account: a new password, a lock, a change of rights."""
    connection.execute(sa.delete(sign_in).where(sign_in.c.account_id == account_id))


def _persons(connection: sa.Connection, account_id: str) -> list[sa.RowMapping]:
    query = (
        sa.select(person.c.id, person.c.name, person.c.post, person.c.agency_id, agency.c.name.label("agency_name"))
        .join(agency, agency.c.id == person.c.agency_id)
        .where(person.c.account_id == account_id, person.c.erased_at.is_(None))
        .order_by(agency.c.name, person.c.id)
    )
    return list(connection.execute(query).mappings())
