"""Inboxes and sweeps at three sizes: what a person or the clock waits for must not grow with what waits."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial

from tests.bench.figures import in_turns, ratios, said, timed
from tests.bench.filling import fill, make_due
from tests.bench.places import Place, settled
from tests.cast import Cast
from workflow.clock import local_date
from workflow.identity import Organisation, load_organisation
from workflow.inbox import count, inbox, page_rows

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}
DUE, SWEEPS, PAGES = 1000, 9, 150


def measure(place: Place, kind: str, sizes: Mapping[str, int]) -> None:
    """Inboxes, then sweeps, of one database."""
    casts = {}
    for name, number in sizes.items():
        casts[name] = place.cast(kind, f"size_{name.lower()}")
        spent = timed(partial(fill, casts[name], number))
        settled(casts[name])
        print(f"{kind} {name}: {number} open items and as many pending timers, filled in {spent / 1000:.0f} s")
    inboxes(kind, casts)
    sweeps(kind, casts, sizes)
    for cast in casts.values():
        cast.app.dispose()


def inboxes(kind: str, casts: Mapping[str, Cast]) -> None:
    """A page, a count, both as the web asks for them: of heads of units, and of the office with the longest inbox."""
    looks: dict[str, Callable[[Cast, str], Callable[[], object]]] = {
        "page of 50": lambda cast, name: partial(_page, cast, name),
        "count up to 1,000": lambda cast, name: partial(_count, cast, name),
        "whole inbox": lambda cast, name: partial(_whole, cast, name),
        "far page": lambda cast, name: partial(_far, cast, name),
    }
    for what, look in looks.items():
        for whose in ("a head", "the office"):
            calls = {name: _anybody(cast, whose, look) for name, cast in casts.items()}
            in_turns(calls, 15)  # plans are made, pages are read
            spent = in_turns(calls, PAGES)
            for name, one in spent.items():
                print(f"{kind} {name}: {what} of {whose}: {said(one)}")
            print(f"{kind}: {what} of {whose}: {ratios(spent)}")


def _anybody(cast: Cast, whose: str, look: Callable[[Cast, str], Callable[[], object]]) -> Callable[[], object]:
    dice = random.Random(1)

    def call() -> object:
        return look(cast, "office" if whose == "the office" else f"h{dice.randrange(200)}")()

    return call


def _org(cast: Cast) -> Organisation:
    with cast.app.database.read() as connection:
        return load_organisation(connection, cast.agency_id, local_date(cast.now()))


_orgs: dict[int, Organisation] = {}


def _known(cast: Cast) -> Organisation:
    return _orgs.setdefault(id(cast), _org(cast))


def _page(cast: Cast, name: str, after: str | None = None) -> None:
    with cast.app.database.read() as connection:
        rows = page_rows(connection, _known(cast), cast.people[name], after=after, limit=51)
    assert len(rows) > 30, len(rows)


def _far(cast: Cast, name: str) -> None:
    with cast.app.database.read() as connection:
        after = "2025-04-01T00:00:00+00:00_a"
        page_rows(connection, _known(cast), cast.people[name], after=after, limit=51)


def _count(cast: Cast, name: str) -> None:
    with cast.app.database.read() as connection:
        assert count(connection, _known(cast), cast.people[name]) > 30


def _whole(cast: Cast, name: str) -> None:
    with cast.app.database.read() as connection:
        inbox(connection, _known(cast), cast.people[name])


def sweeps(kind: str, casts: Mapping[str, Cast], sizes: Mapping[str, int]) -> None:
    """A thousand reminders due at once, here and there among all that is pending; and nothing due."""
    spent: dict[str, list[float]] = {name: [] for name in casts}
    for turn in range(SWEEPS + 1):
        for name, cast in casts.items():
            make_due(cast, range(turn, sizes[name], sizes[name] // DUE))
            one = timed(partial(_swept, cast))
            if turn:  # the first reads plans and people
                spent[name].append(one)
    for name, one in spent.items():
        print(f"{kind} {name}: sweep of {DUE} due: {said(one)}")
    print(f"{kind}: sweep of {DUE} due: {ratios(spent)}")
    idle = in_turns({name: partial(cast.app.engine.sweep_timers) for name, cast in casts.items()}, 20)
    print(f"{kind}: sweep of nothing due: {said(idle[next(iter(idle))])}, {ratios(idle)}")


def _swept(cast: Cast) -> None:
    swept = cast.app.engine.sweep_timers(seconds=60)
    assert len(swept) == DUE, len(swept)
