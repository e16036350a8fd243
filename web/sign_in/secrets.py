"""Random tokens and their hashes. 256 random bits need no slow hash: nobody can guess through them."""

from __future__ import annotations

import hashlib
import secrets


def new_token(prefix: str = "") -> str:
    """A fresh token of 256 random bits, safe in a URL, a cookie or a header."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token: sha256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
