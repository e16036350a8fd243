"""A falsified audit says so, however skilled the hand; an honest one does not."""

from __future__ import annotations

import sqlalchemy as sa

from tests.audited import found, missed, sealed_past
from tests.cast import Cast

FORGERIES = 98


def test_every_forgery_is_found_and_nothing_else(unchecked_cast: Cast):
    kept = sealed_past(unchecked_cast)
    assert missed(unchecked_cast, kept, FORGERIES, seed=1) == []
    with unchecked_cast.app.database.read() as connection:
        assert found(connection, kept) == [], "each was taken back: what was found was the forgery"
        assert connection.scalar(sa.text("SELECT count(*) FROM seal")) > 30
