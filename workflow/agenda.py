"""Which case stands on whose list: an exclusive list has a case to itself until it is answered, held or moves on.

A place is a row keyed by the case, written in the transaction of the decision that takes it: two lists cannot have
the same case, however close they come. The place is given up when the case is held or leaves where it was (a vote on a
file that changed since is no vote on it), and when its answer has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_party
from workflow.db import Id, agency_id, metadata
from workflow.definition import Field
from workflow.draft import Draft
from workflow.facts import matching_cases
from workflow.identity import ASIDE, EXCLUDED
from workflow.message import Message, Refused
from workflow.registry import Context, EffectEntry

agenda_place = sa.Table(
    "agenda_place",
    metadata,
    Id("case_id", primary_key=True),
    agency_id(),
    Id("holder_id", nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.ForeignKeyConstraint(["agency_id", "holder_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_agenda_place_holder", "holder_id"),
)


def choices(draft: Draft, field: Field) -> list[str]:
    """The cases that may be put on a list: what it is taken from, else those of its process that are free, by code."""
    if field.fill:
        return list(draft.facts.fills.get(field.name, []))
    if field.taken_from:
        return list(draft.fields.get(field.taken_from) or [])
    if field.compute or not field.process:
        return list(draft.fields.get(field.name) or [])
    return free(draft.connection, field, draft.facts.case)


def free(connection: sa.Connection, field: Field, row: Mapping[str, Any]) -> list[str]:
    """Those of its process that nobody else has on an exclusive list, seen from a case (or one that is to begin).

    Who is on hold is decided on by nobody, and held up to nobody as an example.
    """
    found = matching_cases(field, row)
    if field.exclusive or field.level:
        found = found.where(~case.c.is_held)
    if field.exclusive:
        elsewhere = sa.exists().where(agenda_place.c.case_id == case.c.id, agenda_place.c.holder_id != row["id"])
        found = found.where(~elsewhere)
    return list(connection.scalars(found))


def open_to(draft: Draft) -> dict[str, Any]:
    """The fields as one member is asked about them: without listed cases that are their own, kin's or declared."""
    person_id, definition = draft.by.person_id, draft.facts.life.definition
    lists = [name for name, field in definition.fields.items() if field.type == "cases" and draft.fields.get(name)]
    if not lists or person_id is None:
        return draft.fields
    ids = {one for name in lists for one in draft.fields[name]}
    kept_out = [subject for one, subject in draft.facts.org.conflicts if one == person_id]
    own = sa.exists().where(
        case_party.c.case_id == case.c.id, case_party.c.person_id == person_id, case_party.c.relation.in_(EXCLUDED)
    )
    apart = sa.select(case.c.id).where(case.c.id.in_(ids), case.c.subject_id.in_(kept_out) | own)
    kept = set(draft.connection.scalars(apart))
    return {**draft.fields, **{name: [one for one in draft.fields[name] if one not in kept] for name in lists}}


def taking(ids: Sequence[str]) -> EffectEntry:
    """Have exactly these cases on this case's list. Refuses one that another list took in the meantime."""

    def take(context: Context, connection: sa.Connection) -> None:
        mine = agenda_place.c.holder_id == context.case_id
        gone = mine & agenda_place.c.case_id.not_in(ids)
        _nobody_aside(connection, sa.select(agenda_place.c.case_id).where(gone))
        connection.execute(sa.delete(agenda_place).where(gone))
        held = set(connection.scalars(sa.select(agenda_place.c.case_id).where(mine)))
        rows = [
            {"case_id": one, "agency_id": context.agency_id, "holder_id": context.case_id}
            for one in ids if one not in held
        ]  # fmt: skip
        if rows:
            _refuse_taken(connection, [row["case_id"] for row in rows])
            connection.execute(sa.insert(agenda_place), rows)

    return EffectEntry(take)


def _refuse_taken(connection: sa.Connection, ids: Sequence[str]) -> None:
    taken = sa.select(case.c.code).join(agenda_place, agenda_place.c.case_id == case.c.id)
    codes = list(connection.scalars(taken.where(case.c.id.in_(ids)).order_by(case.c.code)))
    if codes:
        raise Refused(Message("agenda.taken", {"codes": codes}))


def leaving() -> EffectEntry:
    """Give up the place of this case, if it has one."""

    def leave(context: Context, connection: sa.Connection) -> None:
        for gone in (_ASIDE_GONE, _PLACE_GONE):
            connection.execute(gone, {"case": context.case_id})

    return EffectEntry(leave)


# Every decision that leaves the council does this, on a list or not: built once.
_ASIDE_GONE = sa.delete(case_party).where(
    case_party.c.case_id == sa.bindparam("case"), case_party.c.relation == sa.literal(ASIDE)
)
_PLACE_GONE = sa.delete(agenda_place).where(agenda_place.c.case_id == sa.bindparam("case"))


def closing(answered: Sequence[str]) -> EffectEntry:
    """Give up every place this case still has for others, but of those who have yet to hear its answer."""

    def close(context: Context, connection: sa.Connection) -> None:
        mine = (agenda_place.c.holder_id == context.case_id) & agenda_place.c.case_id.not_in(answered)
        _nobody_aside(connection, sa.select(agenda_place.c.case_id).where(mine))
        connection.execute(sa.delete(agenda_place).where(mine))

    return EffectEntry(close)


def stand_aside(
    connection: sa.Connection, agency_id: str, pairs: Iterable[tuple[str, str]], ids: Sequence[str]
) -> None:
    """Of these cases, on an agenda now, exactly the people of `pairs` (case, person) have no part: not in deciding,
    their lists, search or mail, for as long as the case is on the agenda."""
    _nobody_aside(connection, ids)
    rows = [
        {"agency_id": agency_id, "case_id": case_id, "person_id": person_id, "relation": ASIDE}
        for case_id, person_id in sorted(set(pairs))
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(case_party), rows)


def _nobody_aside(connection: sa.Connection, ids: Any) -> None:
    """Whoever stood aside from these for their agenda's sake no longer does."""
    connection.execute(sa.delete(case_party).where(case_party.c.relation == ASIDE, case_party.c.case_id.in_(ids)))


def has_place(connection: sa.Connection, case_id: str, holder_id: str) -> bool:
    """Whether the case still stands on that list."""
    row = (agenda_place.c.case_id == case_id) & (agenda_place.c.holder_id == holder_id)
    return bool(connection.scalar(sa.select(sa.exists().where(row))))


def on_the_lists_of(connection: sa.Connection, holder_id: str, ids: Iterable[str]) -> set[str]:
    """Those of these cases that still stand on that list."""
    return set(connection.scalars(_STANDING, {"holder": holder_id, "ids": list(ids)}))


_STANDING = sa.select(agenda_place.c.case_id).where(
    agenda_place.c.holder_id == sa.bindparam("holder"), agenda_place.c.case_id.in_(sa.bindparam("ids", expanding=True))
)
