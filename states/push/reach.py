"""Where a push may be sent, and the sending: the address comes from a browser, and so from anybody.

A server is one of those the installation knows by name; what its name stands for is asked once, must be an address of
the whole internet, and is the very one that is connected to. Only a server that the installation names by its whole
origin may stand in its own network. No redirect is followed, no answer is read.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3

from states.reaching import is_of_internet, looked_up

SERVERS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com")
"""Whose browsers call them: Chrome, Firefox, Edge, Safari."""
TIMEOUT = urllib3.Timeout(connect=4, read=6)  # together shorter than a lease
LONGEST = 1000


class Unreachable(Exception):
    """Not sent: the server may not be called, cannot be found or does not answer."""


@dataclass(frozen=True)
class Reach:
    """The servers of an installation: names (`*.` for any below), and origins such as https://push.so.example:8443."""

    servers: Sequence[str] = SERVERS

    def may_call(self, endpoint: str) -> bool:
        """Whether this is an address that pushes may be sent to."""
        parts = _parts(endpoint)
        return parts is not None and (self._is_own(parts) or (parts.scheme == "https" and self._is_known(parts)))

    def post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that the server answers with. Raises Unreachable."""
        parts = _parts(endpoint)
        if parts is None or not self.may_call(endpoint):
            raise Unreachable("this server is not one of those that may be called")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = _address(str(parts.hostname), port, anywhere=self._is_own(parts))
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            with _pool(parts, address, port) as pool:
                answer = pool.request(
                    "POST", path, body=body, headers={**headers, "Host": parts.netloc}, redirect=False,
                    preload_content=False,
                )  # fmt: skip
                answer.close()
                return answer.status
        except (urllib3.exceptions.HTTPError, OSError) as failure:
            raise Unreachable(type(failure).__name__) from failure

    def _is_own(self, parts: SplitResult) -> bool:
        return f"{parts.scheme}://{parts.netloc}" in self.servers

    def _is_known(self, parts: SplitResult) -> bool:
        if parts.port not in (None, 443):
            return False
        host = str(parts.hostname)
        return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in self.servers)


def _parts(endpoint: str) -> SplitResult | None:
    """An address taken apart; None for what is none, or has a name and password in it."""
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return None
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        return None
    fits = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and not parts.fragment
    return parts if fits else None


def _address(host: str, port: int, *, anywhere: bool) -> str:
    """One address that the name stands for now; unless `anywhere`, all of them must be addresses of the internet."""
    addresses = looked_up(host, port)
    if not addresses:
        raise Unreachable("its name stands for no address")
    if not (anywhere or all(is_of_internet(ipaddress.ip_address(one)) for one in addresses)):
        raise Unreachable("its address is one of an inner network")
    return addresses[0]


def _pool(parts: SplitResult, address: str, port: int) -> urllib3.HTTPConnectionPool:
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT, retries=False, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=TIMEOUT, retries=False, maxsize=1, cert_reqs="CERT_REQUIRED",
        server_hostname=parts.hostname, assert_hostname=parts.hostname,
    )  # fmt: skip
