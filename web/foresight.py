"""What a simulation said, as tables with titles: the same for the terminal, the page and its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise

from web.overview import Figure, Row
from workflow.simulation.comparing import Difference, differences
from workflow.simulation.report import LATE_BY, Report

Say = Callable[..., str]
"""(key, **params) → the sentence."""

MOST_DAYS = 10
MOST_PEOPLE = 20
MOST_BLOCKED = 30


def figures(report: Report, say: Say) -> list[Figure]:
    """Every table of a report, those without a line left out."""
    makers = (_outcomes, _late, _escalating, _loads, _peaks, _weeks, _holidays, _papers, _blocked, _refused)
    return [found for make in makers if (found := make(report, say)).rows]


def headline(report: Report, say: Say) -> list[tuple[str, str]]:
    """The few numbers that stand first, each with its name."""
    asked, late = sum(one.asked for one in report.steps), sum(one.late for one in report.steps)
    return [
        (say("foresight.number.began"), str(sum(one.began for one in report.outcomes))),
        (say("foresight.number.acts"), str(report.acts)),
        (say("foresight.number.late"), percent(late, asked)),
        (say("foresight.number.escalating"), str(sum(one.always_escalates for one in report.steps))),
        (say("foresight.number.blocked"), str(len(report.blocked))),
        (say("foresight.number.letters"), str(report.letters)),
    ]


def percent(part: int, whole: int) -> str:
    """A share as people read it: half a percent counts as a whole one."""
    return f"{(200 * part + whole) // (2 * whole)}%" if whole else "-"


def _heads(say: Say, *names: str) -> tuple[str, ...]:
    return tuple(say(f"foresight.head.{name}") for name in names)


def _figure(say: Say, name: str, heads: tuple[str, ...], rows: list[Row], *drawn: int) -> Figure:
    note = say(f"foresight.{name}.note")
    return Figure(f"foresight-{name}", say(f"foresight.{name}"), heads, rows, drawn, note)


def _outcomes(report: Report, say: Say) -> Figure:
    rows: list[Row] = [
        (one.title, one.began, sum(one.ended.values()), _spread(one.ended), _spread(one.running))
        for one in report.outcomes if one.began
    ]  # fmt: skip
    return _figure(say, "outcomes", _heads(say, "process", "began", "ended", "how", "standing"), rows, 1, 2)


def _spread(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{title}: {number}" for title, number in counts.items())


def _late(report: Report, say: Say) -> Figure:
    titles = {one.process: one.title for one in report.outcomes}
    found = sorted(report.steps, key=lambda one: (-one.late, one.process, one.title))
    rows: list[Row] = [
        (
            f"{one.title} ({titles[one.process]})", one.asked, one.late, percent(one.late, one.asked), *one.late_by,
            one.half_days, one.tenth_days, one.waiting,
        )
        for one in found
    ]  # fmt: skip
    spans = (
        say("foresight.in_time"),
        *(say("foresight.late_by", first=first + 1, last=last) for first, last in pairwise(LATE_BY)),
        say("foresight.late_more", most=LATE_BY[-1]),
    )
    heads = (*_heads(say, "step", "asked", "late", "share"), *spans, *_heads(say, "half", "tenth", "waiting"))
    return _figure(say, "late", heads, rows, 1, 2)


def _escalating(report: Report, say: Say) -> Figure:
    titles = {one.process: one.title for one in report.outcomes}
    rows: list[Row] = [
        (f"{one.title} ({titles[one.process]})", one.asked, one.escalated, percent(one.escalated, one.asked))
        for one in report.steps if one.always_escalates
    ]  # fmt: skip
    return _figure(say, "escalating", _heads(say, "step", "asked", "escalated", "share"), rows, 1, 2)


def _loads(report: Report, say: Say) -> Figure:
    rows: list[Row] = [
        (f"{one.person}, {one.unit}" if one.unit else one.person, one.decided, one.peak, _day(one.peak_on))
        for one in report.loads[:MOST_PEOPLE]
    ]
    return _figure(say, "loads", _heads(say, "person", "decided", "peak", "peak_on"), rows, 1, 2)


def _peaks(report: Report, say: Say) -> Figure:
    days = sorted(report.days.items(), key=lambda one: (-one[1], one[0]))[:MOST_DAYS]
    rows: list[Row] = [(_day(date.fromisoformat(day)), number) for day, number in days]
    return _figure(say, "peaks", _heads(say, "day", "decided"), rows, 1)


def _weeks(report: Report, say: Say) -> Figure:
    """Decisions by month: a year has too many weeks for a phone."""
    months: dict[str, int] = {}
    for day, number in report.days.items():
        months[day[:7]] = months.get(day[:7], 0) + number
    rows: list[Row] = [(f"{month[5:]}/{month[:4]}", number) for month, number in months.items()]
    return _figure(say, "months", _heads(say, "month", "decided"), rows, 1)


def _holidays(report: Report, say: Say) -> Figure:
    found = sorted(report.holidays, key=lambda one: (-(one.on + one.before + one.after), -one.across, one.title))
    rows: list[Row] = [(f"{one.title}: {one.holiday}", one.on, one.before, one.after, one.across) for one in found]
    return _figure(say, "holidays", _heads(say, "step", "on", "before", "after", "across"), rows, 1, 2, 3)


def _papers(report: Report, say: Say) -> Figure:
    rows: list[Row] = [(one.title, one.made, one.written) for one in report.papers if one.made]
    return _figure(say, "papers", _heads(say, "paper", "made", "written"), rows, 1)


def _blocked(report: Report, say: Say) -> Figure:
    rows: list[Row] = [(f"{one.code}: {one.step}", " ".join(one.reasons)) for one in report.blocked[:MOST_BLOCKED]]
    rows += [(text, say("foresight.trouble")) for text in report.troubles]
    return _figure(say, "blocked", _heads(say, "case", "why"), rows)


def _refused(report: Report, say: Say) -> Figure:
    rows: list[Row] = [(text, number) for text, number in report.refused.items()]
    return _figure(say, "starts", _heads(say, "start", "times"), rows, 1)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def compared(first: Report, second: Report, say: Say) -> Figure:
    """What differs between two simulations of the same seed."""
    rows: list[Row] = [
        (_what(one, say), one.first, one.second, f"{one.change:+g}".replace(".", ","))
        for one in differences(first, second)
    ]
    return _figure(say, "compared", _heads(say, "number", "first", "second", "change"), rows, 1, 2)


def _what(one: Difference, say: Say) -> str:
    named = say(f"foresight.what.{one.what}")
    return f"{named}: {one.where}" if one.where else named
