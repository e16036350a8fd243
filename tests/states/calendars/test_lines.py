"""Editing a calendar: each line with its source, no day twice, a swap whole or not at all; how two differ."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from config.installation import read_calendar
from states.calendars.lines import (
    Difference,
    Line,
    differences,
    lines,
    with_day_off,
    with_swap,
    with_year,
    without,
    years_differing,
)
from workflow.calendar import Calendar
from workflow.message import Invalid

SOURCE = "Công văn 1234/VPCP-KGVX ngày 01/12/2026"
SHIPPED = read_calendar()


def off(first: date, last: date | None = None, **more: Any) -> Line:
    return Line(first, last or first, **{"label": "Nghỉ bão", "source": SOURCE, "expected": False, **more})


def swap(worked: date, instead_of: date | None) -> Line:
    return off(worked, label="Làm bù", instead_of=instead_of)


def test_days_off_are_off_and_carry_their_source() -> None:
    days = off(date(2026, 10, 5), date(2026, 10, 7))
    after = with_day_off(SHIPPED, days)
    calendar = Calendar.from_data(after)
    assert [calendar.is_working_day(date(2026, 10, day)) for day in (2, 5, 6, 7, 8)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert calendar.entries[date(2026, 10, 6)].source == SOURCE
    assert days in lines(after)
    assert differences(SHIPPED, after) == [
        Difference(date(2026, 10, 5), date(2026, 10, 7), None, after_line(after, date(2026, 10, 5)))
    ]
    assert read_calendar() == SHIPPED, "an edit changes a copy"


def after_line(data: Any, day: date) -> Any:
    return next(one.after for one in differences(SHIPPED, data) if one.first <= day <= one.last)


def test_a_swap_is_two_days_and_goes_back_in_order() -> None:
    worked, free = date(2026, 10, 10), date(2026, 10, 5)
    after = with_swap(SHIPPED, swap(worked, free))
    calendar = Calendar.from_data(after)
    assert (calendar.is_working_day(worked), calendar.is_working_day(free)) == (True, False)
    with pytest.raises(Invalid) as refused:
        without(after, free.isoformat())
    assert refused.value.fields["line"].key == "calendar.worked_for"
    back = without(without(after, worked.isoformat()), free.isoformat())
    assert Calendar.from_data(back).version == Calendar.from_data(SHIPPED).version
    assert differences(SHIPPED, back) == []


@pytest.mark.parametrize(("line", "field", "key"), [
    (off(date(2026, 10, 7), date(2026, 10, 5)), "last", "calendar.backwards"),
    (off(date(2026, 10, 1), date(2026, 11, 30)), "last", "calendar.too_long"),
    (off(date(1926, 10, 5)), "first", "calendar.year"),
    (off(date(2026, 10, 5), source="CV"), "source", "calendar.source_length"),
    (off(date(2026, 10, 5), label=""), "label", "calendar.label_length"),
    (off(date(2025, 1, 26), date(2025, 1, 28)), "first", "calendar.overlap"),  # Tết Ất Tỵ begins on the 27th
])  # fmt: skip
def test_a_line_that_does_not_hold_is_refused_at_its_field(line: Line, field: str, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        with_day_off(SHIPPED, line)
    assert refused.value.fields[field].key == key


@pytest.mark.parametrize(("line", "field", "key"), [
    (swap(date(2026, 10, 8), date(2026, 10, 5)), "worked", "calendar.no_weekend"),
    (swap(date(2026, 10, 10), None), "off", "form.missing_date"),
    (swap(date(2025, 4, 26), date(2026, 10, 5)), "worked", "calendar.overlap"),  # it is worked already
])  # fmt: skip
def test_a_swap_that_does_not_hold_is_refused(line: Line, field: str, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        with_swap(SHIPPED, line)
    assert refused.value.fields[field].key == key


def test_a_day_that_is_off_already_can_be_worked_for() -> None:
    after = with_swap(SHIPPED, swap(date(2025, 2, 8), date(2025, 1, 27)))
    assert Calendar.from_data(after).is_working_day(date(2025, 2, 8))
    assert [one.first for one in differences(SHIPPED, after)] == [date(2025, 2, 8)]


def test_a_year_is_decided_or_expected() -> None:
    after = with_year(SHIPPED, 2027, official=True)
    assert years_differing(SHIPPED, after) == [(2027, "official")]
    assert Calendar.from_data(after).version != Calendar.from_data(SHIPPED).version
    with pytest.raises(Invalid):
        with_year(SHIPPED, 2827, official=True)
    with pytest.raises(Invalid):
        without(SHIPPED, "2026-10-05")
