"""Secret ballots of a simulation: voters cast, chair and secretary end the voting, tellers open, all by the real code.

What browsers do is not tried here: a sealed slip has the right form and says nothing, as a paper has that nobody reads;
its tellers know what was cast because the simulation remembers it.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from states.ballots import boxes, casting, closing, sealing, store, tellers
from states.ballots.boxes import Box, Elector
from states.ballots.casting import AGAINST, BLANK, FOR
from states.ballots.model import CERTIFIED, CLOSED, KEYS, OPEN, SEALED, VOID, ballot_box
from workflow.commands import Actor
from workflow.identity import Organisation, load_organisation
from workflow.simulation.dice import Dice, happens
from workflow.simulation.hands import HOURS, Hands
from workflow.simulation.scenario import Habit

SOON = timedelta(hours=1)  # from the box's opening to everybody having voted who does
MOST_DAYS = 3  # on which the room comes together over one box, before it is given up
SECRETS = 2**255  # fewer than the curve has
OVER = (CLOSED, VOID, CERTIFIED)
CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Voting:
    """Everybody who has a part in a box: on the day it is opened, and on those after it while it lacks somebody."""

    def __init__(self, hands: Hands, dice: Dice) -> None:
        self._hands, self._dice, self._world = hands, dice, hands.world
        self._engine, self._database = hands.engine, hands.engine.database
        self._going: dict[str, str] = {}  # box → its sitting
        self._cast: dict[str, Counter[tuple[int, str]]] = {}  # box → (paper, mark) → how many
        self._last_seen = ""

    def goes_on(self, case_id: str) -> bool:
        """Whether a sitting's box is being voted in, so that whoever keeps its minutes waits."""
        return case_id in self._going.values()

    def look(self) -> None:
        """See which boxes were opened."""
        with self._database.glance() as connection:
            fresh = connection.execute(_FRESH, {"last": self._last_seen}).all()
        for row in fresh:
            self._last_seen, self._going[row.id], self._cast[row.id] = row.id, row.case_id, Counter()
            self._world.at(self._world.now + SOON, partial(self._come_together, row.id, 1))

    def _come_together(self, box_id: str, day: int) -> None:
        """Whoever still has something to do with a box does it, but for those who forget."""
        chance = self._dice.of("box", list(self._cast).index(box_id), day)
        with self._database.read() as connection:
            org = load_organisation(connection, self._hands.agency_id, self._world.today)
        for part in (self._give_keys, self._vote, self._end, self._open):
            part(self._box(box_id), org, chance)
        if self._box(box_id).status in OVER or day == MOST_DAYS:
            self._going.pop(box_id)
            return
        calendar = self._hands.calendar
        morning = calendar.at_hour(calendar.next_working_day(self._world.today), HOURS[0])
        self._world.at(morning, partial(self._come_together, box_id, day + 1))

    def _box(self, box_id: str) -> Box:
        with self._database.read() as connection:
            return boxes.refreshed(connection, boxes.find(connection, self._hands.agency_id, box_id))

    def _habit(self, org: Organisation, person_id: str) -> Habit:
        return self._hands.scenario.habit(*sorted({power.role for power in org.powers(person_id)}))

    def _comes(self, org: Organisation, person_id: str, chance: Random) -> bool:
        return not happens(chance, self._habit(org, person_id).forgets)

    def _do(self, call: Callable[[Actor], object], person_id: str) -> bool:
        actor = Actor(person_id, self._hands.agency_id)
        return not self._hands.attempt(lambda: call(actor), counts=False)

    # --- before ---------------------------------------------------------------------------------------

    def _give_keys(self, box: Box, org: Organisation, chance: Random) -> None:
        for one in box.tellers if box.status == KEYS else ():
            if one.public is None and self._comes(org, one.person_id, chance):
                key = _text(_point(chance))
                self._do(lambda actor, key=key: tellers.give_key(self._engine, actor, box.id, key), one.person_id)

    # --- voting ---------------------------------------------------------------------------------------

    def _vote(self, box: Box, org: Organisation, chance: Random) -> None:
        for seat in box.electors if box.status == OPEN else ():
            if not seat.has_voted and box.may_vote(seat) and self._comes(org, seat.caster_id, chance):
                marks = self._marks(box, seat, self._habit(org, seat.caster_id), chance)
                slips = {number: _slip(chance, len(box.tellers)) if box.is_sealed else mark
                         for number, mark in marks.items()}  # fmt: skip
                code = "".join(chance.choices(CODE, k=20))

                def cast(actor: Actor, seat: Elector = seat, slips: dict[int, str] = slips, code: str = code) -> None:
                    casting.cast(self._database, actor, box.id, seat.member_id, slips, code)

                if self._do(cast, seat.caster_id):
                    self._cast[box.id].update(marks.items())

    def _marks(self, box: Box, seat: Elector, habit: Habit, chance: Random) -> dict[int, str]:
        """As somebody approves, refuses or sends back: for, against, neither; no more for than may be."""
        numbers = sorted(box.may_vote(seat))
        thrown = {number: chance.random() * 100 for number in numbers}
        marks = {
            number: AGAINST if one < habit.refuses else BLANK if one < habit.refuses + habit.returns else FOR
            for number, one in thrown.items()
        }
        chosen = [number for number in numbers if marks[number] == FOR]
        kept = chosen if box.most is None else chance.sample(chosen, min(box.most, len(chosen)))
        return {number: AGAINST if mark == FOR and number not in kept else mark for number, mark in marks.items()}

    # --- after ----------------------------------------------------------------------------------------

    def _end(self, box: Box, org: Organisation, chance: Random) -> None:
        """The word of one who keeps the box and of one who presides, two people."""
        said: set[str] = set()
        for office in ("keeper", "chair") if box.status == OPEN else ():
            able = [one for one in sorted(org.people) if one not in said and office in closing.offices(box, org, one)]
            who = chance.choice(able) if able else None
            if who is not None and self._comes(org, who, chance):
                said.add(who)
                self._do(lambda actor: closing.close(self._engine, actor, box.id, org), who)

    def _open(self, box: Box, org: Organisation, chance: Random) -> None:
        """Tellers send each other their parts, and once all have, each counts."""
        if box.status != SEALED:
            return
        with self._database.read() as connection:
            slips = len(store.slips(connection, box.id))
        for one in box.tellers:
            if not one.has_shared and self._comes(org, one.person_id, chance):
                others = [other.person_id for other in box.tellers if other is not one]
                parts = {other: _text(chance.randbytes(12 + sealing.PART_BYTES * slips + 16)) for other in others}
                self._do(lambda actor, parts=parts: tellers.share(self._engine, actor, box.id, parts), one.person_id)
        counts = {number: self._counted(box, number) for number in box.numbers}
        for one in self._box(box.id).tellers:
            if one.report is None:
                self._do(lambda actor: tellers.report(self._engine, actor, box.id, counts), one.person_id)

    def _counted(self, box: Box, number: int) -> Sequence[int]:
        """For, against, blank; nothing that is unreadable or does not open."""
        return [*(self._cast[box.id][number, mark] for mark in (FOR, AGAINST, BLANK)), 0, 0]


_FRESH = (
    sa.select(ballot_box.c.id, ballot_box.c.case_id)
    .where(ballot_box.c.id > sa.bindparam("last"))
    .order_by(ballot_box.c.id)
)


def _point(chance: Random) -> bytes:
    key = ec.derive_private_key(1 + chance.randrange(SECRETS), ec.SECP256R1())
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _slip(chance: Random, count: int) -> str:
    return _text(_point(chance) + chance.randbytes(sealing.SEALED_BYTES + sealing.TAG_BYTES * count))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
