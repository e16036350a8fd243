"""A comment is taken while its posting is open, looked over by the office, and counted where the decision is taken."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from states.comments.model import ACCEPTED, ASIDE, COMPLAINT, NEW, STANCES, comment, commenter
from states.comments.postings import Posted
from states.sealed import Envelope
from workflow.case import ask, case
from workflow.clock import business_now, local_date
from workflow.db import uuid7
from workflow.message import Conflict, Message, NotFound, Refused
from workflow.outbox import delivery

SHORTEST, LONGEST = 10, 2000
MOST_A_DAY = 300  # of one posting: beyond it somebody floods the office

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Said:
    """What somebody typed. `person_id`, `name`, `contact` only of one who signs."""

    stance: str
    text: str
    person_id: str | None = None
    name: str = ""
    contact: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether anybody stands to it."""
        return bool(self.person_id or self.name)

    def __repr__(self) -> str:
        """Nothing of it in a log or a traceback."""
        return "Said(…)"


@dataclass(frozen=True)
class Signed:
    """Who stands to a comment; all empty: nobody."""

    person_id: str = ""
    name: str = ""
    contact: str = ""

    def __repr__(self) -> str:
        """Nothing of it in a log or a traceback."""
        return "Signed(…)"


def say(connection: sa.Connection, envelope: Envelope, posted: Posted, said: Said) -> None:
    """Take a comment; nobody reads it before the office has looked it over.

    Raises Refused for what cannot be taken, and when the posting is over, on hold, or flooded. Of one that is not
    signed no more is kept than its words and the day.
    """
    text = _plain(said.text)
    if said.stance not in STANCES:
        raise Refused(Message("comment.no_stance"))
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refused(Message("comment.length", {"least": SHORTEST, "most": LONGEST}))
    _check_signing(posted, said)
    today = local_date(business_now(connection))
    same_day = sa.select(sa.func.count()).where(comment.c.ask_id == posted.ask_id, comment.c.said_on == today)
    if (connection.scalar(same_day) or 0) >= MOST_A_DAY:
        raise Refused(Message("comment.too_many"), status="busy")
    ident = str(uuid4())
    row = {
        "id": ident, "agency_id": posted.agency_id, "case_id": posted.case_id, "ask_id": posted.ask_id,
        "stance": said.stance, "text": text, "said_on": today, "is_signed": said.is_signed, "status": NEW,
    }  # fmt: skip
    if not posted.is_open or not _insert_while_open(connection, row):
        raise Refused(Message("comment.over"))
    if said.is_signed:
        words = {
            "person_id": said.person_id or "",
            "name": _line(said.name)[:200],
            "contact": _line(said.contact)[:300],
        }
        connection.execute(
            sa.insert(commenter).values(
                comment_id=ident, agency_id=posted.agency_id, sealed=envelope.seal(ident, words),
                mark=envelope.mark(said.person_id) if said.person_id else "",
            )
        )  # fmt: skip


def _check_signing(posted: Posted, said: Said) -> None:
    """As the plan says: required, optional or never; who signs from outside gives name and address."""
    if posted.posting.signed == "required" and not said.is_signed:
        raise Refused(Message("comment.sign"))
    if posted.posting.signed == "never" and said.is_signed:
        raise Refused(Message("comment.unsigned"))
    if said.is_signed and not said.person_id and not said.contact.strip():
        raise Refused(Message("comment.contact"))


def _insert_while_open(connection: sa.Connection, row: Row) -> bool:
    """In the very statement the posting must still be open: its end and the last comment cannot pass each other."""
    still = sa.exists().where(
        ask.c.id == row["ask_id"], ask.c.status == "open", case.c.id == ask.c.case_id, case.c.is_held.is_(False)
    )
    values = [sa.literal(value, comment.c[name].type).label(name) for name, value in row.items()]
    chosen = sa.insert(comment).from_select(list(row), sa.select(*values).where(still))
    return connection.scalar(chosen.returning(comment.c.id)) is not None


def _plain(text: str) -> str:
    """Visible letters and line ends, as they were typed: never read as anything but text."""
    kept = "".join(
        one for one in unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )  # fmt: skip
    return kept.strip()


def _line(text: str) -> str:
    return " ".join(_plain(text).split())


# --- the office ---------------------------------------------------------------------------------------


def moderate(connection: sa.Connection, agency_id: str, comment_id: str, by: str, status: str) -> None:
    """The office's word on a new comment: to be read by those who decide, or set aside. Raises Conflict."""
    assert status in (ACCEPTED, ASIDE, COMPLAINT)
    mine = sa.and_(comment.c.agency_id == agency_id, comment.c.id == comment_id)
    free = comment.c.status == NEW if status != COMPLAINT else comment.c.status != COMPLAINT
    changed = sa.update(comment).where(mine, free).values(status=status, moderated_by=by).returning(comment)
    row = connection.execute(changed).mappings().first()
    if row is None:
        raise Conflict(Message("comment.moderated"))
    _log(connection, row, f"comment_{status}", by)


