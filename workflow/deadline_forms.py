"""What a deadline can be, once read: frozen values whose text reads back to the same value."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["hour", "day", "working_day", "week", "month", "year"]


def limit_word(strict: bool) -> str:
    """`before` a day ends the day before it; `by` a day counts it."""
    return "before" if strict else "by"


def day_text(day: date) -> str:
    """A date as d/m/yyyy, unpadded."""
    return f"{day.day}/{day.month}/{day.year}"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of a unit, at least 1. Alone as a deadline it is a length from the state's entry."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class FromDate:
    """A duration before or after a named day: a field, an event (`event.held_on`) or a full date."""

    duration: Duration
    side: Literal["before", "after"]
    ref: str

    def __str__(self) -> str:
        return f"{self.duration} {self.side} {self.ref}"


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of the case's year, or of a stated one; `strict` (before) ends the day before it."""

    day: int
    month: int
    strict: bool
    year: int | None = None
    next_year: bool = False

    def __str__(self) -> str:
        stated = f"{self.day}/{self.month}" + (f"/{self.year}" if self.year else "")
        return f"{limit_word(self.strict)} {stated}{' next year' if self.next_year else ''}"


@dataclass(frozen=True, slots=True)
class QuarterDay:
    """Day N of the last month of the case's quarter; a month too short ends on its last day."""

    day: int
    strict: bool

    def __str__(self) -> str:
        return f"{limit_word(self.strict)} day {self.day} of last month of quarter"


@dataclass(frozen=True, slots=True)
class PhaseEnd:
    """The last day of the case's phase."""

    def __str__(self) -> str:
        return "by end of phase"


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a field or an event names; `strict` ends the day before it."""

    ref: str
    strict: bool

    def __str__(self) -> str:
        return f"{limit_word(self.strict)} {self.ref}"


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day, both counted."""

    first: date
    last: date

    def contains(self, day: date) -> bool:
        """True from the first through the last day."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{day_text(self.first)}..{day_text(self.last)}"


@dataclass(frozen=True, slots=True)
class Unbounded:
    """`none`: there is no deadline. `unknown`: a plan's value that is still to be set."""

    word: Literal["none", "unknown"]

    def __str__(self) -> str:
        return self.word


Form = Duration | FromDate | YearDay | QuarterDay | PhaseEnd | NamedDay | Window | Unbounded


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """The first of several whose day is known."""

    options: tuple[Form, ...]

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.options))}]"


Deadline = Form | FirstKnown
