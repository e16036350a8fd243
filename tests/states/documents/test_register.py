"""Numbers: in order, none twice under many hands, none missing without a word, from 01 every year, a series each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from states.documents import register
from tests.cast import Cast
from workflow.message import Refused
from workflow.outbox import delivery

DAY = date(2025, 12, 30)


def give(cast: Cast, series: str = "agency", on: date = DAY) -> tuple[str, int]:
    with cast.app.database.write() as connection:
        return register.give(
            connection, cast.agency_id, series, on, symbol="QĐ-STTTT", title="Quyết định", case_id=None
        )  # fmt: skip


def numbers(cast: Cast, series: str = "agency", year: int = 2025) -> list[int]:
    with cast.app.database.read() as connection:
        return [row["number"] for row in register.listed(connection, cast.agency_id, series, year)]


def test_many_hands_at_once_take_each_number_once_and_leave_none_out(cast: Cast) -> None:
    with ThreadPoolExecutor(8) as hands:
        taken = [number for _, number in hands.map(lambda _: give(cast), range(40))]
    assert sorted(taken) == list(range(1, 41))
    assert numbers(cast) == list(range(40, 0, -1))


def test_a_decision_that_fails_leaves_no_gap(cast: Cast) -> None:
    give(cast)
    with cast.app.database.write() as connection:
        register.give(connection, cast.agency_id, "agency", DAY, symbol="QĐ", title="", case_id=None)
        connection.rollback()
    assert give(cast)[1] == 2


def test_every_year_and_every_series_begins_with_one(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    assert [give(cast)[1], give(cast)[1], give(cast, "council")[1], give(cast, on=date(2026, 1, 1))[1]] == [1, 2, 1, 1]


def test_a_void_number_stays_with_its_reason_and_is_not_given_again(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    entry, _ = give(cast)
    for reason, allowed in ((" ", False), ("Hỏng", True), ("Hỏng", False)):
        with cast.app.database.write() as connection:
            if allowed:
                register.void(connection, cast.agency_id, entry, reason, cast.people["office"])
                continue
            with pytest.raises(Refused):
                register.void(connection, cast.agency_id, entry, reason, cast.people["office"])
    assert give(cast)[1] == 2
    assert numbers(cast) == [2, 1]


def test_a_paper_register_is_gone_on_with_but_only_before_the_first_number(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    with cast.app.database.write() as connection:
        for last in (17, 117):  # corrected before the first number
            before = register.Before(last, "Sổ công văn đi năm 2025", cast.people["office"])
            register.start_after(connection, cast.agency_id, "agency", 2025, before)
        told = connection.scalars(sa.select(delivery.c.detail).where(delivery.c.kind == "register_begun")).all()
    assert [one["last"] for one in told] == [17, 117], "a correction is another line"
    assert give(cast)[1] == 118
    with pytest.raises(Refused), cast.app.database.write() as connection:
        register.start_after(connection, cast.agency_id, "agency", 2025, register.Before(5, "Nhầm", None))


@pytest.mark.parametrize(
    ("number", "said"),
    [(5, "Số: 05/TTr-STTTT"), (10, "Số: 10/TTr-STTTT"), (113, "Số: 113/TTr-STTTT"), (None, "Số:      /TTr-STTTT")],
)
def test_a_number_under_ten_has_a_leading_zero(number: int | None, said: str) -> None:
    assert register.written(number, "TTr-STTTT") == said
