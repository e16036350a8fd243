"""A key is good for 72 hours by the wall's clock: until then one answer, afterwards a key like any other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from workflow.clock import wall_now
from workflow.idempotency import KEPT, forget_old, idempotency, recall, remember
from workflow.message import Refused

FIRST, SECOND = {"code": "DH-2025-0001"}, {"code": "DH-2025-0002"}
A_MOMENT = timedelta(minutes=1)


def keep(cast: Cast, digest: str, answer: dict[str, Any], key: str = "k") -> None:
    with cast.app.database.write() as connection:
        remember(connection, cast.agency_id, cast.people["office"], key, digest, answer)


def asked(cast: Cast, digest: str, key: str | None = "k") -> dict[str, Any] | None:
    with cast.app.database.read() as connection:
        return recall(connection, cast.agency_id, cast.people["office"], key, digest)


def age(cast: Cast, at: datetime, key: str = "k") -> None:
    """As if the answer had been kept then."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(idempotency).where(idempotency.c.key == key).values(at=at))


def keys(cast: Cast) -> set[str]:
    with cast.app.database.read() as connection:
        return set(connection.scalars(sa.select(idempotency.c.key)))


def test_72_hours() -> None:
    assert timedelta(hours=72) == KEPT


def test_an_answer_is_given_again_until_the_hours_are_over(cast: Cast) -> None:
    keep(cast, "a", FIRST)
    age(cast, wall_now() - KEPT + A_MOMENT)
    assert asked(cast, "a") == FIRST
    with pytest.raises(Refused) as refused:
        asked(cast, "b")
    assert refused.value.status == "key_reused"
    age(cast, wall_now() - KEPT - A_MOMENT)
    assert asked(cast, "a") is None
    assert asked(cast, "b") is None


def test_a_key_that_ran_out_may_stand_for_another_request(cast: Cast) -> None:
    keep(cast, "a", FIRST)
    age(cast, wall_now() - KEPT - A_MOMENT)
    keep(cast, "b", SECOND)
    assert asked(cast, "b") == SECOND


def test_a_key_that_is_good_is_never_overwritten(cast: Cast) -> None:
    keep(cast, "a", FIRST)
    with pytest.raises(sa.exc.IntegrityError):
        keep(cast, "b", SECOND)
    assert asked(cast, "a") == FIRST


def test_business_time_does_not_age_a_key(cast: Cast) -> None:
    keep(cast, "a", FIRST)
    cast.later(days=30)
    assert asked(cast, "a") == FIRST


def test_only_what_ran_out_is_swept(cast: Cast) -> None:
    keep(cast, "a", FIRST, "old")
    keep(cast, "a", FIRST, "new")
    age(cast, wall_now() - KEPT - A_MOMENT, "old")
    age(cast, wall_now() - KEPT + A_MOMENT, "new")
    with cast.app.database.write() as connection:
        assert forget_old(connection) == 1
    assert keys(cast) == {"new"}


def test_without_a_key_nothing_is_kept(cast: Cast) -> None:
    with cast.app.database.write() as connection:
        remember(connection, cast.agency_id, cast.people["office"], None, "a", FIRST)
    assert asked(cast, "a", None) is None
    assert keys(cast) == set()
