"""What an installation lets webhooks reach beside the internet: networks, ports and certificates of its own."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path

from config.keys import certificates
from states.reaching import HTTPS, Door, Network

NAMES = ("WEBHOOK_NETWORKS", "WEBHOOK_PORTS", "WEBHOOK_CA")
MOST_PORT = 65_535


class Unfit(ValueError):
    """A value that cannot be, by the name of its setting."""


def read(text: Callable[[str], str]) -> Door:
    """What the settings say; they say nothing: https on the internet. Raises Unfit."""
    return Door(
        tuple(map(_network, text("WEBHOOK_NETWORKS").split())),
        tuple(map(_port, text("WEBHOOK_PORTS").split())) or (HTTPS,),
        _trust(text("WEBHOOK_CA")),
    )


def _network(said: str) -> Network:
    try:
        network = ipaddress.ip_network(said)
    except ValueError:
        raise Unfit("WEBHOOK_NETWORKS") from None
    if network.prefixlen == 0:
        raise Unfit("WEBHOOK_NETWORKS")  # all there is: nothing would be refused any more
    return network


def _port(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) < 6 and 0 < int(said) <= MOST_PORT):
        raise Unfit("WEBHOOK_PORTS")
    return int(said)


def _trust(said: str) -> str:
    try:
        return certificates(Path(said)) if said else ""
    except (OSError, ValueError):
        raise Unfit("WEBHOOK_CA") from None
