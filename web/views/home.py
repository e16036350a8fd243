"""The front door: to the first thing this person may do."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from web.access import signed_in
from web.navigation import ways

pages = Blueprint("home", __name__)


@pages.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """On to the first entry of the navigation."""
    way, _ = next(ways())
    return redirect(url_for(way.endpoint))
