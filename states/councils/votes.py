"""What a council's vote must reach, as a plan says it: exact shares of a named number, and the verdict on a count.

No share is fixed here: no source gives one for exemplars (NĐ 98/2023 Đ.30(7) names titles only), so the plan does.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

Base = Literal["all", "present", "consulted", "cast"]
Verdict = Literal["no_quorum", "passed", "failed"]

_SHARE = re.compile(
    r"(?:(?P<how>at least|more than) )?"
    r"(?:(?P<over>\d+)/(?P<under>\d+)|(?P<percent>\d+(?:\.\d+)?) ?%) of (?P<of>all|present|consulted|cast)"
)
_RULE = re.compile(r"quorum (?P<quorum>[^,]+), pass (?P<passes>[^,]+)")


class BeyondLimits(ValueError):
    """A share nobody could reach, or all would."""


@dataclass(frozen=True)
class Share:
    """`at least 80 % of all`, `more than 1/2 of present`, `2/3 of all`; as exact as it was written."""

    part: Fraction
    of: Base
    strict: bool
    written: str  # the number as the plan writes it

    @classmethod
    def read(cls, text: str) -> Share:
        """From the plan's words. Raises ValueError for others, BeyondLimits for one nobody could reach or all would."""
        found = _SHARE.fullmatch(text.strip())
        if found is None or found["under"] == "0":
            raise ValueError(text)
        if found["percent"]:
            part, written = Fraction(found["percent"]) / 100, f"{found['percent']} %"
        else:
            part, written = Fraction(int(found["over"]), int(found["under"])), f"{found['over']}/{found['under']}"
        strict = found["how"] == "more than"
        if not (0 <= part < 1 if strict else 0 < part <= 1):
            raise BeyondLimits(text)
        of = next(base for base in get_args(Base) if base == found["of"])
        return cls(part, of, strict, written)

    def needed(self, base: int) -> int:
        """The least whole number of votes, or people, of so many that reaches the share; of nobody it is still one."""
        exact = self.part * base
        return math.floor(exact) + 1 if self.strict else max(1, math.ceil(exact))

    def touches(self, votes: int, base: int) -> bool:
        """Whether so many votes stand exactly on a bar that asks for more: half against half, but not none of none."""
        return self.strict and votes > 0 and votes == self.part * base


@dataclass(frozen=True)
class Count:
    """One name's votes at one sitting: in favour, people there, members in all."""

    agreed: int
    present: int
    members: int

    def base(self, of: Base) -> int:
        """The number a share is of."""
        return self.members if of == "all" else self.present


@dataclass(frozen=True)
class Rule:
    """Who must be there and who must agree: `quorum 2/3 of all, pass at least 80 % of all`."""

    quorum: Share
    passes: Share

    @classmethod
    @functools.cache
    def read(cls, text: str | None) -> Rule:
        """From the plan's words. Raises ValueError, also for a quorum that is not of all members."""
        found = _RULE.fullmatch((text or "").strip())
        if found is None:
            raise ValueError(text)
        quorum, passes = Share.read(found["quorum"]), Share.read(found["passes"])
        if quorum.of != "all" or passes.of not in ("all", "present"):  # the secretary's form asks for no other number
            raise ValueError(text)
        return cls(quorum, passes)

    def verdict(self, count: Count) -> Verdict:
        """Passed or failed, or no sitting at all when too few were there or nobody was."""
        if count.present < max(1, self.quorum.needed(count.members)):
            return "no_quorum"
        return "passed" if count.agreed >= self.passes.needed(count.base(self.passes.of)) else "failed"
