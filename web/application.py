"""Where a request finds the wired application."""

from __future__ import annotations

from typing import cast

from flask import current_app

from config.wiring import Application

KEY = "neuguong"


def application() -> Application:
    """The application of the running Flask app."""
    return cast(Application, current_app.extensions[KEY])
