"""`python3 dev.py bench scale [PART …]`: what grows with the number of cases, and what must not.

Parts: sizes (inboxes and sweeps at 10,000, 100,000 and 1,000,000 open items and pending timers), storm, overdue,
brokerless (ten minutes without a broker), once (years, history, imports), starts; all of them without a name. `small`
leaves the million out and eight of the ten minutes; a database's name keeps to that one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from tests.bench import once, sizes, starting, storm
from tests.bench.places import Place, places

KINDS = ("sqlite", "postgresql")

PARTS: dict[str, Callable[[Place, str], None]] = {
    "storm": storm.measure,
    "overdue": storm.overdue,
    "brokerless": storm.brokerless,
    "once": once.measure,
    "starts": starting.measure,
}


def main(*words: str) -> None:
    """Print one line a figure."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    kinds = [kind for kind in KINDS if kind in words] or KINDS
    parts = [word for word in words if word in PARTS or word == "sizes"] or ["sizes", *PARTS]
    chosen = {name: number for name, number in sizes.SIZES.items() if "small" not in words or number < 1_000_000}
    work = PARTS | ({"brokerless": partial(storm.brokerless, seconds=120)} if "small" in words else {})
    with places() as place:
        for part in parts:
            for kind in kinds:
                begin = time.monotonic()
                if part == "sizes":
                    sizes.measure(place, kind, chosen)
                else:
                    work[part](place, kind)
                print(f"-- {part} on {kind}: {time.monotonic() - begin:.0f} s")
