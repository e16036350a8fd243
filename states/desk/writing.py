"""What becomes of a letter of the desk, each a guarded change of one row and a line in the delivery log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.desk.model import DRAFT, HANDED, IS_DRAFT, SENDING, SENT, WITHDRAWN, letter, wording
from states.desk.truth import HELD, SUPERSEDED, against
from states.notices.mail import checked_address, header_text
from workflow import outbox
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.clock import business_now
from workflow.db import uuid7
from workflow.message import Conflict, Message, Refused
from workflow.outbox import NOTICE, Undeliverable, delivery

TEMPLATE = "letter"
LONGEST = 20_000  # letters of a text

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Office:
    """Whose hand it is: a person of an agency's office."""

    agency_id: str
    person_id: str | None


@dataclass(frozen=True)
class Sent:
    """What came of sending several: ids mailed, handed over on paper, and not sent with why."""

    mailed: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()


def draft(connection: sa.Connection, row: Mapping[str, Any]) -> bool:
    """Keep a new draft, in place of those that said the same of an earlier time; False when it was kept already."""
    now = business_now(connection)
    whole = {"id": uuid7(), "status": DRAFT, "drafted_at": now, **row}
    known = sa.select(letter.c.id).where(
        letter.c.agency_id == row["agency_id"], letter.c.message_id == row["message_id"]
    )
    if connection.scalar(known) is not None:
        return False
    same = [letter.c[name] == row[name] for name in ("agency_id", "case_id", "role", "template", "action", "headline")]
    before = connection.execute(sa.select(letter).where(*same, IS_DRAFT)).mappings().all()
    for old in before:
        _withdraw(connection, old, SUPERSEDED, None)
    connection.execute(sa.insert(letter).values(**whole))
    words = {name: whole.get(name, "") for name in ("address", "subject", "text")}
    _keep_wording(connection, whole, 0, None, words)
    _log(connection, whole, "desk_drafted", None)
    return True


def edit(connection: sa.Connection, by: Office, letter_id: str, version: int, words: Mapping[str, str]) -> None:
    """Correct a draft's address, subject and text; every wording before stays readable.

    Raises Refused for what cannot be a mail, Conflict when a colleague changed it meanwhile.
    """
    given = _checked(words)
    changed = sa.update(letter).where(_mine(by, letter_id), IS_DRAFT, letter.c.version == version)
    number = letter.c.edits + 1
    new = changed.values(**given, version=version + 1, edits=number).returning(letter)
    row = connection.execute(new).mappings().first()
    if row is None:
        raise Conflict(Message("desk.changed"))
    _keep_wording(connection, row, row["edits"], by.person_id, given)
    _log(connection, row, "desk_edited", by.person_id, number=row["edits"])


def send(
    connection: sa.Connection, catalogue: Catalogue, by: Office, wanted: Mapping[str, int], *, paper: bool = False
) -> Sent:
    """Send drafts as they were seen (id → version): by mail where there is an address, else handed over on paper.

    `paper`: handed over also where there is one. Each is compared with its case in this very transaction, in which no
    decision of that case can be written; what contradicts it by now withdraws itself, what was changed meanwhile or is
    on hold stays.
    """
    lock_cases(
        connection, sa.select(letter.c.case_id).where(letter.c.agency_id == by.agency_id, letter.c.id.in_(wanted))
    )
    rows = _locked(connection, by.agency_id, wanted)
    wrong = against(connection, catalogue, rows)
    mailed, handed, kept = [], [], []
    known = {row["id"]: row for row in rows}
    for letter_id, version in wanted.items():
        row, why = known.get(letter_id), wrong.get(letter_id, "")
        if row is None or row["version"] != version:
            kept.append((letter_id, "changed"))
        elif why:
            kept.append((letter_id, why))
            if why != HELD:
                _withdraw(connection, row, why, None)
        elif row["address"] and not paper:
            _mail(connection, row, by)
            mailed.append(letter_id)
        else:
            _end(connection, row, HANDED, by.person_id)
            _log(connection, row, "desk_handed", by.person_id)
            handed.append(letter_id)
    return Sent(tuple(mailed), tuple(handed), tuple(kept))


def withdraw(connection: sa.Connection, by: Office, letter_id: str, version: int) -> None:
    """Not to be sent: the office's word. Raises Conflict when it is no draft any more, or changed meanwhile."""
    found = [row for row in _locked(connection, by.agency_id, [letter_id]) if row["version"] == version]
    if not found:
        raise Conflict(Message("desk.changed"))
    _withdraw(connection, found[0], "office", by.person_id)


def untrue(connection: sa.Connection, catalogue: Catalogue, agency_id: str, ids: Iterable[str]) -> list[str]:
    """Those of the drafts that their cases contradict by now; nothing is locked."""
    mine = letter.c.agency_id == agency_id, letter.c.id.in_(list(ids)), IS_DRAFT
    rows = connection.execute(sa.select(letter).where(*mine)).mappings().all()
    return [one for one, why in against(connection, catalogue, rows).items() if why != HELD]


def withdraw_untrue(connection: sa.Connection, catalogue: Catalogue, agency_id: str, ids: Iterable[str]) -> int:
    """Take back those of the drafts that their cases contradict by now; how many."""
    rows = _locked(connection, agency_id, ids)
    wrong = {one: why for one, why in against(connection, catalogue, rows).items() if why != HELD}
    for row in rows:
        if row["id"] in wrong:
            _withdraw(connection, row, wrong[row["id"]], None)
    return len(wrong)


