"""SIGKILL to web, worker and clock at any moment, the broker wiped in between: nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.settings import Settings
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from tests.faults import audit
from tests.faults.client import Town
from tests.faults.ledger import Ledger, compare
from tests.faults.lives import People
from tests.faults.monkey import ARGUMENTS, BusinessTime, Monkey, Role, hurry, planned, until
from tests.mailbox import Mailbox
from tests.servers import free_port
from workflow import history, outbox, stalls, timers

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SEED = int(os.environ.get("NEUGUONG_CHAOS_SEED") or random.randrange(10_000))
EACH, SECONDS, GOAL = (
    (200, 900.0, 2000) if LONG else (20, 22.0, 120)
)  # kills a role, in so long, for so many operations
WIPE_EVERY = 5.0
BEGIN = "2025-09-22"
QUIET = 240.0  # seconds in which everything must have come to rest
SECRET = "0123456789abcdef" * 4


@dataclass
class Scene:
    """Everything of one run."""

    cast: Cast
    town: Town
    monkey: Monkey
    mailbox: Mailbox


@pytest.fixture
def scene(databases: Databases, redis_url: str, smtp_server: Mailbox, tmp_path: Path) -> Iterator[Scene]:
    """The seed's agency with three processes of its own; whatever is left of them dies at the end."""
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, files=tmp_path / "files"), start=BEGIN)
        port = free_port()
        town = Town(cast, port, Ledger(tmp_path / "ledger.jsonl"))
        town.give_tokens()
        environment = {
            **os.environ, "NEUGUONG_DATABASE_URL": url, "NEUGUONG_BROKER_URL": redis_url, "NEUGUONG_PORT": str(port),
            "NEUGUONG_VAR": str(tmp_path), "NEUGUONG_FILES": str(tmp_path / "files"), "NEUGUONG_SECRET_KEY": SECRET,
            "NEUGUONG_SMTP_URL": f"smtp://{smtp_server.host}:{smtp_server.port}", "NEUGUONG_MAIL_FROM": "so@so.example",
            "NEUGUONG_STRICT_TEXTS": "1", "NEUGUONG_REHEARSAL": "1",
        }  # fmt: skip
        roles = {name: Role(name, environment, tmp_path, cold=LONG) for name in ARGUMENTS}
        monkey = Monkey(roles, cast.app.database, redis_url, BusinessTime(cast.app.database))
        try:
            yield Scene(cast, town, monkey, smtp_server)
        finally:
            monkey.stop()
            town.ledger.close()
            cast.app.dispose()


@pytest.mark.fault
def test_nothing_is_lost_and_nothing_is_done_twice(scene: Scene, capsys: pytest.CaptureFixture[str]):
    monkey, people = scene.monkey, People(scene.town, SEED)
    monkey.start()
    monkey.clock.step(seconds=1)
    people.start()
    monkey.rampage(
        planned(SEED, SECONDS, EACH), keeps_up=lambda share: done(scene) >= share, wipe_every=WIPE_EVERY,
        step_every=0.25, days=1,
    )  # fmt: skip
    people.stop(60)
    come_to_rest(scene)
    if given_up := retried(scene):
        come_to_rest(scene)
    with capsys.disabled():
        print(report(scene, people, given_up))
    assert people.wrong == []
    assert monkey.died_alone == []
    assert monkey.kills == dict.fromkeys(ARGUMENTS, EACH)
    assert monkey.wipes >= int(SECONDS / WIPE_EVERY) - 1
    check(scene)


def done(scene: Scene) -> float:
    """How much of a run's work the clients and the hands behind them have done; 1 is enough."""
    with scene.cast.app.database.read() as connection:
        ended = sa.select(sa.func.count()).where(outbox.outbox.c.status == "done")
        return min(scene.town.ledger.count, connection.scalar(ended) or 0) / GOAL


def come_to_rest(scene: Scene) -> None:
    """The hands of the dead hold leases: take them away; then let time pass until nothing is due or on its way."""
    monkey, database = scene.monkey, scene.cast.app.database
    monkey.stop()
    hurry(database)
    monkey.start()

    def quiet() -> bool:
        monkey.clock.step(seconds=20)
        with database.read() as connection:
            waiting = sa.select(sa.func.count()).where(outbox.outbox.c.status.in_(outbox.UNFINISHED))
            return not connection.scalar(waiting) and not timers.due(connection, 1)

    until(quiet, QUIET, "messages or timers are still due")


def retried(scene: Scene) -> int:
    """What was given up after five kills in a row stands as an incident: somebody presses the button."""
    with scene.cast.app.database.write() as connection:
        failed = sa.select(outbox.outbox.c.id).where(outbox.outbox.c.status == "failed")
        return sum(outbox.retry(connection, one, None) for one in list(connection.scalars(failed)))


def check(scene: Scene) -> None:
    """The promises."""
    cast = scene.cast
    with cast.app.database.read() as connection:
        verdict = compare(connection, scene.town.ledger.read())
        assert verdict.lost == []
        assert verdict.doubled == []
        assert verdict.acknowledged >= GOAL, "the clients hardly worked: this run proves nothing"
        assert history.verify(connection) == []
    assert [one for one in audit.findings(cast, scene.mailbox.letters) if not one.sound] == []
    assert stalls.stalls(cast.app.engine) == []
    assert "500" not in scene.town.statuses, scene.town.statuses


def report(scene: Scene, people: People, given_up: int) -> str:
    """The figures of the run."""
    monkey, letters = scene.monkey, scene.mailbox.letters
    with scene.cast.app.database.read() as connection:
        verdict = compare(connection, scene.town.ledger.read())
        late = audit.lateness(connection, monkey.clock.wall)
    mails = audit.arrived(letters)
    tries = sum(entry.tries > 1 for entry in scene.town.ledger.read())
    lines = [
        f"\nkill -9, {scene.cast.app.database.url.get_backend_name()}: NEUGUONG_CHAOS_SEED={SEED}",
        f"  kills {dict(monkey.kills)}, {monkey.wipes} wipes of the broker, {monkey.leases_ended} leases cut short",
        (
            f"  {verdict.acknowledged} operations acknowledged ({tries} after several tries) in {people.begun} lives, "
            f"{len(verdict.lost)} lost, {len(verdict.doubled)} doubled; answers {dict(scene.town.statuses)}"
        ),
        (
            f"  {len(mails)} mails, {len(letters) - len(mails)} repeated under the same Message-ID, "
            f"{given_up} messages given up after five kills and retried by hand"
        ),
        (
            f"  {len(late)} timers fired, late by p50 {_share(late, 0.5):.2f} s, p99 {_share(late, 0.99):.2f} s, "
            f"most {_share(late, 1):.2f} s"
        ),
        audit.shown(audit.findings(scene.cast, letters)),
    ]
    return "\n".join(lines)


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
