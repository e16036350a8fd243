"""What a plan asks in time, in words and before any case: 5 ngày làm việc, chậm nhất ngày 31/12, 3 ngày trước «…»."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.language import t
from workflow.deadline_forms import Duration, FirstKnown, FromDate, NamedDay, PhaseEnd, QuarterDay, Window, YearDay
from workflow.deadline_grammar import parse_deadline, parse_duration
from workflow.sentences import Extension


def due_words(due: Any, titles: Mapping[str, str]) -> str:
    """The words of a state's or an ask's deadline; '' for none. `titles` of the fields it may hang on."""
    if due is None or (not isinstance(due, str) and not all(isinstance(one, str) for one in due)):
        return ""
    return _words(parse_deadline(due), titles)


def extension_words(extension: Extension | None) -> str:
    """What a plan says of putting a deadline off; '' where it says nothing, and the usual bounds hold."""
    if extension is None:
        return ""
    if not extension.allowed:
        return t("deadline_words.no_extension")
    return t("deadline_words.extension", most=_length(parse_duration(extension.most)), times=extension.times)


def _words(form: Any, titles: Mapping[str, str]) -> str:
    said = ""
    match form:
        case FirstKnown(options):
            said = t("deadline_words.or").join(filter(None, (_words(option, titles) for option in options)))
        case Duration():
            said = _length(form)
        case FromDate(duration, side, ref):
            said = t(f"deadline_words.{side}", length=_length(duration), ref=titles.get(ref, ref))
        case YearDay(day, month, strict, year):
            said = t(_limit(strict), day=f"{day}/{month}" + (f"/{year}" if year else ""))
        case QuarterDay(day, strict):
            said = t(_limit(strict), day=t("deadline_words.quarter_day", day=day))
        case NamedDay(ref, strict):
            said = t(_limit(strict), day=f"«{titles.get(ref, ref)}»")
        case PhaseEnd():
            said = t("deadline_words.phase_end")
        case Window(first, last):
            said = t("deadline_words.window", first=first, last=last)
    return said


def _length(duration: Duration) -> str:
    return f"{duration.amount} {t(f'unit.{duration.unit}s')}"


def _limit(strict: bool) -> str:
    return "deadline_words.before_day" if strict else "deadline_words.by_day"
