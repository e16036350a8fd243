"""Another system is told while it is away, slow, out of order or cut off, and whoever tells it is killed meanwhile."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from states.documents.model import document, document_version
from states.webhooks import subscribing
from states.webhooks.model import DONE, KINDS, telling, webhook
from states.webhooks.subscribing import Wish
from tests.faults.monkey import hurry, until
from tests.faults.storm import Scene
from tests.new_rules import people
from tests.receiver import LOOPBACK, Got, Receiver, cuts, hangs, is_ours, keys, receiver
from tests.roads import case_at
from workflow.db import Database
from workflow.history import event
from workflow.outbox import UNFINISHED, outbox

AWAY, SLOW = "away", "slow"
ANSWERS = {"": 204, SLOW: 204, "500": 500, "429": 429, "503": 503, "cut": cuts, "hangs": hangs}
MOODS = (AWAY, *(mood for mood in ANSWERS if mood))
SLOWLY = 0.8  # seconds before an answer
VICTIMS = ("worker1", "worker2", "clock1", "both")
STATES = ("identified", "cultivating", "unit_appraisal", "recognized_unit", "office_check")
HELD = 31  # seconds of business time after which a decision is told
PATIENCE, QUIET = 20.0, 240.0  # seconds
LATE = ("missed", "silent", "escalated")

About = tuple[str, int, str]
"""What a telling is about: case, number of its event, paper and version; of a paper no number."""


class Listener:
    """A receiver that may be in any mood, or away; it keeps its address and what it got."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.moods: Counter[str] = Counter()
        self._open = ExitStack()
        self.now: Receiver = self._open.enter_context(receiver(got=self.got))
        self.port, self.door = self.now.port, self.now.door

    def be(self, mood: str) -> None:
        """Answer so from now on; `` is well."""
        self.moods[mood] += bool(mood)
        self.stop()
        if mood != AWAY:
            self.now = self._open.enter_context(receiver(port=self.port, got=self.got))
            self.now.answers, self.now.pause = [ANSWERS[mood]], SLOWLY * (mood == SLOW)

    def stop(self) -> None:
        """Go away."""
        self._open.close()


@dataclass
class Verdict:
    """What came out; `wrong` in words, empty is what we promise."""

    events: int
    cases: int
    repeated: int
    refused: int
    kills: Counter[str]
    in_hand: int
    moods: Counter[str]
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"{self.events} events and papers of {self.cases} cases told, each under one id and in its case's order; "
            f"{self.kills.total()} kill -9 ({kills}), {self.in_hand} of them with the queue in hand; "
            f"{self.moods.total()} times away, slow, refusing or cut; {self.refused} tries not taken, "
            f"{self.repeated} taken twice"
        )


def listened(stage: Scene, folder: Path, listener: Listener) -> tuple[str, str]:
    """The agency tells this listener everything, and every process may reach it; the receiver's id and secret."""
    trust = folder / "trust.pem"
    trust.write_text(keys().root, encoding="utf-8")
    for role in stage.monkey.roles.values():
        role.environment |= {
            "NEUGUONG_WEBHOOK_NETWORKS": str(LOOPBACK), "NEUGUONG_WEBHOOK_PORTS": str(listener.port),
            "NEUGUONG_WEBHOOK_CA": str(trust),
        }  # fmt: skip
    app, cast = stage.cast.app, stage.cast
    wish = Wish("Cổng tỉnh", listener.now.address, KINDS).tidied(listener.door)
    with app.database.write() as connection:
        return subscribing.add(connection, app.identities, cast.agency_id, wish, cast.people["office"])


def run(stage: Scene, folder: Path, seed: int, kills: int) -> Verdict:
    """So many kills, before each a case's events and perhaps a mood; then all is well, and everything is counted."""
    listener = Listener()
    try:
        _, secret = listened(stage, folder, listener)
        stage.monkey.hours = 0.0
        stage.monkey.start("clock1", "worker1", "worker2")
        killed, in_hand = _trouble(stage, listener, random.Random(seed), kills)
        listener.be("")
        come_to_rest(stage)
        return _verdict(stage, listener, secret, killed, in_hand)
    finally:
        listener.stop()


def _trouble(stage: Scene, listener: Listener, dice: random.Random, kills: int) -> tuple[Counter[str], int]:
    cast, monkey = stage.cast, stage.monkey
    moods, victims = itertools.cycle(dice.sample(MOODS, len(MOODS))), itertools.cycle(VICTIMS)
    killed: Counter[str] = Counter()
    in_hand = 0
    for who in people(cast, kills):
        case_at(cast, dice.choice(STATES), who=who)
        monkey.clock.step(seconds=HELD)
        listener.be(next(moods) if dice.random() < 0.8 else "")
        free(cast.app.database)
        within(lambda: _is_held(cast.app.database), PATIENCE / 4)
        monkey.spend(dice.uniform(0, 0.4))
        victim = next(victims)
        in_hand += _is_held(cast.app.database)
        for name in ("worker1", "worker2") if victim == "both" else (victim,):
            monkey.roles[name].kill()
            monkey.roles[name].start()
            killed[name] += 1
    return killed, in_hand


