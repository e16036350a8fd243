"""Counting a box, and the figure that seals it. `recount.py` counts the same from the export, by lines of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from states.ballots.boxes import Box
from states.ballots.casting import WORDS
from states.ballots.store import Slip
from workflow.message import Message, Refused


@dataclass(frozen=True)
class Counted:
    """One paper's ballots by kind, and the numbers they must agree with."""

    number: int
    case_id: str
    by_word: Mapping[str, int]
    in_box: int
    voted: int
    eligible: int


@dataclass(frozen=True)
class Tally:
    """What a box came to; `root` seals the very ballots it was counted from."""

    papers: tuple[Counted, ...]
    root: str
    receipts: int

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Case → agreed, against, blank, invalid."""
        return {one.case_id: dict(one.by_word) for one in self.papers}


def leaf(slip: Slip) -> str:
    """The digest of one ballot."""
    return hashlib.sha256(f"{slip.id}{slip.paper}{slip.mark}".encode()).hexdigest()


def root_of(slips: Iterable[Slip]) -> str:
    """The figure over all of them, whatever their order."""
    return hashlib.sha256("".join(sorted(map(leaf, slips))).encode()).hexdigest()


def tally(box: Box, slips: list[Slip], receipts: list[str]) -> Tally:
    """Count. Raises Refused where the sums do not agree: then nothing is decided until somebody has looked."""
    found = tuple(_counted(box, number, slips) for number in sorted(box.numbers))
    told = Tally(found, root_of(slips), len(receipts))
    wrong = [one for one in found if not sum(one.by_word.values()) == one.in_box == one.voted <= one.eligible]
    strangers = [one for one in slips if one.paper not in box.numbers]
    if wrong or strangers or told.receipts != sum(seat.has_voted for seat in box.electors):
        raise Refused(Message("ballot.does_not_add_up", {"papers": [one.number for one in wrong]}))
    return told


def _counted(box: Box, number: int, slips: list[Slip]) -> Counted:
    mine = Counter(slip.mark for slip in slips if slip.paper == number)
    seats = [seat for seat in box.electors if number not in seat.aside]
    by_word = {word: mine[mark] for mark, word in WORDS.items()}
    return Counted(
        number, box.papers[number - 1], by_word, mine.total(), sum(one.has_voted for one in seats), len(seats)
    )


def export(
    box: Box, tally: Tally, slips: Iterable[Slip], receipts: Iterable[str], names: Mapping[str, str]
) -> dict[str, Any]:
    """All that a recount needs, in an order that is the ballots' own. `names`: case → what the paper is called."""
    return {
        "format": "neuguong ballots 1",
        "round": box.round,
        "voted": sum(seat.has_voted for seat in box.electors),
        "papers": [
            {"number": one.number, "name": names.get(one.case_id, one.case_id), "voted": one.voted,
             "eligible": one.eligible}
            for one in tally.papers
        ],
        "slips": sorted([slip.id, slip.paper, slip.mark] for slip in slips),
        "receipts": sorted(receipts),
        "root": tally.root,
    }  # fmt: skip
