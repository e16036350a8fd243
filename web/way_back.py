"""Where to go on after a detour: only to pages of this installation."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe(address: str | None) -> str | None:
    """The address when it is a path of ours; None for anything a browser could read as another host."""
    if not address or not address.startswith("/") or any(c in address for c in "\\\r\n\t\0"):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or address.startswith("//") else address
