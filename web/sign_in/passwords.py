"""Passwords: argon2id, checked in the same time whether the account exists or not."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM = 12
MAXIMUM = 200  # bytes of work an anonymous stranger may ask for

_hasher = PasswordHasher()  # argon2id with RFC 9106's low-memory parameters


def hash_password(password: str) -> str:
    """The argon2id hash to store, salted."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password fits; without a hash it takes the same time and answers no."""
    try:
        fits = _hasher.verify(password_hash or _nobodys_hash(), password[:MAXIMUM])
        return fits and bool(password_hash) and len(password) <= MAXIMUM
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether a newer setting of argon2 should replace this hash at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")
