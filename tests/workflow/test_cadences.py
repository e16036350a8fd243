"""Cadences: each period once by its key, none left out after a pause, only those inside the phase."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workflow.cadences import EVERY, parse_point, period_key, period_scope, periods_between, phase_key
from workflow.calendar import Calendar

FILE = Path(__file__).parents[2] / "config" / "calendars" / "vn.yaml"
VN = Calendar.from_data(yaml.load(FILE.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506 - builds texts only


def midnight(text: str) -> datetime:
    return VN.at_hour(date.fromisoformat(text), 0)


def found(every, at, after, until, **more):
    periods = periods_between(every, at, after=midnight(after), until=midnight(until), calendar=VN, **more)
    return [(period.key, VN.local_date(period.at).isoformat()) for period in periods]


@pytest.mark.parametrize(
    ("every", "at", "after", "until", "expected"),
    [
        ("year", "1/12", "2025-11-03", "2026-01-04", [("2025", "2025-12-01")]),
        ("year", "31/12", "2025-12-30", "2026-01-04", [("2025", "2025-12-31")]),
        ("year", None, "2024-06-01", "2026-01-01", [("2025", "2025-01-01"), ("2026", "2026-01-01")]),
        ("year", "29/2", "2024-01-01", "2025-12-31", [("2024", "2024-02-29"), ("2025", "2025-02-28")]),
        ("year", "day 1 of last month of year", "2025-11-03", "2026-01-04", [("2025", "2025-12-01")]),
        (
            "quarter",
            "day 1 of last month of quarter",
            "2025-05-31",
            "2025-12-01",
            [("2025-Q2", "2025-06-01"), ("2025-Q3", "2025-09-01"), ("2025-Q4", "2025-12-01")],
        ),
        (
            "quarter",
            "15/1",
            "2025-02-01",
            "2025-07-15",
            [("2025-Q2", "2025-04-15"), ("2025-Q3", "2025-07-15")],
        ),
        (
            "half_year",
            "day 15 of last month of half_year",
            "2025-01-01",
            "2025-12-31",
            [("2025-H1", "2025-06-15"), ("2025-H2", "2025-12-15")],
        ),
        ("half_year", "1/12", "2025-01-01", "2025-07-01", [("2025-H1", "2025-06-01")]),
        ("school_year", "25/5", "2025-01-01", "2026-06-01", [("2024-2025", "2025-05-25"), ("2025-2026", "2026-05-25")]),
        ("school_year", "1/9", "2025-08-31", "2026-06-01", [("2025-2026", "2025-09-01")]),
        ("school_year", "31/8", "2025-08-30", "2026-06-01", [("2024-2025", "2025-08-31")]),
        (
            "month",
            "day 31 of month",
            "2025-01-31",
            "2025-03-31",
            [("2025-02", "2025-02-28"), ("2025-03", "2025-03-31")],
        ),
        (
            "week",
            "monday",
            "2025-12-23",
            "2026-01-05",
            [("2026-W01", "2025-12-29"), ("2026-W02", "2026-01-05")],
        ),
        ("week", "friday", "2025-12-22", "2026-01-01", [("2025-W52", "2025-12-26")]),
        (
            "day",
            None,
            "2025-07-13",
            "2025-07-15",
            [("2025-07-14", "2025-07-14"), ("2025-07-15", "2025-07-15")],
        ),
        (None, "1/12/2025", "2025-11-30", "2026-11-30", [("2025", "2025-12-01")]),
        ("month", "1/12/2025", "2025-11-30", "2026-11-30", [("2025-12", "2025-12-01")]),
        (None, "1/12/2025", "2025-12-01", "2026-12-31", []),
    ],
)
def test_every_point_after_the_last_look_up_to_now(every, at, after, until, expected):
    assert found(every, at, after, until) == expected


def test_two_missed_quarters_are_two_periods():
    at = "day 1 of last month of quarter"
    assert [key for key, _ in found("quarter", at, "2025-05-30", "2025-10-10")] == ["2025-Q2", "2025-Q3"]


def test_a_phase_keeps_only_its_own_days():
    phase = (date(2023, 4, 3), date(2024, 12, 31))
    keys = [key for key, _ in found("year", "1/12", "2020-01-01", "2026-01-01", within=phase)]
    assert keys == ["2023", "2024"]
    edge = (date(2024, 12, 1), date(2024, 12, 1))
    assert found("year", "1/12", "2020-01-01", "2026-01-01", within=edge) == [("2024", "2024-12-01")]
    assert found("year", "1/12", "2025-01-01", "2026-01-01", within=phase) == []


def test_the_moment_is_the_local_hour_in_utc_and_the_ends_are_open_and_closed():
    at = datetime(2025, 12, 1, 1, tzinfo=UTC)
    second = timedelta(seconds=1)

    def keys(after, until):
        periods = periods_between("year", "1/12", after=after, until=until, calendar=VN, hour=8)
        return [(period.key, period.at) for period in periods]

    assert keys(at - second, at) == [("2025", at)]
    assert keys(at, at + second) == []
    assert keys(at - second * 2, at - second) == []


days = st.dates(date(2023, 1, 1), date(2027, 12, 31))
points = st.sampled_from(
    [("year", "1/12"), ("quarter", "day 31 of last month of quarter"), ("month", "day 30 of month"),
     ("half_year", "1/6"), ("week", "sunday"), ("day", None)]
)  # fmt: skip


@given(points, st.lists(days, min_size=3, max_size=3).map(sorted))
def test_looking_twice_finds_what_looking_once_does_and_no_period_twice(point, looks):
    first, middle, last = (VN.at_hour(day, 12) for day in looks)

    def periods(after, until):
        return periods_between(*point, after=after, until=until, calendar=VN)

    whole = periods(first, last)
    assert periods(first, middle) + periods(middle, last) == whole
    assert len({period.key for period in whole}) == len(whole)


@given(st.sampled_from(EVERY), days)
def test_a_periods_name_tells_its_year_and_quarter(every, day):
    year, quarter = period_scope(phase_key("final", day) if every == "phase" else period_key(every, day))
    began = day.year - (every == "school_year" and day.month < 9)
    assert year == (day.isocalendar().year if every == "week" else began)
    assert quarter == ((day.month + 2) // 3 if every in ("quarter", "month", "day") else None)


@pytest.mark.parametrize(
    ("every", "at", "cause"),
    [
        ("fortnight", "1/12", "'fortnight'"),
        (None, "1/12", "no_every"),
        (None, None, "no_every"),
        ("year", "31/2", "no_such_day.*31/2"),
        ("year", "31/4/2025", "no_such_day.*31/4"),
        ("quarter", "day 1 of last month of year", "no_point.*quarter"),
        ("month", "day 32 of month", "no_point.*month"),
        ("week", "mondy", "nearest='monday'"),
        ("day", "monday", "no_point.*day"),
        ("quarter", "day 1 of last month of quartr", "nearest='day 1 of last month of quarter'"),
    ],
)
def test_what_is_no_point_is_refused_with_its_cause(every, at, cause):
    with pytest.raises(ValueError, match=cause):
        parse_point(every, at)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("", "2024-03-15"),
        ("first day of phase", "2024-03-15"),
        ("last day of phase", "2025-12-31"),
        ("20 days before end of phase", "2025-12-11"),
        ("1 day before end of phase", "2025-12-30"),
    ],
)
def test_a_phase_is_a_period_by_its_own_name(at, day):
    within = (date(2024, 3, 15), date(2025, 12, 31))
    assert found("phase", at, "2020-01-01", "2030-01-01", within=within, phase="final") == [("2024.final", day)]
    assert found("phase", at, day, "2030-01-01", within=within, phase="final") == []


@pytest.mark.parametrize("at", ["1/12", "day 3 of phase", "0 days before end of phase"])
def test_what_is_no_day_of_a_phase_is_refused(at):
    with pytest.raises(ValueError, match=r"no_point.*phase"):
        parse_point("phase", at)
