"""Counts wrong passwords per typed login and per address, in the database, so that every process counts together.

After a few, each further one makes the next wait longer. The login is counted as it was typed, whether such an account
exists or not: a wait tells a stranger nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from web.sign_in.model import sign_in_attempt as attempt
from web.sign_in.secrets import digest
from workflow.db import insert_ignoring

REMEMBERED = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=30)
WINDOW = timedelta(minutes=15)  # the longest wait
PER_LOGIN = 8
PER_ADDRESS = 60  # a whole office may share one address


def count(connection: sa.Connection, login: str, address: str, now: datetime) -> bool:
    """Count one try before its password is looked at; False when it comes too early. Parallel tries all count."""
    connection.execute(sa.delete(attempt).where(attempt.c.first_at <= now - REMEMBERED))
    limits = {_login_key(login): PER_LOGIN, _address_key(address): PER_ADDRESS}
    counted = [_add(connection, key, limit, now) for key, limit in sorted(limits.items())]  # each, not only the first
    return all(counted)


def forget(connection: sa.Connection, login: str, address: str) -> None:
    """A right password: this login starts again, and its try is taken back from the address."""
    connection.execute(sa.delete(attempt).where(attempt.c.key == _login_key(login)))
    less = sa.update(attempt).where(attempt.c.key == _address_key(address), attempt.c.failures > 0)
    fewer = less.values(failures=attempt.c.failures - 1).returning(attempt.c.failures)
    left = connection.scalar(fewer)
    if left is not None and left < PER_ADDRESS:  # its last wait was for this very try
        connection.execute(sa.update(attempt).where(attempt.c.key == _address_key(address)).values(until=None))


def _add(connection: sa.Connection, key: str, free: int, now: datetime) -> bool:
    connection.execute(insert_ignoring(connection, attempt).values(key=key, failures=0, first_at=now))
    open_ = sa.or_(attempt.c.until.is_(None), attempt.c.until <= now)
    counted = sa.update(attempt).where(attempt.c.key == key, open_).values(failures=attempt.c.failures + 1)
    failures = connection.scalar(counted.returning(attempt.c.failures))
    if failures is None:
        return False
    if failures >= free:
        waits = min(FIRST_WAIT * 2 ** min(failures - free, 10), WINDOW)
        connection.execute(sa.update(attempt).where(attempt.c.key == key).values(until=now + waits))
    return True


def _login_key(login: str) -> str:
    return "login:" + digest(login)


def _address_key(address: str) -> str:
    return "from:" + digest(address)