def come_to_rest(stage: Scene) -> None:
    """Time passes until everything was told; nobody is killed any more."""
    database = stage.cast.app.database

    def quiet() -> bool:
        stage.monkey.spend(0.3)
        with database.write() as connection:
            _at_once(connection)
        with database.read() as connection:
            untold = sa.select(sa.func.count()).where(telling.c.status != DONE)
            unsent = sa.select(sa.func.count()).where(outbox.c.status.in_(UNFINISHED))
            return not connection.scalar(untold) and not connection.scalar(unsent)

    stage.monkey.clock.step(seconds=HELD)
    hurry(database)
    free(database)
    until(quiet, QUIET, "something is untold")


def within(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true in time."""
    try:
        until(condition, seconds, "")
    except AssertionError:
        return False
    return True


def _is_held(database: Database) -> bool:
    with database.read() as connection:
        return bool(connection.scalar(sa.select(webhook.c.lease_until.is_not(None))))


def free(database: Database) -> None:
    """As if every pause and every lease were over; hands that live lose what they hold, too."""
    with database.write() as connection:
        _at_once(connection)
        connection.execute(sa.update(webhook).values(lease_until=None))


def _at_once(connection: sa.Connection) -> None:
    connection.execute(sa.update(webhook).where(webhook.c.retry_at.is_not(None)).values(retry_at=None))
    connection.execute(sa.update(telling).where(telling.c.retry_at.is_not(None)).values(retry_at=None))


# --- the account of it ----------------------------------------------------------------------------------


def expected(database: Database) -> set[About]:
    """Everything that has a word outside: each event of a case that went on or was late, each version of a paper."""
    with database.read() as connection:
        rows = connection.execute(sa.select(event.c.case_id, event.c.seq, event.c.kind, event.c.body)).all()
        made = sa.select(document.c.case_id, document.c.id, sa.func.count().label("versions"))
        papers = connection.execute(made.join(document_version).group_by(document.c.case_id, document.c.id)).all()
    moved = {(row.case_id, row.seq, "") for row in rows if row.kind == "action" and row.body["to"] != row.body["from"]}
    late = {(row.case_id, row.seq, "") for row in rows if row.kind in LATE}
    return moved | late | {(row.case_id, 0, f"{row.id} {n}") for row in papers for n in range(1, row.versions + 1)}


def _about(said: Mapping[str, Any]) -> About:
    paper = f"{said['paper_id']} {said['version']}" if "paper_id" in said else ""
    return said["case_id"], said.get("seq", 0), paper


def wrong_with(got: list[Got], wanted: set[About], secret: str) -> list[str]:
    """Every promise that what came in breaks, in words."""
    ids: dict[About, set[str]] = defaultdict(set)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    first: dict[str, list[int]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for one in got:
        said = json.loads(one.body)["data"]
        bodies[one.id].add(one.body)
        about = _about(said)
        ids[about].add(one.id)
        if one.answer == 204 and one.id not in numbers:
            numbers[one.id] = said["number"]
            first[about[0]] += [about[1]] * bool(about[1])
    taken = {about for about, known in ids.items() if known & set(numbers)}
    return [
        *(f"never told: {one}" for one in sorted(wanted - taken)),
        *(f"told, and never was: {one}" for one in sorted(set(ids) - wanted)),
        *(f"one event under several ids: {about}" for about, known in ids.items() if len(known) > 1),
        *(f"one id with several texts: {id_}" for id_, texts in bodies.items() if len(texts) > 1),
        *(f"out of order: {case_id} {seqs}" for case_id, seqs in first.items() if seqs != sorted(seqs)),
        *(["numbers are missing"] if sorted(numbers.values()) != list(range(1, len(numbers) + 1)) else []),
        *(f"not signed by us: {one.id}" for one in got if not _is_signed(one, secret)),
    ]


def _is_signed(one: Got, secret: str) -> bool:
    return is_ours(secret, one.headers, one.body, now=float(one.headers["webhook-timestamp"]))


def _verdict(stage: Scene, listener: Listener, secret: str, killed: Counter[str], in_hand: int) -> Verdict:
    wanted = expected(stage.cast.app.database)
    taken = [one.id for one in listener.got if one.answer == 204]
    wrong = wrong_with(listener.got, wanted, secret) + stage.monkey.died_alone
    return Verdict(
        events=len(wanted), cases=len({about[0] for about in wanted}), repeated=len(taken) - len(set(taken)),
        refused=len(listener.got) - len(taken), kills=killed, in_hand=in_hand, moods=listener.moods, wrong=wrong,
    )  # fmt: skip
