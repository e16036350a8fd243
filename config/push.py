"""What an installation says about calling people's devices (Web Push); it says nothing, nothing is pushed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.keys import kept_secret
from states.push.reach import SERVERS
from states.push.sealed_push import is_key, new_key

NAMES = ("PUSH", "PUSH_KEY", "PUSH_SERVERS")


@dataclass(frozen=True)
class Push:
    """Whom a push server may write to, where pushes may go, and the key that signs them: given, or kept in `var`."""

    contact: str
    servers: tuple[str, ...]
    var: Path
    given_key: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The private key. One that is lost ends every device's consent: they must be added anew."""
        return self.given_key or kept_secret(self.var / "push_key", new_key)


class Unfit(ValueError):
    """A value that cannot be, by the name of its setting."""


def read(text: Callable[[str], str], var: Path) -> Push | None:
    """What the settings say; None where nothing is pushed. Raises Unfit."""
    contact, key, servers = text("PUSH"), text("PUSH_KEY"), tuple(text("PUSH_SERVERS").split())
    if not contact:
        return None
    if not contact.startswith(("mailto:", "https://")) or not contact.isascii() or " " in contact:
        raise Unfit("PUSH")
    if key and not is_key(key):
        raise Unfit("PUSH_KEY")
    if not all(map(_is_server, servers)):
        raise Unfit("PUSH_SERVERS")
    return Push(contact, servers or SERVERS, var, key)


def _is_server(one: str) -> bool:
    if "://" not in one:
        return one.removeprefix("*.").replace("-", "").replace(".", "").isalnum() and "." in one
    parts = urlsplit(one)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and one == f"{parts.scheme}://{parts.netloc}"
