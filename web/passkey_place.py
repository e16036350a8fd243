"""Where passkeys hold: the name by which people reach this installation; none for a number or plain HTTP."""

from __future__ import annotations

from flask import current_app

from web.sign_in.passkeys import Place, place


def here() -> Place | None:
    """The place of this installation; None where browsers offer no passkeys."""
    return place(str(current_app.config["BASE_URL"]))
