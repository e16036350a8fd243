"""Everything a decision on one case rests on, read in one snapshot with one query."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy as sa

from workflow.calendar import Calendar
from workflow.case import ask, case, case_field, case_party, link
from workflow.catalogue import Catalogue, Life, calendar_of
from workflow.clock import CLOCK, clock_of, local_date
from workflow.db import word
from workflow.definition import Field
from workflow.fixed import Fixed, fixed
from workflow.gathering import Shape, gathered, json_list, json_whole, moment
from workflow.idempotency import idempotency
from workflow.identity import Matter, Organisation, load_organisation
from workflow.message import NotFound
from workflow.organisation import agency
from workflow.registry import Follower, Listened, Party, Registry, SubjectFacts, SubjectPort
from workflow.timers import timer, waiting
from workflow.worklist import candidate, work_item

Row = Mapping[str, Any]


class Sources(Protocol):
    """What facts are read with: stored definitions, and the domain's port for whom a case is about."""

    @property
    def catalogue(self) -> Catalogue:
        """Definitions, plans and calendars by id."""

    @property
    def registry(self) -> Registry:
        """The domain's names."""


@dataclass(frozen=True)
class CaseFacts:
    """A case and what hangs on it, as stored. Rows are plain mappings."""

    case: Row
    life: Life
    fields: Mapping[str, Any]
    asks: tuple[Row, ...]  # of the present visit, of holds (visit 0) and every one with a child case
    links: tuple[Row, ...]
    items: tuple[Row, ...]  # not closed
    candidates: tuple[Row, ...]  # of those items
    timers: tuple[Row, ...]  # armed or paused
    parties: tuple[Party, ...]
    org: Organisation
    calendar: Calendar
    now: datetime
    fills: Mapping[str, list[str]]  # `cases` fields that a state fills on entering → the case ids
    subject: SubjectFacts
    followed: bool = False  # whether the registry's follower has something to do after a decision
    listened: bool = False  # whether anybody outside is told what happens in this agency
    recalled: tuple[str, Mapping[str, Any], datetime] | None = None  # hash, answer, when: of the request's key

    @property
    def today(self) -> date:
        """The local day."""
        return local_date(self.now)

    def matter(self) -> Matter:
        """The case as permission sees it."""
        return Matter(self.case["subject_id"], self.case["unit_id"], self.parties, self.case["takers"])


# Every decision asks this: one statement, so one snapshot; built once, as building takes longer than running.

_ID: sa.BindParameter[str] = sa.bindparam("case_id")
_PARTS = {  # what hangs on a case, and what its rows are ordered by
    name: (Shape(table, "agency_id", "case_id"), order)
    for name, table, order in (
        ("fields", case_field, "name"), ("asks", ask, "id"), ("links", link, "id"), ("items", work_item, "id"),
        ("candidates", candidate, "id"), ("timers", timer, "id"), ("parties", case_party, "person_id"),
    )
}  # fmt: skip
_CASE = Shape(case)
_WAITING = (
    sa.select(work_item.c.id)
    .where(work_item.c.case_id == case.c.id, work_item.c.status != word("closed"))
    .correlate(case)
)
_OF_HOLDS: sa.ColumnElement[Any] = sa.literal_column("0")
_ONLY: dict[str, tuple[sa.ColumnElement[bool], ...]] = {
    "asks": (sa.or_(ask.c.visit.in_([_OF_HOLDS, case.c.visit]), ask.c.child_id.is_not(None)),),
    "items": (work_item.c.status != word("closed"),),
    "candidates": (candidate.c.item_id.in_(_WAITING),),
    "timers": (waiting(),),
}
_RECALLED = gathered(
    json_list(idempotency.c.request_hash, idempotency.c.answer, idempotency.c.at),
    idempotency.c.agency_id == case.c.agency_id, idempotency.c.person_id == sa.bindparam("person_id"),
    idempotency.c.key == sa.bindparam("key"),
)  # fmt: skip


_NAMES = (
    "case",
    *_PARTS,
    "organisation",
    "calendar",
    *(column.name for column in CLOCK),
    "subject",
    "followed",
    "listened",
)


@lru_cache
def _dossiers(
    subjects: SubjectPort | None, follower: Follower | None, listened: Listened | None, *, recall: bool = False
) -> sa.Select[Any]:
    """Values in the order of `_NAMES`, then what is recalled."""
    parts = [
        gathered(shape, shape.table.c.case_id == case.c.id, *_ONLY.get(name, ())) for name, (shape, _) in _PARTS.items()
    ]
    version = sa.select(agency.c.organisation_version).where(agency.c.id == case.c.agency_id).scalar_subquery()
    about = subjects.column(case.c.agency_id, case.c.subject_type, case.c.subject_id) if subjects else sa.null()
    beside = [
        version, calendar_of(case.c.agency_id), *(column.element for column in CLOCK),
        sa.type_coerce(about, sa.JSON), follower.waits(case.c.id) if follower else sa.false(),
        listened(case.c.agency_id) if listened else sa.false(),
    ]  # fmt: skip
    beside += [_RECALLED] if recall else []
    return sa.select(json_whole(_CASE.row, *parts, *beside)).select_from(case)


@lru_cache
def _dossier(
    subjects: SubjectPort | None, follower: Follower | None, listened: Listened | None, dialect: str, *, recall: bool
) -> Fixed:  # fmt: skip
    return fixed(_dossiers(subjects, follower, listened, recall=recall).where(case.c.id == _ID), dialect)


