"""What was begun in a browser and is ended there: once, within minutes; the server keeps what was begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from web.sign_in.model import sign_in_step as step
from web.sign_in.secrets import digest, new_token

LIFE = timedelta(minutes=10)
SECOND, PASSKEY, REGISTER, SSO = "second", "passkey", "register", "sso"


@dataclass(frozen=True)
class Step:
    """Something begun: whose, if that is known, and what was noted."""

    account_id: str | None
    body: Mapping[str, Any]


def begin(
    connection: sa.Connection, kind: str, body: Mapping[str, Any], now: datetime, account_id: str | None = None
) -> str:
    """Note what begins and give the token by which its browser goes on."""
    token = new_token()
    connection.execute(sa.delete(step).where(step.c.expires_at <= now))
    connection.execute(
        sa.insert(step).values(
            token_hash=digest(token), kind=kind, account_id=account_id, body=dict(body), expires_at=now + LIFE
        )
    )
    return token


def look(connection: sa.Connection, kind: str, token: str, now: datetime) -> Step | None:
    """What was begun, left as it is; None when it is over or never was."""
    row = connection.execute(sa.select(step.c.account_id, step.c.body).where(*_living(kind, token, now))).first()
    return Step(row.account_id, row.body) if row else None


def take(connection: sa.Connection, kind: str, token: str, now: datetime) -> Step | None:
    """The same, and nobody can go on from it again."""
    ended = sa.delete(step).where(*_living(kind, token, now)).returning(step.c.account_id, step.c.body)
    row = connection.execute(ended).first()
    return Step(row.account_id, row.body) if row else None


def drop_all(connection: sa.Connection, account_id: str) -> None:
    """Nothing begun for this account can be ended any more."""
    connection.execute(sa.delete(step).where(step.c.account_id == account_id))


def _living(kind: str, token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return step.c.token_hash == digest(token), step.c.kind == kind, step.c.expires_at > now