def _log(connection: sa.Connection, row: Row, kind: str, by: str) -> None:
    connection.execute(
        sa.insert(delivery).values(
            id=uuid7(), agency_id=row["agency_id"], case_id=row["case_id"], person_id=by, kind=kind, topic=row["id"],
            detail={"comment": row["id"], "by": by}, at=business_now(connection),
        )
    )  # fmt: skip


def listed(connection: sa.Connection, agency_id: str, ask_id: str) -> Sequence[Row]:
    """Every comment of a posting, for the office: those not looked over first, else by their id. Never who signed."""
    mine = sa.and_(comment.c.agency_id == agency_id, comment.c.ask_id == ask_id)
    first = sa.case((comment.c.status == NEW, 0), else_=1)
    return connection.execute(sa.select(comment).where(mine).order_by(first, comment.c.id).limit(1000)).mappings().all()


def one(connection: sa.Connection, agency_id: str, comment_id: str) -> Row | None:
    """One comment, for the office."""
    mine = sa.and_(comment.c.agency_id == agency_id, comment.c.id == comment_id)
    return connection.execute(sa.select(comment).where(mine)).mappings().first()


def signed_by(connection: sa.Connection, envelope: Envelope, agency_id: str, comment_id: str) -> Signed:
    """Who signed a comment, to be handed on unseen: nobody is shown it. Raises KeyLost."""
    mine = sa.and_(commenter.c.agency_id == agency_id, commenter.c.comment_id == comment_id)
    sealed = connection.scalar(sa.select(commenter.c.sealed).where(mine))
    return Signed(**envelope.open(comment_id, sealed)) if sealed else Signed()


def told(connection: sa.Connection, envelope: Envelope, agency_id: str, comment_id: str, by: str) -> Signed:
    """Who signed a comment, for somebody of the office; that they looked is written down. Raises KeyLost."""
    row = one(connection, agency_id, comment_id)
    if row is None:
        raise NotFound("comment")
    _log(connection, row, "commenter_read", by)
    return signed_by(connection, envelope, agency_id, comment_id)


def erase_signer(connection: sa.Connection, envelope: Envelope, agency_id: str, person_id: str) -> None:
    """Forget that one of the staff signed comments; what was said stays, as said by somebody."""
    mine = sa.and_(commenter.c.agency_id == agency_id, commenter.c.mark.in_(envelope.marks(person_id)))
    connection.execute(sa.delete(commenter).where(mine))


@dataclass(frozen=True)
class Counts:
    """What came in on one posting: by stance those the office let through, the others by what became of them."""

    agrees: int = 0
    objects: int = 0
    remark: int = 0
    new: int = 0
    aside: int = 0
    complaint: int = 0

    @property
    def accepted(self) -> int:
        """How many may be read."""
        return self.agrees + self.objects + self.remark


def counts(connection: sa.Connection, ask_ids: Sequence[str]) -> dict[str, Counts]:
    """By posting, in one statement."""
    if not ask_ids:
        return {}
    rows = connection.execute(
        sa.select(comment.c.ask_id, comment.c.stance, comment.c.status, sa.func.count())
        .where(comment.c.ask_id.in_(list(ask_ids)))
        .group_by(comment.c.ask_id, comment.c.stance, comment.c.status)
    )
    found: dict[str, dict[str, int]] = {one: {} for one in ask_ids}
    for ask_id, stance, status, count in rows:
        name = stance if status == ACCEPTED else status
        found[ask_id][name] = found[ask_id].get(name, 0) + count
    return {one: Counts(**numbers) for one, numbers in found.items()}


def accepted(connection: sa.Connection, ask_ids: Sequence[str]) -> Sequence[Row]:
    """What those who decide may read: stance, words and whether signed, never by whom."""
    columns = (comment.c.ask_id, comment.c.stance, comment.c.text, comment.c.is_signed, comment.c.said_on)
    mine = sa.and_(comment.c.ask_id.in_(list(ask_ids)), comment.c.status == ACCEPTED)
    return connection.execute(sa.select(*columns).where(mine).order_by(comment.c.stance, comment.c.id)).mappings().all()


def erase(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> None:
    """What was said about a subject goes with the subject, and who said it; the numbers stay."""
    mine = sa.and_(comment.c.agency_id == agency_id, comment.c.case_id.in_(case_ids))
    ids = sa.select(comment.c.id).where(mine)
    connection.execute(sa.delete(commenter).where(commenter.c.comment_id.in_(ids)))
    connection.execute(sa.update(comment).where(mine).values(text=""))