@lru_cache
def _some(subjects: SubjectPort | None, follower: Follower | None, listened: Listened | None) -> sa.Select[Any]:
    return _dossiers(subjects, follower, listened).where(case.c.id.in_(sa.bindparam("case_ids", expanding=True)))


def load_case(
    connection: sa.Connection, sources: Sources, case_id: str, agency_id: str | None, *,
    key: tuple[str, str] | None = None,
) -> CaseFacts:  # fmt: skip
    """The facts of a case of this agency (None: the engine itself asks). Raises NotFound.

    `key`: (person, idempotency key) of the request, to learn whether it was answered before.
    """
    registry = sources.registry
    which = {"case_id": case_id} if key is None else {"case_id": case_id, "person_id": key[0], "key": key[1]}
    beside = registry.subject, registry.follower, registry.listened
    asked = _dossier(*beside, connection.dialect.name, recall=key is not None)
    found = asked.first(connection, which)
    if found is None:
        raise NotFound("case")
    values = json.loads(found[0]) if isinstance(found[0], str) else found[0]  # PostgreSQL's driver has read it
    facts = _facts(connection, sources, values)
    if agency_id not in (None, facts.case["agency_id"]):
        raise NotFound("case")
    return facts if key is None else replace(facts, recalled=_recalled(values[-1]))


def load_cases(connection: sa.Connection, sources: Sources, case_ids: Iterable[str]) -> Iterator[CaseFacts]:
    """The facts of those of these cases that there are, read with one statement: for what the engine does to many."""
    asked = _some(sources.registry.subject, sources.registry.follower, sources.registry.listened)
    found = connection.scalars(asked, {"case_ids": list(case_ids)}).all()
    return (_facts(connection, sources, values) for values in found)


def _facts(connection: sa.Connection, sources: Sources, values: Sequence[Any]) -> CaseFacts:
    catalogue, subjects, found = sources.catalogue, sources.registry.subject, dict(zip(_NAMES, values, strict=False))
    row = _CASE.read(found["case"])
    same = row["agency_id"], row["id"]
    now, life = clock_of(found), catalogue.life(connection, row["definition_id"])
    rows = {name: shape.read_all(found[name], order, *same) for name, (shape, order) in _PARTS.items()}
    return CaseFacts(
        case=row,
        life=life,
        fields={field["name"]: field["value"] for field in rows["fields"]},
        asks=rows["asks"],
        links=rows["links"],
        items=rows["items"],
        candidates=rows["candidates"],
        timers=rows["timers"],
        parties=tuple(Party(party["person_id"], party["relation"]) for party in rows["parties"]),
        org=load_organisation(connection, row["agency_id"], local_date(now), version=found["organisation"]),
        calendar=catalogue.calendar(connection, found["calendar"]),
        now=now,
        fills=load_fills(connection, life, row),
        subject=(subjects.read(found["subject"]) if subjects else None) or unknown_subject(row),
        followed=bool(found["followed"]),
        listened=bool(found["listened"]),
    )


def _recalled(rows: Any) -> tuple[str, Mapping[str, Any], datetime] | None:
    return next(((digest, answer, moment(at)) for digest, answer, at in rows or ()), None)


def unknown_subject(row: Row) -> SubjectFacts:
    """What the case itself knows of whom it is about."""
    named = ("subject_type", "subject_id", "subject_kind", "label", "folded", "unit_id")
    return SubjectFacts(*(row[name] for name in named))


def load_fills(connection: sa.Connection, life: Life, row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which cases each self-filling field of this life would hold now."""
    return {
        field.name: list(connection.scalars(matching_cases(field, row)))
        for field in life.definition.fields.values()
        if field.type == "cases" and field.fill
    }


def matching_cases(field: Field, row: Mapping[str, Any]) -> sa.Select[Any]:
    """Ids of the running cases a `cases` field means, seen from a case, by code."""
    found = sa.select(case.c.id).where(
        case.c.agency_id == row["agency_id"], case.c.process == field.process, case.c.ended_at.is_(None)
    )
    if field.in_states:
        found = found.where(case.c.state.in_(field.in_states))
    if field.level == "any":
        found = found.where(case.c.top_level != "")
    elif field.level:
        found = found.where(case.c.top_level == field.level)
    if field.unit == "own":
        found = found.where(case.c.unit_id == row["unit_id"], ~_told_by_its_heir(row))
    if field.naming:
        found = found.where(_named_in(field.naming, [row["id"], row["parent_id"]]))
    return found.order_by(_BY_CODE)


_BY_CODE = sa.func.coalesce(case.c.code, "")  # by the column itself SQLite would go through all cases of the agency


def _told_by_its_heir(row: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Whether a case of a unit that was merged away leaves its cases to the heir's own: or both would count them."""
    if row["subject_type"] != "unit" or row["subject_id"] == row["unit_id"]:
        return sa.false()
    heirs = case.alias("heirs")
    return sa.exists().where(
        heirs.c.agency_id == row["agency_id"], heirs.c.process == row["process"], heirs.c.ended_at.is_(None),
        heirs.c.subject_id == row["unit_id"], heirs.c.parent_id == row["parent_id"],
    )  # fmt: skip


def _named_in(name: str, ids: list[str | None]) -> sa.ColumnElement[bool]:
    """Whether a case's field of this name lists one of these cases."""
    value = sa.cast(case_field.c.value, sa.Text)
    lists = sa.or_(*(value.contains(f'"{one}"', autoescape=True) for one in ids if one))
    return sa.exists().where(case_field.c.case_id == case.c.id, case_field.c.name == name, lists)
