"""From rule to day: tables of the usual habits, the traps walked on paper, holds, reminders, escalation."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar import Calendar
from workflow.deadlines import (
    DayOff,
    Due,
    escalation_time,
    parse_deadline,
    parse_duration,
    pause,
    reminder_times,
    resolve,
    resume,
)
from workflow.due import explain

FILE = Path(__file__).parents[2] / "config" / "calendars" / "vn.yaml"
VN = Calendar.from_data(yaml.load(FILE.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506 - builds texts only
HANOI = timedelta(hours=7)


def local(text: str) -> datetime:
    """A moment written as Hà Nội wall time, in UTC; nine o'clock when no hour is given."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T09:00").replace(tzinfo=UTC) - HANOI


def due(rule, start, **context) -> Due | None:
    return resolve(parse_deadline(rule), start=local(start), calendar=VN, **context)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("5 working_days", "2025-11-03", "2025-11-10"),
        ("5 working_days", "2026-02-12", "2026-02-26"),
        ("1 working_day", "2025-04-25", "2025-04-26"),
        ("1 working_day", "2025-04-29", "2025-05-05"),
        ("1 working_day", "2025-12-31", "2026-01-05"),
        ("1 working_day", "2025-11-04T03:00", "2025-11-05"),
        ("1 working_day", "2025-11-03T23:59", "2025-11-04"),
        ("20 working_days", "2026-01-05", "2026-01-30"),
        ("3 days", "2025-11-03", "2025-11-06"),
        ("3 days", "2025-11-06", "2025-11-10"),
        ("2 weeks", "2025-12-18", "2026-01-05"),
        ("3 months", "2025-11-30", "2026-03-02"),
        ("1 month", "2024-01-31", "2024-02-29"),
        ("1 year", "2024-02-29", "2025-02-28"),
    ],
)
def test_a_length_counts_from_the_day_after_its_start(rule, start, expected):
    assert due(rule, start).due_on == day(expected)


def test_hours_run_by_the_clock():
    answer = due("4 hours", "2025-11-07T15:00")
    assert (answer.due_on, answer.due_at) == (day("2025-11-07"), local("2025-11-07T19:00"))


def test_hours_ending_on_a_day_off_go_on_to_the_same_hour_of_the_next_working_day():
    answer = due("24 hours", "2025-11-07T15:00")
    assert (answer.due_on, answer.due_at) == (day("2025-11-10"), local("2025-11-10T15:00"))


@pytest.mark.parametrize(
    ("rule", "context", "expected"),
    [
        ("before 10/12", {"case_year": 2025}, "2025-12-09"),
        ("by 10/12", {"case_year": 2025}, "2025-12-10"),
        ("by 31/12", {"case_year": 2025}, "2025-12-31"),
        ("before 15/12", {"case_year": 2025}, "2025-12-12"),
        ("before 20/1 next year", {"case_year": 2025}, "2026-01-19"),
        ("by 29/2", {"case_year": 2025}, "2025-02-28"),
        ("by 10/12/2024", {"case_year": 2025}, "2024-12-10"),
        ("before 1/1 next year", {"case_year": 2025}, "2025-12-31"),
        ("by 1/1 next year", {"case_year": 2025}, "2025-12-31"),
        ("before day 10 of last month of quarter", {"case_year": 2025, "case_quarter": 4}, "2025-12-09"),
        ("before day 1 of last month of quarter", {"case_year": 2025, "case_quarter": 2}, "2025-05-30"),
        ("day 31 of last month of quarter", {"case_year": 2025, "case_quarter": 3}, "2025-09-30"),
        ("by end of phase", {"phase_end": date(2025, 12, 31)}, "2025-12-31"),
        ("29/1/2024..2/2/2024", {}, "2024-02-02"),
        ("by sits_on", {"dates": {"sits_on": date(2025, 11, 20)}}, "2025-11-20"),
        ("before sits_on", {"dates": {"sits_on": date(2025, 11, 20)}}, "2025-11-19"),
        ("10 days before event.held_on", {"dates": {"event.held_on": date(2025, 11, 20)}}, "2025-11-10"),
        ("10 days before event.held_on", {"dates": {"event.held_on": date(2025, 11, 18)}}, "2025-11-07"),
        ("10 days before 20/11/2025", {}, "2025-11-10"),
        ("1 working_day before sits_on", {"dates": {"sits_on": date(2026, 2, 23)}}, "2026-02-13"),
        ("20 working_days after sent_on", {"dates": {"sent_on": date(2025, 11, 3)}}, "2025-12-01"),
        ("20 working_days after sent_on", {"dates": {"sent_on": local("2025-11-04T00:30")}}, "2025-12-02"),
    ],
)
def test_a_day_lies_where_its_rule_says(rule, context, expected):
    assert due(rule, "2024-01-10", **context).due_on == day(expected)


