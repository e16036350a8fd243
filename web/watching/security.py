"""What a log says of attempts on doors: signing in, proofs, tokens, refusals. Ids and fixed words, nothing typed."""

from __future__ import annotations

import logging

from flask import g, has_request_context, request

from web.watching.requests import is_quiet

_log = logging.getLogger("neuguong.security")


def note(what: str, *, failed: bool = False, **said: object) -> None:
    """One line: what, for which account where that is known, from where; of a secret ballot nothing."""
    if not has_request_context() or is_quiet():
        return
    known = {"account": g.get("account_id"), "address": request.remote_addr, "endpoint": request.endpoint, **said}
    words = " ".join(f"{name}={value}" for name, value in known.items() if value)
    _log.log(logging.WARNING if failed else logging.INFO, "%s: %s", what, words)
