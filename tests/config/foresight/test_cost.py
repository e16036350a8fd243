"""What one more nominee costs a simulation, in statements and not in seconds: as much among many as among few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.foresight.scratch import live, prepare
from tests.config.foresight.living import SAMPLE, order_of
from tests.servers import temporary_folder
from workflow.simulation.scenario import Scenario

SIZES = (40, 100, 160)
A_NOMINEE, AN_ACT = 140, 28
"""Statements at most for one more of each; 129 and 26.5 when this was written."""

GROWTH = 1.1
"""How much more an act may ask among many than among few."""

ALONE = Scenario(others=0, interrupted=5, rests=(2, 20), moves_on=90)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many statements any engine is sent, transaction control apart."""
    count = [0]

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count[0] += not statement.startswith("BEGIN")

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def _cost(nominees: int) -> tuple[int, int, int]:
    """(nominees, acts of people, statements while time went on) of a quarter of a year."""
    order = order_of(SAMPLE, ALONE, nominees=nominees)
    with temporary_folder("ng-cost-", quick=True) as place:
        prepare(Path(place), order)
        with _counted() as count:
            report = live(Path(place), order.wanted, order.scenario)
    return nominees, report.acts, count[0]


def test_one_more_nominee_asks_as_many_statements_among_many_as_among_few() -> None:
    """Of days, and of an agency as it is, as many are asked whoever comes: what is compared is what comes on top."""
    costs = [_cost(nominees) for nominees in SIZES]
    more = [tuple(b - a for a, b in zip(one, other, strict=True)) for one, other in pairwise(costs)]
    for nominees, acts, statements in more:
        assert statements / nominees <= A_NOMINEE, costs
        assert statements / acts <= AN_ACT, costs
    (_, few_acts, few), (_, many_acts, many) = more
    assert many / many_acts <= few / few_acts * GROWTH, costs
