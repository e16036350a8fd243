"""A round of scoring as one person may see it: others' scores only once one's own are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from states.criteria.model import score, score_sheet
from states.criteria.results import Result, result_of
from workflow.case import case_party
from workflow.criteria import set_for
from workflow.definition import CriteriaSet, Plan
from workflow.identity import Asked, Authority, Matter, Organisation, excluded, may, who
from workflow.message import Message
from workflow.registry import Party


@dataclass(frozen=True)
class Sheet:
    """One person's scores."""

    id: str
    scorer_id: str
    revision: int
    scores: Mapping[str, int]
    words: str
    scored_at: datetime
    criteria_hash: str


@dataclass(frozen=True)
class Place:
    """The case a round belongs to, as it stands."""

    case: Mapping[str, Any]
    plan: Plan
    org: Organisation
    fields: Mapping[str, Any]
    parties: tuple[Party, ...]

    @property
    def matter(self) -> Matter:
        """The case as permission sees it."""
        return Matter(self.case["subject_id"], self.case["unit_id"], self.parties, self.case["takers"])


@dataclass(frozen=True)
class Round:
    """`scorers`: who is asked, and whether they have scored. `others` and `result` are empty until one may see them."""

    criteria: CriteriaSet
    visit: int
    is_open: bool
    scorers: tuple[tuple[str, bool], ...]
    mine: Sheet | None
    may_score: bool
    refusals: tuple[Message, ...]
    sees: bool
    others: tuple[Sheet, ...] = ()
    result: Result | None = None
    shown: tuple[Sheet, ...] = field(default=())


def parties_of(connection: sa.Connection, row: Mapping[str, Any]) -> tuple[Party, ...]:
    """Whom the case is about and who brought it."""
    c = case_party.c
    mine = sa.select(c.person_id, c.relation).where(c.agency_id == row["agency_id"], c.case_id == row["id"])
    return tuple(Party(one.person_id, one.relation) for one in connection.execute(mine.order_by(c.person_id)))


def round_now(connection: sa.Connection, place: Place, person_id: str, *, decides: bool) -> Round | None:
    """The round a case is in, or the last one it was in; None when it never was in one, or is none of this person's.

    `decides`: this person's word is asked for now.
    """
    row, found = place.case, None
    if row["ended_at"] is None:
        found = set_for(place.plan, row["process"], row["state"], row["subject_kind"], place.fields)
    if found is not None:
        return _round(connection, place, person_id, found, row["visit"], decides=decides, is_open=True)
    last = last_round(connection, place.case, place.plan)
    if last is None:
        return None
    return _round(connection, place, person_id, last[0], last[1], decides=decides, is_open=False)


def last_round(connection: sa.Connection, row: Mapping[str, Any], plan: Plan) -> tuple[CriteriaSet, int] | None:
    """The set and visit of the latest round somebody scored in."""
    c = score_sheet.c
    found = connection.execute(
        sa.select(c.criteria, c.visit)
        .where(c.agency_id == row["agency_id"], c.case_id == row["id"])
        .order_by(c.visit.desc())
        .limit(1)
    ).first()
    criteria = plan.criteria.get(found.criteria) if found else None
    return (criteria, found.visit) if found and criteria else None


def asked_of(criteria: CriteriaSet, place: Place) -> Asked:
    """Who is asked to score."""
    return Asked((criteria.by,), place.case["unit_id"])


def _round(
    connection: sa.Connection, place: Place, person_id: str, criteria: CriteriaSet, visit: int, *, decides: bool,
    is_open: bool,
) -> Round | None:  # fmt: skip
    if excluded(place.org, place.matter, person_id) is not None:
        return None
    authority = may(place.org, place.plan, place.matter, person_id, asked_of(criteria, place))
    in_person = isinstance(authority, Authority) and authority.on_behalf_of is None
    sheets = load_sheets(connection, place, visit, criteria)
    mine = next((one for one in sheets if one.scorer_id == person_id), None)
    asked = [one for one, for_whom in who(place.org, place.plan, place.matter, asked_of(criteria, place)).items()
             if for_whom is None]  # fmt: skip
    scored = {one.scorer_id for one in sheets}
    names = dict.fromkeys([*(asked if is_open else ()), *sorted(scored)])
    sees = mine is not None or (decides and not (is_open and in_person))
    return Round(
        criteria=criteria, visit=visit, is_open=is_open, scorers=tuple((one, one in scored) for one in names),
        mine=mine, may_score=is_open and in_person and not place.case["is_held"],
        refusals=_refusals(authority), sees=sees,
        others=tuple(one for one in sheets if one is not mine) if sees else (),
        result=result_of(criteria, [one.scores for one in sheets]) if sees else None,
        shown=tuple(sheets) if sees else (mine,) if mine else (),
    )  # fmt: skip


def _refusals(authority: Authority | tuple[Message, ...]) -> tuple[Message, ...]:
    if not isinstance(authority, Authority):
        return authority
    return (Message("criteria.in_person"),) if authority.on_behalf_of else ()


def load_sheets(connection: sa.Connection, place: Place, visit: int, criteria: CriteriaSet) -> list[Sheet]:
    """The sheets of a round that count: by this very set, and of nobody who must keep out of the case."""
    c, row = score_sheet.c, place.case
    found = connection.execute(
        sa.select(score_sheet, score.c.criterion, score.c.value)
        .join(score, (score.c.agency_id == c.agency_id) & (score.c.sheet_id == c.id))
        .where(
            c.agency_id == row["agency_id"], c.case_id == row["id"], c.visit == visit, c.criteria == criteria.name,
            c.criteria_hash == criteria.content_hash(),
        )
        .order_by(c.scorer_id, score.c.criterion)
    ).all()  # fmt: skip
    out = {person for person, subject in place.org.conflicts if subject == row["subject_id"]}
    return [one for one in _sheets(found) if one.scorer_id not in out]


def _sheets(rows: Iterable[Any]) -> list[Sheet]:
    found: dict[str, Sheet] = {}
    scores: dict[str, dict[str, int]] = {}
    for row in rows:
        mine = scores.setdefault(row.id, {})
        mine[row.criterion] = row.value
        found[row.id] = Sheet(
            row.id, row.scorer_id, row.revision, mine, row.words, row.scored_at, row.criteria_hash
        )  # fmt: skip
    return list(found.values())
