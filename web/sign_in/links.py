"""Links that go by mail or by hand: to set a password the first time or anew, to confirm an address. Opened, they
change nothing; what is sent from behind them does, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from web.sign_in.model import password_link as link
from web.sign_in.secrets import digest, new_token
from workflow.organisation import account

LINK_LIFE = timedelta(hours=48)
RESET_LIFE = timedelta(minutes=60)
INVITE, RESET, EMAIL = "invite", "reset", "email"


@dataclass(frozen=True)
class Invited:
    """An account whose password may be set by a link, or whose new address it confirms."""

    id: str
    login: str
    email: str


def invite(connection: sa.Connection, new_id: str, account_id: str, now: datetime) -> str:
    """A token by which its holder may set the password once, within 48 hours; an earlier one ends."""
    _end(connection, account_id, INVITE)
    return _new(connection, new_id, account_id, INVITE, now + LINK_LIFE)


def reset(connection: sa.Connection, new_id: str, account_id: str, now: datetime) -> str:
    """The same for who forgot it, within the hour. Earlier ones stay good: a stranger's request ends nobody's."""
    connection.execute(sa.delete(link).where(link.c.account_id == account_id, link.c.expires_at <= now))
    return _new(connection, new_id, account_id, RESET, now + RESET_LIFE)


def confirm_email(connection: sa.Connection, new_id: str, account_id: str, email: str, now: datetime) -> str:
    """A token that, sent from behind a letter to this address, makes it the account's; an earlier one ends."""
    _end(connection, account_id, EMAIL)
    return _new(connection, new_id, account_id, EMAIL, now + LINK_LIFE, email)


def invited(connection: sa.Connection, token: str, now: datetime, *purposes: str) -> Invited | None:
    """The account that a link opens, while it does; those to set a password unless other purposes are named."""
    query = (
        sa.select(account.c.id, account.c.login, link.c.email)
        .join(link, link.c.account_id == account.c.id)
        .where(link.c.token_hash == digest(token), link.c.expires_at > now)
        .where(link.c.purpose.in_(purposes or (INVITE, RESET)), account.c.disabled_at.is_(None))
    )
    row = connection.execute(query).first()
    return Invited(row.id, row.login, row.email) if row else None


def invited_until() -> sa.ScalarSelect[datetime | None]:
    """Of a statement with `account`: until when its last invitation holds, or held."""
    mine = sa.select(sa.func.max(link.c.expires_at)).where(link.c.account_id == account.c.id, link.c.purpose == INVITE)
    return mine.scalar_subquery()


def spend(connection: sa.Connection, token: str) -> bool:
    """Nothing opens by it any more; False when somebody else was first."""
    return bool(connection.execute(sa.delete(link).where(link.c.token_hash == digest(token))).rowcount)


def _end(connection: sa.Connection, account_id: str, purpose: str) -> None:
    connection.execute(sa.delete(link).where(link.c.account_id == account_id, link.c.purpose == purpose))


def _new(
    connection: sa.Connection, new_id: str, account_id: str, purpose: str, expires_at: datetime, email: str = ""
) -> str:
    token = new_token()
    values = {"id": new_id, "account_id": account_id, "token_hash": digest(token), "expires_at": expires_at}
    connection.execute(sa.insert(link).values(**values, purpose=purpose, email=email))
    return token
