"""A correction: two who were joined were not one after all. A decision of its own; that they were joined stays written.

What went over and is still the other's goes back, each case with an event. What cannot be told apart any more stays
where it is: what began since, what was put to the one by name, what both had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.honours.model import honour
from states.merit_requests.model import achievement_use, initiative_use
from states.subjects.model import award, recognition, subject, unit_stay
from states.subjects.records import dossier_record
from states.training.model import training
from workflow import runs
from workflow.arming import reoffer
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.commands import Changing
from workflow.db import uuid7
from workflow.draft import By
from workflow.facts import CaseFacts, load_cases
from workflow.folding import tidy
from workflow.identity import Organisation
from workflow.joining import OWN, rename
from workflow.message import Message, NotFound, Refused
from workflow.organisation import conflict, person, role_grant, twin
from workflow.organisation_changes import touched
from workflow.permission import asked_of_item
from workflow.registry import Party
from workflow.runs import Work
from workflow.writing import guarded, recorded, write

KIND = "part_twins"
EVENT = "parted"
OF_SUBJECTS = (recognition, award, dossier_record, honour, unit_stay, conflict)


@dataclass(frozen=True)
class Joined:
    """What one decision joined: as people, as subjects (the one that went, the one that goes on), and what moved."""

    ids: tuple[str, ...]
    person: tuple[str, str] | None
    subject: tuple[str, str] | None
    moved: Mapping[str, Any]


def joined(connection: sa.Connection, agency_id: str, twin_id: str) -> Joined:
    """The decision that this row is of. Raises NotFound; Refused when it was corrected already."""
    mine = sa.select(twin).where(twin.c.agency_id == agency_id)
    row = connection.execute(mine.where(twin.c.id == twin_id)).one_or_none()
    if row is None:
        raise NotFound("twin")
    if row.parted_at is not None:
        raise Refused(Message("twins.parted_already"))
    ids = row.moved["together"]
    two = {one.noun: (one.gone_id, one.into_id) for one in connection.execute(mine.where(twin.c.id.in_(ids)))}
    return Joined(tuple(ids), two.get("person"), two.get("subject"), row.moved)


def decide(connection: sa.Connection, agency_id: str, twin_id: str, by: str, why: str, key: str) -> str:
    """Order the run that corrects it; its id. The same form sent twice is one. Raises NotFound, Refused."""
    if not why.strip():
        raise Refused(Message("twins.no_reason"))
    found = joined(connection, agency_id, twin_id)
    if found.person and by in found.person:
        raise Refused(Message("twins.not_oneself"))
    wanted = {"twin_id": twin_id, "reason": tidy(why)[:300]}
    return runs.order(connection, runs.Order(agency_id, KIND, by, wanted, f"{KIND}:{key}"))


class TwinParting:
    """The doer of runs of the kind `part_twins`."""

    def __init__(self, engine: Changing) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> None:
        """All of it or nothing. Raises Refused when it was corrected already."""
        taken = work.taken
        with self._engine.database.write() as connection:
            found = joined(connection, taken.agency_id, taken.wanted["twin_id"])
            if found.person:
                both = sa.select(person.c.id).where(person.c.id.in_(found.person)).order_by(person.c.id)
                connection.execute(both.with_for_update()).all()
            now = business_now(connection)
            for number, case_id in enumerate(sorted(found.moved["cases"])):
                work.at(number, len(found.moved["cases"]))
                self._case(connection, found, case_id, taken)
            _rows_back(connection, found)
            _person_back(connection, found, now)
            said = {"parted_by": taken.asked_by, "parted_at": now, "parted_why": taken.wanted["reason"]}
            connection.execute(sa.update(twin).where(twin.c.id.in_(found.ids)).values(said))
            touched(connection, taken.agency_id, found.person or ())
            work.finish(connection, result={"cases": len(found.moved["cases"])})

    def _case(self, connection: sa.Connection, found: Joined, case_id: str, taken: runs.Claim) -> None:
        for before in load_cases(connection, self._engine, [case_id]):
            facts = _apart(connection, before, found, found.moved["cases"][case_id])
            draft = self._engine.draft_for(connection, facts, By("person", taken.asked_by, None, "page"))
            draft.note(
                EVENT, inputs={"reason": taken.wanted["reason"]}, refs=[*(found.person or ()), *(found.subject or ())],
                **{"from": draft.case["state"], "to": draft.case["state"]},
            )  # fmt: skip
            draft.dossier_moved = True
            for item in draft.items.all(status="open"):
                draft.items.update(item["id"], version=item["version"] + 1)
                reoffer(draft, item, asked_of_item(draft, item))
            guard = guarded(draft)
            write(connection, draft, guard, recorded(draft, guard))
            rename(connection, before, facts)


def _apart(connection: sa.Connection, before: CaseFacts, found: Joined, was: Mapping[str, Any]) -> CaseFacts:
    """The case as it is of two: about the one again, its people again those it named."""
    row, parties = dict(before.case), list(before.parties)
    if found.subject and was["about"] and row["subject_id"] == found.subject[1]:
        back = connection.execute(sa.select(subject).where(subject.c.id == found.subject[0])).one()
        row["subject_id"] = back.id
        if row["ended_at"] is None:
            row |= {"label": back.name, "folded": back.folded}
    if found.person is None and was["about"]:
        parties = [one for one in parties if one.relation not in was["as"] or one.relation != OWN]
    elif found.person:
        gone, into = found.person
        parties = [Party(gone, p.relation) if p.person_id == into and p.relation in was["as"] else p for p in parties]
    return replace(before, case=row, parties=tuple(dict.fromkeys(parties)), org=_here_again(before.org, found))


def _here_again(org: Organisation, found: Joined) -> Organisation:
    if found.person is None:
        return org
    gone = found.person[0]
    return replace(org, people={**org.people, gone: replace(org.people[gone], active=True)})


def _rows_back(connection: sa.Connection, found: Joined) -> None:
    """Rows that went over and still are the other's; what was withdrawn as alike counts again."""
    if found.subject:
        gone, into = found.subject
        for table in OF_SUBJECTS:
            _back(connection, table, "subject_id", (into, gone), found.moved.get(table.name, ()))
        alike = dossier_record.c.id.in_(found.moved.get("alike", ()))
        again = {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_why": "", "subject_id": gone}
        connection.execute(sa.update(dossier_record).where(alike).values(again))
        about = [case_id for case_id, was in found.moved["cases"].items() if was["about"]]
        for used in (achievement_use, initiative_use):
            mine = (used.c.subject_id == into) & used.c.case_id.in_(about)
            connection.execute(sa.update(used).where(mine).values(subject_id=gone))
    if found.person:
        gone, into = found.person
        for table, name in ((training, training.name), (conflict, "conflict_of")):
            _back(connection, table, "person_id", (into, gone), found.moved.get(name, ()))
        _back(connection, subject, "person_id", (into, gone), found.moved.get(subject.name, ()))


def _back(
    connection: sa.Connection, table: sa.Table, owner: str, way: tuple[str, str], ids: Sequence[str]
) -> None:  # fmt: skip
    mine = table.c.id.in_(ids) & (table.c[owner] == way[0])
    connection.execute(sa.update(table).where(mine).values({owner: way[1]}))


def _person_back(connection: sa.Connection, found: Joined, now: datetime) -> None:
    """Works here again, with the roles and the sign-in that went over."""
    if found.person is None:
        return
    gone, into = found.person
    was, today = found.moved["was"], local_date(now)
    held = connection.execute(sa.select(role_grant).where(role_grant.c.id.in_(found.moved["role_grant"]))).mappings()
    for row in held.all():
        if row["person_id"] == into and (row["ends_on"] is None or row["ends_on"] >= today):
            ended = sa.update(role_grant).where(role_grant.c.id == row["id"])
            connection.execute(ended.values(ends_on=today - timedelta(days=1)))
            first = max(row["starts_on"], today)
            connection.execute(
                sa.insert(role_grant).values({**row, "id": uuid7(), "person_id": gone, "starts_on": first})
            )
    account_id = was["account_id"]
    if account_id:
        lent = (person.c.id == into) & (person.c.account_id == account_id)
        connection.execute(sa.update(person).where(lent).values(account_id=None))
    ends_on = date.fromisoformat(was["ends_on"]) if was["ends_on"] else None
    connection.execute(sa.update(person).where(person.c.id == gone).values(ends_on=ends_on, account_id=account_id))


@dataclass(frozen=True)
class Past:
    """Two who were joined, for the list of them: who was who, why, and the cases that would go back."""

    id: str
    gone: str
    gone_code: str
    into: str
    into_code: str
    reason: str
    done_at: datetime
    cases: tuple[str, ...]


def past(connection: sa.Connection, agency_id: str, twin_id: str | None = None) -> list[Past]:
    """What was joined and stands, the latest first; of people once, though their subjects were joined with them."""
    mine = sa.select(twin).where(twin.c.agency_id == agency_id, twin.c.parted_at.is_(None))
    mine = mine.where(twin.c.id == twin_id) if twin_id else mine
    rows = connection.execute(mine.order_by(twin.c.done_at.desc(), twin.c.id).limit(100)).all()
    with_people = {one for row in rows if row.noun == "person" for one in row.moved["together"]}
    shown = [row for row in rows if row.noun == "person" or row.id not in with_people or twin_id]
    return [_past(connection, row) for row in shown]


def _past(connection: sa.Connection, row: Any) -> Past:
    table, ids = (person if row.noun == "person" else subject), (row.gone_id, row.into_id)
    names = {one.id: one for one in connection.execute(sa.select(table).where(table.c.id.in_(ids)))}
    gone, into = (names[one] for one in ids)
    codes = sa.select(case.c.code).where(case.c.id.in_(row.moved["cases"])).order_by(case.c.code)
    return Past(
        row.id, gone.name, getattr(gone, "code", ""), into.name, getattr(into, "code", ""), row.reason, row.done_at,
        tuple(connection.scalars(codes)),
    )  # fmt: skip
