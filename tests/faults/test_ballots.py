"""A vote under faults: closing against casting, and death at every point of both; what was acknowledged is counted."""

from __future__ import annotations

import os
import random
import threading
import time

import pytest

from states.ballots import casting, closing, store, tellers
from states.ballots.boxes import Box
from tests.ballots import again, ballot, box_at, organisation
from tests.cast import Cast
from tests.faults.failpoints import died
from tests.sealing import counted, counts_of, sealed_box, sealed_marks, shared, vote
from workflow.identity import Organisation
from workflow.message import Message

ROUNDS = 200 if os.environ.get("NEUGUONG_CHAOS") == "long" else 12
SPREAD = 0.012  # seconds


class Race:
    """Two cast while voting is closed; every one acknowledged is counted, no other is."""

    def __init__(self, cast: Cast, box: Box) -> None:
        self.cast, self.box = cast, box
        self.acknowledged: list[str] = []
        self.faults: list[Exception] = []
        self.start = threading.Barrier(3)

    def vote(self, name: str) -> None:
        self.start.wait()
        try:
            ballot(self.cast, self.box, name, sealed_marks(self.box, "a") if self.box.is_sealed else "a")
            self.acknowledged.append(name)
        except Exception as fault:  # told after the threads are joined
            if getattr(fault, "reasons", None) != (Message("ballot.over"),):
                self.faults.append(fault)

    def end(self, org: Organisation) -> None:
        self.start.wait()
        time.sleep(SPREAD * random.random() ** 3)  # now before, now between, now after them
        try:
            closing.close(self.cast.app.engine, self.cast.actor("office"), self.box.id, org)
        except Exception as fault:
            self.faults.append(fault)

    def run(self, org: Organisation) -> None:
        threads = [threading.Thread(target=self.vote, args=(name,)) for name in ("director", "deputy")]
        threads.append(threading.Thread(target=self.end, args=(org,)))
        for one in threads:
            one.start()
        for one in threads:
            one.join()


def race(cast: Cast, rounds: int, level: str) -> list[int]:
    """How many ballots got in before each close; sealed ones the tellers open and count after each."""
    org, inside = organisation(cast), []
    for number in range(rounds):
        prefix = f"r{number}x"
        sealed = level == "sealed"
        box, held = sealed_box(cast, names=1, prefix=prefix) if sealed else (box_at(cast, names=1, prefix=prefix), {})
        closing.close(cast.app.engine, cast.actor("director"), box.id, org)
        one = Race(cast, box)
        one.run(org)
        assert not one.faults
        now = counted(cast, box, held) if sealed else again(cast, box)
        done = sorted(cast.people[name] for name in one.acknowledged)
        assert now.status == "closed"
        assert now.counts[box.papers[0]]["agreed"] == len(done), "acknowledged is counted, refused is not"
        assert sorted(seat.member_id for seat in now.electors if seat.has_voted) == done
        inside.append(len(done))
    return inside


@pytest.mark.fault
@pytest.mark.parametrize("level", ["plain", "sealed"])
def test_closing_against_casting_loses_no_ballot(unchecked_cast: Cast, level: str):
    rounds = ROUNDS if level == "plain" or ROUNDS >= 200 else ROUNDS // 3  # keys and counts take their time
    inside = race(unchecked_cast, rounds, level)
    assert len(inside) == rounds
    assert rounds < 200 or set(inside) == {0, 1, 2}, "it was a race: neither side always came first"


def state(cast: Cast, box: Box) -> tuple[int, int, int]:
    """How many have voted, slips of a paper, receipts."""
    with cast.app.database.read() as connection:
        slips = store.slips(connection, box.id)
        voted = sum(one.has_voted for one in again(cast, box).electors)
        assert len(slips) % len(box.papers) == 0, "a ballot is in whole or not at all"
        return voted, len(slips) // len(box.papers), len(store.receipts(connection, box.id))


@pytest.mark.fault
def test_death_at_any_point_of_casting_leaves_a_whole_ballot_or_none(unchecked_cast: Cast):
    cast, points = unchecked_cast, 0
    box, code = box_at(cast, names=2), casting.new_code()
    ballot(cast, box, "director", "gg")
    while died(cast.app.database, points + 1, lambda: ballot(cast, box, "deputy", "ag", code=code)):
        points += 1
        assert state(cast, box) in ((1, 1, 1), (2, 2, 2))
    assert points >= 5
    assert state(cast, box) == (2, 2, 2)
    assert ballot(cast, box, "deputy", "ag", code=code) is False, "sent again after the last death: it is in once"


@pytest.mark.fault
def test_death_at_any_point_of_closing_is_gone_on_from(unchecked_cast: Cast):
    cast, points = unchecked_cast, 0
    box, org = box_at(cast, names=1), organisation(cast)
    ballot(cast, box, "deputy", "a")
    closing.close(cast.app.engine, cast.actor("director"), box.id, org)
    while died(
        cast.app.database, points + 1, lambda: closing.close(cast.app.engine, cast.actor("office"), box.id, org)
    ):
        points += 1
        now = again(cast, box)
        assert bool(now.counts) == (now.status == "closed"), "no number before all of it is done"
    assert points >= 6
    now = again(cast, box)
    assert (now.status, now.counts[box.papers[0]]["agreed"]) == ("closed", 1)


@pytest.mark.fault
def test_death_at_any_point_of_the_last_tellers_word_is_gone_on_from(unchecked_cast: Cast):
    """Their count is kept or not; the box is closed with its number, or under seal with none."""
    cast, points = unchecked_cast, 0
    box, held = sealed_box(cast, names=1)
    vote(cast, box, "deputy", "a")
    shared(cast, box, held)
    said = counts_of(cast, box, held["office"])
    tellers.report(cast.app.engine, cast.actor("office"), box.id, said)
    while died(
        cast.app.database, points + 1, lambda: tellers.report(cast.app.engine, cast.actor("press"), box.id, said)
    ):
        points += 1
        now = again(cast, box)
        assert (now.status, bool(now.counts)) in (("sealed", False), ("closed", True))
        if now.status == "closed":
            break
    assert points >= 4
    now = again(cast, box)
    assert (now.status, now.counts[box.papers[0]]["agreed"]) == ("closed", 1)
