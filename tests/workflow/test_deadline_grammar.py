"""The language of deadlines: every form reads and writes back, all else is refused with the nearest form."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.deadline_forms import (
    Duration,
    FirstKnown,
    FromDate,
    NamedDay,
    PhaseEnd,
    QuarterDay,
    Unbounded,
    Window,
    YearDay,
)
from workflow.deadline_grammar import (
    DEADLINE_FORMS,
    DEADLINE_PATTERNS,
    DURATION_PATTERN,
    DeadlineSyntaxError,
    parse_deadline,
    parse_duration,
    references,
)
from workflow.defect_kinds import because

FIVE, TEN = Duration(5, "working_day"), Duration(10, "working_day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 working_days", FIVE),
        ("1 working_day", Duration(1, "working_day")),
        ("3 days", Duration(3, "day")),
        ("3 months", Duration(3, "month")),
        ("2 weeks", Duration(2, "week")),
        ("4 hours", Duration(4, "hour")),
        ("1 year", Duration(1, "year")),
        ("20 working_days after sent_on", FromDate(Duration(20, "working_day"), "after", "sent_on")),
        ("10 days before event.held_on", FromDate(Duration(10, "day"), "before", "event.held_on")),
        ("1 working_day before sits_on", FromDate(Duration(1, "working_day"), "before", "sits_on")),
        ("10 days before 20/11/2025", FromDate(Duration(10, "day"), "before", "20/11/2025")),
        ("before 10/12", YearDay(10, 12, strict=True)),
        ("by 10/12", YearDay(10, 12, strict=False)),
        ("by 10/12/2025", YearDay(10, 12, strict=False, year=2025)),
        ("before 2025-12-10", YearDay(10, 12, strict=True, year=2025)),
        ("before 20/1 next year", YearDay(20, 1, strict=True, next_year=True)),
        ("before day 10 of last month of quarter", QuarterDay(10, strict=True)),
        ("day 1 of last month of quarter", QuarterDay(1, strict=False)),
        ("by end of phase", PhaseEnd()),
        ("by sits_on", NamedDay("sits_on", strict=False)),
        ("before event.held_on", NamedDay("event.held_on", strict=True)),
        ("29/1/2024..2/2/2024", Window(date(2024, 1, 29), date(2024, 2, 2))),
        ("2024-01-29..2024-02-02", Window(date(2024, 1, 29), date(2024, 2, 2))),
        ("none", Unbounded("none")),
        ("unknown", Unbounded("unknown")),
        ("  5   working_days ", FIVE),
        ("[by sits_on, 10 working_days]", FirstKnown((NamedDay("sits_on", strict=False), TEN))),
        (["by sits_on", "10 working_days"], FirstKnown((NamedDay("sits_on", strict=False), TEN))),
    ],
)
def test_each_form_reads_and_its_text_reads_back(text, expected):
    assert parse_deadline(text) == expected
    assert parse_deadline(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("5 working days", "5 working_days"),
        ("0 days", "3 days"),
        ("by end of phse", "by end of phase"),
        ("befor 10/12", "before 10/12"),
        ("before 20/1 of next year", "before 20/1 next year"),
        ("day 1 of last month of the quarter", "day 1 of last month of quarter"),
        ("20 working_days since sent_on", "20 working_days after sent_on"),
        ("29/1/2024-2/2/2024", "29/1/2024..2/2/2024"),
    ],
)
def test_anything_else_is_refused_with_the_nearest_form_and_all_allowed(text, nearest):
    with pytest.raises(DeadlineSyntaxError) as refused:
        parse_deadline(text)
    assert refused.value.nearest == nearest
    assert refused.value.reason == because("no_form", text=text, nearest=nearest)
    assert all(form in refused.value.forms for form in DEADLINE_FORMS)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("by 31/2", "no_such_day(text='31/2')"),
        ("before 29/2/2025", "no_such_day(text='29/2')"),
        ("by 10/13", "no_such_day(text='10/13')"),
        ("before day 32 of last month of quarter", "no_such_day(text='32')"),
        ("2/2/2024..29/1/2024", "ends_before"),
        ("4 hours before sits_on", "day_in_hours"),
        ("3 days after 31/4/2025", "no_such_day(text='31/4')"),
        ("[5 working_days]", "one_to_choose"),
        ("", "no_form"),
        ("[by sits_on, none of it]", "none of it"),
    ],
)
def test_a_form_with_an_impossible_value_says_what_is_impossible(text, cause):
    with pytest.raises(ValueError, match=re.escape(cause)):
        parse_deadline(text)


def test_a_leap_day_is_a_day_of_the_year():
    assert parse_deadline("by 29/2") == YearDay(29, 2, strict=False)


@pytest.mark.parametrize("example", [form for form in DEADLINE_FORMS if not form.startswith("[")])
def test_every_example_reads_and_matches_one_pattern(example):
    parse_deadline(example)
    assert len([pattern for pattern in DEADLINE_PATTERNS if re.fullmatch(pattern, example)]) == 1


@given(st.integers(1, 9999), st.sampled_from(["hour", "day", "working_day", "week", "month", "year"]))
def test_durations_read_back(amount, unit):
    duration = Duration(amount, unit)
    assert parse_duration(str(duration)) == duration
    assert re.fullmatch(DURATION_PATTERN, str(duration))


@given(st.text(alphabet="0123456789 abdefhkmnorstuwy_/.[],", max_size=40))
def test_a_text_is_read_or_refused_and_what_is_read_is_stable(text):
    try:
        deadline = parse_deadline(text)
    except DeadlineSyntaxError:
        return
    assert parse_deadline(str(deadline)) == deadline


def test_a_duration_names_the_nearest_form():
    with pytest.raises(DeadlineSyntaxError, match="nearest='3 working_days'"):
        parse_duration("3 workingdays")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("5 working_days", set()),
        ("by sits_on", {"sits_on"}),
        ("[5 working_days before sits_on, 20 days after sent_on, 10 days]", {"sits_on", "sent_on"}),
        ("10 days before 20/11/2025", set()),
        ("10 days before unknown", set()),
    ],
)
def test_a_deadline_tells_what_it_hangs_on(text, names):
    assert references(parse_deadline(text)) == names
