"""One run: people work over the JSON interface while the monkey does its worst; then everything is counted."""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlalchemy as sa

from config.settings import Settings
from tests.cast import Cast, open_cast
from tests.faults import audit
from tests.faults.business_time import BusinessTime
from tests.faults.client import DATE_AHEAD, Town
from tests.faults.explained import refused_ends, repeats
from tests.faults.ledger import Ledger, compare
from tests.faults.line import Line
from tests.faults.lives import THINKING, People
from tests.faults.monkey import Injected, Monkey, Surroundings, hurry, until
from tests.faults.plan import KILLS, Fault
from tests.faults.post_office import PostOffice
from tests.faults.roles import Role
from tests.servers import Postgres, Valkey, free_port
from workflow import history, outbox, stalls, timers

ROLES = ("web1", "web2", "worker1", "worker2", "clock1", "clock2", "clock3")
BEGIN = "2025-09-22"
QUIET = 400.0  # seconds in which everything must have come to rest
WHEN_TIME_GOES_BACK = ("guard.no_change_since_council", DATE_AHEAD)  # they compare moments of business time
SECRET = "0123456789abcdef" * 4


@dataclass
class Scene:
    """Everything of one run."""

    cast: Cast
    town: Town
    monkey: Monkey
    office: PostOffice


@dataclass
class Result:
    """What came out, as it is printed and kept. `wrong`: every broken promise, in words; empty is what we promise."""

    database: str
    seed: int
    seconds: float
    kills: int
    faults: dict[str, int]
    lives: int
    acknowledged: int
    sent_again: int
    lost: int
    doubled: int
    answers: dict[str, int]
    unavailable_most: float
    mails: int
    repeated: int
    explained: dict[str, int]
    given_up: int
    ended: dict[str, int]
    refused: dict[str, int]
    timers: int
    late: dict[str, float]
    effects: list[tuple[str, int, int, int]]
    wrong: list[str] = field(default_factory=list)

    def plain(self) -> dict:
        """As JSON."""
        return asdict(self)


@contextmanager
def scene(
    url: str, folder: Path, broker_url: str, *, postgres: Postgres | None = None, valkey: Valkey | None = None
) -> Iterator[Scene]:
    """The seed's agency, in a database prepared with it, and its processes; whatever is left of them dies at the end.

    Servers given may be hurt; the processes reach them over lines that may be cut.
    """
    cast = open_cast(Settings(database_url=url, var=folder, files=folder / "files"), start=BEGIN)
    office, ledger = PostOffice(), Ledger(folder / "ledger.jsonl")
    broker_line = Line(sa.make_url(broker_url).port or 6379)
    database_line = None if cast.app.database.is_sqlite else Line(sa.make_url(url).port or 5432)
    lines = [line for line in (broker_line, database_line) if line is not None]
    for server in (office, *lines):
        server.start()
    town = Town(cast, (free_port(), free_port()), ledger)
    town.give_tokens()
    around = Surroundings(cast.app.database, broker_url, office, broker_line, database_line, postgres, valkey)
    environment = _environment(around, url, folder)
    ports = dict(zip(("web1", "web2"), town.ports, strict=True))
    roles = {
        name: Role(name, {**environment, "NEUGUONG_PORT": str(ports.get(name, 0))}, folder) for name in ROLES
    }  # fmt: skip
    monkey = Monkey(roles, around, BusinessTime(cast.app.database))
    try:
        yield Scene(cast, town, monkey, office)
    finally:
        monkey.stop()
        for server in (office, *lines):
            server.stop()
        ledger.close()
        cast.app.dispose()


def _environment(around: Surroundings, url: str, folder: Path) -> Mapping[str, str]:
    """What the processes are told: the lines instead of the servers."""
    if around.database_line is not None:
        over = sa.make_url(url).set(host="127.0.0.1", port=around.database_line.port)
        url = over.render_as_string(hide_password=False)
    broker = sa.make_url(around.broker_url).set(host="127.0.0.1", port=around.broker_line.port)
    return {
        **os.environ, "NEUGUONG_DATABASE_URL": url, "NEUGUONG_BROKER_URL": broker.render_as_string(),
        "NEUGUONG_VAR": str(folder), "NEUGUONG_FILES": str(folder / "files"), "NEUGUONG_SECRET_KEY": SECRET,
        "NEUGUONG_SMTP_URL": f"smtp://{around.office.host}:{around.office.port}",
        "NEUGUONG_MAIL_FROM": "so@so.example", "NEUGUONG_STRICT_TEXTS": "1", "NEUGUONG_REHEARSAL": "1",
    }  # fmt: skip


def run(stage: Scene, seed: int, plan: list[Fault], goal: int, thinking: float = THINKING) -> Result:
    """Storm, then rest, then the account of it."""
    begun, monkey, people = time.monotonic(), stage.monkey, People(stage.town, seed, thinking=thinking)
    monkey.start()
    monkey.clock.step(seconds=1)
    people.start()
    monkey.rampage(plan, keeps_up=lambda share: _done(stage) >= share * goal)
    print(f"  the storm is over after {time.monotonic() - begun:.0f} s, {monkey.waited:.0f} of them waited", flush=True)
    people.stop(90)
    come_to_rest(stage)
    print(f"  at rest after {time.monotonic() - begun:.0f} s", flush=True)
    given_up = _retried(stage)
    if given_up:
        come_to_rest(stage)
    return _result(stage, people, seed, given_up, time.monotonic() - begun)


