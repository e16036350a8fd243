"""`python3 dev.py bench revising [NUMBER] [sqlite|postgresql]`: a change of rules over 10,000 running cases.

In every state, and held: tried on all, moved, brought back. Prints seconds, memory, how many cases came to which
outcome; afterwards whether the history holds, whether anything is an orphan, whether every case stands as it did.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from states.revisions.moving import Change, rehearse, way_back
from tests.bench.copying import copy
from tests.bench.places import places
from tests.cast import Cast
from tests.new_rules import RENAMED, RUNNING, another_version, edited, moved, orphans, people, standing
from tests.roads import case_at
from workflow.case import case
from workflow.history import verify

Answer = TypeVar("Answer")
SAMPLE = 300


def main(*words: str) -> None:
    """Print one line a figure."""
    number = next((int(word) for word in words if word.isdigit()), 10_000)
    kinds = [kind for kind in ("sqlite", "postgresql") if kind in words] or ["sqlite", "postgresql"]
    with places() as place:
        for kind in kinds:
            cast = place.cast(kind, "revising")
            _filled(cast, number)
            _measured(kind, cast)
            cast.app.dispose()


def _filled(cast: Cast, number: int) -> None:
    """One case in every state and one held, brought there by the engine, then copied whole."""
    *names, last = people(cast, len(RUNNING) + 1)
    made = [case_at(cast, state, who=who) for state, who in zip(RUNNING, names, strict=True)]
    made.append(case_at(cast, "cultivating", held=("complaint",), who=last))
    cast.settle()
    for case_id in made:
        copy(cast, case_id, number // len(made))


def _measured(kind: str, cast: Cast) -> None:
    change = Change(cast.agency_id, another_version(cast, edited), RENAMED)
    sample = _sample(cast)
    before = {case_id: standing(cast, case_id) for case_id in sample}
    tried = _timed(kind, "tried", lambda: Counter(one.outcome for one in rehearse(cast.app.engine, change)))
    done = _timed(kind, "moved", lambda: moved(cast, change))
    print(f"{kind}: the trial said what the move did: {tried == done}; orphans: {len(orphans(cast))}")
    with cast.app.database.read() as connection:
        back = way_back(connection, cast.agency_id, 1)
    _timed(kind, "brought back", lambda: moved(cast, back))
    alike = sum(standing(cast, case_id) == before[case_id] for case_id in sample)
    with cast.app.database.read() as connection:
        broken = verify(connection, cast.agency_id)
    print(
        f"{kind}: {alike} of {len(sample)} looked at stand as before; orphans: {len(orphans(cast))}; "
        f"breaks of history: {len(broken)}"
    )


def _sample(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        ids = list(connection.scalars(sa.select(case.c.id).where(case.c.ended_at.is_(None)).order_by(case.c.id)))
    return ids[:: max(1, len(ids) // SAMPLE)]


def _timed(kind: str, what: str, call: Callable[[], Answer]) -> Answer:
    began, spent = time.monotonic(), time.process_time()
    answer = call()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(
        f"{kind}: {what}: {dict(answer)} in {time.monotonic() - began:.0f} s, "  # type: ignore[call-overload]
        f"{time.process_time() - spent:.0f} s of processor time here, at most {memory:.0f} MB so far",
        flush=True,
    )
    return answer
