"""What an action `makes`: the paper's row, its number, the message that has it made, in the decision's transaction."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from states.documents.model import document, number_entry
from states.documents.register import give
from workflow import outbox
from workflow.db import uuid7
from workflow.definition import Document
from workflow.organisation import agency
from workflow.registry import Context

DECIDED_ON = "decided_on"
"""As plans call the day of a decision beside its number and its file."""
MAKE = "document"
"""The outbox kind that makes a paper."""


def order(made: Document, context: Context, connection: sa.Connection) -> str:
    """Have one paper made for this decision, its id; an older one of the same name is superseded, not lost."""
    document_id = uuid7()
    symbol = symbol_of(made, context.agency_id, connection)
    typed = str(context.fields.get(made.number) or "") if made.number else ""
    number_id, series = None, made.golden_book or (made.series if made.kind and not typed else "")
    if series and made.numbered:
        number_id = _number_before(made, context, connection)
    if series and number_id is None:
        number_id, _ = give(
            connection, context.agency_id, series, context.today, symbol=symbol, title=made.title,
            case_id=context.case_id,
        )  # fmt: skip
    connection.execute(_SUPERSEDED, _same(made, context))
    row = {
        "id": document_id, "agency_id": context.agency_id, "case_id": context.case_id, "event_seq": context.event_seq,
        "name": made.name, "title": made.title, "symbol": symbol, "number_id": number_id, "typed_number": typed,
        "dated_on": _dated(made, context), "status": "ordered", "ordered_at": context.now,
    }  # fmt: skip
    connection.execute(_ORDERED, row)
    send(connection, row, str(context.event_seq))
    return document_id


def order_anew(made: Document, context: Context, connection: sa.Connection) -> None:
    """What this paper says has changed: a new version, under its number; the older file is kept."""
    for document_id in connection.scalars(_MADE, _same(made, context)).all():
        again(connection, context.agency_id, document_id, str(context.event_seq))


def _dated(made: Document, context: Context) -> date:
    """The day of signing (NĐ 30/2020 Phụ lục I): of a decision numbered outside, the day typed beside its number; what
    a register here numbers is dated as it is numbered, so that numbers and days rise together."""
    typed = context.inputs.get(DECIDED_ON) if made.number and context.inputs.get(made.number) else None
    return date.fromisoformat(str(typed)) if typed else context.today


def _number_before(made: Document, context: Context, connection: sa.Connection) -> str | None:
    """The number this year's last paper of the same name has in this case, unless it was given up."""
    found: str | None = connection.scalar(_NUMBERED, {**_same(made, context), "year": context.today.year})
    return found


def _same(made: Document, context: Context) -> dict[str, str]:
    """What `_OF_NAME` asks for."""
    return {"agency": context.agency_id, "case": context.case_id, "called": made.name}


_OF_NAME = sa.and_(
    document.c.agency_id == sa.bindparam("agency"), document.c.case_id == sa.bindparam("case"),
    document.c.name == sa.bindparam("called"),
)  # fmt: skip
_ORDERED = sa.insert(document)
_SUPERSEDED = sa.update(document).where(_OF_NAME).values(status="superseded")
_MADE = sa.select(document.c.id).where(_OF_NAME, document.c.status == "made")
_NUMBERED = (
    sa.select(number_entry.c.id)
    .join(document, document.c.number_id == number_entry.c.id)
    .where(_OF_NAME, number_entry.c.status == "given", number_entry.c.year == sa.bindparam("year"))
    .order_by(document.c.event_seq.desc())
    .limit(1)
)


def again(connection: sa.Connection, agency_id: str, document_id: str, nonce: str) -> bool:
    """Have it made anew from what the case says now; its number and what was made before stay. False: no such."""
    mine = (document.c.agency_id == agency_id, document.c.id == document_id, document.c.status != "superseded")
    row = connection.execute(sa.select(document).where(*mine).with_for_update()).mappings().first()
    if row is None:
        return False
    connection.execute(sa.update(document).where(document.c.id == document_id).values(status="ordered", error=""))
    send(connection, dict(row), nonce)
    return True


def send(connection: sa.Connection, row: dict[str, object], nonce: str) -> None:
    """The message that has it made, once per `nonce`."""
    draft = outbox.Draft(
        agency_id=str(row["agency_id"]), kind=MAKE, recipient=f"document:{row['id']}", case_id=str(row["case_id"]),
        payload={"document_id": row["id"], "case_id": row["case_id"]},
        dedupe_key=f"{MAKE}:{row['id']}:{nonce}", not_before=row["ordered_at"],  # type: ignore[arg-type]
    )  # fmt: skip
    for message_id in outbox.enqueue(connection, [draft]):
        connection.execute(_SENT_WITH, {"paper": row["id"], "message": message_id})


_SENT_WITH = (
    sa.update(document).where(document.c.id == sa.bindparam("paper")).values(message_id=sa.bindparam("message"))
)


def symbol_of(made: Document, agency_id: str, connection: sa.Connection) -> str:
    """What follows its number: the kind and the agency's abbreviation, or the plan's own words."""
    if made.symbol or not made.kind:
        return made.symbol
    short = connection.scalar(_SHORT, {"agency": agency_id})
    return f"{made.kind}-{short}" if short else made.kind


_SHORT = sa.select(agency.c.short_name).where(agency.c.id == sa.bindparam("agency"))
