"""Is this process alive, and can it work? For whoever watches machines."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from config.migrations import newest
from web.access import for_machines
from web.application import application
from web.watching import gauges

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


@pages.get("/metrics")
@for_machines
def metrics() -> ResponseReturnValue:
    """Counters of this process and gauges of the installation, in Prometheus' text format; see docs/deploy.md.

    With NEUGUONG_METRICS_TOKEN to whoever says it, without to this machine only.
    """
    if not _may_watch(current_app.config["METRICS_TOKEN"]):
        abort(404)
    installation = CollectorRegistry(auto_describe=False)
    installation.register(current_app.extensions[gauges.KEY])
    return Response(generate_latest(REGISTRY) + generate_latest(installation), content_type=CONTENT_TYPE_LATEST)


def _may_watch(token: str) -> bool:
    if token:
        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(said.encode(), token.encode())
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"))
    return not forwarded and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
