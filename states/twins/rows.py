"""What hangs on one of two that are one, row by row, goes over to the other; what both had stays where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.criteria.model import score_sheet
from states.endorsements.model import endorsement
from states.honours.model import honour
from states.merit_requests.model import achievement_use, initiative_use
from states.subjects.model import award, recognition, subject, unit_stay
from states.subjects.records import dossier_record
from states.training.model import training
from states.twins.conflicts import doubled, twice_recorded
from states.twins.deciding import Both, Joining
from workflow.case import case
from workflow.clock import local_date
from workflow.db import uuid7
from workflow.organisation import absence, account, conflict, person, role_grant, twin
from workflow.outbox import outbox
from workflow.runs import run

Moved = dict[str, list[str]]
"""Table → the ids of the rows that changed hands."""


def move_subjects(connection: sa.Connection, found: Both, joining: Joining, now: datetime) -> Moved:
    """Recognitions, awards, dossier, consents, what was used up, who keeps out."""
    if found.subjects is None:
        return {}
    gone, into = (row.id for row in found.subjects)
    agency_id, ids = joining.agency_id, (gone, into)
    twice = [first["id"] for first, _ in twice_recorded(connection, agency_id, ids)]
    said = {"withdrawn_at": now, "withdrawn_by": joining.by, "withdrawn_why": joining.reason[:300]}
    connection.execute(sa.update(dossier_record).where(dossier_record.c.id.in_(twice)).values(said))
    moved: Moved = {"alike": twice} | {
        table.name: _own(connection, table, "subject_id", gone, into)
        for table in (recognition, award, dossier_record, honour)
    }
    moved[unit_stay.name] = _own(
        connection, unit_stay, "subject_id", gone, into, but=_same_stays(connection, agency_id, ids)
    )
    for table, column in ((achievement_use, "digest"), (initiative_use, "folded")):
        both_used = doubled(connection, agency_id, table, "subject_id", column, ids)
        mine = (table.c.agency_id == agency_id) & (table.c.subject_id == gone) & table.c[column].not_in(both_used)
        connection.execute(sa.update(table).where(mine).values(subject_id=into))
    kept_out = doubled(connection, agency_id, conflict, "subject_id", "person_id", ids)
    mine = (conflict.c.subject_id == gone) & conflict.c.person_id.not_in(kept_out)
    moved[conflict.name] = _moved(connection, conflict, mine, subject_id=into)
    _fill(connection, found.subjects)
    return moved


def _fill(connection: sa.Connection, subjects: tuple[Any, Any]) -> None:
    """What only the one that goes was known by is known of the other, too."""
    gone, into = subjects
    blank = {name: getattr(gone, name) for name in ("unit_id", "born_on", "gender") if not getattr(into, name)}
    known = {name: value for name, value in blank.items() if value}
    if known:
        connection.execute(sa.update(subject).where(subject.c.id == into.id).values(known))


def _same_stays(connection: sa.Connection, agency_id: str, ids: tuple[str, str]) -> list[str]:
    """Stays of the one that goes in a unit where the other stood in those days, too: counted once."""
    mine = sa.select(unit_stay).where(unit_stay.c.agency_id == agency_id, unit_stay.c.subject_id.in_(ids))
    rows = connection.execute(mine).all()
    theirs = [row for row in rows if row.subject_id == ids[1]]
    return [row.id for row in rows if row.subject_id == ids[0] and any(_overlap(row, other) for other in theirs)]


def _overlap(one: Any, other: Any) -> bool:
    if one.unit_id != other.unit_id:
        return False
    return bool((one.ends_on is None or other.starts_on <= one.ends_on)
                and (other.ends_on is None or one.starts_on <= other.ends_on))  # fmt: skip


def move_people(connection: sa.Connection, found: Both, now: datetime) -> Moved:
    """Roles, absences, courses, sign-in, letters and long work that wait; the one that goes works here no more."""
    if found.people is None:
        return {}
    gone, into = found.people
    ids, last_day = (gone.id, into.id), local_date(now) - timedelta(days=1)
    moved: Moved = {**_roles(connection, ids, last_day), absence.name: _absences(connection, ids, last_day)}
    learnt = doubled(connection, gone.agency_id, training, "person_id", "case_id", ids)
    mine = (training.c.person_id == gone.id) & training.c.case_id.not_in(learnt)
    moved[training.name] = _moved(connection, training, mine, person_id=into.id)
    kept_out = doubled(connection, gone.agency_id, conflict, "person_id", "subject_id", ids)
    mine = (conflict.c.person_id == gone.id) & conflict.c.subject_id.not_in(kept_out)
    moved["conflict_of"] = _moved(connection, conflict, mine, person_id=into.id)
    _voices(connection, gone.agency_id, ids)
    if found.alone is not None:
        connection.execute(sa.update(subject).where(subject.c.id == found.alone.id).values(person_id=into.id))
        moved[subject.name] = [found.alone.id]
    moved[run.name] = _moved(connection, run, run.c.asked_by == gone.id, asked_by=into.id)
    _letters(connection, gone.agency_id, ids)
    _people(connection, gone, into, last_day, now)
    return moved


def _roles(connection: sa.Connection, ids: tuple[str, str], last_day: Any) -> Moved:
    """What one holds still is held by the other from today on; what both hold is held once."""
    gone, into = ids
    living = sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on > last_day)
    held = connection.execute(sa.select(role_grant).where(role_grant.c.person_id.in_(ids), living)).mappings().all()
    theirs = {(row["role"], row["unit_id"]) for row in held if row["person_id"] == into and row["ends_on"] is None}
    fresh = []
    for row in (row for row in held if row["person_id"] == gone):
        connection.execute(sa.update(role_grant).where(role_grant.c.id == row["id"]).values(ends_on=last_day))
        if (row["role"], row["unit_id"]) not in theirs:
            first = max(row["starts_on"], last_day + timedelta(days=1))
            fresh.append({**row, "id": uuid7(), "person_id": into, "starts_on": first})
    if fresh:
        connection.execute(sa.insert(role_grant), fresh)
    ended = [row["id"] for row in held if row["person_id"] == gone]
    return {role_grant.name: [row["id"] for row in fresh], "ended": ended}


def _absences(connection: sa.Connection, ids: tuple[str, str], last_day: Any) -> list[str]:
    """Who is away is away under either name; nobody stands in for themselves."""
    gone, into = ids
    living = absence.c.ends_on > last_day
    both = absence.c.person_id.in_(ids) & absence.c.deputy_id.in_(ids)
    connection.execute(sa.update(absence).where(living, both).values(ends_on=last_day))
    theirs = _moved(connection, absence, living & (absence.c.deputy_id == gone), deputy_id=into)
    return [*theirs, *_moved(connection, absence, living & (absence.c.person_id == gone), person_id=into)]


def _voices(connection: sa.Connection, agency_id: str, ids: tuple[str, str]) -> None:
    """In open cases one voice is one: of two endorsements the later row goes, both stay in the history."""
    gone, into = ids
    opened = sa.select(case.c.id).where(case.c.agency_id == agency_id, case.c.ended_at.is_(None))
    both = doubled(connection, agency_id, endorsement, "person_id", "case_id", ids)
    mine = (
        (endorsement.c.agency_id == agency_id) & (endorsement.c.person_id == gone) & endorsement.c.case_id.in_(opened)
    )
    connection.execute(sa.delete(endorsement).where(mine, endorsement.c.case_id.in_(both)))
    connection.execute(sa.update(endorsement).where(mine).values(person_id=into))
    theirs = sa.select(score_sheet.c.case_id).where(score_sheet.c.scorer_id == into)
    sheets = (
        (score_sheet.c.scorer_id == gone) & score_sheet.c.case_id.in_(opened) & score_sheet.c.case_id.not_in(theirs)
    )
    connection.execute(sa.update(score_sheet).where(sheets).values(scorer_id=into))


def _letters(connection: sa.Connection, agency_id: str, ids: tuple[str, str]) -> None:
    """What waits for one goes to the other."""
    gone, into = ids
    mine = (outbox.c.agency_id == agency_id) & (outbox.c.recipient == f"person:{gone}") & outbox.c.done_at.is_(None)
    for row in connection.execute(sa.select(outbox.c.id, outbox.c.payload).where(mine)).all():
        payload = {**row.payload, "person_id": into} if row.payload.get("person_id") == gone else row.payload
        values = {"recipient": f"person:{into}", "payload": payload}
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(values))


def _people(connection: sa.Connection, gone: Any, into: Any, last_day: Any, now: datetime) -> None:
    """The one that goes ends; its sign-in is the other's, or shut where both had one and no other agency uses it."""
    ended = min(gone.ends_on, last_day) if gone.ends_on else last_day
    connection.execute(sa.update(person).where(person.c.id == gone.id).values(account_id=None, ends_on=ended))
    blank = {name: getattr(gone, name) for name in ("email", "post", "gender", "born_on", "unit_id")
             if not getattr(into, name) and getattr(gone, name)}  # fmt: skip
    if gone.account_id and not into.account_id:
        blank["account_id"] = gone.account_id
    if blank:
        connection.execute(sa.update(person).where(person.c.id == into.id).values(blank))
    if gone.account_id and into.account_id:
        used = sa.exists().where(person.c.account_id == gone.account_id)
        shut = sa.update(account).where(account.c.id == gone.account_id, ~used, account.c.disabled_at.is_(None))
        connection.execute(shut.values(disabled_at=now))


