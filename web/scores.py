"""Scoring on a case's page: the form, who has scored, and what it came to for whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from flask import g

from states.criteria.evidence import bound, case_files
from states.criteria.results import total
from states.criteria.rounds import Place, Round, Sheet, parties_of, round_now
from web.language import t
from workflow.criteria import sets_of
from workflow.definition import CriteriaSet, Criterion
from workflow.explain import CaseView
from workflow.message import Message


@dataclass(frozen=True)
class Typed:
    """What was sent to the form and could not be taken."""

    scores: Mapping[str, int]
    words: str
    errors: Mapping[str, Message]
    revision: int | None = None


@dataclass(frozen=True)
class Scoring:
    """One case's scoring for one person; `round` is None where nobody scores and nobody has."""

    round: Round | None
    files: Mapping[str, str]
    evidence: Mapping[tuple[str, str], list[str]]
    sets: tuple[CriteriaSet, ...]
    may_bind: bool
    typed: Typed = field(default_factory=lambda: Typed({}, "", {}))

    @property
    def sheet(self) -> Mapping[str, int]:
        """What the form stands at: as typed, else as handed in."""
        mine = self.round.mine if self.round else None
        return self.typed.scores if self.typed.errors else (mine.scores if mine else {})

    @property
    def words(self) -> str:
        """The same of the words."""
        mine = self.round.mine if self.round else None
        return self.typed.words if self.typed.errors else (mine.words if mine else "")

    @property
    def revision(self) -> int:
        """The one the form was seen with."""
        mine = self.round.mine if self.round else None
        return self.typed.revision if self.typed.revision is not None else (mine.revision if mine else 0)

    def papers(self, criterion: str, criteria: str = "") -> list[tuple[str, str]]:
        """(id, name) of the files bound to a criterion."""
        name = criteria or (self.round.criteria.name if self.round else "")
        return [(one, self.files[one]) for one in self.evidence.get((name, criterion), []) if one in self.files]


def of_case(connection: sa.Connection, view: CaseView, person_id: str, typed: Typed | None) -> Scoring | None:
    """None where the plan has no criteria for such a case."""
    sets = tuple(sets_of(view.plan, view.case, view.fields))
    if not sets:
        return None
    row, agency = view.case, view.case["agency_id"]
    place = Place(row, view.plan, view.org, view.fields, parties_of(connection, row))
    decides = any(item.mine and item.kind == "state" for item in view.items)
    return Scoring(
        round=round_now(connection, place, person_id, decides=decides),
        files=case_files(connection, agency, row["id"]), evidence=bound(connection, agency, row["id"]), sets=sets,
        may_bind=bool(view.allowed()) and not row["is_held"] and row["ended_at"] is None,
        typed=typed or Typed({}, "", {}),
    )  # fmt: skip


def decimal(part: Fraction) -> str:
    """Two places, half up, as people read them; the exact fraction stands beside it."""
    hundredths = int(part * 100 + Fraction(1, 2))
    point = "," if g.language == "vi" else "."
    return f"{hundredths // 100}{point}{hundredths % 100:02}"


def percent(one: Criterion) -> str:
    """A weight as people read it, exact."""
    part = Fraction(one.weight) * 100
    return f"{part}\N{NO-BREAK SPACE}%" if part.denominator == 1 else one.weight


def rows(found: Round, names: Any) -> list[list[Any]]:
    """Every score that may be seen, a line a person, and the mean; numbers as numbers."""
    heads = [one.title for one in found.criteria.criteria.values()]
    table: list[list[Any]] = [[t("criteria.who"), *heads, t("criteria.total"), t("criteria.words")]]
    table += [_line(found.criteria, sheet, names) for sheet in found.shown]
    if found.result is not None:
        means = [decimal(one.mean) for one in found.result.criteria.values()]
        table.append([t("criteria.mean"), *means, decimal(found.result.whole.mean), str(found.result.whole.mean)])
    return table


def _line(criteria: CriteriaSet, sheet: Sheet, names: Any) -> list[Any]:
    values: Iterable[int] = (sheet.scores[name] for name in criteria.criteria)
    return [names.person(sheet.scorer_id), *values, decimal(total(criteria, sheet.scores)), sheet.words]
