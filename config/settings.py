"""What an installation decides by environment variables; a bad value is one clear line at the start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import URL

from config import database_address, push, single_sign_on, webhooks
from config.keys import certificates, is_identity_key, kept_secret, new_identity_key
from config.push import Push
from config.single_sign_on import SingleSignOn
from states.reaching import Door
from workflow.db import Limits
from workflow.message import Message
from workflow.vocabulary import LANGUAGES

SHIPPED_PLANS = Path(__file__).parent / "plans"
WEB_DATABASE = Limits(statement=5, lock=2, wait=3)
BROKERS = ("memory", "redis", "rediss", "amqp", "amqps")
MAIL_SERVERS = ("smtp", "smtp+tls", "smtps")
SHORTEST_SECRET = 32
LONGEST_ADDRESS = 100  # letters; an outbox row names its recipient in 120
LOGS = ("text", "json")
KNOWN = frozenset([
    "DATABASE_URL", "BROKER_URL", "SMTP_URL", "MAIL_FROM", "HOST", "PORT", "BASE_URL", "CONTACT", "PLANS",
    "VAR", "FILES", "LANGUAGE", "SECRET_KEY", "IDENTITY_KEYS", "ANCHORS", "ANCHOR_MAIL", "STRICT_TEXTS",
    "REHEARSAL", "DEMO", "LOG",
    *(f"DB_{name}" for name in ("CONNECTIONS", "STATEMENT_SECONDS", "LOCK_SECONDS", "IDLE_SECONDS")),
    "DB_WEB_STATEMENT_SECONDS", "DB_WEB_LOCK_SECONDS", "WEB_THREADS", "WEB_QUEUE", "WEB_CONNECTIONS",
    "CLIENT_RATE", "ADDRESS_RATE", "TRUSTED_PROXY", "METRICS_TOKEN", "METRICS_PORT", "OFFICE", "TRUSTED_ROOTS",
    *single_sign_on.NAMES, *push.NAMES, *webhooks.NAMES,
])  # fmt: skip
"""Every variable there is, without its prefix."""


class BadSetting(ValueError):
    """A variable says something that cannot be; `message` is the line for the person at the terminal."""

    def __init__(self, name: str, key: str, **params: object) -> None:
        super().__init__(f"{name}: {key} {params}")
        self.message = Message(f"setting.{key}", {"name": name, **params})


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `tls`: offered (taken when there), required (STARTTLS), always (SMTPS)."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class WebLimits:
    """How much one web process takes on before it answers "later" at once; rates are requests a second."""

    threads: int = 4  # more only take Python from each other
    queue: int = 60  # requests that wait for a thread
    connections: int = 1000  # browsers keep theirs open between two clicks
    client_rate: int = 20  # of one sign-in or token
    address_rate: int = 200  # of one address: a whole agency may stand behind it


@dataclass(frozen=True)
class Settings:
    """Every setting, checked."""

    database_url: str = field(repr=False)
    broker_url: str = field(default="memory://", repr=False)
    mail_server: MailServer | None = None
    mail_from: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = "http://127.0.0.1:8080"
    contact: str = ""  # whom a letter says to ask, e.g. "Văn phòng Sở, ĐT 0255.3…"; empty: the agency's name
    plans: Path = SHIPPED_PLANS
    var: Path = Path("var")
    files: Path = Path("var") / "files"
    anchors: Path | None = None  # where each day's anchor is written down; None: nowhere
    anchor_mail: tuple[str, ...] = ()  # who gets it by mail
    language: str = "vi"
    given_secret: str = field(default="", repr=False)
    given_identity_keys: tuple[str, ...] = field(default=(), repr=False)
    strict_texts: bool = False
    rehearsal: bool = False  # a copy to try things on: its clock may stand elsewhere
    demo: bool = False  # an invented agency in a database of its own; mail stays on the page
    log: str = "text"
    web_database: Limits = field(default_factory=lambda: WEB_DATABASE)
    background_database: Limits = field(default_factory=Limits)
    web: WebLimits = field(default_factory=WebLimits)
    trusted_proxy: str = ""  # its address: only this one's word about who really asks counts
    metrics_token: str = field(default="", repr=False)
    metrics_port: int = 0  # where worker and clock show their counters; 0: nowhere
    trusted_roots: str = field(default="", repr=False)  # PEM: who vouches for signatures of PDF; '': nobody is known
    sso: SingleSignOn | None = None
    push: Push | None = None  # calling people's devices; None: nobody's
    webhooks: Door = field(default_factory=Door)  # what of the network other systems may be told at
    office: str = ""  # the command of LibreOffice, which makes PDF beside Word; empty: none

    @property
    def is_embedded(self) -> bool:
        """Without a broker of its own, web, worker and clock can only live in one process."""
        return self.broker_url.startswith("memory:")

    @cached_property
    def secret_key(self) -> str:
        """The given one, or one made once and kept in `var` readable by its owner only."""
        return self.given_secret or self._kept(self.var / "secret_key")

    @property
    def identity_file(self) -> Path:
        """Where keys of identities are kept unless given, one a line, the newest first."""
        return self.var / "identity_keys"

    @property
    def identity_keys(self) -> tuple[str, ...]:
        """The keys that seal who complained or signed, newest first; one is made where there is none. Raises BadSetting
        for a file that holds anything else."""
        keys = self.given_identity_keys or tuple(self._kept(self.identity_file, new_identity_key).split())
        if not keys or not all(map(is_identity_key, keys)):
            raise BadSetting("NEUGUONG_VAR", "identity_file", file=str(self.identity_file))
        return keys

    def _kept(self, path: Path, *make: Callable[[], str]) -> str:
        try:
            return kept_secret(path, *make)
        except PermissionError as wrong:
            raise BadSetting("NEUGUONG_VAR", "not_permitted", file=str(path)) from wrong
        except OSError as wrong:
            raise BadSetting("NEUGUONG_VAR", "no_folder", folder=str(self.var)) from wrong
        except UnicodeDecodeError:
            return ""

    def make_folders(self) -> None:
        """Make where things are kept. Raises BadSetting for a place where nothing can be made."""
        for name, folder in (("NEUGUONG_VAR", self.var), ("NEUGUONG_FILES", self.files)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as wrong:
                raise BadSetting(name, "no_folder", folder=str(folder)) from wrong


def from_environment(
    environment: Mapping[str, str] = os.environ,
    *,
    demo: bool = False,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """Read and check every variable; `host` and `port` win over theirs. Raises BadSetting for the first bad one.

    A demo (asked for, or NEUGUONG_DEMO=1) has its own default database and files, and never a mail server.
    """

    def text(name: str, default: str = "") -> str:
        return environment.get(f"NEUGUONG_{name}", "").strip() or default

    var = _folder("VAR", text("VAR", "var"))
    host = host or text("HOST", "127.0.0.1")
    port = _port(text("PORT", "8080")) if port is None else port
    demo = demo or text("DEMO") == "1"
    server = None if demo else _mail_server(text("SMTP_URL"))
    home = var / "demo" if demo else var
    own_database = URL.create("sqlite", database=str(home / "neuguong.db")).render_as_string()
    return Settings(
        database_url=_database(text("DATABASE_URL", own_database)),
        broker_url=_broker(text("BROKER_URL", "memory://")),
        mail_server=server,
        mail_from=_mail_from(text("MAIL_FROM"), needed=server is not None),
        host=host,
        port=port,
        base_url=_base_url(text("BASE_URL", f"http://{f'[{host}]' if ':' in host else host}:{port}")),
        contact=" ".join(text("CONTACT").split())[:200],
        plans=_plans(text("PLANS")),
        var=var,
        files=_folder("FILES", text("FILES", str(home / "files"))),
        anchors=None if demo else _file("ANCHORS", text("ANCHORS", str(home / "anchors.txt"))),
        anchor_mail=_addresses("ANCHOR_MAIL", text("ANCHOR_MAIL")),
        language=_one_of("LANGUAGE", text("LANGUAGE", "vi"), LANGUAGES),
        given_secret=_secret(text("SECRET_KEY")),
        given_identity_keys=_identity_keys(text("IDENTITY_KEYS")),
        strict_texts=text("STRICT_TEXTS") == "1",
        rehearsal=text("REHEARSAL") == "1",
        demo=demo,
        log=_one_of("LOG", text("LOG", "text"), LOGS),
        **_capacity(text),
        trusted_proxy=_proxy(text("TRUSTED_PROXY")),
        metrics_token=_secret(text("METRICS_TOKEN"), "METRICS_TOKEN"),
        metrics_port=_port(text("METRICS_PORT", "0"), "METRICS_PORT"),
        **_others(text, var),
    )


def _others(text: Callable[[str, str], str], var: Path) -> dict[str, Any]:
    """Whom and what outside an installation trusts and uses."""
    return {
        "trusted_roots": _roots(text("TRUSTED_ROOTS", "")),
        "office": _office(text("OFFICE", "")),
        "sso": _sso(lambda name: text(name, "")),
        "push": _push(lambda name: text(name, ""), var),
        "webhooks": _webhooks(lambda name: text(name, "")),
    }


def _webhooks(text: Callable[[str], str]) -> Door:
    try:
        return webhooks.read(text)
    except webhooks.Unfit as unfit:
        raise BadSetting(f"NEUGUONG_{unfit}", str(unfit).lower()) from unfit


def _push(text: Callable[[str], str], var: Path) -> Push | None:
    try:
        return push.read(text, var)
    except push.Unfit as unfit:
        raise BadSetting(f"NEUGUONG_{unfit}", str(unfit).lower()) from unfit


def _sso(text: Callable[[str], str]) -> SingleSignOn | None:
    try:
        return single_sign_on.read(text)
    except single_sign_on.Unfit as unfit:
        name = str(unfit)
        raise BadSetting(f"NEUGUONG_{name}", name.lower(), known=" | ".join(single_sign_on.CLAIMS)) from unfit


def _capacity(text: Callable[[str, str], str]) -> dict[str, Any]:
    """The limits of a process, each with a default that fits a small server."""

    def number(name: str, default: float, least: int, most: int) -> int:
        given = text(name, f"{default:g}")
        if not (given.isascii() and given.isdecimal() and len(given) < 8 and least <= int(given) <= most):
            raise BadSetting(f"NEUGUONG_{name}", "number", least=least, most=most)
        return int(given)

    connections = number("DB_CONNECTIONS", 20, 4, 1000)

    def database(prefix: str, default: Limits) -> Limits:
        return replace(
            default,
            connections=connections,
            statement=number(f"{prefix}STATEMENT_SECONDS", default.statement, 1, 600),
            lock=number(f"{prefix}LOCK_SECONDS", default.lock, 1, 600),
            idle=number("DB_IDLE_SECONDS", default.idle, 1, 3600),
        )

    web = WebLimits()
    return {
        "web_database": database("DB_WEB_", WEB_DATABASE),
        "background_database": database("DB_", Limits()),
        "web": WebLimits(
            threads=number("WEB_THREADS", web.threads, 1, 64),
            queue=number("WEB_QUEUE", web.queue, 1, 10_000),
            connections=number("WEB_CONNECTIONS", web.connections, 10, 10_000),
            client_rate=number("CLIENT_RATE", web.client_rate, 0, 100_000),
            address_rate=number("ADDRESS_RATE", web.address_rate, 0, 1_000_000),
        ),
    }


def _database(url: str) -> str:
    if fault := database_address.fault(url):
        raise BadSetting("NEUGUONG_DATABASE_URL", fault, known="sqlite:///… | postgresql+psycopg://…")
    return url


def _parts(url: str) -> SplitResult | None:
    """An address taken apart; None when it is none, or its port is no port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _broker(url: str) -> str:
    parts = _parts(url)
    if parts is None or parts.scheme not in BROKERS or not _is_broker(parts):
        raise BadSetting(
            "NEUGUONG_BROKER_URL", "broker", known="memory:// | redis://… | rediss://… | amqp://… | amqps://…"
        )
    return url


