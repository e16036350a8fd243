"""The explanation of a deadline: what was counted, what was passed over, why it moved."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from workflow.calendar import Calendar
from workflow.deadlines import explain, parse_deadline, pause, resolve, resume
from workflow.due import Due

FILE = Path(__file__).parents[2] / "config" / "calendars" / "vn.yaml"
VN = Calendar.from_data(yaml.load(FILE.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506 - builds texts only
TITLES = {"sent_on": "Ngày gửi"}


def lines(rule, start, **context):
    year, month, day = start
    moment = datetime(year, month, day, 2, tzinfo=UTC)
    *said, last = explain(resolve(parse_deadline(rule), start=moment, calendar=VN, **context), TITLES)
    return said, last


def test_tet_is_one_line_and_weekends_are_one_number():
    assert lines("5 working_days", (2026, 2, 12)) == (
        [
            ("deadline.length", {"amount": 5, "unit": "working_day", "start": "2026-02-12"}),
            ("deadline.weekends", {"count": 4}),
            (
                "deadline.off",
                {"first": "2026-02-16", "last": "2026-02-20", "days": 5, "label": "Tết Bính Ngọ"},
            ),
        ],
        ("deadline.due", {"on": "2026-02-26"}),
    )


def test_a_swap_names_both_of_its_days():
    said, last = lines("6 working_days", (2025, 12, 31))
    assert said[1:] == [
        ("deadline.weekends", {"count": 2}),
        ("deadline.off_day", {"day": "2026-01-01", "label": "Tết Dương lịch"}),
        (
            "deadline.off_day",
            {"day": "2026-01-02", "label": "Nghỉ hoán đổi với 10/01/2026"},
        ),
        ("deadline.worked", {"day": "2026-01-10", "label": "Làm bù cho 02/01/2026"}),
    ]
    assert last[1]["on"] == "2026-01-10"


def test_a_moved_day_tells_from_where_and_over_what():
    said, _ = lines("by 1/1 next year", (2025, 11, 3), case_year=2025)
    assert said == [
        ("deadline.by_day", {"limit": "2026-01-01"}),
        ("deadline.off_day", {"day": "2026-01-01", "label": "Tết Dương lịch"}),
        ("deadline.moved_earlier", {"from": "2026-01-01", "to": "2025-12-31"}),
    ]


def test_a_length_in_days_passes_over_nothing_but_what_it_is_moved_past():
    said, _ = lines("3 days", (2025, 11, 6))
    assert said == [
        ("deadline.length", {"amount": 3, "unit": "day", "start": "2025-11-06"}),
        ("deadline.weekends", {"count": 1}),
        ("deadline.moved_later", {"from": "2025-11-09", "to": "2025-11-10"}),
    ]


@pytest.mark.parametrize(
    ("rule", "context", "expected"),
    [
        ("before 10/12", {"case_year": 2025}, ("deadline.before_day", {"limit": "2025-12-10"})),
        ("before 14/12", {"case_year": 2025}, ("deadline.before_day", {"limit": "2025-12-14"})),
        (
            "before day 10 of last month of quarter",
            {"case_year": 2025, "case_quarter": 3},
            ("deadline.before_quarter_day", {"day": 10, "limit": "2025-09-10"}),
        ),
        (
            "day 1 of last month of quarter",
            {"case_year": 2025, "case_quarter": 4},
            ("deadline.by_quarter_day", {"day": 1, "limit": "2025-12-01"}),
        ),
        (
            "by end of phase",
            {"phase_end": date(2025, 12, 28)},
            ("deadline.phase_end", {"limit": "2025-12-28"}),
        ),
        (
            "before sits_on",
            {"dates": {"sits_on": date(2025, 12, 1)}},
            ("deadline.before_named_day", {"ref": "sits_on", "limit": "2025-12-01"}),
        ),
        (
            "by sits_on",
            {"dates": {"sits_on": date(2025, 12, 1)}},
            ("deadline.by_named_day", {"ref": "sits_on", "limit": "2025-12-01"}),
        ),
        (
            "10 days before event.held_on",
            {"dates": {"event.held_on": date(2025, 12, 1)}},
            ("deadline.ahead", {"amount": 10, "unit": "day", "ref": "event.held_on", "start": "2025-12-01"}),
        ),
        (
            "[by sits_on, 20 working_days after sent_on]",
            {"dates": {"sent_on": date(2025, 12, 1)}},
            (
                "deadline.after",
                {"amount": 20, "unit": "working_day", "ref": "Ngày gửi", "start": "2025-12-01"},
            ),
        ),
        ("29/1/2024..2/2/2024", {}, ("deadline.window", {"first": "2024-01-29", "last": "2024-02-02"})),
    ],
)
def test_each_form_is_told_with_the_day_it_names(rule, context, expected):
    said, _ = lines(rule, (2025, 11, 3), **context)
    assert said[0] == expected


def test_a_day_without_a_period_and_a_year_not_decided_are_told():
    said, _ = lines("before 20/1", (2027, 1, 25))
    assert said == [
        ("deadline.before_day", {"limit": "2028-01-20"}),
        ("deadline.next_such_day", {}),
        ("deadline.estimate", {}),
    ]


def test_after_a_hold_the_days_left_are_told_and_counted_from_the_release():
    moment = datetime(2025, 11, 3, 2, tzinfo=UTC)
    answer = resolve(parse_deadline("5 working_days"), start=moment, calendar=VN)
    left = pause(answer, datetime(2025, 11, 5, 2, tzinfo=UTC), VN)
    back = resume(answer, left, datetime(2025, 11, 20, 2, tzinfo=UTC), VN)
    assert explain(back, TITLES) == [
        ("deadline.length", {"amount": 5, "unit": "working_day", "start": "2025-11-03"}),
        ("deadline.resumed", {"on": "2025-11-20", "left": 3}),
        ("deadline.weekends", {"count": 2}),
        ("deadline.due", {"on": "2025-11-25"}),
    ]


def test_a_swapped_saturday_after_a_hold_is_told_too():
    moment = datetime(2025, 12, 1, 2, tzinfo=UTC)
    answer = resolve(parse_deadline("5 working_days"), start=moment, calendar=VN)
    back = resume(answer, 5, datetime(2026, 1, 6, 2, tzinfo=UTC), VN)
    assert back.due_on == date(2026, 1, 12)
    assert back.worked == (("2026-01-10", "Làm bù cho 02/01/2026"),)
    assert back.skipped == (("2026-01-11", "weekend"),)


def test_what_is_no_stored_due_is_refused():
    with pytest.raises(KeyError):
        Due.from_json({"due_on": "2025-11-10"})


FULL = Due(
    due_on=date(2026, 1, 12), due_at=datetime(2026, 1, 12, 17, tzinfo=UTC), rule="[5 working_days, by 10/12]",
    form="5 working_days", kind="length", known_by="entry", started_on=date(2025, 12, 29), calendar_version="abc",
    skipped=(("2026-01-01", "Tết Dương lịch"), ("2026-01-03", "weekend")), worked=(("2026-01-10", "Làm bù"),),
    moved=(date(2026, 1, 11), date(2026, 1, 12)), estimated=True, resumed=(date(2026, 1, 6), 4),
)  # fmt: skip
STORED = {
    "due_on": "2026-01-12", "due_at": "2026-01-12T17:00:00+00:00", "rule": "[5 working_days, by 10/12]",
    "form": "5 working_days", "kind": "length", "known_by": "entry", "started_on": "2025-12-29",
    "calendar_version": "abc", "skipped": [["2026-01-01", "Tết Dương lịch"], ["2026-01-03", "weekend"]],
    "worked": [["2026-01-10", "Làm bù"]], "moved": ["2026-01-11", "2026-01-12"], "estimated": True,
    "resumed": ["2026-01-06", 4],
}  # fmt: skip


def test_a_due_is_stored_under_these_names_for_as_long_as_cases_live():
    assert FULL.to_json() == STORED
    assert Due.from_json(json.loads(json.dumps(STORED))) == FULL


def test_what_a_due_lacks_is_stored_as_nothing():
    bare = replace(FULL, skipped=(), worked=(), moved=None, estimated=False, resumed=None)
    nothing = {"skipped": [], "worked": [], "moved": None, "estimated": False, "resumed": None}
    assert bare.to_json() == STORED | nothing
    assert Due.from_json(STORED | nothing) == bare


def test_days_off_of_one_name_are_one_line_only_where_they_touch():
    off = ("2026-02-16", "2026-02-17", "2026-02-20", "2026-02-23")
    skipped = (*((day, "Tết") for day in off[:3]), ("2026-02-21", "weekend"), (off[3], "Nghỉ bù"))
    lines = explain(replace(FULL, skipped=skipped, worked=(), moved=None, estimated=False, resumed=None), {})
    assert lines == [
        ("deadline.length", {"amount": 5, "unit": "working_day", "start": "2025-12-29"}),
        ("deadline.weekends", {"count": 1}),
        ("deadline.off", {"first": "2026-02-16", "last": "2026-02-17", "days": 2, "label": "Tết"}),
        ("deadline.off_day", {"day": "2026-02-20", "label": "Tết"}),
        ("deadline.off_day", {"day": "2026-02-23", "label": "Nghỉ bù"}),
        ("deadline.due", {"on": "2026-01-12"}),
    ]


def test_a_day_moved_back_is_told_as_earlier():
    earlier = replace(FULL, skipped=(), worked=(), moved=(date(2026, 1, 13), date(2026, 1, 12)), resumed=None)
    assert explain(earlier, {})[1:] == [
        ("deadline.moved_earlier", {"from": "2026-01-13", "to": "2026-01-12"}),
        ("deadline.estimate", {}),
        ("deadline.due", {"on": "2026-01-12"}),
    ]


def test_what_has_no_day_cannot_be_explained():
    with pytest.raises(ValueError, match="has no day to explain"):
        explain(replace(FULL, form="none"), {})