@pytest.mark.parametrize(
    ("rule", "entered", "expected", "why"),
    [
        ("1 working_day before sits_on", "2025-11-20", "2025-11-20", "deadline.moved_to_entry"),  # invited on the day
        ("5 working_days before sits_on", "2025-11-18", "2025-11-18", "deadline.moved_to_entry"),
        ("1 working_day before sits_on", "2025-11-19", "2025-11-19", None),
        ("1 working_day before sits_on", "2025-11-03", "2025-11-19", None),
        ("by sits_on", "2025-11-24", "2025-11-20", None),  # a named day that has passed has passed
        ("1 working_day before sits_on", "2025-11-24", "2025-11-19", None),
        ("5 working_days before 20/11/2025", "2025-11-18", "2025-11-13", None),  # a plan's own days are no invitation
    ],
)
def test_who_is_asked_after_a_day_counted_back_has_that_day_still(rule, entered, expected, why):
    found = due(rule, entered, dates={"sits_on": date(2025, 11, 20)})
    assert found.due_on == day(expected)
    keys = [key for key, _ in explain(found, {})]
    assert (why in keys) if why else not any(key.startswith("deadline.moved") for key in keys)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("before 20/1", "2027-01-25", "2028-01-19"),
        ("before 20/1", "2027-01-19", "2027-01-19"),
        ("before 20/1", "2027-01-20", "2028-01-19"),
        ("by 20/1", "2027-01-20", "2027-01-20"),
        ("before 20/1 next year", "2025-11-03", "2026-01-19"),
        ("before 1/1", "2025-06-02", "2025-12-31"),
        ("day 1 of last month of quarter", "2025-08-25", "2025-08-29"),
        ("day 1 of last month of quarter", "2025-09-04", "2025-12-01"),
        ("day 1 of last month of quarter", "2025-12-02", "2026-02-27"),
    ],
)
def test_without_a_period_it_is_the_next_such_day_from_the_entry_on(rule, start, expected):
    answer = due(rule, start)
    assert (answer.due_on, answer.known_by) == (day(expected), "next")


def test_a_period_wins_over_the_entry_even_when_its_day_is_past():
    assert due("before 20/1", "2027-01-25", case_year=2027).due_on == day("2027-01-19")


@pytest.mark.parametrize(
    ("rule", "context"),
    [
        ("by sits_on", {}),
        ("by sits_on", {"dates": {"sits_on": None}}),
        ("5 working_days before sits_on", {}),
        ("by end of phase", {}),
        ("none", {}),
        ("unknown", {}),
        ("10 days before unknown", {}),
        ("[by sits_on, by end of phase]", {}),
    ],
)
def test_nothing_is_due_while_what_it_hangs_on_is_unknown(rule, context):
    assert due(rule, "2025-11-03", **context) is None


def test_a_list_takes_the_first_that_is_known_and_says_which():
    rule = "[5 working_days before sits_on, 10 working_days]"
    unknown, known = due(rule, "2025-11-03"), due(rule, "2025-11-03", dates={"sits_on": date(2025, 11, 20)})
    assert (unknown.due_on, unknown.form, unknown.known_by) == (day("2025-11-17"), "10 working_days", "entry")
    assert (known.due_on, known.form, known.known_by) == (
        day("2025-11-13"),
        "5 working_days before sits_on",
        "sits_on",
    )
    assert unknown.rule == known.rule == rule


@pytest.mark.parametrize("quarter", [3, 4])
def test_trap_7_before_the_tenth_never_becomes_the_tenth(quarter):
    rule = "before day 10 of last month of quarter"
    context = {"case_year": 2018, "case_quarter": quarter}
    month = quarter * 3
    assert due(rule, "2018-07-02", **context).due_on == date(2018, month, 7)
    later = due(rule, "2018-07-02", **context, day_off=DayOff(day="next"))
    assert later.due_on == date(2018, month, 10)
    assert later.moved == (date(2018, month, 9), date(2018, month, 10))


def test_trap_7_ten_of_36_sixths_of_a_month_are_limits_on_a_day_off():
    limits = [due(f"before 6/{month}", "2023-01-01", case_year=year)
              for year in (2023, 2024, 2025) for month in range(1, 13)]  # fmt: skip
    assert sum(each.moved is not None for each in limits) == 10
    assert all(each.moved is None or each.moved[1] < each.moved[0] for each in limits)


