"""config/calendars/vn.yaml against the published schedules, and the estimates marked as such."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from workflow.calendar import WEEKEND, Calendar

VN = Path(__file__).parents[2] / "config" / "calendars" / "vn.yaml"

# Weekdays off, written by hand from the published schedules.
WEEKDAYS_OFF = {
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
    2027: "1/1 4/2 5/2 8/2 9/2 10/2 16/4 30/4 3/5 2/9 3/9 24/11",
    2028: "3/1 24/1 25/1 26/1 27/1 28/1 4/4 1/5 2/5 1/9 4/9 24/11",
    2029: "1/1 12/2 13/2 14/2 15/2 16/2 23/4 30/4 1/5 3/9 4/9 26/11",
    2030: "1/1 31/1 1/2 4/2 5/2 6/2 12/4 30/4 1/5 2/9 3/9 25/11",
}
SATURDAYS_WORKED = {2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}


def days_of(year, text):
    return [date(year, int(month), int(day)) for day, month in (part.split("/") for part in text.split())]


def all_days(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.fixture(scope="module")
def data():
    return yaml.load(VN.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - builds texts only


@pytest.fixture(scope="module")
def vn(data):
    return Calendar.from_data(data)


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_a_year_has_exactly_the_published_days_off_and_worked(vn, year):
    off = [day for day in all_days(year) if day.weekday() < 5 and not vn.is_working_day(day)]
    worked = [day for day in all_days(year) if day.weekday() >= 5 and vn.is_working_day(day)]
    assert off == days_of(year, WEEKDAYS_OFF[year])
    assert worked == days_of(year, SATURDAYS_WORKED.get(year, ""))


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ((2025, 1, 29), "Tết Ất Tỵ"),
        ((2026, 2, 17), "Tết Bính Ngọ"),
        ((2027, 2, 6), "Tết Đinh Mùi"),
        ((2028, 1, 26), "Tết Mậu Thân"),
        ((2029, 2, 13), "Tết Kỷ Dậu"),
        ((2030, 2, 2), "Tết Canh Tuất"),
        ((2026, 4, 26), "Giỗ Tổ Hùng Vương"),
        ((2026, 1, 2), "Nghỉ hoán đổi với 10/01/2026"),
        ((2026, 1, 3), WEEKEND),
        ((2026, 1, 10), None),
    ],
)
def test_each_day_off_is_named(vn, day, label):
    assert vn.label_of(date(*day)) == label


def test_years_to_come_are_estimates_and_decided_ones_are_not(vn):
    march = {year: (date(year, 3, 1), date(year, 3, 31)) for year in range(2022, 2032)}
    assert [year for year, span in march.items() if not vn.is_estimate(*span)] == [2023, 2024, 2025, 2026]


def test_the_culture_day_is_expected_and_can_be_switched_off(data, vn):
    day = date(2026, 11, 24)
    without = Calendar.from_data(data, switches={"culture_day": False})
    assert vn.is_estimate(day, day)
    assert without.is_working_day(day)
    assert not without.is_estimate(day, day)
    assert without.version != vn.version


def test_every_entry_names_the_document_that_decided_it(vn):
    assert [entry.day for entry in vn.entries.values() if len(entry.source) < 10] == []
    assert vn.entries[date(2026, 1, 10)].source == "Công văn 12729/VPCP-KGVX ngày 25/12/2025"
