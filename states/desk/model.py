"""A letter of the desk and each wording it had."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata, where, word

DRAFT, SENDING, SENT, HANDED, WITHDRAWN = "draft", "leaving", "sent", "handed", "withdrawn"
OPEN = (DRAFT, SENDING)

letter = sa.Table(
    "desk_letter",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    Id("unit_id"),  # the case's, when it was drafted
    sa.Column("process", sa.String(64), nullable=False),
    sa.Column("role", sa.String(64), nullable=False),  # whom the plan tells at the desk
    sa.Column("template", sa.String(32), nullable=False),  # told | asked | escalation
    sa.Column("verb", sa.String(16), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),  # what it tells of
    Id("ask_id"),
    sa.Column("headline", sa.String(300), nullable=False),  # what was decided, in the plan's words
    sa.Column("addressee", sa.String(300), nullable=False),
    sa.Column("address", sa.String(254), nullable=False, server_default=""),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # draft | leaving | sent | handed | withdrawn
    sa.Column("why", sa.String(32), nullable=False, server_default=""),  # of one withdrawn
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("edits", sa.Integer, nullable=False, server_default="0"),
    Id("message_id", nullable=False),  # the outbox message it was drafted from: once
    Id("out_id"),  # the outbox message that carries it out; its id is the mail's Message-ID
    sa.Column("drafted_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    Id("done_by"),
    of_case(),
    sa.UniqueConstraint("agency_id", "message_id"),
    sa.UniqueConstraint("agency_id", "id"),
    sa.Index("ix_desk_letter_open", "agency_id", "drafted_at", "id", **where(f"status IN {OPEN}")),
    sa.Index("ix_desk_letter_case", "case_id"),
    sa.Index("ix_desk_letter_done", "agency_id", "done_at", "id", **where(f"status NOT IN {OPEN}")),
)

# Written out: of values passed along no database knows that a row is in an index of some rows.
IS_OPEN = letter.c.status.in_([word(one) for one in OPEN])
IS_DRAFT = sa.and_(IS_OPEN, letter.c.status == word(DRAFT))

wording = sa.Table(
    "desk_wording",
    metadata,
    Id("letter_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),  # 0: as it was drafted
    agency_id(),
    Id("by"),  # NULL: the system
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("address", sa.String(254), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "letter_id"], ["desk_letter.agency_id", "desk_letter.id"]),
)
