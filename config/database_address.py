"""Whether an address can be a database's: a file of SQLite, or a server of PostgreSQL."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = ("sqlite", "postgresql+psycopg")


def fault(url: str) -> str:
    """What is wrong with it: `database`, `password_signs`, or nothing."""
    if not url.startswith("sqlite") and url.partition("?")[0].count("@") > 1:
        return "password_signs"  # what follows the first would be taken for the host, and shown
    try:
        parts = make_url(url)
        fits = parts.drivername in DRIVERS and (_is_file(parts) if parts.drivername == "sqlite" else _is_server(parts))
    except (ArgumentError, ValueError):
        fits = False
    return "" if fits else "database"


def _is_file(url: URL) -> bool:
    """A database in memory would be another one for every connection."""
    name = url.database or ""
    return bool(name) and not url.host and name != ":memory:" and not name.startswith("file:")


def _is_server(url: URL) -> bool:
    return (url.port is None or 0 < url.port <= 65535) and "[" not in (url.host or "")
