"""Signatures as the Standard Webhooks specification wants them, so that any receiver's ready library checks them."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """A fresh secret as it is shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def headers(ident: str, at: int, body: bytes, with_secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of a telling sent at `at` (seconds since 1970); each secret signs."""
    said = f"{ident}.{at}.".encode() + body
    signed = (f"v1,{_mac(one, said)}" for one in with_secrets)
    return {"webhook-id": ident, "webhook-timestamp": str(at), "webhook-signature": " ".join(signed)}


def _mac(secret: str, said: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, said, "sha256")).decode("ascii")
