"""Where two rows of one cannot simply become one row: what must be settled first, and what settles itself.

A refusal names the cases and what to do; a note says what will be done and is nobody's to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from states.ballots.model import CERTIFIED, CLOSED, VOID, ballot_box, ballot_elector, ballot_teller
from states.criteria.model import score_sheet
from states.endorsements.model import endorsement
from states.honours.model import honour
from states.merit_requests.model import achievement_use, initiative_use
from states.subjects.model import recognition
from states.subjects.records import KINDS, dossier_record
from states.training.model import training
from states.twins.deciding import Both
from workflow.case import ask, case
from workflow.facts import CaseFacts
from workflow.history import event
from workflow.identity import EXCLUDED, Organisation
from workflow.message import Message
from workflow.organisation import absence


def of_subjects(connection: sa.Connection, agency_id: str, found: Both) -> Iterator[Message]:
    """What speaks against two subjects being one today."""
    if found.subjects is None:
        return
    ids = [row.id for row in found.subjects]
    yield from _both_open(connection, agency_id, ids)
    yield from _both_recognised(connection, agency_id, ids)
    shown = sa.select(honour.c.subject_id).where(
        honour.c.agency_id == agency_id, honour.c.subject_id.in_(ids), honour.c.taken_down_at.is_(None)
    )
    if len(set(connection.scalars(shown))) > 1:
        yield Message("twins.both_on_board")
    yield from _contradicting(connection, agency_id, ids)


def _both_open(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> Iterator[Message]:
    mine = sa.select(case.c.process, case.c.code, case.c.subject_id).where(
        case.c.agency_id == agency_id, case.c.subject_id.in_(ids), case.c.one_open, case.c.ended_at.is_(None)
    )
    codes: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(mine.order_by(case.c.code)):
        codes[row.process].append(row.code)
    yield from (Message("twins.both_open", {"codes": both}) for both in codes.values() if len(both) > 1)


def _both_recognised(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> Iterator[Message]:
    held = (
        sa.select(recognition.c.level, recognition.c.subject_id, recognition.c.decision_number, case.c.code)
        .join(case, case.c.id == recognition.c.case_id)
        .where(
            recognition.c.agency_id == agency_id, recognition.c.subject_id.in_(ids), recognition.c.revoked_at.is_(None)
        )
    )  # fmt: skip
    levels: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(held.order_by(case.c.code)):
        levels[row.level].append(row)
    for rows in levels.values():
        if len({row.subject_id for row in rows}) > 1:
            numbers = [row.decision_number for row in rows if row.decision_number]
            yield Message("twins.both_recognised", {"codes": [row.code for row in rows], "numbers": numbers})


def _contradicting(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> Iterator[Message]:
    """Records of one kind and key that say different things: a rating of one year, say."""
    for first, second in twice_recorded(connection, agency_id, ids):
        if any((first[name] or "") != (second[name] or "") for name in KINDS[first["kind"]].asks):
            kind = Message(f"record.kind.{first['kind']}")
            yield Message("twins.records", {"kind": kind, "what": first["title"] or first["year"] or first["key"]})


def twice_recorded(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> list[tuple[Any, Any]]:
    """Living records that stand in both dossiers: (of the one that goes, of the one that goes on)."""
    mine = (dossier_record.c.agency_id == agency_id) & dossier_record.c.withdrawn_at.is_(None)
    held: dict[str, dict[tuple[str, str], Any]] = {one: {} for one in ids}
    for row in connection.execute(
        sa.select(dossier_record).where(mine, dossier_record.c.subject_id.in_(ids))
    ).mappings():
        held[row["subject_id"]][row["kind"], row["key"]] = row
    gone, into = (held[one] for one in ids)
    return [(row, into[key]) for key, row in gone.items() if key in into]


def of_people(connection: sa.Connection, agency_id: str, found: Both) -> Iterator[Message]:
    """What speaks against two people being one today, whatever the case."""
    if found.people is None:
        return
    ids = [row.id for row in found.people]
    seats = (
        sa.select(case.c.code)
        .join(ballot_box, ballot_box.c.case_id == case.c.id)
        .join(ballot_elector, ballot_elector.c.box_id == ballot_box.c.id)
        .outerjoin(ballot_teller, ballot_teller.c.box_id == ballot_box.c.id)
        .where(
            ballot_box.c.agency_id == agency_id, ballot_box.c.status.not_in((CLOSED, VOID, CERTIFIED)),
            ballot_elector.c.member_id.in_(ids) | ballot_elector.c.caster_id.in_(ids)
            | ballot_teller.c.person_id.in_(ids),  # whose key is theirs alone
        )
    )  # fmt: skip
    codes = sorted(set(connection.scalars(seats)))
    if codes:
        yield Message("twins.open_box", {"codes": codes})


def of_case(connection: sa.Connection, facts: CaseFacts, found: Both) -> Iterator[Message]:
    """What speaks against it in one open case, as it stands: two voices that would be one."""
    if found.people is None or facts.case["ended_at"] is not None:
        return
    gone, into = (row.id for row in found.people)
    code, visit = facts.case["code"], facts.case["visit"]
    elements = (f"person:{gone}", f"person:{into}")
    put = sa.select(ask.c.name, ask.c.number, ask.c.element).where(
        ask.c.case_id == facts.case["id"], ask.c.visit.in_([0, visit]), ask.c.element.in_(elements)
    )
    asked: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(put):
        asked[row.name].add(row.element)
    if any(len(of) > 1 for of in asked.values()):
        yield Message(
            "twins.both_asked", {"code": code, "state": facts.life.definition.states[facts.case["state"]].title}
        )
    scored = sa.select(sa.func.count()).where(
        score_sheet.c.case_id == facts.case["id"], score_sheet.c.visit == visit,
        score_sheet.c.scorer_id.in_([gone, into]),
    )  # fmt: skip
    if (connection.scalar(scored) or 0) > 1:
        yield Message("twins.both_scored", {"code": code})
    if _both_seated(facts, gone, into):
        yield Message("twins.both_seated", {"code": code})


def _both_seated(facts: CaseFacts, gone: str, into: str) -> bool:
    """Whether both stand in what a sitting has written down: there each is a seat, and a voice."""
    if not any(state.vote for state in facts.life.definition.states.values()):
        return False
    return any(gone in str(value) and into in str(value) for value in facts.fields.values())


def notes_of_people(
    connection: sa.Connection, agency_id: str, found: Both, org: Organisation, plan_titles: dict[str, str]
) -> Iterator[Message]:
    """What settles itself: what both had of a kind, of which one goes on."""
    if found.people is None:
        return
    gone, into = found.people
    for role in sorted({g.role for g in org.grants.get(gone.id, ())} & {g.role for g in org.grants.get(into.id, ())}):
        yield Message("twins.one_role", {"role": plan_titles.get(role, role)})
    if gone.account_id and into.account_id:
        yield Message("twins.one_account", {"gone": gone.name, "into": into.name})
    elif gone.account_id:
        yield Message("twins.account_moves")
    each_other = sa.select(sa.func.count()).where(
        absence.c.agency_id == agency_id, absence.c.ends_on >= org.today,
        absence.c.person_id.in_([gone.id, into.id]), absence.c.deputy_id.in_([gone.id, into.id]),
    )  # fmt: skip
    if connection.scalar(each_other):
        yield Message("twins.own_deputy")
    for table, key, said in (
        (endorsement, "person_id", "twins.endorsed_twice"), (training, "person_id", "twins.trained_twice"),
    ):  # fmt: skip
        codes = _codes_of_both(connection, agency_id, table, key, (gone.id, into.id))
        if codes:
            yield Message(said, {"codes": codes})


def notes_of_subjects(connection: sa.Connection, agency_id: str, found: Both) -> Iterator[Message]:
    """The same of what is on record of two subjects."""
    if found.subjects is None:
        return
    ids = tuple(row.id for row in found.subjects)
    alike = len(twice_recorded(connection, agency_id, ids))
    if alike:
        yield Message("twins.records_alike", {"count": alike})
    used = sum(
        len(doubled(connection, agency_id, table, "subject_id", column, ids))
        for table, column in ((achievement_use, "digest"), (initiative_use, "folded"))
    )
    if used:
        yield Message("twins.used_twice", {"count": used})


def doubled(
    connection: sa.Connection, agency_id: str, table: sa.Table, owner: str, column: str, ids: tuple[str, str]
) -> set[Any]:
    """The values of a column that rows of both have."""
    held = sa.select(table.c[owner], table.c[column]).where(table.c.agency_id == agency_id, table.c[owner].in_(ids))
    of: dict[str, set[Any]] = {one: set() for one in ids}
    for row in connection.execute(held):
        of[row[0]].add(row[1])
    return of[ids[0]] & of[ids[1]]


def _codes_of_both(
    connection: sa.Connection, agency_id: str, table: sa.Table, owner: str, ids: tuple[str, str]
) -> list[str]:
    cases = doubled(connection, agency_id, table, owner, "case_id", ids)
    return sorted(connection.scalars(sa.select(case.c.code).where(case.c.id.in_(cases)))) if cases else []


def judged_own(connection: sa.Connection, before: CaseFacts, after: CaseFacts, found: Both) -> Message | None:
    """Whether one of the two decided on a case of the other's: it stands, and somebody has to look at it."""
    if found.people is None:
        return None
    ids = [row.id for row in found.people]
    acted = sa.select(event.c.actor_id).where(
        event.c.case_id == before.case["id"], event.c.actor_id.in_(ids), event.c.kind.in_(["action", "answered"])
    )
    actors = set(connection.scalars(acted))
    own = {one.person_id for one in after.parties if one.relation in EXCLUDED}
    if found.people[1].id in own and actors:
        return Message("twins.judged_own", {"code": before.case["code"]})
    return Message("twins.both_acted", {"code": before.case["code"]}) if len(actors) > 1 else None
