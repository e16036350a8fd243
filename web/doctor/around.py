"""What the machine and the servers around tell: folders, disk, time zone, broker, mail."""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import redis
from kombu import Connection

from config.settings import Settings
from states.notices import smtp
from web.doctor.configuration import folder_of
from web.doctor.finding import Finding, refused, warning

ZONE = "Asia/Ho_Chi_Minh"
OLDEST_REDIS = (6, 2)
TIGHT, FULL = 0.10, 0.01  # shares of a disk left
SECONDS = 5


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding outside the database."""
    yield from _time_zone()
    yield from _folders(settings)
    yield from _anchors(settings)
    yield from _broker(settings)
    yield from _mail(settings)


def _time_zone() -> Iterator[Finding]:
    try:
        zone = ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        yield refused("time_zone", zone=ZONE)
        return
    if {datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)} != {timedelta(hours=7)}:
        yield refused("time_zone", zone=ZONE)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in folder_of(settings):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(b"x" * 4096)
            usage = shutil.disk_usage(folder)
        except OSError as wrong:
            yield refused("folder", name=name, folder=str(folder), why=wrong.strerror or str(wrong))
            continue
        left = usage.free / usage.total
        if left < FULL:
            yield refused("disk_full", folder=str(folder), megabytes=usage.free // 2**20)
        elif left < TIGHT:
            yield warning("disk_tight", folder=str(folder), megabytes=usage.free // 2**20)


def _anchors(settings: Settings) -> Iterator[Finding]:
    """The day's anchor is appended there; its folder may be another machine's, or a stick that was pulled out."""
    if settings.anchors is None:
        return
    path = Path(os.path.realpath(settings.anchors))
    try:
        if path.exists():
            path.open("r+b").close()
        else:
            tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as wrong:
        yield refused("anchors", file=str(path), why=wrong.strerror or str(wrong))


def _broker(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.broker_url)
    where = f"{parts.hostname}:{parts.port or ''}".rstrip(":")
    if parts.scheme in ("redis", "rediss"):
        yield from _redis(settings.broker_url, where)
    elif parts.scheme in ("amqp", "amqps"):
        try:
            with Connection(settings.broker_url, connect_timeout=SECONDS) as connection:
                connection.ensure_connection(max_retries=1, timeout=SECONDS)
        except Exception as failure:  # whatever kombu's transports raise
            yield refused("broker_away", address=where, why=_words(failure))


def _redis(url: str, where: str) -> Iterator[Finding]:
    client = redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        version = str(client.info("server")["redis_version"])
        if tuple(map(int, version.split(".")[:2])) < OLDEST_REDIS:
            yield refused("broker_old", version=version, least=".".join(map(str, OLDEST_REDIS)))
        if client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction") != "noeviction":
            yield warning("broker_forgets")
    except redis.ResponseError:
        return  # a server that hides its settings from us
    except redis.RedisError as failure:
        yield refused("broker_away", address=where, why=_words(failure))
    finally:
        client.close()


def _mail(settings: Settings) -> Iterator[Finding]:
    server = settings.mail_server
    if server is None:
        return
    try:
        smtp.try_out(server)
    except smtplib.SMTPAuthenticationError:
        yield refused("mail_password", host=server.host, user=server.user)
    except (OSError, smtplib.SMTPException, ssl.SSLError, smtp.CannotEncrypt) as failure:
        yield refused("mail_away", address=f"{server.host}:{server.port}", why=_words(failure))


def _words(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__).partition("\n")[0][:200]