def _is_broker(parts: SplitResult) -> bool:
    match parts.scheme:
        case "memory":
            return True
        case "amqp" | "amqps":  # RabbitMQ; its path is a virtual host of any name
            return bool(parts.hostname)
    return _is_redis(parts)


def _is_redis(parts: SplitResult) -> bool:
    """A server and, at most, the number of one of its databases."""
    number = parts.path.removeprefix("/")
    return bool(parts.hostname) and (not number or (number.isascii() and number.isdecimal()))


def _mail_server(url: str) -> MailServer | None:
    if not url:
        return None
    known = "smtp://… | smtp+tls://… | smtps://…"
    parts = _parts(url)
    if parts is None or parts.scheme not in MAIL_SERVERS or not parts.hostname:
        raise BadSetting("NEUGUONG_SMTP_URL", "mail_server", known=known)
    tls = {"smtp": "offered", "smtp+tls": "required", "smtps": "always"}[parts.scheme]
    default = {"offered": 25, "required": 587, "always": 465}[tls]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, parts.port or default, tls, user, password)


def _mail_from(address: str, *, needed: bool) -> str:
    if (needed or address) and not _is_address(address):
        raise BadSetting("NEUGUONG_MAIL_FROM", "mail_from")
    return address


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' <>,;:"')
    return bool(plain and local and at and domain)


