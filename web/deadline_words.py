"""What a plan asks in time, in words and before any case: 5 ngày làm việc, chậm nhất ngày 31/12, 3 ngày trước «…»."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from web.language import t
from workflow.deadline_forms import Duration, FirstKnown, FromDate, NamedDay, PhaseEnd, QuarterDay, Window, YearDay
from workflow.deadline_grammar import parse_deadline, parse_duration
from workflow.sentences import Escalation, Extension

Say = Callable[..., str]
"""(key, **params) → the sentence; the page's own where none is given."""


def due_words(due: Any, titles: Mapping[str, str], say: Say = t) -> str:
    """The words of a state's or an ask's deadline; '' for none. `titles` of the fields it may hang on."""
    if due is None or (not isinstance(due, str) and not all(isinstance(one, str) for one in due)):
        return ""
    return _words(parse_deadline(due), titles, say)


def extension_words(extension: Extension | None, say: Say = t) -> str:
    """What a plan says of putting a deadline off; '' where it says nothing, and the usual bounds hold."""
    if extension is None:
        return ""
    if not extension.allowed:
        return say("deadline_words.no_extension")
    return say("deadline_words.extension", most=_length(parse_duration(extension.most), say), times=extension.times)


def rule_words(rule: str, given: Any, titles: Mapping[str, str], say: Say = t) -> str:
    """What a plan wrote of one kind of rule about time (due, remind, escalate, extension). `titles` of fields and
    roles."""
    said = ""
    match rule:
        case "due":
            said = due_words(given, titles, say)
        case "remind":
            said = say("deadline_words.remind", days=[str(day) for day in given]) if given else ""
        case "escalate":
            said = "; ".join(_escalation(step, titles, say) for step in given)
        case "extension":
            said = extension_words(given, say)
    return said or say("deadline_words.none")


def _escalation(step: Escalation, titles: Mapping[str, str], say: Say) -> str:
    after = _length(parse_duration(step.after), say) if step.after else ""
    key = f"deadline_words.escalate_{'after' if after else 'missed'}"
    who = titles.get(step.role, step.role)
    return say(key, after=after, missed=step.missed or 0, role=who, how=say(f"deadline_words.mode_{step.mode}"))


def _words(form: Any, titles: Mapping[str, str], say: Say) -> str:
    said = ""
    match form:
        case FirstKnown(options):
            said = say("deadline_words.or").join(filter(None, (_words(option, titles, say) for option in options)))
        case Duration():
            said = _length(form, say)
        case FromDate(duration, side, ref):
            said = say(f"deadline_words.{side}", length=_length(duration, say), ref=titles.get(ref, ref))
        case YearDay(day, month, strict, year):
            said = say(_limit(strict), day=f"{day}/{month}" + (f"/{year}" if year else ""))
        case QuarterDay(day, strict):
            said = say(_limit(strict), day=t("deadline_words.quarter_day", day=day))
        case NamedDay(ref, strict):
            said = say(_limit(strict), day=f"«{titles.get(ref, ref)}»")
        case PhaseEnd():
            said = say("deadline_words.phase_end")
        case Window(first, last):
            said = say("deadline_words.window", first=first, last=last)
    return said


def _length(duration: Duration, say: Say) -> str:
    return f"{duration.amount} {say(f'unit.{duration.unit}s')}"


def _limit(strict: bool) -> str:
    return "deadline_words.before_day" if strict else "deadline_words.by_day"
