"""Accounts: one per human being across agencies; opened by the office, locked at once when needed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from states.sealed import Envelope, KeyLost
from web.sign_in import codes, factors, lockout, sessions, sso_sessions, steps, tokens
from web.sign_in.model import password_link, preference
from web.sign_in.passwords import hash_password, is_outdated, matches
from workflow.db import Database, insert_ignoring
from workflow.message import Message
from workflow.organisation import account, agency, person


@dataclass(frozen=True)
class Opened:
    """A right password: the token of the new sign-in."""

    token: str


@dataclass(frozen=True)
class Halfway:
    """A right password of an account that has a second factor: the token of the step that is left."""

    token: str


@dataclass(frozen=True)
class Entered:
    """A second step done: the token of the new sign-in, whose, and with what."""

    token: str
    account_id: str
    way: str


def normal_login(typed: str) -> str:
    """Logins are kept in lower case, without spaces around."""
    return typed.strip().lower()[:120]


def open_sign_in(
    database: Database, login: str, password: str, *, address: str, client: str, now: datetime
) -> Opened | Halfway | Message:
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
        if factors.of(connection, found.id).any:
            return Halfway(steps.begin(connection, steps.SECOND, {"way": "password"}, now, found.id))
        origin = sessions.Origin(address, client)
        return Opened(sessions.begin(connection, database.new_id(), found.id, now, origin))


def second_step(
    database: Database, envelope: Envelope, token: str, typed: str, *, origin: sessions.Origin, now: datetime
) -> Entered | Message | None:
    """The code after the password; None when that was too long ago. A code of the app or of recovery opens once."""
    with database.write() as connection:
        begun = steps.look(connection, steps.SECOND, token, now)
        if begun is None or begun.account_id is None:
            return None
        if not lockout.count(connection, second_key(begun.account_id), origin.address, now):
            return Message("sign_in.too_many", {"minutes": int(lockout.WINDOW.total_seconds() // 60)})
        way = _way_of(connection, envelope, begun.account_id, typed, now)
    if way is None:
        return Message("second.wrong")
    with database.write() as connection:
        if steps.take(connection, steps.SECOND, token, now) is None:
            return None
        lockout.forget(connection, second_key(begun.account_id), origin.address)
        sign_in_id = database.new_id()
        opened = sessions.begin(connection, sign_in_id, begun.account_id, now, replace(origin, way=way))
        sso_sessions.remember(connection, sign_in_id, begun.body, now)
    return Entered(opened, begun.account_id, way)


def _way_of(connection: sa.Connection, envelope: Envelope, account_id: str, typed: str, now: datetime) -> str | None:
    with contextlib.suppress(KeyLost):  # a restored database without its keys: recovery codes open still
        if codes.fits(connection, envelope, account_id, typed, now):
            return "totp"
    return "recovery" if codes.spend_recovery_code(connection, account_id, typed, now) else None


def second_key(account_id: str) -> str:
    """What tries at an account's codes are counted under."""
    return f"second:{account_id}"


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


def has_password(connection: sa.Connection, account_id: str) -> bool:
    """Whether one can sign in to this account by a password at all."""
    return bool(connection.scalar(sa.select(account.c.password_hash).where(account.c.id == account_id)))


def own_words(connection: sa.Connection, account_id: str) -> list[str]:
    """Login, address and names of an account's owner, and of the agencies: what a password must not be made of."""
    of = sa.select(account.c.login, account.c.email, person.c.name, agency.c.name, agency.c.short_name)
    rows = of.select_from(
        account.outerjoin(person, person.c.account_id == account.c.id).outerjoin(
            agency, agency.c.id == person.c.agency_id
        )
    )
    found = connection.execute(rows.where(account.c.id == account_id)).all()
    return [part.partition("@")[0] for row in found for part in row if part]


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
