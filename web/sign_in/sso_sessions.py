"""Which sign-ins here rest on a sign-in at the provider, so that it can end them (back-channel logout)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from web.sign_in import sessions
from web.sign_in.model import sign_in, sso_logout, sso_sign_in
from web.sign_in.provider import Claims, Logout
from web.sign_in.secrets import digest
from workflow.db import insert_ignoring

HEARD = timedelta(hours=1)  # longer than a logout token may be old


def vouched(claims: Claims) -> dict[str, str]:
    """What is noted of a sign-in at the provider, also while a second step is still to come."""
    return {"issuer": claims.issuer, "subject": claims.subject, "session": claims.session}


def remember(connection: sa.Connection, sign_in_id: str, said: Mapping[str, Any], now: datetime) -> None:
    """This sign-in rests on what the provider said, if it did."""
    if not said.get("issuer"):
        return
    row = {name: str(said[name]) for name in ("issuer", "subject", "session")}
    connection.execute(sa.delete(sso_sign_in).where(sso_sign_in.c.expires_at <= now))
    row_of = {"sign_in_id": sign_in_id, **row, "expires_at": now + sessions.ABSOLUTE}
    connection.execute(sa.insert(sso_sign_in).values(row_of))


def end(connection: sa.Connection, said: Logout, now: datetime) -> int | None:
    """End what the provider says is over; how many sign-ins that were. None for a word that was heard before."""
    connection.execute(sa.delete(sso_logout).where(sso_logout.c.expires_at <= now))
    heard = {"token_hash": digest(f"{said.issuer} {said.token_id}"), "expires_at": now + HEARD}
    if connection.execute(insert_ignoring(connection, sso_logout).values(heard)).rowcount != 1:
        return None
    chosen = sa.select(sso_sign_in.c.sign_in_id).where(sso_sign_in.c.issuer == said.issuer, _meant(said))
    ids = list(connection.scalars(chosen))
    ended = connection.execute(sa.delete(sign_in).where(sign_in.c.id.in_(ids))).rowcount
    connection.execute(sa.delete(sso_sign_in).where(sso_sign_in.c.sign_in_id.in_(ids)))
    return ended


def _meant(said: Logout) -> sa.ColumnElement[bool]:
    """A session that is named ends alone; where it was not named when it began, all of its subject do."""
    of_subject = sso_sign_in.c.subject == said.subject
    if not said.session:
        return of_subject
    named = sso_sign_in.c.session == said.session
    if not said.subject:
        return named
    return sa.and_(of_subject, sa.or_(named, sso_sign_in.c.session == ""))
