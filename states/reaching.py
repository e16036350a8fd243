"""A call to an address that somebody typed: looked up once, allowed or refused, and the very one connected to.

No proxy of the environment, no redirect, no cookie, no more of an answer than its first words, and an end whatever the
other side does. Who must reach a network of their own names it in the installation's settings, never on a page.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from workflow.message import Message, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST = 1000
LOOKUP, CONNECT, EXCHANGE = 4.0, 4.0, 10.0  # seconds; all of it ends long before the lease of whoever calls
TRIED = 2  # addresses of one name
MOST_READ = 2000  # bytes of an answer
RETRY_AFTER = 3_600  # seconds: the longest pause that an answer may ask for
HTTPS = 443

_INNER = tuple(map(ipaddress.ip_network, (
    "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)))  # fmt: skip
"""What `is_global` lets pass, or an older Python's does: groups, tunnels that carry another address, a cloud's own."""
_INTERNET = ipaddress.IPv6Network("2000::/3")
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_FIGURES = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


class Unfit(Refused):
    """An address that is never called."""


class Unreachable(Exception):
    """Not brought, or nobody knows; `why` is a word of the catalogues under `reach.`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, its first words, in so many milliseconds, and the pause it asks for."""

    status: int
    words: str
    ms: int
    pause: int = 0


def is_of_internet(address: Address) -> bool:
    """Whether it is an address of the whole internet, and of no group, tunnel, own network or machine."""
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in _INTERNET):
        return False
    return address.is_global and not any(address in one for one in _INNER if one.version == address.version)


@dataclass(frozen=True)
class Door:
    """What of the network may be called: the internet, and the networks and ports that the installation names."""

    networks: Sequence[Network] = ()
    ports: Sequence[int] = (HTTPS,)
    trust: str = ""  # certificates beside those every machine trusts, PEM

    def fit(self, url: str) -> SplitResult:
        """The address taken apart. Raises Unfit in words."""
        parts = _parts(url)
        if parts is None:
            raise Unfit(Message("reach.bad_address"))
        if (parts.port or HTTPS) not in self.ports:
            raise Unfit(Message("reach.bad_port", {"ports": ", ".join(map(str, self.ports))}))
        return parts

    def look(self, url: str) -> None:
        """Whether it may be called as things stand. Raises Unfit in words."""
        parts = self.fit(url)
        try:
            self.addresses(str(parts.hostname), parts.port or HTTPS)
        except Unreachable as failure:
            raise Unfit(Message(f"reach.{failure.why}")) from failure

    def addresses(self, host: str, port: int) -> list[str]:
        """What the name stands for now: every one allowed. Raises Unreachable."""
        found = looked_up(host, port)
        if not found:
            raise Unreachable("no_name")
        if not all(self._may(one) for one in found):
            raise Unreachable("inner")
        return found

    def _may(self, text: str) -> bool:
        address = ipaddress.ip_address(text)
        return is_of_internet(address) or any(address in one for one in self.networks if one.version == address.version)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.trust:
            context.load_verify_locations(cadata=self.trust)
        return context

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = EXCHANGE) -> Answer:
        """Bring it, and what is answered. Raises Unfit, Unreachable."""
        parts = self.fit(url)
        host, port, began = str(parts.hostname), parts.port or HTTPS, time.monotonic()
        raw = _connected(self.addresses(host, port), port)
        raw.settimeout(seconds)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        said = {"Host": parts.netloc, "Connection": "close", **headers}
        with _ending(raw, seconds) as is_over:
            try:
                with self._context.wrap_socket(raw, server_hostname=host) as tls:
                    status, words, pause = _exchange(tls, path, body, said)
            except ssl.SSLCertVerificationError as failure:
                raise Unreachable("certificate") from failure
            except (OSError, http.client.HTTPException, ValueError) as failure:
                slow = is_over() or isinstance(failure, TimeoutError)
                raise Unreachable("slow" if slow else "broken") from failure
        return Answer(status, words, round((time.monotonic() - began) * 1000), pause)


def _exchange(tls: ssl.SSLSocket, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, int]:
    connection = http.client.HTTPConnection("unused")
    connection.sock = tls
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    words = b""
    tls.settimeout(1)
    with suppress(OSError, http.client.HTTPException, ValueError):  # the status is the answer
        words = answer.read1(MOST_READ)
    pause = answer.headers.get("Retry-After", "").strip()
    asked = min(int(pause), RETRY_AFTER) if pause.isascii() and pause.isdecimal() and len(pause) < 8 else 0
    return answer.status, words.decode("utf-8", "replace"), asked


@contextmanager
def _ending(raw: socket.socket, seconds: float) -> Iterator[Callable[[], bool]]:
    """Whatever is read or written within, it ends: with a limit of each step alone, drops might fall for ever."""
    over, same = threading.Event(), raw.dup()  # wrapping takes the first one away

    def end() -> None:
        over.set()
        with suppress(OSError):
            same.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()
        same.close()
        raw.close()


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    for address in addresses[:TRIED]:
        with suppress(OSError):
            return socket.create_connection((address, port), CONNECT)
    raise Unreachable("no_connection")


def looked_up(host: str, port: int) -> list[str]:
    """Every address of a name, none when there is none or whoever knows it is silent."""
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    asking = threading.Thread(target=ask, name="lookup", daemon=True)  # the resolver's own limit is minutes
    asking.start()
    asking.join(LOOKUP)
    return list(dict.fromkeys(found))


def _parts(url: str) -> SplitResult | None:
    """Taken apart; None for what is no plain https address, or has a name and password in it, or a disguised host."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "https" or "@" in parts.netloc or parts.fragment or port == 0 or not _is_host(host):
        return None
    return parts


def _is_host(host: str) -> bool:
    """A name, or an address written as everybody writes it: no figure of another base, nothing short or with a zone."""
    if ":" in host or _FIGURES.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.ip_address(host)) == host
        except ValueError:
            return False
    return bool(_HOST.fullmatch(host)) and "." in host
