"""Whose account somebody has who comes from single sign-on: linked before, or found once by a verified claim."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from states.accounts.model import sso_identity
from web.sign_in.accounts import normal_login
from web.sign_in.provider import Claims
from workflow import organisation_changes as changes
from workflow.db import IdSource
from workflow.organisation import account, person


def linked(connection: sa.Connection, claims: Claims) -> str | None:
    """The account that this identity was linked with, if it may sign in."""
    query = (
        sa.select(account.c.id)
        .join(sso_identity, sso_identity.c.account_id == account.c.id)
        .where(sso_identity.c.issuer == claims.issuer, sso_identity.c.subject == claims.subject)
        .where(account.c.disabled_at.is_(None))
    )
    return connection.scalar(query)


def is_known(connection: sa.Connection, claims: Claims) -> bool:
    """Whether the identity is linked with any account, a locked one too: then no other is looked for."""
    same = (sso_identity.c.issuer == claims.issuer) & (sso_identity.c.subject == claims.subject)
    return connection.scalar(sa.select(sso_identity.c.id).where(same)) is not None


def find(connection: sa.Connection, claims: Claims, claim: str) -> str | None:
    """The one account that the claim names; None when it is not verified, names nobody, or several."""
    if claim == "email":
        address = _verified_address(claims)
        same = sa.or_(
            sa.func.lower(account.c.email) == address,
            sa.exists().where(person.c.account_id == account.c.id, sa.func.lower(person.c.email) == address),
        )
        wanted = same if address else sa.false()
    else:
        given = claims.said.get(claim)
        wanted = account.c.login == normal_login(given) if isinstance(given, str) and given.strip() else sa.false()
    found = connection.scalars(sa.select(account.c.id).where(wanted, account.c.disabled_at.is_(None)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def create(connection: sa.Connection, claims: Claims, new_id: IdSource, language: str) -> str | None:
    """An account for the one person of the directory with this verified address and no account; None for nobody."""
    address = _verified_address(claims)
    known = sa.select(account.c.id).where(sa.or_(account.c.login == address, sa.func.lower(account.c.email) == address))
    if not address or connection.scalar(known) is not None:
        return None
    people = connection.execute(
        sa.select(person.c.id, person.c.agency_id, person.c.email)
        .where(sa.func.lower(person.c.email) == address, person.c.account_id.is_(None), person.c.erased_at.is_(None))
        .limit(2)
    ).all()
    if len(people) != 1:
        return None
    one = people[0]
    made = changes.add_account(connection, login=address, email=one.email, new_id=new_id, language=language)
    changes.change_person(connection, one.agency_id, one.id, {"account_id": made})
    return str(made)


def link(connection: sa.Connection, claims: Claims, account_id: str, *, new_id: str, now: datetime) -> None:
    """From now on this identity opens this account, whatever its claims become."""
    values = {"id": new_id, "account_id": account_id, "issuer": claims.issuer, "subject": claims.subject}
    connection.execute(sa.insert(sso_identity).values(**values, linked_at=now))


def unlink(connection: sa.Connection, account_id: str, identity_id: str) -> bool:
    """Single sign-on no longer opens this account by this identity; False when it has no such one."""
    mine = (sso_identity.c.account_id == account_id) & (sso_identity.c.id == identity_id)
    return bool(connection.execute(sa.delete(sso_identity).where(mine)).rowcount)


def _verified_address(claims: Claims) -> str:
    address = claims.said.get("email")
    verified = claims.said.get("email_verified") is True
    return address.strip().lower() if verified and isinstance(address, str) else ""
