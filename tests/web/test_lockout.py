"""Counting tries: all at once or one by one, across processes, each counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from web.sign_in import lockout
from workflow.clock import wall_now
from workflow.db import Database

NOW = wall_now()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


def attempt(database: Database, login: str = "an", address: str = "10.0.0.1", at: timedelta = timedelta()) -> bool:
    with database.write() as connection:
        return lockout.count(connection, login, address, NOW + at)


def test_tries_sent_at_once_are_counted_one_by_one(database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        allowed = list(pool.map(lambda _: attempt(database), range(48)))
    assert allowed.count(True) == lockout.PER_LOGIN


def test_one_address_may_not_try_every_login(database: Database) -> None:
    allowed = [attempt(database, f"login-{number}") for number in range(lockout.PER_ADDRESS + 5)]
    assert allowed == [True] * lockout.PER_ADDRESS + [False] * 5
    assert attempt(database, "another", "10.0.0.2")


def test_every_further_try_makes_the_next_wait_longer(database: Database) -> None:
    for _ in range(lockout.PER_LOGIN):
        assert attempt(database)
    at, waits = timedelta(), []
    for _ in range(8):
        began, second = at, timedelta(seconds=1)
        while not attempt(database, address=str(at), at=at):
            at += second * 30
        waits.append((at - began).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_thousand_tries_in_an_hour_look_at_few_passwords(database: Database) -> None:
    allowed = sum(attempt(database, address=str(n // 9), at=timedelta(seconds=3.6 * n)) for n in range(0, 1000, 3))
    assert allowed == lockout.PER_LOGIN + 7, "the eight first, then after 0.5, 1, 2, 4, 8, 15 and 15 minutes"


def test_after_a_day_it_starts_anew(database: Database) -> None:
    for _ in range(lockout.PER_LOGIN):
        assert attempt(database)
    assert not attempt(database)
    assert all(attempt(database, at=lockout.REMEMBERED) for _ in range(lockout.PER_LOGIN))


def test_what_was_typed_is_not_kept(database: Database) -> None:
    attempt(database, "a-password-typed-into-the-wrong-field")
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT key FROM sign_in_attempt").scalars().all()
    assert len(rows) == 2
    assert not any("password" in key or "10.0.0.1" in key for key in rows)
