"""Accounts: one per human being across agencies; opened by the office, locked at once when needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from web.sign_in import lockout, sessions, tokens
from web.sign_in.model import password_link, preference
from web.sign_in.passwords import MAXIMUM, MINIMUM, hash_password, is_outdated, matches
from web.sign_in.secrets import digest, new_token
from workflow.db import Database, insert_ignoring
from workflow.message import Message
from workflow.organisation import account

LINK_LIFE = timedelta(hours=48)


@dataclass(frozen=True)
class Opened:
    """A right password: the token of the new sign-in."""

    token: str


@dataclass(frozen=True)
class Invited:
    """An account whose password may be set by a link."""

    id: str
    login: str


def normal_login(typed: str) -> str:
    """Logins are kept in lower case, without spaces around."""
    return typed.strip().lower()[:120]


def open_sign_in(
    database: Database, login: str, password: str, *, address: str, client: str, now: datetime
) -> Opened | Message:
    """Sign in, or the one sentence that tells a stranger nothing about which accounts exist."""
    login = normal_login(login)
    with database.write() as connection:
        within_limits = lockout.count(connection, login, address, now)
        found = connection.execute(sa.select(account).where(account.c.login == login)).first()
    if not within_limits:  # before the slow part: a guesser must not cost the others their processor
        return Message("sign_in.too_many", {"minutes": int(lockout.WINDOW.total_seconds() // 60)})
    fits = matches(found.password_hash if found else "", password)  # slow, so outside any transaction
    if not found or not fits or found.disabled_at is not None:
        return Message("sign_in.wrong")
    with database.write() as connection:
        lockout.forget(connection, login, address)
        if is_outdated(found.password_hash):
            _store(connection, found.id, password)
        return Opened(sessions.begin(connection, database.new_id(), found.id, now, client))


def knows_password(database: Database, account_id: str, password: str, now: datetime) -> bool:
    """Whether this is the account's present password; counted like a try to sign in."""
    with database.write() as connection:
        found = connection.execute(sa.select(account).where(account.c.id == account_id)).one()
        within_limits = lockout.count(connection, found.login, account_id, now)
    known = within_limits and matches(found.password_hash, password)
    if known:
        with database.write() as connection:
            lockout.forget(connection, found.login, account_id)
    return known


def password_problem(password: str, repeated: str, login: str) -> Message | None:
    """What is wrong with a wished password, if anything: length and no copy of the login, no recipe of signs."""
    if len(password) < MINIMUM:
        return Message("password.too_short", {"letters": MINIMUM})
    if len(password) > MAXIMUM:
        return Message("password.too_long", {"letters": MAXIMUM})
    if (login and login in password.lower()) or len(set(password)) < 5:
        return Message("password.too_easy")
    return None if password == repeated else Message("password.not_the_same")


def set_password(connection: sa.Connection, account_id: str, password: str) -> None:
    """Store a new password and end every sign-in of the account: a thief's too."""
    _store(connection, account_id, password)
    sessions.end_all(connection, account_id)
    connection.execute(sa.delete(password_link).where(password_link.c.account_id == account_id))


def lock(connection: sa.Connection, account_id: str, now: datetime) -> None:
    """Nobody signs in or uses a token of this account any more, from the next request on."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(disabled_at=now))
    sessions.end_all(connection, account_id)
    tokens.revoke_all(connection, account_id, now)
    connection.execute(sa.delete(password_link).where(password_link.c.account_id == account_id))


def unlock(connection: sa.Connection, account_id: str) -> None:
    """The account may be used again; its old sign-ins and tokens stay ended."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(disabled_at=None))


def invite(connection: sa.Connection, new_id: str, account_id: str, now: datetime) -> str:
    """A token by which its holder may set the password once, within 48 hours; an earlier one ends."""
    token = new_token()
    connection.execute(sa.delete(password_link).where(password_link.c.account_id == account_id))
    connection.execute(
        sa.insert(password_link).values(
            id=new_id, account_id=account_id, token_hash=digest(token), expires_at=now + LINK_LIFE
        )
    )
    return token


def invited(connection: sa.Connection, token: str, now: datetime) -> Invited | None:
    """The account that a password link opens, while it does."""
    query = (
        sa.select(account.c.id, account.c.login)
        .join(password_link, password_link.c.account_id == account.c.id)
        .where(password_link.c.token_hash == digest(token), password_link.c.expires_at > now)
        .where(account.c.disabled_at.is_(None))
    )
    row = connection.execute(query).first()
    return Invited(row.id, row.login) if row else None


def speak(connection: sa.Connection, account_id: str, language: str) -> None:
    """Remember the language of an account, for its pages and its mail."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(language=language))


def prefer(connection: sa.Connection, account_id: str, *, theme: str, shortcuts: bool) -> None:
    """Remember how an account reads: light or dark, with keys or without."""
    connection.execute(insert_ignoring(connection, preference).values(account_id=account_id))
    own = sa.update(preference).where(preference.c.account_id == account_id)
    connection.execute(own.values(theme=theme, shortcuts=shortcuts))


def _store(connection: sa.Connection, account_id: str, password: str) -> None:
    hashed = hash_password(password)
    connection.execute(sa.update(account).where(account.c.id == account_id).values(password_hash=hashed))