@pytest.mark.parametrize(
    ("rule", "day_off", "expected"),
    [
        ("3 days", DayOff(), "2025-11-10"),
        ("3 days", DayOff(length="previous"), "2025-11-07"),
        ("3 days", DayOff(length="same"), "2025-11-09"),
        ("by 9/11", DayOff(), "2025-11-07"),
        ("by 9/11", DayOff(day="next"), "2025-11-10"),
        ("by 9/11", DayOff(day="same"), "2025-11-09"),
    ],
)
def test_the_plan_says_where_a_limit_on_a_day_off_goes(rule, day_off, expected):
    assert due(rule, "2025-11-06", case_year=2025, day_off=day_off).due_on == day(expected)


def test_a_move_back_never_crosses_the_day_of_entry():
    answer = due("by 9/11", "2025-11-08", case_year=2025)
    assert (answer.due_on, answer.moved) == (day("2025-11-09"), None)


def test_a_deadline_ends_at_the_next_local_midnight():
    assert due("by 31/12", "2025-11-03", case_year=2025).due_at == datetime(2025, 12, 31, 17, tzinfo=UTC)


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="must be aware"):
        resolve(parse_deadline("3 days"), start=datetime(2025, 11, 3), calendar=VN)  # noqa: DTZ001


lengths = st.builds("{} {}s".format, st.integers(1, 60), st.sampled_from(["day", "working_day", "week", "month"]))
fixed = st.sampled_from(
    ["before 10/12", "by 31/12", "before 20/1 next year", "by 29/2", "day 1 of last month of quarter"]
)
starts = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(lengths, starts)
def test_a_length_ends_on_a_working_day_after_its_start(rule, start):
    answer = resolve(parse_deadline(rule), start=start, calendar=VN)
    assert VN.is_working_day(answer.due_on)
    assert answer.due_on > VN.local_date(start)
    assert answer.due_at == VN.end_of_day(answer.due_on)


@given(st.one_of(lengths, fixed), starts, starts)
def test_a_later_start_is_never_due_earlier(rule, one, other):
    first, last = sorted((one, other))
    deadline = parse_deadline(rule)
    early, late = (resolve(deadline, start=start, calendar=VN) for start in (first, last))
    assert early.due_on <= late.due_on


@given(fixed, starts)
def test_a_day_without_a_period_is_never_past(rule, start):
    answer = resolve(parse_deadline(rule), start=start, calendar=VN)
    assert answer.due_on >= VN.local_date(start)
    assert VN.is_working_day(answer.due_on) or VN.previous_working_day(answer.due_on) < VN.local_date(start)


@given(st.one_of(lengths, fixed), starts)
def test_resolving_the_stored_rule_again_changes_nothing(rule, start):
    answer = resolve(parse_deadline(rule), start=start, calendar=VN)
    assert resolve(parse_deadline(answer.rule), start=start, calendar=VN) == answer


@given(st.one_of(lengths, fixed), starts, st.integers(0, 40))
def test_a_due_survives_json(rule, start, held):
    answer = resolve(parse_deadline(rule), start=start, calendar=VN)
    back = resume(answer, pause(answer, start, VN), start + timedelta(days=held), VN)
    for each in (answer, back):
        assert Due.from_json(json.loads(json.dumps(each.to_json()))) == each


@pytest.mark.parametrize(
    ("held", "left", "released", "expected"),
    [
        ("2025-11-05", 3, "2025-11-20", "2025-11-25"),
        ("2025-11-05", 3, "2025-11-05", "2025-11-10"),
        ("2025-11-10", 0, "2025-11-20", "2025-11-20"),
        ("2025-11-10", 0, "2025-11-22", "2025-11-24"),
        ("2025-11-12", -2, "2025-11-20", "2025-11-18"),
        ("2025-11-05", 3, "2026-02-13", "2026-02-25"),
    ],
)
def test_a_held_length_goes_on_with_the_working_days_left(held, left, released, expected):
    answer = due("5 working_days", "2025-11-03")
    assert pause(answer, local(held), VN) == left
    back = resume(answer, left, local(released), VN)
    assert (back.due_on, back.due_at) == (day(expected), VN.end_of_day(day(expected)))
    assert back.resumed == (day(released), left)
    assert back.rule == answer.rule


def test_a_held_fixed_day_does_not_move():
    answer = due("before 10/12", "2025-11-03", case_year=2025)
    left = pause(answer, local("2025-11-05"), VN)
    assert left is None
    assert resume(answer, left, local("2025-12-20"), VN) == answer


def test_days_ahead_of_an_event_are_fixed_and_days_after_one_are_a_length():
    dates = {"dates": {"held_on": date(2025, 11, 20)}}
    assert due("10 days before held_on", "2025-11-03", **dates).kind == "day"
    assert due("10 days after held_on", "2025-11-03", **dates).kind == "length"


