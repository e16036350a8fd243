"""Where to go on after a detour: only to pages of this installation."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def safe(address: str | None) -> str | None:
    """The address when it is a path of ours; None for anything a browser could read as another host."""
    if not address or not address.startswith("/") or any(c in address for c in "\\\r\n\t\0"):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or address.startswith("//") else address


def came_from() -> str | None:
    """The page of ours on which the form of this request stood; None where nobody says, or none can be opened there."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if parts.netloc != request.host:
        return None
    try:
        current_app.create_url_adapter(request).match(parts.path, method="GET")
    except HTTPException:  # the address of a form that came back with its errors takes what is sent alone
        return None
    return safe(parts._replace(scheme="", netloc="", fragment="").geturl())
