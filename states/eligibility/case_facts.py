"""What rules of eligibility read: a case's facts by name, and the few ways of counting that several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from states.subjects.facts import Genders, Standing
from workflow.registry import Context

Record = Mapping[str, Any]
DATED_BY_YEAR = 12, 31


@dataclass(frozen=True)
class Facts:
    """Everything a rule may know. `today` is the day on which the case is judged."""

    today: date
    name: str = ""
    kind: str = "person"
    case_id: str = ""
    code: str = ""
    levels: tuple[str, ...] = ()
    ladder: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[Any, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    records: Sequence[Record] = ()
    recognitions: Sequence[Record] = ()
    awards: Sequence[Record] = ()
    stays: Sequence[Record] = ()
    used_proofs: Sequence[Record] = ()
    used_initiatives: Sequence[Record] = ()
    leaves_on: date | None = None
    genders: Genders = field(default_factory=Genders)

    def of(self, kind: str) -> list[Record]:
        """The records of a kind, the oldest first."""
        return [one for one in self.records if one["kind"] == kind]

    def covering(self, kind: str) -> list[Record]:
        """Those of a kind that are running on the day, its first and last day included."""
        return [one for one in self.of(kind) if one["starts_on"] <= self.today <= (one["ends_on"] or date.max)]

    @property
    def counted_from(self) -> date:
        """The first day whose achievements count: the one after the last discipline's end (NĐ 152/2025 Đ.4(4))."""
        ends = [one["ends_on"] or date.max for one in self.of("discipline") if one["starts_on"] <= self.today]
        last = max(ends, default=date.min)
        return last if last in (date.min, date.max) else date.fromordinal(last.toordinal() + 1)

    def counts(self, record: Record) -> bool:
        """Whether an achievement lies wholly after discipline; of a year, its end must, unless a day is known."""
        return dated(record) >= self.counted_from

    def named(self, name: str) -> list[str]:
        """The texts of a list field of the case."""
        return [str(one) for one in self.fields.get(name) or []]


def dated(record: Record) -> date:
    """The day an achievement is of: its year's last, since what is judged is the whole year."""
    return date(record["year"], *DATED_BY_YEAR) if record.get("year") else record.get("decided_on") or date.min


def row_of_years(years: Iterable[int], last: int) -> int:
    """How many years in a row end with `last`; a year missing breaks it."""
    known, length = set(years), 0
    while last - length in known:
        length += 1
    return length


def months_between(first: date, last: date) -> int:
    """Whole months from a day to another: 15/3 to 15/9 are six, to 14/9 five."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole if last.day >= first.day else whole - 1


def aim_of(levels: Sequence[str], ladder: Mapping[str, str]) -> str | None:
    """The next level above those held; None at the top, or when the plan has no ladder."""
    names = list(ladder)
    climbed = max((names.index(level) for level in levels if level in ladder), default=-1)
    return names[climbed + 1] if climbed + 1 < len(names) else None


LOADED = (
    "standing", "records", "recognitions", "plan_levels", "awards", "unit_stays", "used_proofs", "used_initiatives",
    "genders", "requirements",
)  # fmt: skip
"""Loaders behind these facts, one query each."""


def facts_of(context: Context) -> Facts:
    """The facts of a case, out of what the loaders found."""
    found = context.facts
    standing: Standing = found["standing"]
    return Facts(
        today=context.today, name=context.subject.label, kind=context.subject.kind,
        case_id=context.case_id, code=context.code,
        levels=context.levels, ladder=found["plan_levels"], holds=context.hold_titles or context.holds,
        fields=context.fields, records=found["records"], recognitions=found["recognitions"], awards=found["awards"],
        stays=found["unit_stays"], used_proofs=found["used_proofs"], used_initiatives=found["used_initiatives"],
        leaves_on=standing.leaves_on, genders=found["genders"],
    )  # fmt: skip