@given(st.integers(1, 40), starts, st.integers(0, 60), st.integers(0, 200))
def test_a_hold_gives_back_exactly_the_working_days_it_took(amount, start, before, length):
    answer = resolve(parse_deadline(f"{amount} working_days"), start=start, calendar=VN)
    held, released = start + timedelta(days=before), start + timedelta(days=before + length)
    left = pause(answer, held, VN)
    back = resume(answer, left, released, VN)
    assert back.due_on >= answer.due_on
    if left != 0:
        assert pause(back, released, VN) == left


def test_reminders_come_at_the_plans_hour_on_working_days():
    answer = due("15 days", "2026-02-09")
    assert answer.due_on == day("2026-02-24")
    assert reminder_times(answer, start=local("2026-02-05"), calendar=VN) == [
        (7, local("2026-02-06T08:00")),
        (3, local("2026-02-12T08:00")),
        (1, local("2026-02-23T08:00")),
        (0, local("2026-02-24T08:00")),
    ]


def test_reminders_before_the_start_are_dropped():
    answer = due("15 days", "2026-02-09")
    kept = reminder_times(answer, [0, 1, 3, 7, 7], start=local("2026-02-12T08:01"), calendar=VN, hour=8)
    assert [offset for offset, _ in kept] == [1, 0]
    assert [offset for offset, _ in reminder_times(answer, start=local("2026-02-12T08:00"), calendar=VN)] == [
        3,
        1,
        0,
    ]


def test_a_due_day_that_is_off_is_reminded_of_before_it():
    answer = due("by 9/11", "2025-11-03", case_year=2025, day_off=DayOff(day="same"))
    assert reminder_times(answer, [1, 0], start=local("2025-11-03"), calendar=VN) == [
        (1, local("2025-11-06T08:00")),
        (0, local("2025-11-07T08:00")),
    ]


def test_no_reminder_comes_after_the_end():
    answer = due("4 hours", "2025-11-07T01:00")
    assert reminder_times(answer, [0], start=local("2025-11-07T01:00"), calendar=VN) == []


@given(lengths, starts, st.lists(st.integers(0, 30), max_size=6))
def test_every_reminder_lies_between_start_and_end_on_a_working_day(rule, start, offsets):
    answer = resolve(parse_deadline(rule), start=start, calendar=VN)
    times = reminder_times(answer, offsets, start=start, calendar=VN)
    moments = [at for _, at in times]
    assert moments == sorted(set(moments))
    assert all(start <= at < answer.due_at and VN.is_working_day(VN.local_date(at)) for at in moments)


@pytest.mark.parametrize(
    ("after", "every", "repeat", "expected"),
    [
        ("1 working_day", None, 0, "2025-11-10T08:00"),
        ("1 day", None, 0, "2025-11-10T08:00"),
        ("5 working_days", "20 working_days", 0, "2025-11-14T08:00"),
        ("5 working_days", "20 working_days", 1, "2025-12-12T08:00"),
        ("5 working_days", "20 working_days", 2, "2026-01-12T08:00"),
        ("5 working_days", "1 month", 2, "2026-01-14T08:00"),
        ("4 hours", None, 0, "2025-11-08T04:00"),
        ("4 hours", "2 hours", 3, "2025-11-08T10:00"),
        ("4 hours", "1 week", 1, "2025-11-17T08:00"),
    ],
)
def test_escalation_counts_from_the_due_day(after, every, repeat, expected):
    answer = due("by 7/11", "2025-11-03", case_year=2025)
    at = escalation_time(
        answer,
        parse_duration(after),
        calendar=VN,
        every=parse_duration(every) if every else None,
        repeat=repeat,
    )
    assert at == local(expected)


def test_only_an_escalation_with_every_repeats():
    answer = due("by 7/11", "2025-11-03", case_year=2025)
    with pytest.raises(ValueError, match="every"):
        escalation_time(answer, parse_duration("1 day"), calendar=VN, repeat=1)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("5 working_days before 31/12", "2025-12-24"),
        ("10 working_days before 31/12", "2025-12-17"),
        ("15 working_days before 31/12", "2025-12-10"),
        ("3 days after 1/12", "2025-12-04"),
    ],
)
def test_a_chain_hangs_on_one_day_of_the_cases_year(rule, expected):
    assert due(rule, "2025-12-01", case_year=2025).due_on == day(expected)
    assert due(rule, "2026-01-05", case_year=2025).due_on == day(expected)


def test_a_year_that_begins_in_september_has_its_may_in_the_next():
    begins = {"case_year": 2025, "year_begins": (9, 1)}
    assert due("by 25/5", "2025-09-05", **begins).due_on == day("2026-05-25")
    assert due("by 31/10", "2025-09-05", **begins).due_on == day("2025-10-31")
    assert due("5 working_days before 25/5", "2025-09-05", **begins).due_on == day("2026-05-18")
