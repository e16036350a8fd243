"""What a plan may ask of scores before an action; left out, they are information only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa

from states.criteria.results import Result
from states.criteria.rounds import Place, parties_of, round_now
from workflow.case import case
from workflow.identity import load_organisation
from workflow.message import Message
from workflow.registry import Context, Registry

FACTS = "scores"
_LEAST = re.compile(r"(?P<whole>\d+(?:\.\d+)?)(?:/(?P<under>[1-9]\d*))?(?: by (?P<sheets>[1-9]\d*))?")


@dataclass(frozen=True)
class Least:
    """A mean on the set's scale, and how many must have scored."""

    mean: Fraction
    sheets: int

    @classmethod
    def read(cls, text: str | None) -> Least:
        """`3`, `7/2`, `3.5 by 3`. Raises ValueError."""
        found = _LEAST.fullmatch((text or "").strip())
        if found is None:
            raise ValueError(text)
        return cls(Fraction(found["whole"]) / int(found["under"] or 1), int(found["sheets"] or 1))


@dataclass(frozen=True)
class Known:
    """What a round came to; `sees` is false for who has yet to score."""

    result: Result | None
    sees: bool


def scores(connection: sa.Connection, context: Context) -> Known:
    """The present round of a case, else its last one, as the actor may know it."""
    plan = context.plan
    row = connection.execute(
        sa.select(case).where(case.c.agency_id == context.agency_id, case.c.id == context.case_id)
    ).mappings().first()  # fmt: skip
    if plan is None or row is None:
        return Known(None, sees=True)
    org = load_organisation(connection, context.agency_id, context.today)
    place = Place(dict(row), plan, org, context.fields, parties_of(connection, dict(row)))
    found = round_now(connection, place, context.actor_id or "", decides=True)
    return Known(None, sees=False) if found is None else Known(found.result, found.sees)


def score_at_least(context: Context, text: str | None) -> Message | None:
    """The mean reaches what the plan asks, by as many sheets as it asks; no number is told: some have yet to score."""
    least, known = Least.read(text), context.facts[FACTS]
    told = {"mean": _written(least.mean), "sheets": least.sheets}
    if not known.sees:
        return Message("guard.score_unseen", told)
    result = known.result
    if result is not None and result.sheets >= least.sheets and result.whole.mean >= least.mean:
        return None
    return Message("guard.score_at_least", told)


def _written(part: Fraction) -> str:
    return str(part)


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.loader(FACTS)(scores)
    registry.guard("score_at_least", facts=[FACTS], reads=Least.read)(score_at_least)
