"""Who sees a case, as SQL: the same expression behind lists, search, history and API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.identity import ASIDE, Organisation
from workflow.registry import Registry
from workflow.worklist import candidate, work_item

OPEN_TO_COLLEAGUES = ("identified", "cultivating")
"""Stages in which colleagues of the unit may read a case, to endorse it (Kế hoạch IV.2)."""


def visible(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """True for the rows of `case_` this person may see today, for themselves and those they stand in for."""
    found = ways(org, person_id)
    if not found:
        return sa.false()
    return sa.and_(case.c.agency_id == org.agency_id, sa.or_(*found.values()), sa.not_(kept_from(org, person_id)))


def ways(org: Organisation, person_id: str) -> dict[str, sa.ColumnElement[bool]]:
    """Each way by which this person sees cases, by its name; none for who does not work here today."""
    someone = org.people.get(person_id)
    if someone is None or not someone.active:
        return {}
    powers = org.powers(person_id)
    found = {
        "party": _as_party(org, person_id), "asked": _asked_directly(org, person_id),
        "asked_by_role": _asked_by_role(org, person_id),
    }  # fmt: skip
    if any(power.unit_id is None for power in powers):
        found["agency"] = sa.true()
    units = sorted({power.unit_id for power in powers if power.unit_id})
    if units:
        found["unit"] = case.c.unit_id.in_(units)
    if someone.unit_id:
        found["colleague"] = _to_endorse(someone.unit_id)
    return found


def kept_from(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """True for cases this person has no part in, whatever they hold: their own undecided one, kin, conflict, one from
    which they stand aside while it is on an agenda."""
    return sa.or_(*bars(org, person_id).values())


def bars(org: Organisation, person_id: str) -> dict[str, sa.ColumnElement[bool]]:
    """Each reason to have no part in a case, by its name."""
    kept_out = sorted(subject for one, subject in org.conflicts if one == person_id)
    return {
        "own": _own_and_undecided(org, person_id), "conflict": case.c.subject_id.in_(kept_out),
        "aside": _aside(org, person_id),
    }  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """Which ways to a case hold for somebody, and which reasons keep them from it."""

    ways: tuple[str, ...]
    bars: tuple[str, ...]

    @property
    def sees(self) -> bool:
        """What `visible` says of it."""
        return bool(self.ways) and not self.bars


def sight(connection: sa.Connection, org: Organisation, person_id: str, case_id: str) -> Sight:
    """Why somebody sees a case of this agency, or does not: the conditions of `visible`, each asked by itself."""
    asked = {f"way.{name}": one for name, one in ways(org, person_id).items()}
    asked |= {f"bar.{name}": one for name, one in bars(org, person_id).items()}
    row = connection.execute(
        sa.select(*(one.label(name) for name, one in asked.items())).where(
            case.c.id == case_id, case.c.agency_id == org.agency_id
        )
    ).mappings().first()  # fmt: skip
    true = [name.split(".") for name, found in (row or {}).items() if found]
    return Sight(*(tuple(name for kind, name in true if kind == wanted) for wanted in ("way", "bar")))


def kept_of(connection: sa.Connection, org: Organisation, person_id: str, ids: Collection[str]) -> Mapping[str, str]:
    """Of these cases those this person has no part in: id → code."""
    apart = sa.select(case.c.id, case.c.code).where(
        case.c.agency_id == org.agency_id, case.c.id.in_(sorted(ids)), kept_from(org, person_id)
    )
    return {row.id: row.code for row in connection.execute(apart)}


def reads(connection: sa.Connection, org: Organisation, person_id: str, case_id: str) -> bool:
    """Whether this person may see one case."""
    return connection.scalar(_seen(org, person_id), {"case": case_id}) is not None


@lru_cache(maxsize=256)
def _seen(org: Organisation, person_id: str) -> sa.Select[tuple[str]]:
    """Asked for every page about a case: made once for each snapshot of the organisation."""
    return sa.select(case.c.id).where(case.c.id == sa.bindparam("case"), visible(org, person_id))


def register(registry: Registry) -> None:
    """Who reads a case does not read about others it lists that they have no part in, nor of one by a refusal."""
    registry.kept_from = kept_of
    registry.readable = reads


def _aside(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    mine = sa.select(case_party.c.case_id).where(
        case_party.c.agency_id == org.agency_id, case_party.c.person_id == person_id, case_party.c.relation == ASIDE
    )
    return case.c.id.in_(mine)


def _to_endorse(unit_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(case.c.subject_type == "subject", case.c.unit_id == unit_id, case.c.stage.in_(OPEN_TO_COLLEAGUES))


def _as_party(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    principals = [place.principal for place in org.standings(person_id)]
    return case.c.id.in_(
        sa.select(case_party.c.case_id).where(
            case_party.c.agency_id == org.agency_id, case_party.c.person_id.in_(principals)
        )
    )


def _asked_directly(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    mine = org.once(person_id)  # what was asked of one they turned out to be was asked of them
    asked = sa.select(candidate.c.case_id).where(
        candidate.c.agency_id == org.agency_id, candidate.c.person_id.in_(mine)
    )
    did = [  # each by an index of its own; one condition over both would read every item there ever was
        case.c.id.in_(sa.select(work_item.c.case_id).where(work_item.c.agency_id == org.agency_id, by.in_(mine)))
        for by in (work_item.c.claimed_by, work_item.c.closed_by)
    ]
    return sa.or_(case.c.id.in_(asked), *did)


def _asked_by_role(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """Units whose head was asked for an opinion on somebody else's case."""
    by_unit: dict[str, set[str]] = defaultdict(set)
    for power in org.powers(person_id):
        if power.unit_id:
            by_unit[power.role].add(power.unit_id)
    asked = [
        sa.and_(candidate.c.role == role, candidate.c.unit_id.in_(sorted(units))) for role, units in by_unit.items()
    ]
    if not asked:
        return sa.false()
    in_units = sa.select(candidate.c.case_id).where(
        candidate.c.agency_id == org.agency_id, candidate.c.person_id.is_(None), sa.or_(*asked)
    )
    return case.c.id.in_(in_units)


def _own_and_undecided(org: Organisation, person_id: str) -> sa.ColumnElement[bool]:
    """Nobody follows the talk about themselves before a first recognition, unless they brought it."""
    mine = sa.select(case_party.c.case_id).where(
        case_party.c.agency_id == org.agency_id, case_party.c.person_id == person_id
    )
    about_me = case.c.id.in_(mine.where(case_party.c.relation == "subject"))
    brought = case.c.id.in_(mine.where(case_party.c.relation == "nominator"))
    return sa.and_(about_me, case.c.top_level == "", sa.not_(brought))
