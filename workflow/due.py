"""A deadline once worked out: the day, its end, and everything needed to show a person why it is that day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, Self

from workflow.calendar import WEEKEND
from workflow.deadline_forms import Duration, FromDate, NamedDay, PhaseEnd, QuarterDay, Window, YearDay
from workflow.deadline_grammar import parse_deadline

Explanation = list[tuple[str, dict[str, str | int]]]
Labelled = tuple[tuple[str, str], ...]

# length: counted from a start, stops while the case is held. day: hangs on a calendar day, never stops.
Kind = Literal["length", "day"]

# What made the day known, when it was not a field or an event (then its name stands here).
ENTRY, PERIOD, NEXT, PHASE, FIXED = "entry", "period", "next", "phase", "fixed"


@dataclass(frozen=True, slots=True)
class Due:
    """One resolved deadline.

    `rule` is the whole deadline as text, `form` the one of its forms that decided. `started_on` is the day it
    is counted from (the entry, or the named day), `skipped` the days off passed over, `worked` weekend days
    that counted, `moved` the (from, to) of a day off avoided, `resumed` (day, working days left) of the last
    hold. `granted` (the day the rule gives, the day granted) while more time than the rule's holds; `extended` every
    (from, to, granted on) so far; `recomputed` (the day it was, when) by a changed calendar.
    `known_by` is entry, period, next, phase, fixed, or the field or event it hangs on.
    """

    due_on: date
    due_at: datetime
    rule: str
    form: str
    kind: Kind
    known_by: str
    started_on: date
    calendar_version: str
    skipped: Labelled = ()
    worked: Labelled = ()
    moved: tuple[date, date] | None = None
    estimated: bool = False
    resumed: tuple[date, int] | None = None
    granted: tuple[date, date] | None = None
    extended: tuple[tuple[date, date, date], ...] = ()
    recomputed: tuple[date, date] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` gives back an equal Due."""
        return {
            "due_on": self.due_on.isoformat(),
            "due_at": self.due_at.isoformat(),
            "rule": self.rule,
            "form": self.form,
            "kind": self.kind,
            "known_by": self.known_by,
            "started_on": self.started_on.isoformat(),
            "calendar_version": self.calendar_version,
            "skipped": [list(pair) for pair in self.skipped],
            "worked": [list(pair) for pair in self.worked],
            "moved": [day.isoformat() for day in self.moved] if self.moved else None,
            "estimated": self.estimated,
            "resumed": [self.resumed[0].isoformat(), self.resumed[1]] if self.resumed else None,
            **self._later(),
        }

    def _later(self) -> dict[str, Any]:
        """What most deadlines never meet is written only where it is so."""
        found: dict[str, Any] = {}
        if self.granted:
            found["granted"] = _texts(self.granted)
        if self.extended:
            found["extended"] = [_texts(one) for one in self.extended]
        if self.recomputed:
            found["recomputed"] = _texts(self.recomputed)
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises KeyError or ValueError for anything else."""
        moved, resumed = data["moved"], data["resumed"]
        granted, recomputed = data.get("granted"), data.get("recomputed")
        return cls(
            due_on=date.fromisoformat(data["due_on"]),
            due_at=datetime.fromisoformat(data["due_at"]),
            rule=data["rule"],
            form=data["form"],
            kind=data["kind"],
            known_by=data["known_by"],
            started_on=date.fromisoformat(data["started_on"]),
            calendar_version=data["calendar_version"],
            skipped=tuple((day, label) for day, label in data["skipped"]),
            worked=tuple((day, label) for day, label in data["worked"]),
            moved=(date.fromisoformat(moved[0]), date.fromisoformat(moved[1])) if moved else None,
            estimated=data["estimated"],
            resumed=(date.fromisoformat(resumed[0]), resumed[1]) if resumed else None,
            granted=_pair(granted) if granted else None,
            extended=tuple((*_pair(one), date.fromisoformat(one[2])) for one in data.get("extended", ())),
            recomputed=_pair(recomputed) if recomputed else None,
        )


def explain(due: Due, titles: Mapping[str, str]) -> Explanation:
    """Why it is that day: (key, params) in reading order; days are ISO texts, labels the calendar's own.

    `titles`: what people call the fields a deadline may hang on.

    First the rule: `deadline.length` {amount, unit, start} · `deadline.after` or `deadline.ahead` {amount,
    unit, ref, start} · `deadline.before_day`, `deadline.by_day` {limit} · `deadline.before_quarter_day`,
    `deadline.by_quarter_day` {day, limit} · `deadline.phase_end` {limit} · `deadline.before_named_day`,
    `deadline.by_named_day` {ref, limit} · `deadline.window` {first, last}.
    Then, where they apply: `deadline.next_such_day` {} · `deadline.resumed` {on, left} ·
    `deadline.weekends` {count} · `deadline.off` {first, last, days, label}, `deadline.off_day` {day, label} for each
    holiday · `deadline.worked` {day, label} · `deadline.moved_later`, `deadline.moved_earlier`,
    `deadline.moved_to_entry` {from, to} · `deadline.estimate` {} · `deadline.recomputed` {from, on} ·
    `deadline.extended` {from, to, on}. Last `deadline.due` {on}.
    """
    lines: Explanation = [_rule_line(due, titles)]
    if due.known_by == NEXT:
        lines.append(("deadline.next_such_day", {}))
    if due.resumed:
        lines.append(("deadline.resumed", {"on": due.resumed[0].isoformat(), "left": due.resumed[1]}))
    lines += _skipped_lines(due.skipped)
    lines += [("deadline.worked", {"day": day, "label": label}) for day, label in due.worked]
    if due.moved:
        way = "later" if due.moved[1] > due.moved[0] else "earlier"
        if way == "later" and due.moved[0].isoformat() not in {day for day, _ in due.skipped}:
            way = "to_entry"
        days = {"from": due.moved[0].isoformat(), "to": due.moved[1].isoformat()}
        lines.append((f"deadline.moved_{way}", {**days}))
    if due.estimated:
        lines.append(("deadline.estimate", {}))
    if due.recomputed:
        was, on = _texts(due.recomputed)
        lines.append(("deadline.recomputed", {"from": was, "on": on}))
    for one in due.extended:
        was, now, on = _texts(one)
        lines.append(("deadline.extended", {"from": was, "to": now, "on": on}))
    lines.append(("deadline.due", {"on": due.due_on.isoformat()}))
    return lines


def _texts(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _pair(texts: Sequence[str]) -> tuple[date, date]:
    return date.fromisoformat(texts[0]), date.fromisoformat(texts[1])


def _rule_line(due: Due, titles: Mapping[str, str]) -> tuple[str, dict[str, str | int]]:
    ruled = due.granted[0] if due.granted else due.due_on
    last_day, start = due.moved[0] if due.moved else ruled, due.started_on.isoformat()
    form = parse_deadline(due.form)
    match form:
        case Duration():
            return "deadline.length", {"amount": form.amount, "unit": form.unit, "start": start}
        case FromDate(duration, side, ref):
            key = "deadline.after" if side == "after" else "deadline.ahead"
            named = titles.get(ref, ref)
            return key, {"amount": duration.amount, "unit": duration.unit, "ref": named, "start": start}
        case YearDay():
            return f"deadline.{_word(form)}_day", {"limit": _limit(form, last_day)}
        case QuarterDay():
            return f"deadline.{_word(form)}_quarter_day", {"day": form.day, "limit": _limit(form, last_day)}
        case NamedDay():
            named = titles.get(form.ref, form.ref)
            return f"deadline.{_word(form)}_named_day", {"ref": named, "limit": _limit(form, last_day)}
        case PhaseEnd():
            return "deadline.phase_end", {"limit": last_day.isoformat()}
        case Window(first, last):
            return "deadline.window", {"first": first.isoformat(), "last": last.isoformat()}
    raise ValueError(f"{due.form!r} has no day to explain")


def _word(form: YearDay | QuarterDay | NamedDay) -> str:
    return "before" if form.strict else "by"


def _limit(form: YearDay | QuarterDay | NamedDay, last_day: date) -> str:
    """The day the rule names: the one after the last allowed day when that is strict."""
    return (last_day + timedelta(days=int(form.strict))).isoformat()


def _skipped_lines(skipped: Labelled) -> Explanation:
    weekends = sum(label == WEEKEND for _, label in skipped)
    lines: Explanation = [("deadline.weekends", {"count": weekends})] if weekends else []
    for run in _runs([(date.fromisoformat(day), label) for day, label in skipped if label != WEEKEND]):
        first, last = run[0][0].isoformat(), run[-1][0].isoformat()
        if first == last:
            lines.append(("deadline.off_day", {"day": first, "label": run[0][1]}))
            continue
        lines.append(("deadline.off", {"first": first, "last": last, "days": len(run), "label": run[0][1]}))
    return lines


def _runs(days: list[tuple[date, str]]) -> Iterable[list[tuple[date, str]]]:
    """Neighbouring days of one label, together."""
    if not days:
        return
    run = [days[0]]
    for before, after in pairwise(days):
        if after[1] != before[1] or after[0] - before[0] != timedelta(days=1):
            yield run
            run = []
        run.append(after)
    yield run
