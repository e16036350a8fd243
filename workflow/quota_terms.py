"""What a quota of a plan is, once read: how many, of what, counted where and when."""

from __future__ import annotations

from typing import Literal

from workflow.sentences import Model


class Share(Model):
    """An exact part of a number that is counted: of the people of the place, or of what another quota has taken."""

    part: str  # an exact fraction: 3/20
    of: str  # `people`, or a quota's name
    how: Literal["exactly", "at least", "at most"]
    rounding: Literal["up", "down", "half_up"]
    written: str  # the part as the plan writes it: 15 %, 1/20


Bounds = tuple[int | None, int | None]


class Quota(Model):
    """How many cases may, or must, have taken an action: per place and period, as the plan counts them.

    `at`: STATE.ACTION or start.ACTION. `bounds` least and most, by `per` (a unit's type or code), '' for all others. A
    case gives its place back in `before`, and in `ends` unless it comes there from a recognition or holds the
    `level` that the action brought; these three are worked out from the process.
    """

    name: str
    title: str
    of: str
    at: tuple[str, ...]
    per: Literal["", "unit.type", "unit"] = ""
    bounds: dict[str, Bounds] = {}
    share: Share | None = None
    each: Literal["agency", "unit", "unit_type"] = "agency"
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()  # types; empty: all
    period: Literal["year", "school_year", "half_year", "quarter", "month", "phase", "plan"] = "year"
    split: Literal["people", "equal", "by_hand"] | None = None
    override: str | None = None  # the role that may go over it
    reason: str | None = None  # the field it says why in
    kept_in: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    level: str | None = None
    cite: str = ""
