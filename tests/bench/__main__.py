"""`python3 dev.py bench`: decisions a second and the inbox's page time, on SQLite and on PostgreSQL.

Each figure is printed with what it counts. Machines drift: compare figures of one run, not of two days.
"""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from config import migrations
from config.settings import from_environment
from states.subjects.enrol import enrol_other
from tasks.fire import fire
from tests.cast import Cast, make_cast
from tests.servers import Postgres, temporary_folder
from workflow import timers
from workflow.identity import load_organisation
from workflow.worklist import inbox

CASES = 60
CLIENTS = 4


@contextmanager
def installations() -> Iterator[list[tuple[str, Cast]]]:
    """The same cast on both databases, durable as in production."""
    with tempfile.TemporaryDirectory() as folder, temporary_folder("ng-bench-") as home:
        server = Postgres(home, durable=True)
        server.start()
        try:
            yield [
                ("sqlite", _cast(f"sqlite:///{folder}/bench.db", Path(folder))),
                ("postgresql", _cast(server.url(), Path(folder))),
            ]
        finally:
            server.stop()


def _cast(url: str, var: Path) -> Cast:
    migrations.upgrade(url)
    return make_cast(from_environment({"NEUGUONG_DATABASE_URL": url, "NEUGUONG_VAR": str(var)}))


def nominate(cast: Cast, count: int) -> list[str]:
    """Cases waiting for their unit's head."""
    made = []
    for number in range(count):
        with cast.app.database.write() as connection:
            subject = enrol_other(
                connection, cast.agency_id, kind="person", name=f"Người {number}", unit_id=cast.units["cntt"],
                new_id=cast.app.database.new_id,
            )  # fmt: skip
        inputs = {"life_field": cast.first_choice("nominee", "life_field"), "merit": "Sáng kiến có ích cho mọi người",
                  "evidence": [cast.upload("nominator")]}  # fmt: skip
        receipt = cast.app.engine.start(
            cast.actor("nominator"), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
            inputs=inputs,
        )  # fmt: skip
        made.append(receipt.case_id)
    return made


def decide(cast: Cast, case_id: str) -> None:
    """One decision: a colleague's endorsement, with its form, event, fields and effect."""
    cast.act("colleague1", case_id, "endorse", endorsement="Đồng chí rất xứng đáng được biểu dương.")


def timed(call: Callable[[], object], times: int) -> list[float]:
    """Seconds of each call."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begin)
    return spent


def main() -> None:
    """Print one line a figure."""
    with installations() as both:
        for name, cast in both:
            measure(name, cast)


def measure(name: str, cast: Cast) -> None:
    """The figures of one database."""
    cases = nominate(cast, CASES)
    half = len(cases) // 2
    spent = [timed(partial(decide, cast, one), 1)[0] for one in cases[:half]]
    print(f"{name}: one client: {len(spent) / sum(spent):.0f} decisions/s, median {_ms(spent)} ms")
    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(partial(decide, cast), cases[half:]))
    rate = (len(cases) - half) / (time.perf_counter() - begin)
    print(f"{name}: {CLIENTS} clients: {rate:.0f} decisions/s")
    cast.later(days=12)
    with cast.app.database.read() as connection:
        due = [timer_id for timer_id, _ in timers.due(connection, 500)]
    begin = time.perf_counter()
    fire(cast.app, due)
    print(f"{name}: {len(due) / (time.perf_counter() - begin):.0f} of {len(due)} due timers/s, one pair of hands")
    print(f"{name}: inbox of {CASES} open items: median {_ms(timed(partial(page, cast), 30))} ms")


def page(cast: Cast) -> None:
    """What the head's inbox reads."""
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, cast.now().date())
        inbox(connection, org, cast.people["head"])


def _ms(spent: list[float]) -> str:
    return f"{statistics.median(spent) * 1000:.1f}"


if __name__ == "__main__":
    if sys.argv[1:]:  # `dev.py bench load`: a measurement of its own beside this file
        importlib.import_module(f"tests.bench.{sys.argv[1]}").main(sys.argv[2:])
    else:
        main()
