"""Mail leaves at least once: each repeat must be the same message and follow from a fault that was injected."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tests.faults.monkey import Injected
from tests.faults.post_office import Arrival

RECORDED = 2.0  # seconds in which a hand that lives and has its database notes that a mail was taken
REFUSED = re.compile(r"message ([0-9a-f-]{36}): other hands hold it by now")
REACH = {  # beginnings of the kinds that can keep a hand from noting it, and for how long they may go on doing so
    "kill worker": RECORDED, "kill child": RECORDED, "pause worker": 90.0, "tables locked": 15.0, "database": 15.0,
    "backends": 15.0, "broker": 15.0,
}  # fmt: skip


@dataclass
class Repeats:
    """`letters` are different ones; every further arrival is a repeat, explained by a fault or not."""

    letters: int
    repeated: int
    explained: Counter[str]
    unexplained: list[str]


def refused_ends(logs: Iterable[str]) -> set[str]:
    """Messages whose sender, done at last, found them in other hands: it says so in its log."""
    return {found[1] for log in logs for found in REFUSED.finditer(log)}


def repeats(arrivals: Sequence[Arrival], injected: Sequence[Injected], refused: Collection[str] = ()) -> Repeats:
    """Why each mail that came twice came twice; `refused` as above."""
    came: dict[str, list[Arrival]] = defaultdict(list)
    for one in arrivals:
        came[str(one.message["Message-ID"])].append(one)
    explained: Counter[str] = Counter()
    unexplained = []
    for message_id, all_of_it in came.items():
        for before in all_of_it[:-1]:
            overtaken = message_id.strip("<>").partition("@")[0] in refused
            cause = _cause(before, injected) or ("its hands had lost the lease" if overtaken else None)
            if cause is None:
                unexplained.append(f"{message_id} {before.message['Subject']}")
            else:
                explained[cause] += 1
    return Repeats(len(came), len(arrivals) - len(came), explained, unexplained)


def _cause(arrival: Arrival, injected: Sequence[Injected]) -> str | None:
    """What kept the hand that sent it from noting it: most direct first."""
    if not arrival.told:
        return "reply lost"
    for beginning in REACH:
        for fault in injected:
            if fault.kind.startswith(beginning) and fault.begin <= arrival.at + RECORDED and arrival.at <= fault.end:
                return fault.kind
    return None
