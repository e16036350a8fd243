"""What an installation says about the provider of single sign-on (OpenID Connect) it trusts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CLAIMS = ("email", "preferred_username")
"""By which claim a person is found the first time: an address the provider verified, or the login here."""

NAMES = ("OIDC_ISSUER", "OIDC_CLIENT", "OIDC_SECRET", "OIDC_CLAIM", "OIDC_CREATE")


@dataclass(frozen=True)
class SingleSignOn:
    """One provider. `issuer` is compared letter by letter with what its tokens say."""

    issuer: str
    client: str
    secret: str = field(default="", repr=False)
    claim: str = "email"
    creates: bool = False  # an account for a person of the directory who has none; otherwise nobody is let in


class Unfit(ValueError):
    """A value that cannot be, by the name of its setting."""


def read(text: Callable[[str], str]) -> SingleSignOn | None:
    """The provider the settings name; None without one. Raises Unfit."""
    issuer, client, secret, claim, creates = (text(name) for name in NAMES)
    if not issuer:
        return None
    for name, fits in (
        ("OIDC_ISSUER", _is_safe(issuer)), ("OIDC_CLIENT", bool(client)), ("OIDC_CLAIM", claim in ("", *CLAIMS)),
    ):  # fmt: skip
        if not fits:
            raise Unfit(name)
    return SingleSignOn(issuer, client, secret, claim or "email", creates == "1")


def _is_safe(url: str) -> bool:
    """HTTPS; plain HTTP only on this machine, for a rehearsal."""
    try:
        parts = urlsplit(url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False
    plain = parts.scheme == "http" and here
    return bool(parts.hostname) and (parts.scheme == "https" or plain) and not parts.query and not parts.fragment
