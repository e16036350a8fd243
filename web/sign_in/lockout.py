"""Counts wrong passwords per typed login and per address, in the database, so that every process counts together.

The login is counted as it was typed, whether such an account exists or not: a lock tells a stranger nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from web.sign_in.model import sign_in_attempt as attempt
from web.sign_in.secrets import digest
from workflow.db import insert_ignoring

WINDOW = timedelta(minutes=15)
PER_LOGIN = 8
PER_ADDRESS = 60  # a whole office may share one address


def count(connection: sa.Connection, login: str, address: str, now: datetime) -> bool:
    """Count one try before its password is looked at; False when there were too many. Parallel tries all count."""
    connection.execute(sa.delete(attempt).where(attempt.c.first_at <= now - WINDOW))
    limits = {_login_key(login): PER_LOGIN, _address_key(address): PER_ADDRESS}
    counted = [_add(connection, key, now) <= limit for key, limit in sorted(limits.items())]  # each, not only the first
    return all(counted)


def forget(connection: sa.Connection, login: str, address: str) -> None:
    """A right password: this login starts again, and its try is taken back from the address."""
    connection.execute(sa.delete(attempt).where(attempt.c.key == _login_key(login)))
    less = sa.update(attempt).where(attempt.c.key == _address_key(address), attempt.c.failures > 0)
    connection.execute(less.values(failures=attempt.c.failures - 1))


def _add(connection: sa.Connection, key: str, now: datetime) -> int:
    connection.execute(insert_ignoring(connection, attempt).values(key=key, failures=0, first_at=now))
    counted = sa.update(attempt).where(attempt.c.key == key).values(failures=attempt.c.failures + 1)
    return int(connection.execute(counted.returning(attempt.c.failures)).scalar_one())


def _login_key(login: str) -> str:
    return "login:" + digest(login)


def _address_key(address: str) -> str:
    return "from:" + digest(address)