def lock_cases(connection: sa.Connection, cases: sa.Select[tuple[str]]) -> None:
    """Until this transaction ends their decisions wait: before letters, as a decision takes its case before them."""
    connection.execute(sa.select(case.c.id).where(case.c.id.in_(cases)).order_by(case.c.id).with_for_update(read=True))


def delivered(connection: sa.Connection, row: Row, *, mailed: bool) -> None:
    """The mail server took it; where none is set nothing left the house, and it is handed over on paper."""
    _end(connection, row, SENT if mailed else HANDED, row["done_by"])
    _log(connection, row, "desk_sent" if mailed else "desk_handed", row["done_by"], message_id=row["out_id"])


def put_back(connection: sa.Connection, row: Row) -> None:
    """The case was put on hold while it was on its way: a draft again, until the hold is over."""
    mine = sa.update(letter).where(letter.c.id == row["id"])
    connection.execute(mine.values(status=DRAFT, out_id=None, done_by=None, version=letter.c.version + 1))
    _log(connection, row, "desk_put_back", None, why=HELD)


def erase(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> None:
    """Forget whom letters of these cases were for and what they said; that they were written stays."""
    mine = sa.and_(letter.c.agency_id == agency_id, letter.c.case_id.in_(case_ids))
    ids = sa.select(letter.c.id).where(mine)
    gone = {"address": "", "subject": "", "text": ""}
    connection.execute(sa.update(wording).where(wording.c.letter_id.in_(ids)).values(**gone))
    connection.execute(sa.update(letter).where(mine).values(**gone, addressee=""))


def stopped(connection: sa.Connection, row: Row, why: str) -> None:
    """On its way the case said otherwise: it is not sent."""
    _withdraw(connection, row, why, None)


def _checked(words: Mapping[str, str]) -> dict[str, str]:
    """One line of visible characters for the header, an address or none, a text of bearable length."""
    subject, text, address = header_text(words["subject"]), words["text"].replace("\r\n", "\n").strip(), ""
    if not subject:
        raise Refused(Message("desk.no_subject"))
    if not text or len(text) > LONGEST or "\x00" in text:
        raise Refused(Message("desk.bad_text", {"most": LONGEST}))
    if words["address"].strip():
        try:
            address = checked_address(words["address"].strip())
        except Undeliverable as wrong:
            raise Refused(Message("desk.bad_address")) from wrong
    return {"address": address, "subject": subject, "text": text}


def _locked(connection: sa.Connection, agency_id: str, ids: Iterable[str]) -> Sequence[Row]:
    mine = sa.select(letter).where(letter.c.agency_id == agency_id, letter.c.id.in_(list(ids)))
    waiting = mine.where(IS_DRAFT).order_by(letter.c.drafted_at, letter.c.id)
    return connection.execute(waiting.with_for_update()).mappings().all()


def _mine(by: Office, letter_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(letter.c.agency_id == by.agency_id, letter.c.id == letter_id)


def _mail(connection: sa.Connection, row: Row, by: Office) -> None:
    """On its way: the outbox makes it leave once, behind a fence too."""
    message = outbox.Draft(
        agency_id=row["agency_id"], kind=NOTICE, recipient=f"letter:{row['id']}", case_id=row["case_id"],
        payload={"template": TEMPLATE, "case_id": row["case_id"], "letter_id": row["id"]},
        dedupe_key=f"letter:{row['id']}:{row['version']}", not_before=business_now(connection),
    )  # fmt: skip
    (out_id,) = outbox.enqueue(connection, [message])
    mine = sa.update(letter).where(letter.c.id == row["id"])
    connection.execute(mine.values(status=SENDING, out_id=out_id, done_by=by.person_id, version=row["version"] + 1))
    _log(connection, row, "desk_sending", by.person_id, message_id=out_id)


def _withdraw(connection: sa.Connection, row: Row, why: str, by: str | None) -> None:
    _end(connection, row, WITHDRAWN, by, why=why)
    _log(connection, row, "desk_withdrawn", by, why=why)


def _end(connection: sa.Connection, row: Row, status: str, by: str | None, why: str = "") -> None:
    values = {"status": status, "why": why, "done_at": business_now(connection), "done_by": by}
    connection.execute(sa.update(letter).where(letter.c.id == row["id"]).values(**values, version=letter.c.version + 1))


def _keep_wording(connection: sa.Connection, row: Row, number: int, by: str | None, words: Row) -> None:
    values = {"letter_id": row["id"], "agency_id": row["agency_id"], "number": number, "by": by}
    connection.execute(sa.insert(wording).values(**values, at=business_now(connection), **words))


def _log(connection: sa.Connection, row: Row, kind: str, by: str | None, **more: Any) -> None:
    """What happened, by id: the words stand in the letter, where erasure reaches them."""
    detail = {"letter": row["id"], "role": row["role"], "template": row["template"], "by": by, **more}
    connection.execute(
        sa.insert(delivery).values(
            id=uuid7(), agency_id=row["agency_id"], case_id=row["case_id"], kind=kind, topic=row["id"],
            detail=detail, at=business_now(connection),
        )
    )  # fmt: skip
