"""What the settings alone tell."""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from config.settings import KNOWN, BadSetting, Settings
from web.doctor.finding import Finding, Weight, refused, warning

LEAST_LETTERS = 12  # different ones in a secret: "aaaa…" is none
ON = ("1", "true", "yes", "on")


def examine(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Every finding that needs nothing but the settings."""
    yield from _environment(environment)
    yield from _secret(settings)
    yield from _addresses(settings)
    yield from _demo(settings)
    yield from _database(settings)
    yield from _broker(settings)
    yield from _mail(settings)
    if settings.webhooks.networks:
        yield warning("webhook_networks", networks=", ".join(map(str, settings.webhooks.networks)))
    if not settings.office and not settings.demo:
        yield warning("no_office")


def is_here(host: str) -> bool:
    """Whether a host is this machine, reached by nobody else."""
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _environment(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("FLASK_DEBUG", "PYTHONDEVMODE"):
        if environment.get(name, "").lower() in ON:
            yield refused("debug", name=name)
    for name in sorted(environment):
        if name.startswith("NEUGUONG_") and name.removeprefix("NEUGUONG_") not in KNOWN:
            near = difflib.get_close_matches(name, [f"NEUGUONG_{one}" for one in KNOWN], 1)
            yield warning("unknown_setting", given=name, near=near[0] if near else "–")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield warning("root")


def _secret(settings: Settings) -> Iterator[Finding]:
    given = settings.given_secret
    if given and len(set(given)) < LEAST_LETTERS:
        yield refused("secret_weak")
    if not given and not settings.is_embedded:
        yield warning("secret_kept", folder=str(settings.var))
    if not settings.given_identity_keys and not settings.is_embedded:
        yield warning("identity_keys_kept", file=str(settings.identity_file))
    if settings.identity_file.exists():
        try:
            _ = settings.identity_keys
        except BadSetting as bad:
            yield Finding(Weight.REFUSED, bad.message)
    for kept, mine in ((settings.var / "secret_key", given), (settings.identity_file, settings.given_identity_keys)):
        if not mine and os.name == "posix" and kept.exists() and kept.stat().st_mode & 0o077:
            yield refused("secret_open", file=str(kept))


def _addresses(settings: Settings) -> Iterator[Finding]:
    base = urlsplit(settings.base_url)
    links_here = is_here(base.hostname or "")
    if base.scheme == "http" and not links_here:
        yield refused("plain_http", address=settings.base_url)
    if links_here and (settings.mail_server or not is_here(settings.host)):
        yield refused("links_nowhere", address=settings.base_url)
    if not is_here(settings.host) and not settings.trusted_proxy:
        yield warning("no_proxy", host=settings.host)
    elif base.scheme == "https" and not settings.trusted_proxy:
        yield warning("proxy_unknown")


def _demo(settings: Settings) -> Iterator[Finding]:
    public = not is_here(settings.host) or not is_here(urlsplit(settings.base_url).hostname or "")
    if settings.demo and public:
        yield refused("demo_public")
    if settings.rehearsal:
        yield warning("rehearsal")


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        if not settings.is_embedded:
            yield refused("sqlite_apart")
        return
    away = not is_here(url.host or "")
    if away and not url.password and "sslcert" not in url.query:
        yield warning("database_open", host=url.host)
    if away and url.query.get("sslmode") not in ("require", "verify-ca", "verify-full"):
        yield warning("database_plain", host=url.host)


def _broker(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.broker_url)
    if parts.scheme == "memory" or is_here(parts.hostname or ""):
        return
    if not parts.password:
        yield refused("broker_open", host=parts.hostname)
    elif (parts.username, parts.password) == ("guest", "guest"):
        yield refused("broker_default", host=parts.hostname)
    if parts.scheme in ("redis", "amqp"):
        yield warning("broker_plain", host=parts.hostname)


def _mail(settings: Settings) -> Iterator[Finding]:
    server = settings.mail_server
    if server is None and not settings.demo:
        yield warning("no_mail")
    if server is not None and server.password and server.tls == "offered" and not is_here(server.host):
        yield refused("mail_plain", host=server.host)


def folder_of(settings: Settings) -> tuple[tuple[str, Path], ...]:
    """Where this installation writes."""
    return (("NEUGUONG_VAR", settings.var), ("NEUGUONG_FILES", settings.files))
