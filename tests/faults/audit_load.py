"""Sixteen writers in processes of their own and two that seal, any of which may be killed at any moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import threading
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess

from config.settings import Settings
from tests.cast import Cast, open_cast
from workflow.anchors import make_due
from workflow.clock import wall_now
from workflow.message import Conflict
from workflow.outbox import delivery
from workflow.seal import Sealer

THREADS = 8
_context = multiprocessing.get_context("spawn")


def write(url: str, start: str, cases: Sequence[str], seconds: float) -> None:
    """Eight people hand in proofs, as fast as they can; what each was told of is a line of the delivery log."""
    cast = open_cast(Settings(database_url=url), start=start)
    stop = time.monotonic() + seconds
    threads = [threading.Thread(target=_write, args=(cast, cases, stop, number)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write(cast: Cast, cases: Sequence[str], stop: float, number: int) -> None:
    dice = random.Random(number)
    while time.monotonic() < stop:
        name = ("nominator", "colleague1", "colleague2")[number % 3]
        with contextlib.suppress(Conflict):  # another was faster
            cast.act(name, dice.choice(cases), "add_proof", evidence=[cast.upload(name)])
        with cast.app.database.write() as connection:
            connection.execute(
                delivery.insert().values(
                    id=cast.app.database.new_id(), agency_id=cast.agency_id, kind="sent", detail={"n": number},
                    at=wall_now(),
                )
            )  # fmt: skip


def seal(url: str, seconds: float) -> None:
    """A clock's part, without its second of rest; now and then an anchor."""
    cast = open_cast(Settings(database_url=url))
    sealer, stop = Sealer(cast.app.database), time.monotonic() + seconds
    count = 0
    while time.monotonic() < stop:
        sealer.run()
        count += 1
        if count % 20 == 0:
            make_due(cast.app.database, asked=True)
        time.sleep(0.02)


def process(target, *arguments) -> BaseProcess:
    """One of ours, started."""
    made = _context.Process(target=target, args=arguments, daemon=True)
    made.start()
    return made