def note(
    connection: sa.Connection, found: Both, joining: Joining, moved: Mapping[str, Any], now: datetime
) -> None:  # fmt: skip
    """That the one was the other, by whose decision and why; `moved`: what changed hands, for who must correct it."""
    nouns = {noun: two for noun, two in (("person", found.people), ("subject", found.subjects)) if two is not None}
    ids = {noun: uuid7() for noun in nouns}
    kept = {**moved, "together": list(ids.values())}
    if found.people:
        gone = found.people[0]
        kept["was"] = {"ends_on": gone.ends_on.isoformat() if gone.ends_on else None, "account_id": gone.account_id}
    rows = [
        {"id": ids[noun], "agency_id": joining.agency_id, "noun": noun, "gone_id": two[0].id, "into_id": two[1].id,
         "reason": joining.reason, "moved": kept, "decided_by": joining.by, "done_at": now}
        for noun, two in nouns.items()
    ]  # fmt: skip
    connection.execute(sa.insert(twin), rows)


def _own(
    connection: sa.Connection, table: sa.Table, owner: str, gone: str, into: str, but: Sequence[str] = ()
) -> list[str]:  # fmt: skip
    return _moved(connection, table, (table.c[owner] == gone) & table.c.id.not_in(but), **{owner: into})


def _moved(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool], **values: Any) -> list[str]:
    return sorted(connection.scalars(sa.update(table).where(which).values(**values).returning(table.c.id)))
