"""Behind the fence people work and cases hear of each other; no letter leaves and nothing moves by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tasks.deliver import deliver
from tasks.fire import fire as fire_all
from tests.cast import Cast
from tests.roads import case_at, do
from workflow import fence, outbox, timers
from workflow.clock import wall_now
from workflow.db import uuid7
from workflow.hearing import HANDLERS
from workflow.organisation import agency
from workflow.timers import timer

CUT = datetime(2025, 3, 3, tzinfo=UTC)

MONTHS = 9  # from April to December


def raise_fence(cast: Cast) -> None:
    with cast.app.database.write() as connection:
        assert fence.raise_everywhere(connection, cut_at=CUT, origin={"fingerprint": "f"}) == 1


def lower_fence(cast: Cast) -> None:
    with cast.app.database.write() as connection:
        standing = fence.raised(connection, cast.agency_id)
        assert standing is not None
        assert fence.lower(connection, standing.id, by=None, decided={})


def fired(cast: Cast) -> int:
    with cast.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(timer.c.status != "armed")) or 0


def test_what_goes_from_case_to_case_is_not_the_outside() -> None:
    assert set(outbox.INSIDE) == HANDLERS.keys()


def test_no_letter_leaves_and_each_leaves_once_afterwards(cast: Cast) -> None:
    case_at(cast, "cultivating")
    raise_fence(cast)
    cast.settle()
    assert cast.told.letters == []
    with cast.app.database.read() as connection:
        waiting = list(connection.scalars(sa.select(outbox.outbox.c.id).where(outbox.outbox.c.kind == "notice")))
    assert waiting
    assert deliver(cast.app, waiting) == 0, "a wake-up that is older than the fence"
    lower_fence(cast)
    cast.run_due()
    assert len(cast.told.letters) == len(waiting)


def test_cases_hear_of_each_other(cast: Cast) -> None:
    case_id = case_at(cast, "at_province")
    cast.settle()
    raise_fence(cast)
    do(cast, "office", case_id, "recognize")
    cast.settle()
    assert [one.state for one in cast.cases("merit_request")] == ["choosing_ground"]


def test_timers_wait_and_fire_late_rather_than_never(cast: Cast) -> None:
    cast.nominate()
    raise_fence(cast)
    before = fired(cast)
    cast.later(days=30)
    with cast.app.database.read() as connection:
        old = list(connection.scalars(sa.select(timer.c.id).where(timer.c.status == "armed")))
        assert timers.due(connection, 100) == []
    assert fire_all(cast.app, old) == 0, "a wake-up that is older than the fence"
    assert fired(cast) == before
    lower_fence(cast)
    cast.run_due()
    assert fired(cast) > before


def test_what_the_dates_start_waits(cast: Cast) -> None:
    raise_fence(cast)
    cast.at("2025-12-31")
    assert cast.app.engine.start_due_cadences() == 0
    lower_fence(cast)
    assert cast.app.engine.start_due_cadences() == 1 + MONTHS  # the year's review, and each month's topics


def test_another_agency_is_not_held(cast: Cast) -> None:
    cast.nominate()
    with cast.app.database.write() as connection:
        connection.execute(sa.insert(agency).values(id="b", code="b", name="Sở B", created_at=wall_now()))
        connection.execute(
            sa.insert(fence.fence).values(
                id=uuid7(), agency_id="b", cut_at=CUT, raised_at=wall_now(), origin={}, decided={}
            )
        )
        assert fence.fenced(connection) == {"b"}
    cast.settle()
    assert cast.told.letters


def test_one_stands_at_a_time(cast: Cast) -> None:
    raise_fence(cast)
    raise_fence(cast)
    with cast.app.database.write() as connection:
        standing = fence.raised(connection, cast.agency_id)
        assert standing is not None
        assert fence.lower(connection, standing.id, by=None, decided={})
        assert not fence.lower(connection, standing.id, by=None, decided={}), "somebody was quicker"
    raise_fence(cast)
    again = {"id": uuid7(), "agency_id": cast.agency_id, "cut_at": CUT, "raised_at": CUT, "origin": {}, "decided": {}}
    with pytest.raises(sa.exc.IntegrityError), cast.app.database.write() as connection:
        connection.execute(sa.insert(fence.fence).values(again))
