"""A browser's own words about itself, made short: the browser and the system, for people to know their devices by."""

from __future__ import annotations

import re

BROWSERS = (
    ("Cốc Cốc", r"coc_coc_browser"), ("Edge", r"Edg"), ("Opera", r"OPR"), ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"), ("Chrome", r"Chrome|CriOS"), ("Safari", r"Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"), ("Linux", r"Linux"),
)  # fmt: skip


def name(client: str) -> str:
    """For instance "Chrome, Windows"; the first words of what is unknown."""
    found = [label for table in (BROWSERS, SYSTEMS) if (label := _first(table, client))]
    return ", ".join(found) or client[:40]


def _first(table: tuple[tuple[str, str], ...], client: str) -> str:
    return next((label for label, pattern in table if re.search(rf"(?:{pattern})", client)), "")
