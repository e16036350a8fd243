"""What will go wrong, when and for how long: all of it out of one seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.post_office import MOODS

KILLED = ("web1", "web2", "worker1", "worker2", "clock1", "clock2")
KILLS = (*(f"kill {name}" for name in KILLED), "kill child")
ANYWHERE = (  # beside the kills, whatever the database
    "pause web", "pause worker", "pause clock", "third clock", "duplicate wake-ups", "clock jumps", "clock goes back",
    "broker wiped", "broker killed", "broker paused", "broker absent", "broker line cut", "broker line held",
    "broker line slow", "tables locked", *(f"mail {mood}" for mood in MOODS),
)  # fmt: skip
OF_POSTGRES = (
    "backends terminated", "database crash", "database stop", "database line cut", "database line held",
    "database line slow",
)  # fmt: skip
SHORT = ("pause worker", "duplicate wake-ups", *["broker wiped"] * 3, "broker line cut", "mail lost_reply", "mail 451")
"""Of the normal tests; the broker is wiped every five seconds."""
LASTS = {  # seconds
    "pause web": (1, 4), "pause worker": (2, 8), "pause clock": (1, 5), "third clock": (3, 8),
    "broker paused": (1, 4), "broker absent": (3, 10), "broker line held": (1, 4), "broker line slow": (2, 5),
    "tables locked": (1, 3), "database stop": (1, 5), "database line held": (1, 3), "database line slow": (2, 5),
}  # fmt: skip
MAIL_LASTS = (2, 6)
SLOWEST = 0.05  # seconds a packet on a slow line


@dataclass(frozen=True)
class Fault:
    """So many seconds after the one before: what, for how long, and a number for whatever else is left to chance."""

    gap: float
    kind: str
    lasts: float
    chance: float


def plan(seed: int, kills: int, kinds: Sequence[str], *, gap: float, others: int) -> list[Fault]:
    """The same arguments, the same faults: `kills` of processes, among them every other kind `others` times."""
    dice = random.Random(seed)
    drawn = [KILLS[number % len(KILLS)] for number in range(kills)] + list(kinds) * others
    dice.shuffle(drawn)
    return [_fault(dice, kind, gap) for kind in drawn]


def _fault(dice: random.Random, kind: str, gap: float) -> Fault:
    low, high = MAIL_LASTS if kind.startswith("mail ") else LASTS.get(kind, (0.0, 0.4))
    pause = dice.uniform(0.3, 1.7) * gap if kind in KILLS else dice.uniform(0, 0.3) * gap
    return Fault(pause, kind, dice.uniform(low, high), dice.random())
