"""Consent to be shown, and taking it back: by the person, by the head for a collective, by the office on paper.

Each is one event of the case and one line of the journal, in the transaction that shows or hides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa

from states.honours.model import honour
from states.subjects.model import recognition, subject
from workflow import files
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.commands import Actor
from workflow.draft import By, Draft
from workflow.identity import Organisation
from workflow.message import Message, NotFound, Refused

SELF, HEAD, PAPER = "self", "head", "paper"
SHOWN, TAKEN_DOWN = "honour_shown", "honour_taken_down"


class Changing(Protocol):
    """The engine, as far as a consent needs it."""

    def change(
        self, case_id: str, by: By, apply: Callable[[Draft], None], *,
        finish: Callable[[sa.Connection], bool] | None = None,
    ) -> bool:  # fmt: skip
        """Change a case and what belongs to it, in one transaction."""
        ...


@dataclass(frozen=True)
class Candidate:
    """Somebody recognised who may be shown, with what is shown now; `held`: nobody new is shown while it lasts."""

    subject_id: str
    name: str
    kind: str
    person_id: str | None
    whole_unit_id: str | None
    unit_id: str | None
    case_id: str
    code: str
    held: bool
    levels: tuple[str, ...]
    live: Mapping[str, Any] | None


@dataclass(frozen=True)
class Given:
    """What is said yes to. `paper` and `given_on` are for a consent that was signed outside."""

    sentence: str
    story: str = ""
    shows_photo: bool = False
    shows_story: bool = False
    photo: files.StoredFile | None = None
    keeps_photo: bool = False  # the photo shown until now
    field: str = ""
    paper: str = ""
    given_on: date | None = None


def voice(org: Organisation, person_id: str, one: Candidate, *, is_office: bool) -> str:
    """As whom this person may say yes for the subject: self, head, paper; '' for nobody's business of theirs.

    Nobody stands in for a person; whoever stands in for the head of a unit does for the collective.
    """
    if one.person_id is not None:
        if one.person_id == person_id:
            return SELF
    elif one.kind != "person":
        unit_id = one.whole_unit_id or one.unit_id
        if unit_id and any(power.unit_id == unit_id for power in org.powers(person_id)):
            return HEAD
    return PAPER if is_office else ""


def candidates(
    connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool], subject_id: str | None = None
) -> list[Candidate]:
    """Everybody with a recognition in force whose case the one who looks may see, by name; erased ones are nobody."""
    query = (
        sa.select(subject, case.c.id.label("of_case"), case.c.code, case.c.is_held, recognition.c.level)
        .select_from(recognition)
        .join(
            subject, sa.and_(subject.c.agency_id == recognition.c.agency_id, subject.c.id == recognition.c.subject_id)
        )
        .join(case, sa.and_(case.c.agency_id == recognition.c.agency_id, case.c.id == recognition.c.case_id))
        .where(recognition.c.agency_id == agency_id, recognition.c.revoked_at.is_(None), subject.c.erased_at.is_(None))
        .where(visible, *([] if subject_id is None else [subject.c.id == subject_id]))
        .order_by(subject.c.folded, subject.c.id, case.c.id.desc(), recognition.c.recorded_at)
    )
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        rows.setdefault(row.id, []).append(row)
    live = _live(connection, agency_id, subject_id)
    return [_candidate(found, live.get(one)) for one, found in rows.items()]


def find(connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool], subject_id: str) -> Candidate:
    """One of them. Raises NotFound, also for whoever may not see the case."""
    found = candidates(connection, agency_id, visible, subject_id)
    if not found:
        raise NotFound("subject")
    return found[0]


def show(engine: Changing, actor: Actor, one: Candidate, how: str, given: Given, new_id: Callable[[], str]) -> str:
    """Show somebody from now on; what was shown before goes. The new address's row id.

    Raises Refused while the case is held, or without a sentence, or without saying where a paper is kept.
    """
    _check(one, how, given)
    row_id = new_id()

    def note(draft: Draft) -> None:
        if draft.held:
            raise Refused(Message("honour.held"))
        draft.note(SHOWN, refs=[row_id], how=how, photo=given.shows_photo, story=given.shows_story)

    def write(connection: sa.Connection) -> bool:
        before = _live(connection, actor.agency_id, one.subject_id).get(one.subject_id)
        kept = before["photo_id"] if before and given.keeps_photo and given.shows_photo else None
        _take_down(connection, actor, one.subject_id, "", keep=kept)
        photo_id = kept if given.photo is None else _photo(connection, actor, one.case_id, given.photo, new_id())
        connection.execute(sa.insert(honour).values(_row(connection, actor, one, how, given, row_id, photo_id)))
        return True

    engine.change(one.case_id, By("person", actor.person_id, None, actor.channel), note, finish=write)
    return row_id


def take_down(engine: Changing, actor: Actor, one: Candidate, why: str) -> None:
    """Hide somebody at once; the photo goes. Raises NotFound when nobody is shown. Never refused because of a hold."""
    if one.live is None:
        raise NotFound("honour")
    row_id, case_id = str(one.live["id"]), str(one.live["case_id"])

    def note(draft: Draft) -> None:
        draft.note(TAKEN_DOWN, refs=[row_id], inputs={"reason": why} if why else {})

    def write(connection: sa.Connection) -> bool:
        return _take_down(connection, actor, one.subject_id, why)

    engine.change(case_id, By("person", actor.person_id, None, actor.channel), note, finish=write)


def erase(connection: sa.Connection, agency_id: str, subject_id: str) -> None:
    """Whoever is forgotten is on no board and was on none; the photo goes with the files of the case."""
    mine = (honour.c.agency_id == agency_id) & (honour.c.subject_id == subject_id)
    photos = sa.select(honour.c.photo_id).where(mine, honour.c.photo_id.is_not(None))
    connection.execute(sa.delete(files.file).where(files.file.c.agency_id == agency_id, files.file.c.id.in_(photos)))
    connection.execute(sa.delete(honour).where(mine))


def _check(one: Candidate, how: str, given: Given) -> None:
    if one.held:
        raise Refused(Message("honour.held"))
    if not given.sentence:
        raise Refused(Message("honour.no_sentence"))
    if how == PAPER and not (given.paper and given.given_on):
        raise Refused(Message("honour.no_paper"))


def _row(
    connection: sa.Connection, actor: Actor, one: Candidate, how: str, given: Given, row_id: str, photo_id: str | None
) -> dict[str, Any]:
    now = business_now(connection)
    return {
        "id": row_id, "agency_id": actor.agency_id, "subject_id": one.subject_id, "case_id": one.case_id,
        "address": secrets.token_urlsafe(12), "sentence": given.sentence, "story": given.story, "field": given.field,
        "shows_photo": given.shows_photo, "shows_story": given.shows_story, "photo_id": photo_id, "given_as": how,
        "given_on": given.given_on if how == PAPER and given.given_on else local_date(now),
        "paper": given.paper if how == PAPER else "", "recorded_by": actor.person_id, "recorded_at": now,
    }  # fmt: skip


def _photo(connection: sa.Connection, actor: Actor, case_id: str, stored: files.StoredFile, file_id: str) -> str:
    files.record(connection, stored, file_id=file_id, agency_id=actor.agency_id, person_id=actor.person_id)
    files.claim(connection, [file_id], case_id)
    return file_id


def _take_down(connection: sa.Connection, actor: Actor, subject_id: str, why: str, *, keep: str | None = None) -> bool:
    mine = (
        (honour.c.agency_id == actor.agency_id) & (honour.c.subject_id == subject_id)
        & honour.c.taken_down_at.is_(None)
    )  # fmt: skip
    photos = [one for one in connection.scalars(sa.select(honour.c.photo_id).where(mine)) if one and one != keep]
    gone = {"taken_down_at": business_now(connection), "taken_down_by": actor.person_id, "taken_down_why": why[:300],
            "photo_id": None}  # fmt: skip
    done = connection.execute(sa.update(honour).where(mine).values(gone))
    connection.execute(sa.delete(files.file).where(files.file.c.id.in_(photos)))  # the sweep takes the bytes
    return bool(done.rowcount)


def _live(connection: sa.Connection, agency_id: str, subject_id: str | None) -> dict[str, dict[str, Any]]:
    query = sa.select(honour).where(honour.c.agency_id == agency_id, honour.c.taken_down_at.is_(None))
    if subject_id is not None:
        query = query.where(honour.c.subject_id == subject_id)
    return {row["subject_id"]: dict(row) for row in connection.execute(query).mappings()}


def _candidate(rows: list[Any], live: Mapping[str, Any] | None) -> Candidate:
    """The newest case that recognised; its levels, in the order they came."""
    first = rows[0]
    levels = tuple(row.level for row in rows if row.of_case == first.of_case)
    return Candidate(
        first.id, first.name, first.kind, first.person_id, first.whole_unit_id, first.unit_id, first.of_case,
        first.code, bool(first.is_held), levels, live,
    )  # fmt: skip
