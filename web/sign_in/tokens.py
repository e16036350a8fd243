"""Bearer tokens for scripts: hashed, scoped, expiring, shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from web.sign_in.model import api_token, token_use
from web.sign_in.secrets import digest, new_token
from workflow.clock import local_date
from workflow.db import Database, insert_ignoring
from workflow.organisation import account, person

PREFIX = "ng_"
SCOPES = ("read", "act", "office")
LIFETIMES = (7, 30, 90, 365)  # days
CALENDAR, CALENDAR_DAYS = "calendar", 5 * 365
"""What the secret address of a calendar opens, and nothing else does; no interface asks for it."""


@dataclass(frozen=True)
class Bearer:
    """A living token: whose it is, what it may do, on which day it was last used."""

    id: str
    agency_id: str
    person_id: str
    account_id: str
    language: str
    scopes: tuple[str, ...]
    used_on: date | None


@dataclass(frozen=True)
class Owner:
    """Whose token is made or listed."""

    agency_id: str
    person_id: str
    account_id: str


def create(
    connection: sa.Connection, new_id: str, owner: Owner, name: str, scopes: Sequence[str], days: int, now: datetime
) -> str:
    """Make a token and give it, the only time it can be read."""
    token = new_token(PREFIX)
    connection.execute(
        sa.insert(api_token).values(
            id=new_id, agency_id=owner.agency_id, person_id=owner.person_id, account_id=owner.account_id,
            name=name, token_hash=digest(token), scopes=list(scopes), created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )  # fmt: skip
    return token


def find(connection: sa.Connection, token: str, now: datetime) -> Bearer | None:
    """The living token; None when unknown, expired, revoked, or its account locked."""
    wanted = (
        api_token.c.id, api_token.c.agency_id, api_token.c.person_id, api_token.c.account_id,
        account.c.language, api_token.c.scopes, token_use.c.used_on,
    )  # fmt: skip
    query = (
        sa.select(*wanted)
        .join(account, account.c.id == api_token.c.account_id)
        .join(person, person.c.id == api_token.c.person_id)
        .outerjoin(token_use, token_use.c.token_id == api_token.c.id)
        .where(
            api_token.c.token_hash == digest(token), api_token.c.expires_at > now, api_token.c.revoked_at.is_(None),
            account.c.disabled_at.is_(None), person.c.erased_at.is_(None),
        )
    )  # fmt: skip
    row = connection.execute(query).mappings().first()
    return Bearer(**{**row, "scopes": tuple(row["scopes"])}) if row else None


def touch(database: Database, bearer: Bearer, now: datetime) -> None:
    """Remember that the token was used today: one write a day, so that its owner sees which one nobody needs."""
    today = local_date(now)
    if bearer.used_on == today:
        return
    with database.write() as connection:
        this = sa.update(token_use).where(token_use.c.token_id == bearer.id)
        if not connection.execute(this.values(used_on=today)).rowcount:
            connection.execute(insert_ignoring(connection, token_use).values(token_id=bearer.id, used_on=today))


def living(connection: sa.Connection, account_id: str, agency_id: str, now: datetime) -> list[sa.RowMapping]:
    """Tokens for scripts, of an account in an agency, that still open something, newest first; with `used_on`."""
    used = sa.select(api_token, token_use.c.used_on).outerjoin(token_use, token_use.c.token_id == api_token.c.id)
    query = used.where(
        api_token.c.account_id == account_id, api_token.c.agency_id == agency_id,
        api_token.c.revoked_at.is_(None), api_token.c.expires_at > now,
    )  # fmt: skip
    found = connection.execute(query.order_by(api_token.c.created_at.desc())).mappings()
    return [one for one in found if CALENDAR not in one["scopes"]]


def revoke(connection: sa.Connection, account_id: str, token_id: str, now: datetime) -> bool:
    """End a token of this account; False when it has no such token."""
    own = sa.update(api_token).where(api_token.c.id == token_id, api_token.c.account_id == account_id)
    return bool(connection.execute(own.where(api_token.c.revoked_at.is_(None)).values(revoked_at=now)).rowcount)


def revoke_all(connection: sa.Connection, account_id: str, now: datetime) -> None:
    """End every token of an account."""
    own = api_token.c.account_id == account_id
    connection.execute(sa.update(api_token).where(own, api_token.c.revoked_at.is_(None)).values(revoked_at=now))


def since(connection: sa.Connection, owner: Owner, scope: str, now: datetime) -> datetime | None:
    """Since when a person has a living token of a scope that one has once only."""
    living = (*_of_scope(owner, scope), api_token.c.expires_at > now)
    return connection.scalar(sa.select(sa.func.max(api_token.c.created_at)).where(*living))


def revoke_scope(connection: sa.Connection, owner: Owner, scope: str, now: datetime) -> None:
    """End a person's tokens of one scope."""
    connection.execute(sa.update(api_token).where(*_of_scope(owner, scope)).values(revoked_at=now))


def _of_scope(owner: Owner, scope: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Living ones; such a token is named after its scope."""
    return (
        api_token.c.agency_id == owner.agency_id, api_token.c.person_id == owner.person_id,
        api_token.c.account_id == owner.account_id, api_token.c.name == scope, api_token.c.revoked_at.is_(None),
    )  # fmt: skip
