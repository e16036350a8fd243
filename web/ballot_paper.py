"""A ballot paper on a page: what each choice is called there, a new name on each page, and what came back.

The names of choices are drawn from the page's own random number, so that neither a log nor a look at what is sent says
which is which. All are of one length, and each line has exactly one: each ballot is as long as any other.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from states.ballots.boxes import Box, Elector
from states.ballots.casting import AGAINST, BLANK, FOR
from states.ballots.queries import Paper

MARKS = (FOR, AGAINST, BLANK)
ALL_LINES = 0  # the number under which all lines that are not marked yet are marked alike
WORDS = {FOR: "for", AGAINST: "against", BLANK: "blank"}
CHOOSING = {FOR: "chosen", AGAINST: "not_chosen", BLANK: "blank"}


@dataclass(frozen=True)
class Choice:
    """One way to mark a line."""

    value: str
    word: str  # the end of its text's key
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """A name with its choices."""

    paper: Paper
    choices: tuple[Choice, ...]

    @property
    def name(self) -> str:
        """Of the form's control."""
        return f"p{self.paper.number}"


@dataclass(frozen=True)
class Sheet:
    """A seat's paper as one page shows it."""

    box: Box
    seat: Elector
    papers: tuple[Paper, ...]
    secret: str
    page: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    marks: Mapping[int, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What this seat votes on."""
        return tuple(
            Line(paper, tuple(self._choice(paper.number, mark) for mark in MARKS))
            for paper in self.papers if paper.number in self.box.may_vote(self.seat)
        )  # fmt: skip

    @property
    def for_all(self) -> tuple[Choice, ...]:
        """Marks for all lines that have none yet; where only some may be chosen, never the choice itself."""
        return tuple(self._choice(ALL_LINES, mark) for mark in MARKS if self.box.most is None or mark != FOR)

    @property
    def chosen(self) -> int:
        """How many names are marked for: told only to who chooses a number of them."""
        return sum(mark == FOR for mark in self.marks.values())

    def read(self, given: Mapping[str, str]) -> dict[int, str]:
        """The marks of a form that this page sent; a line without one, or with a strange one, is left out."""
        numbers = sorted(self.box.may_vote(self.seat))
        found = {number: self._mark(number, given.get(f"p{number}", "")) for number in numbers}
        alike = self._mark(ALL_LINES, given.get("all", ""))
        return {number: mark or alike for number, mark in found.items() if mark or alike}

    def _choice(self, number: int, mark: str) -> Choice:
        words = WORDS if self.box.most is None else CHOOSING
        return Choice(self._value(number, mark), words[mark], self.marks.get(number) == mark)

    def _mark(self, number: int, value: str) -> str:
        """The mark a value stands for; all are compared, whichever it is."""
        same = [mark for mark in MARKS if hmac.compare_digest(self._value(number, mark).encode(), value.encode())]
        return same[0] if same else ""

    def _value(self, number: int, mark: str) -> str:
        said = f"{self.page}\x1f{self.box.id}\x1f{self.seat.member_id}\x1f{number}\x1f{mark}"
        return hmac.digest(self.secret.encode(), said.encode(), "sha256").hex()[:24]
