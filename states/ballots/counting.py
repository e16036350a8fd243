"""Counting a box, and the figure that seals it. `recount.py` counts the same from the export, by lines of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from states.ballots import sealing
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
    """Count; of a sealed box only how many slips there are, and what its tellers have counted once they have.

    Raises Refused where the sums do not agree: then nothing is decided until somebody has looked.
    """
    found = tuple(_counted(box, number, slips) for number in sorted(box.numbers))
    told = Tally(found, root_of(slips), len(receipts))
    wrong = [one for one in found if not _sums(one) == one.in_box == one.voted <= one.eligible]
    strangers = [one for one in slips if one.paper not in box.numbers]
    if wrong or strangers or _copies(box, slips) or told.receipts != sum(seat.has_voted for seat in box.electors):
        raise Refused(Message("ballot.does_not_add_up", {"papers": [one.number for one in wrong]}))
    return told


def _counted(box: Box, number: int, slips: list[Slip]) -> Counted:
    mine = Counter(slip.mark for slip in slips if slip.paper == number)
    seats = [seat for seat in box.electors if number not in seat.aside]
    case_id = box.papers[number - 1]
    by_word = box.counts.get(case_id, {}) if box.is_sealed else {word: mine[mark] for mark, word in WORDS.items()}
    return Counted(number, case_id, by_word, mine.total(), sum(one.has_voted for one in seats), len(seats))


def _sums(one: Counted) -> int:
    return sum(one.by_word.values()) if one.by_word else one.in_box


def _copies(box: Box, slips: list[Slip]) -> bool:
    """Whether a sealed slip is there twice, or something that is none."""
    if not box.is_sealed:
        return False
    fit = [one.mark for one in slips if sealing.is_slip(one.mark, len(box.tellers))]
    return len(set(map(sealing.one_time_half, fit))) != len(slips)


def export(
    box: Box, tally: Tally, slips: Iterable[Slip], receipts: Iterable[str], names: Mapping[str, str]
) -> dict[str, Any]:
    """All that a recount needs, in an order that is the ballots' own. `names`: case → what the paper is called."""
    sealed = {} if not box.is_sealed else {
        "box": box.id,
        "code": box.code,
        "tellers": [{"public": one.public, "counted": one.report} for one in box.tellers],
    }  # fmt: skip
    return {
        "format": "neuguong sealed ballots 1" if sealed else "neuguong ballots 1",
        **sealed,
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
