"""Fixed statements are heard and fail as any other of SQLAlchemy's; how they lose a connection is in test_db.py."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.statements import sent_to
from workflow.clock import setting
from workflow.fixed import first, fixed
from workflow.worklist import work_item


def test_a_row_or_none(cast: Cast):
    one = fixed(sa.select(setting.c.key).where(setting.c.key == sa.bindparam("key")), _name(cast))
    with cast.app.database.glance() as connection, sent_to(cast.app.database) as heard:
        assert one.first(connection, {"key": "clock_offset_seconds"})[0] == "clock_offset_seconds"
        assert one.first(connection, {"key": "nothing"}) is None
    assert [text for text, _ in heard.sent] == [one.text, one.text]


def test_an_error_is_sqlalchemys(cast: Cast):
    """Whoever catches one, or turns it into an answer, must not care how the statement was sent."""
    twice = "INSERT INTO setting SELECT * FROM setting WHERE key = 'clock_offset_seconds' RETURNING key"
    with cast.app.database.glance() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            first(connection, twice, () if cast.app.database.is_sqlite else {})
        assert first(connection, "SELECT 1", () if cast.app.database.is_sqlite else {})[0] == 1


def test_what_is_no_error_of_the_driver_goes_on_as_it_is(cast: Cast):
    def hear(*_: object) -> None:
        raise LookupError

    engine = cast.app.database.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        with pytest.raises(LookupError), cast.app.database.glance() as connection:
            first(connection, "SELECT 1", () if cast.app.database.is_sqlite else {})
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def test_a_constant_must_be_written_out():
    """`status <> ?` beside an index of what is open had SQLite plan a decision's reading anew each time."""
    with pytest.raises(ValueError, match="status_1"):
        fixed(sa.select(work_item.c.id).where(work_item.c.status != "closed"), "sqlite")


def _name(cast: Cast) -> str:
    return cast.app.database.engine.dialect.name
