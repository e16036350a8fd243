"""A copy of the board is good while its stamp is the same: so whatever is shown must move the stamp."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.honours import board, stamp
from states.honours.model import honour
from states.subjects.model import recognition, subject
from tests.cast import Cast
from tests.roads import case_at
from tests.statements import accesses, sent_to
from workflow.case import case
from workflow.clock import business_now, move_to
from workflow.organisation import agency, unit

ADDRESS = "x" * 16


@pytest.fixture
def shown(cast: Cast) -> Cast:
    row = cast.row(case_at(cast, "recognized_unit"))
    with cast.app.database.write() as connection:
        connection.execute(
            sa.insert(honour).values(
                id="h", agency_id=cast.agency_id, subject_id=row.subject_id, case_id=row.id, address=ADDRESS,
                sentence="Việc tốt", shows_photo=False, shows_story=False, given_as="self", given_on=date(2025, 3, 3),
                recorded_by=cast.people["office"], recorded_at=cast.now(),
            )
        )  # fmt: skip
    return cast


def stamps(cast: Cast) -> tuple[str, str]:
    with cast.app.database.read() as connection:
        return stamp.stamp(connection, "so-tttt"), stamp.stamp(connection, "so-tttt", ADDRESS)


def _set(table: sa.Table, **values: Any) -> Callable[[sa.Connection, str], None]:
    def change(connection: sa.Connection, agency_id: str) -> None:
        mine = table.c.id == agency_id if table is agency else table.c.agency_id == agency_id
        connection.execute(sa.update(table).where(mine).values(values))

    return change


def _next_day(connection: sa.Connection, _agency_id: str) -> None:
    move_to(connection, business_now(connection) + timedelta(days=1))


NOW = sa.func.current_timestamp()
CHANGES: dict[str, Callable[[sa.Connection, str], None]] = {
    "a name": _set(subject, name="Tên Khác"),
    "no unit": _set(subject, unit_id=None),
    "a unit's name": _set(unit, name="Phòng khác"),
    "the agency's name": _set(agency, name="Sở khác"),
    "a hold": _set(case, is_held=True),
    "a level": _set(recognition, level="department"),
    "another day": _set(recognition, decided_on=date(2024, 1, 1)),
    "revoked": _set(recognition, revoked_at=NOW),
    "taken down": _set(honour, taken_down_at=NOW),
    "erased": _set(subject, erased_at=NOW),
    "no photo any more": _set(honour, photo_id="f"),
    "the next day": _next_day,
}


class Undone(Exception):
    """Takes a change back, so that the next begins from the same."""


def test_whatever_is_shown_moves_the_stamp(shown: Cast) -> None:
    before = stamps(shown)
    assert before == stamps(shown)
    for what, change in CHANGES.items():
        with contextlib.suppress(Undone), shown.app.database.write() as connection:
            change(connection, shown.agency_id)
            now = stamp.stamp(connection, "so-tttt"), stamp.stamp(connection, "so-tttt", ADDRESS)
            assert all(one != was for one, was in zip(now, before, strict=True)), what
            raise Undone
        assert stamps(shown) == before, what


def test_a_shut_board_and_nobodys_have_none(shown: Cast) -> None:
    with shown.app.database.write() as connection:
        board.switch(connection, shown.agency_id, shown.people["office"], opened=False)
    assert stamps(shown) == ("", "")
    with shown.app.database.read() as connection:
        assert stamp.stamp(connection, "khong-co") == ""


def test_no_column_that_is_shown_is_forgotten(shown: Cast) -> None:
    """Of other tables than the consent's own, each column the board reads stands in the stamp, or is the photo's."""
    plan = shown.app.catalogue
    with sent_to(shown.app.database) as heard, shown.app.database.read() as connection:
        living = plan.living_plan(connection, shown.agency_id)
        assert living is not None
        board.page(connection, shown.agency_id, living[1], board.Wanted())
        stamp.stamp(connection, "so-tttt")
    shows = next(text for text, _ in heard.sent if "honour.sentence" in text)
    stands = next(text for text, _ in reversed(heard.sent) if "FROM honour" in text)
    read = {part.split(" AS ")[0].strip() for part in shows.split("FROM")[0].removeprefix("SELECT").split(",")}
    told = {part.split(" AS ")[0].strip() for part in stands.split("FROM")[0].removeprefix("SELECT").split(",")}
    assert {one for one in read - told if not one.startswith("honour.")} == {"file.digest"}


def test_a_stamp_is_three_small_statements_by_index(shown: Cast) -> None:
    with sent_to(shown.app.database) as heard:
        stamps(shown)
    assert len(heard) == 6
    statement, parameters = heard.of("FROM honour", "address")[-1]
    ways = [one for one in accesses(shown.app.database, statement, parameters) if one.table == "honour"]
    assert [one.sought for one in ways] == [True]
