"""The drill: a system in full work is backed up, dies, is restored beside; nothing leaves until somebody says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.settings import Settings
from dev import ROOT
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import Databases
from tests.faults import audit
from tests.faults.business_time import BusinessTime
from tests.faults.client import Town
from tests.faults.ledger import Ledger
from tests.faults.lives import People
from tests.faults.monkey import until
from tests.faults.roles import ARGUMENTS, Role
from tests.finishing import finish
from tests.mailbox import Letter, Mailbox
from tests.papers import with_papers
from tests.servers import free_port
from workflow import fence, history, outbox, stalls, timers
from workflow.outbox import INSIDE, NOTICE, UNFINISHED

BEGIN = "2025-09-22"
SECRET = "0123456789abcdef" * 4
WORK = 16  # operations acknowledged before the backup begins
WENT = 2  # letters that the backup holds and the old system sent nevertheless
LATER = 4  # and after it, which are lost with the old system
BUSY = "451 4.3.0 try later"


@dataclass
class House:
    """One installation: its database, its folder, its three processes. Its people come in when first asked for."""

    url: str
    folder: Path
    environment: dict[str, str]
    begin: str  # empty: business time stays where it is

    @cached_property
    def cast(self) -> Cast:
        """Its people."""
        cast = open_cast(Settings(database_url=self.url, files=self.folder / "files"), start=self.begin)
        with_papers(cast)
        return cast

    @cached_property
    def clock(self) -> BusinessTime:
        """Its clock, which may be moved on."""
        return BusinessTime(self.cast.app.database)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Its processes."""
        return {name: Role(name, self.environment, self.folder) for name in ARGUMENTS}

    def start(self) -> None:
        """All processes begin."""
        for one in self.roles.values():
            one.start()

    def kill(self) -> None:
        """All die, as in a power cut."""
        for one in self.roles.values():
            if one.process is not None:
                one.kill()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The real command, over this installation."""
        return subprocess.run(
            [sys.executable, "-m", "web.cli", *arguments], env=self.environment, cwd=ROOT, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip

    def statuses(self, *kinds: str) -> dict[str, str]:
        """Message → status, of these kinds."""
        with self.cast.app.database.read() as connection:
            chosen = sa.select(outbox.outbox.c.id, outbox.outbox.c.status).where(outbox.outbox.c.kind.in_(kinds))
            return {row.id: row.status for row in connection.execute(chosen)}


Build = Callable[..., House]


@pytest.fixture
def build(redis_url: str, smtp_server: Mailbox, tmp_path: Path) -> Iterator[Build]:
    """`build(name, url, begin)`: an installation over this database; whatever runs afterwards dies."""
    made: list[House] = []

    def one(name: str, url: str, begin: str = "") -> House:
        folder = tmp_path / name
        folder.mkdir()
        environment = {
            **os.environ, "NEUGUONG_DATABASE_URL": url, "NEUGUONG_BROKER_URL": redis_url,
            "NEUGUONG_PORT": str(free_port()), "NEUGUONG_VAR": str(folder), "NEUGUONG_FILES": str(folder / "files"),
            "NEUGUONG_SMTP_URL": f"smtp://{smtp_server.host}:{smtp_server.port}",
            "NEUGUONG_MAIL_FROM": "so@so.example", "NEUGUONG_SECRET_KEY": SECRET, "NEUGUONG_STRICT_TEXTS": "1",
            "NEUGUONG_REHEARSAL": "1", "NEUGUONG_LANGUAGE": "en",
        }  # fmt: skip
        made.append(House(url, folder, environment, begin))
        return made[-1]

    yield one
    for house in made:
        house.kill()
        house.cast.app.dispose()


@pytest.mark.fault
def test_restore_drill(
    databases: Databases, build: Build, smtp_server: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "so.ngb"
    with databases.fresh(prepare_seed_cast) as old_url, databases.fresh() as new_url:
        old = build("old", old_url, BEGIN)
        worked_and_died(old, file, smtp_server)
        before = list(smtp_server.letters)

        new = build("new", new_url)
        done = new.command("restore", str(file))
        assert done.returncode == 0, done
        assert stalls.stalls(new.cast.app.engine) == []
        with new.cast.app.database.read() as connection:
            assert history.verify(connection) == []
            cut = fence.raised(connection, new.cast.agency_id)
        assert cut is not None
        held = {one for one, status in new.statuses(NOTICE).items() if status in UNFINISHED}
        assert held, "no mail was on its way: this run proves nothing"

        behind_the_fence(new, before, smtp_server)
        opened = new.command("resume", "--send-all")
        assert opened.returncode == 0, opened
        rested(new)
        moves = finish(new.cast, lambda: rested(new))
        rested(new)
        after = smtp_server.letters[len(before) :]
        twice = sent_again(before, after)
        assert twice, "no letter of the old system was held: this run does not prove the numbers"
        check(new, smtp_server.letters, after)
        with capsys.disabled():
            print(f"\nrestore drill, {new.cast.app.database.url.get_backend_name()}: {done.stdout.splitlines()[0]}\n"
                  f"  {len(held)} notices held by the fence, {len(after)} letters after it was opened, {len(twice)} of "
                  f"them known to the old system, same Message-ID; {moves} moves ended every case")  # fmt: skip


def worked_and_died(old: House, file: Path, mailbox: Mailbox) -> None:
    """People work, mail waits for a busy server, the backup is made meanwhile, they work on, all die."""
    town = Town(old.cast, (int(old.environment["NEUGUONG_PORT"]),), Ledger(old.folder / "ledger.jsonl"))
    town.give_tokens()
    people = People(town, seed=7)
    old.start()
    people.start()

    def has_done(count: int) -> bool:
        old.clock.step(seconds=31)
        return town.ledger.count >= count

    until(lambda: has_done(WORK) and len(mailbox.letters) > 3, 120, "the people work")
    mailbox.always_answer(BUSY)
    at_first = town.ledger.count
    until(lambda: has_done(at_first + 6), 60, "mail piles up")
    sent = len(mailbox.letters)
    waiting = {one for one, status in old.statuses(NOTICE).items() if status in UNFINISHED}
    made = old.command("backup", str(file))
    assert made.returncode == 0, made
    mailbox.always_answer(None)
    impatient(old)
    at_cut = town.ledger.count

    def some_went() -> bool:
        """As letters: one about what was done meanwhile ends without."""
        numbers = " ".join(number_of(letter) for letter in mailbox.letters[sent:])
        return sum(one in numbers for one in waiting) >= WENT

    until(lambda: has_done(at_cut + LATER) and some_went(), 120, "they work on")
    people.stop(60)
    assert people.wrong == []
    old.kill()
    town.ledger.close()
    assert town.ledger.count >= at_cut + LATER


def behind_the_fence(new: House, before: list[Letter], mailbox: Mailbox) -> None:
    """Everything runs, days pass, people decide: cases hear of each other, but no letter leaves and no timer acts."""
    fired = fired_timers(new)
    new.start()
    for _ in range(3):
        new.clock.step(days=3)
        time.sleep(0.5)
    # Not one whose request for merit runs on: it could not be told how that ends.
    asking = {one.parent_id for one in new.cast.cases("merit_request") if one.ended_at is None}
    open_case = next(one for one in new.cast.cases("nominee") if one.ended_at is None and one.id not in asking)
    new.cast.act("office", open_case.id, "close", end_ground="retired", note="Đã nghỉ hưu")
    new.clock.step(seconds=31)
    until(lambda: not set(UNFINISHED) & set(new.statuses(*INSIDE).values()), 30, "cases hear of each other")
    time.sleep(1)
    assert len(mailbox.letters) == len(before), "a letter left before anybody looked"
    assert fired_timers(new) == fired


def fired_timers(house: House) -> int:
    """How many timers did something."""
    with house.cast.app.database.read() as connection:
        done = sa.select(sa.func.count()).where(timers.timer.c.status == "fired")
        return connection.execute(done).scalar_one()


def rested(new: House) -> None:
    """Until nothing is due and nothing on its way."""

    def quiet() -> bool:
        new.clock.step(seconds=31)
        with new.cast.app.database.read() as connection:
            waiting = sa.select(sa.func.count()).where(outbox.outbox.c.status.in_(UNFINISHED))
            return not connection.scalar(waiting) and not timers.due(connection, 1)

    impatient(new)
    until(quiet, 120, "rest")


def impatient(house: House) -> None:
    """What waits for another try may be tried now."""
    with house.cast.app.database.write() as connection:
        connection.execute(sa.update(outbox.outbox).where(outbox.outbox.c.status == "new").values(retry_at=None))


def number_of(letter: Letter) -> str:
    """Its Message-ID."""
    return str(letter.message["Message-ID"])


def sent_again(before: list[Letter], after: list[Letter]) -> set[str]:
    """Letters of both systems: the same words to the same person under one number."""
    known = {number_of(one): one for one in before}
    twice = {number_of(one) for one in after} & known.keys()
    for one in after:
        if number_of(one) in twice:
            assert known[number_of(one)].recipients == one.recipients
    return twice


def check(new: House, letters: list[Letter], after: list[Letter]) -> None:
    """Each letter once, every notice accounted for, every case at its end, every history whole."""
    numbers = [number_of(one) for one in after]
    assert len(numbers) == len(set(numbers)), "a letter left twice"
    assert [one for one in audit.findings(new.cast, letters) if not one.sound] == []
    with new.cast.app.database.read() as connection:
        assert history.verify(connection) == []
    assert stalls.stalls(new.cast.app.engine) == []