def _done(stage: Scene) -> float:
    """How much the clients and the hands behind them have done; enough while there is no database to ask."""
    ended = sa.select(sa.func.count()).where(outbox.outbox.c.status == "done")
    try:
        with stage.cast.app.database.read() as connection:
            return min(stage.town.ledger.count, connection.scalar(ended) or 0)
    except (sa.exc.DBAPIError, sa.exc.TimeoutError):
        return math.inf


def come_to_rest(stage: Scene) -> None:
    """The hands of the dead hold leases: take them away; then let time pass until nothing is due or on its way."""
    monkey, database = stage.monkey, stage.cast.app.database
    begin = time.monotonic()
    monkey.stop()  # a kill -9 of every role, in the middle of whatever they do: of a mail just sent, too
    monkey.injected.append(Injected("kill worker and all others", begin, time.monotonic()))
    hurry(database)
    monkey.start()

    def quiet() -> bool:
        monkey.clock.step(seconds=20)
        with database.read() as connection:
            waiting = sa.select(sa.func.count()).where(outbox.outbox.c.status.in_(outbox.UNFINISHED))
            return not connection.scalar(waiting) and not timers.due(connection, 1)

    until(quiet, QUIET, "messages or timers are still due")


def _retried(stage: Scene) -> int:
    """What was given up after five tries, or refused for good, stands as an incident: somebody presses the button."""
    with stage.cast.app.database.write() as connection:
        failed = sa.select(outbox.outbox.c.id).where(outbox.outbox.c.status == "failed")
        return sum(outbox.retry(connection, one, None) for one in list(connection.scalars(failed)))


def _result(stage: Scene, people: People, seed: int, given_up: int, seconds: float) -> Result:
    monkey, town, database = stage.monkey, stage.town, stage.cast.app.database
    found = audit.findings(stage.cast, stage.office.letters)
    refused = refused_ends(role.log.read_text(errors="replace") for role in monkey.roles.values() if role.log.exists())
    again = repeats(stage.office.letters, monkey.injected, refused)
    with database.read() as connection:
        verdict = compare(connection, town.ledger.read())
        forged = history.verify(connection)
        late = audit.lateness(connection, monkey.clock)
    counted = monkey.count()
    back, kills = counted["clock goes back"], sum(counted[kind] for kind in KILLS)
    wrong = [
        *people.wrong, *monkey.died_alone, *verdict.lost, *verdict.doubled, *(str(one) for one in forged),
        *(f"refused: {why}" for why in people.refused if not (back and why in WHEN_TIME_GOES_BACK)),
        *(f"{one.what}: lost {one.lost[:5]} doubled {one.doubled[:5]}" for one in found if not one.sound),
        *(f"a silent stall: {one}" for one in stalls.stalls(stage.cast.app.engine)),
        *(f"a repeated mail nobody can explain: {one}" for one in again.unexplained),
        *(f"answer {status}" for status in town.statuses if status.startswith("5") and status != "503"),
        *([] if verdict.acknowledged >= kills else ["fewer operations than kills: this run proves little"]),
    ]  # fmt: skip
    return Result(
        database=database.url.get_backend_name(), seed=seed, seconds=round(seconds, 1),
        kills=kills, faults=dict(sorted(counted.items())), lives=people.begun,
        acknowledged=verdict.acknowledged, sent_again=sum(entry.tries > 1 for entry in town.ledger.read()),
        lost=len(verdict.lost), doubled=len(verdict.doubled), answers=dict(sorted(town.statuses.items())),
        unavailable_most=round(max(town.unavailable, default=0.0), 2), mails=again.letters, repeated=again.repeated,
        explained=dict(again.explained), given_up=given_up, ended=dict(monkey.ended),
        refused=dict(people.refused), timers=len(late), late=audit.spread(late),
        effects=[(one.what, one.expected, len(one.lost), len(one.doubled)) for one in found], wrong=wrong,
    )  # fmt: skip


def shown(result: Result) -> str:
    """The figures for the person who watches."""
    lines = [
        f"\nfaults, {result.database}, seed {result.seed}: {result.seconds:.0f} s, {result.kills} kills",
        f"  {_words(result.faults)}",
        (f"  {result.acknowledged} operations acknowledged ({result.sent_again} sent again) in {result.lives} lives: "
        f"{result.lost} lost, {result.doubled} doubled; answers {_words(result.answers)}"),
        f"  refused {_words(result.refused)}; started again: {_words(result.ended)}",
        (f"  {result.mails} mails, {result.repeated} repeated under the same Message-ID: {_words(result.explained)}; "
        f"{result.given_up} messages given up, retried by hand"),
        f"  {result.timers} timers fired, late by {_words(result.late)} s",
        *(f"  {what:<22} {there:>6} expected {lost:>3} lost {doubled:>3} doubled"
          for what, there, lost, doubled in result.effects),
        *(f"  WRONG: {one}" for one in result.wrong),
    ]  # fmt: skip
    return "\n".join(lines)


def _words(counts: Mapping[str, object] | Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
