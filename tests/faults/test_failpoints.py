"""Stopped before or after any statement or commit, a decision is there whole or not at all, and can be sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.settings import Settings
from tests.cast import Cast, open_cast, prepare_seed_cast, sound
from tests.databases import Databases
from tests.faults.failpoints import died, everything, grown, raised, whole_or_nothing
from tests.faults.operations import OPERATIONS

FEWEST = 2  # before and after the one statement of PostgreSQL; SQLite has more
SHORT = [  # `dev.py chaos` does all
    (raised, "nominate"), (raised, "recognize"), (raised, "remind"), (raised, "child"), (died, "take up"),
]  # fmt: skip


@pytest.fixture
def two(databases: Databases) -> Iterator[tuple[Cast, Cast]]:
    """Two equal installations: one is disturbed, the other is not."""
    with ExitStack() as open_:
        casts = [open_cast(Settings(database_url=open_.enter_context(databases.fresh(prepare_seed_cast))))
                 for _ in range(2)]  # fmt: skip
        yield casts[0], casts[1]
        for one in casts:
            sound(one)
            one.app.dispose()


@pytest.mark.fault
@pytest.mark.parametrize(("stop", "name"), SHORT)
def test_a_stopped_decision_is_there_whole_or_not_at_all(two: tuple[Cast, Cast], name: str, stop):
    disturbed, calm = two
    work = OPERATIONS[name](calm)
    before = everything(calm.app.database)
    work()
    whole = grown(before, everything(calm.app.database))
    assert whole_or_nothing(stop, OPERATIONS[name](disturbed), disturbed.app.database, whole) >= FEWEST
