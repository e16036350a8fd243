"""What scores come to: exact weighted means and how far they lie apart; they decide nothing by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workflow.definition import CriteriaSet

Scores = Mapping[str, int]  # criterion → value


@dataclass(frozen=True)
class Spread:
    """A mean, with the lowest and the highest it was made of."""

    mean: Fraction
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True)
class Result:
    """What so many sheets come to, altogether and by criterion."""

    sheets: int
    whole: Spread
    criteria: Mapping[str, Spread]


def total(criteria: CriteriaSet, scores: Scores) -> Fraction:
    """One sheet's weighted score, on the set's own scale."""
    return sum((Fraction(one.weight) * scores[name] for name, one in criteria.criteria.items()), Fraction())


def result_of(criteria: CriteriaSet, sheets: Sequence[Scores]) -> Result | None:
    """What sheets come to; None without any."""
    if not sheets:
        return None
    by_criterion = {name: spread([Fraction(one[name]) for one in sheets]) for name in criteria.criteria}
    return Result(len(sheets), spread([total(criteria, one) for one in sheets]), by_criterion)


def spread(values: Sequence[Fraction]) -> Spread:
    """The mean of some, the least and the most."""
    return Spread(sum(values, Fraction()) / len(values), min(values), max(values))
