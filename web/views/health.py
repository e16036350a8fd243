"""Is this process alive, and can it work? For whoever watches machines."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from config.migrations import newest
from web.access import for_machines
from web.application import application

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@for_machines
def alive() -> ResponseReturnValue:
    """200 while the process answers."""
    return {"status": "ok"}


@pages.get("/readyz")
@for_machines
def ready() -> ResponseReturnValue:
    """200 when the database answers and has the shape this code expects, else 503."""
    try:
        with application().database.read() as connection:
            shape = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except (sa.exc.DBAPIError, sa.exc.TimeoutError):  # away, without tables, or too busy to give a connection
        return {"status": "database"}, 503
    expected = newest()
    return ({"status": "ok"}, 200) if shape == expected else ({"status": "migrate", "expected": expected}, 503)
