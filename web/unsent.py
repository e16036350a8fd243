"""Whose tab this is, for the script that keeps what is typed and not sent: nothing of it ever reaches the server."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app, g, request

from web.watching.requests import is_quiet

NEVER = "complaints"
"""The blueprint whose forms name complainants; beside it, whatever is about a secret ballot."""


def whose() -> str:
    """An opaque word of one person, the same at each sign-in, so that nobody else in this tab finds what they typed."""
    if not g.get("person"):
        return ""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"unsent {g.person.id}".encode(), hashlib.sha256).hexdigest()[:20]


def is_kept() -> bool:
    """Whether what is typed on this page may stay in the tab."""
    return not is_quiet() and request.blueprint != NEVER
