"""Working-day arithmetic: tables for the days that go wrong, properties for all the others."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar import WEEKEND, Calendar

FILE = Path(__file__).parents[2] / "config" / "calendars" / "vn.yaml"
DATA = yaml.load(FILE.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - builds texts only
VN = Calendar.from_data(DATA)

days = st.dates(date(2023, 1, 1), date(2030, 12, 31))
amounts = st.integers(-80, 80).filter(bool)


@pytest.mark.parametrize(
    ("start", "amount", "expected", "why"),
    [
        ("2025-11-03", 5, "2025-11-10", "day 1 is the next working day"),
        ("2025-11-07", 1, "2025-11-10", "over a weekend"),
        ("2025-11-08", 1, "2025-11-10", "from a Saturday"),
        ("2026-02-13", 1, "2026-02-23", "Tết 2026: 16 to 20/02 off"),
        ("2026-02-12", 3, "2026-02-24", "Tết 2026, begun before"),
        ("2025-04-25", 1, "2025-04-26", "a swapped Saturday counts"),
        ("2025-04-29", 1, "2025-05-05", "30/4, 1/5 and 2/5/2025"),
        ("2024-04-26", 1, "2024-05-02", "29/4 swapped, 30/4, 1/5"),
        ("2024-05-03", 1, "2024-05-04", "worked for 29/4/2024"),
        ("2025-12-31", 1, "2026-01-05", "01/01 and 02/01/2026 off"),
        ("2026-01-09", 1, "2026-01-10", "worked for 02/01/2026"),
        ("2026-08-21", 1, "2026-08-22", "worked for 31/8/2026"),
        ("2026-08-28", 1, "2026-09-03", "31/8 to 2/9/2026"),
        ("2026-04-24", 1, "2026-04-28", "Giỗ Tổ on a Sunday, Monday in lieu"),
        ("2026-02-23", -1, "2026-02-13", "back over Tết"),
        ("2026-01-05", -2, "2025-12-30", "back over New Year"),
        ("2025-11-08", 0, "2025-11-10", "no days from a day off"),
        ("2025-11-07", 0, "2025-11-07", "no days from a working day"),
    ],
)
def test_working_days_are_counted_past_what_is_off(start, amount, expected, why):
    assert VN.add_working_days(date.fromisoformat(start), amount) == date.fromisoformat(expected), why


@given(days, amounts)
def test_adding_never_lands_on_a_day_off(day, amount):
    assert VN.is_working_day(VN.add_working_days(day, amount))


@given(days, amounts)
def test_adding_and_counting_agree(day, amount):
    assert VN.working_days_between(day, VN.add_working_days(day, amount)) == amount


@given(days, days, st.integers(-40, 40))
def test_a_later_start_never_ends_earlier(one, other, amount):
    first, last = sorted((one, other))
    assert VN.add_working_days(first, amount) <= VN.add_working_days(last, amount)


@given(days, st.integers(1, 40))
def test_a_longer_length_ends_later(day, amount):
    assert VN.add_working_days(day, amount) < VN.add_working_days(day, amount + 1)


@given(days, st.integers(1, 40))
def test_going_and_coming_back_meet_on_working_days(day, amount):
    start = VN.add_working_days(day, 0)
    assert VN.add_working_days(VN.add_working_days(start, amount), -amount) == start


@given(days, days)
def test_every_day_between_is_either_worked_or_skipped(one, other):
    first, last = sorted((one, other))
    assert VN.working_days_between(first, last) + len(VN.skipped(first + timedelta(1), last)) == (last - first).days


@pytest.mark.parametrize(
    ("due", "today", "left", "why"),
    [
        ("2025-03-21", "2025-03-20", 1, "the day before"),
        ("2025-03-21", "2025-03-21", 0, "the day itself"),
        ("2025-03-21", "2025-03-22", -1, "the Saturday after is late already"),
        ("2025-03-21", "2025-03-24", -1, "the Monday after is the first working day late"),
        ("2025-03-21", "2025-03-25", -2, "each working day is one more"),
        ("2025-03-22", "2025-03-23", -1, "due on a day off, late on a day off"),
    ],
)
def test_a_deadline_that_is_over_is_late_by_a_day_at_least(due, today, left, why):
    assert VN.days_left(date.fromisoformat(due), date.fromisoformat(today)) == left, why


@given(days, days)
def test_what_is_left_and_what_is_late_are_one_count(one, other):
    first, last = sorted((one, other))
    assert VN.days_left(last, first) == VN.working_days_between(first, last) >= 0
    assert first == last or VN.days_left(first, last) == -VN.days_late(first, last) < 0


@given(days)
def test_next_and_previous_have_only_days_off_between(day):
    following, before = VN.next_working_day(day), VN.previous_working_day(day)
    assert before < day < following
    between = [before + timedelta(n) for n in range(1, (following - before).days)]
    assert [each for each in between if VN.is_working_day(each)] == ([day] if VN.is_working_day(day) else [])


def test_skipped_days_are_named_and_swapped_ones_told():
    assert VN.skipped(date(2025, 12, 31), date(2026, 1, 5)) == [
        (date(2026, 1, 1), "Tết Dương lịch"),
        (date(2026, 1, 2), "Nghỉ hoán đổi với 10/01/2026"),
        (date(2026, 1, 3), WEEKEND),
        (date(2026, 1, 4), WEEKEND),
    ]
    assert VN.worked_instead(date(2026, 1, 1), date(2026, 1, 31)) == [(date(2026, 1, 10), "Làm bù cho 02/01/2026")]


def test_a_day_ends_at_the_next_local_midnight_in_utc():
    assert VN.end_of_day(date(2025, 12, 31)) == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert VN.at_hour(date(2025, 12, 31), 8) == datetime(2025, 12, 31, 1, tzinfo=UTC)


def test_a_moment_belongs_to_its_local_day():
    assert VN.local_date(datetime(2025, 12, 31, 16, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert VN.local_date(datetime(2025, 12, 31, 17, tzinfo=UTC)) == date(2026, 1, 1)
    with pytest.raises(ValueError, match="must be aware"):
        VN.local_date(datetime(2025, 12, 31, 17))  # noqa: DTZ001


def changed(**keys):
    return {**deepcopy(DATA), **keys}


def test_the_version_follows_what_a_deadline_can_depend_on():
    assert Calendar.from_data(deepcopy(DATA)) == VN
    assert Calendar.from_data(changed(title="Tên khác")).version == VN.version
    assert Calendar.from_data(changed(off_days=DATA["off_days"][1:])).version != VN.version
    decided = [{**line, "status": "official"} for line in DATA["off_days"]]
    assert Calendar.from_data(changed(off_days=decided)).version != VN.version
    assert Calendar.from_data(changed(years={**DATA["years"], "2027": "official"})).version != VN.version


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"holidays": []}, "Extra inputs"),
        ({"time_zone": "Asia/Saigonn"}, "not a time zone"),
        ({"weekend": ["sundy"]}, "weekend"),
        ({"off_days": DATA["off_days"] + DATA["off_days"][:1]}, "2023-01-01 is named twice"),
        (
            {"off_days": [{"days": "2025-02-30", "label": "x", "source": "y2025"}], "work_days": []},
            "off_days",
        ),
        ({"off_days": [{"days": "2025-02-03..2025-02-01", "label": "x", "source": "y2025"}]}, "ends before"),
        (
            {"off_days": [{"days": "2025-02-03", "label": "x", "source": "y9"}], "work_days": []},
            "source 'y9'",
        ),
        (
            {"off_days": [{"days": "2025-02-03", "label": "x", "source": "y2025", "switch": "s"}]},
            "switch 's'",
        ),
        ({"off_days": DATA["off_days"][:1]}, "which is not a day off"),
        (
            {"work_days": [{"days": "2025-05-05", "for": "2025-05-02", "label": "x", "source": "y2025"}]},
            "ordinary working day",
        ),
    ],
)
def test_a_broken_calendar_is_refused_with_its_cause(keys, message):
    with pytest.raises(ValueError, match=message):
        Calendar.from_data(changed(**keys))


def test_an_unknown_switch_is_refused():
    with pytest.raises(ValueError, match="known: culture_day"):
        Calendar.from_data(DATA, switches={"culture": True})