def _addresses(name: str, text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in found:
        if not _is_address(one) or len(one) > LONGEST_ADDRESS:
            raise BadSetting(f"NEUGUONG_{name}", "address", given=one[:80])
    return found


def _office(named: str) -> str:
    """LibreOffice, as named or as the machine has it; `none` for no PDF."""
    if named == "none":
        return ""
    found = next((path for one in (named, "soffice", "libreoffice") if one and (path := shutil.which(one))), "")
    if named and shutil.which(named) is None:
        raise BadSetting("NEUGUONG_OFFICE", "no_command", command=named)
    return found


def _base_url(url: str) -> str:
    parts = _parts(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting("NEUGUONG_BASE_URL", "base_url")
    return url.rstrip("/")


def _proxy(text: str) -> str:
    """It is compared with the address of who calls: a name would fit nobody."""
    try:
        _ = text and ip_address(text)
    except ValueError as wrong:
        raise BadSetting("NEUGUONG_TRUSTED_PROXY", "proxy", given=text[:80]) from wrong
    return text


def _port(text: str, name: str = "PORT") -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or int(text) > 65535:
        raise BadSetting(f"NEUGUONG_{name}", "port")
    return int(text)


def _folder(name: str, text: str) -> Path:
    """Where things are kept; it need not be there yet, but no file may stand in its way."""
    folder = Path(text).absolute()
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        fits = there.is_dir()
    except OSError:  # a name too long, or behind a door
        fits = False
    if not fits:
        raise BadSetting(f"NEUGUONG_{name}", "no_folder", folder=str(folder))
    return folder


def _file(name: str, text: str) -> Path:
    path = Path(text).absolute()
    if path.is_dir():
        raise BadSetting(f"NEUGUONG_{name}", "no_file", file=str(path))
    _folder(name, str(path.parent))
    return path


def _roots(text: str) -> str:
    """The certificates in that file, as they stand there."""
    try:
        return certificates(Path(text)) if text else ""
    except (OSError, ValueError) as wrong:
        raise BadSetting("NEUGUONG_TRUSTED_ROOTS", "no_certificates", file=text) from wrong


def _plans(text: str) -> Path:
    folder = Path(text).absolute() if text else SHIPPED_PLANS
    if text and not folder.is_dir():
        raise BadSetting("NEUGUONG_PLANS", "folder", folder=str(folder))
    return folder


def language_asked(environment: Mapping[str, str] = os.environ) -> str:
    """The language of what is said before any setting was checked; Vietnamese when it is none of ours."""
    asked = environment.get("NEUGUONG_LANGUAGE", "").strip()
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise BadSetting(f"NEUGUONG_{name}", "one_of", known=" | ".join(known))
    return text


def _secret(text: str, name: str = "SECRET_KEY") -> str:
    if text and len(text.encode()) < SHORTEST_SECRET:
        raise BadSetting(f"NEUGUONG_{name}", "secret", least=SHORTEST_SECRET)
    return text


def _identity_keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.replace(",", " ").split())
    if not all(map(is_identity_key, keys)):
        raise BadSetting("NEUGUONG_IDENTITY_KEYS", "identity_key")
    return keys
