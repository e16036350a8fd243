"""A stolen table of passwords is worth little: argon2id, slow on purpose, and as slow for nobody as for somebody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from web.sign_in import passwords

REAL = passwords._hasher  # before the other tests' fixture puts a quick one in its place


@pytest.fixture(autouse=True)
def _real_passwords(monkeypatch: pytest.MonkeyPatch, _quick_passwords: None) -> Iterator[None]:
    monkeypatch.setattr(passwords, "_hasher", REAL)
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


def test_what_is_stored_is_argon2id_with_the_parameters_of_the_rfc() -> None:
    stored = passwords.hash_password("nêu gương sáng 2025")
    assert extract_parameters(stored).type is Type.ID
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert passwords.matches(stored, "nêu gương sáng 2025")
    assert not passwords.matches(stored, "nêu gương sáng 2026")
    assert passwords.hash_password("nêu gương sáng 2025") != stored, "salted"


def test_an_older_setting_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.is_outdated(passwords.hash_password("x"))


def test_nobody_costs_as_much_and_never_matches() -> None:
    assert not passwords.matches("", "nobody has this password")
    assert extract_parameters(passwords._nobodys_hash()) == RFC_9106_LOW_MEMORY


def test_a_password_is_compared_to_its_last_letter() -> None:
    whole = "x" * passwords.MAXIMUM
    kept = passwords.hash_password(whole)
    assert passwords.matches(kept, whole)
    assert not passwords.matches(kept, whole + "y")
    assert not passwords.matches(kept, whole[:-1])
