"""A comment on a posting; who signed it stands apart, and an anonymous one has nobody at all."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, agency_id, metadata, where

NEW, ACCEPTED, ASIDE, COMPLAINT = "new", "accepted", "aside", "complaint"
STANCES = ("agrees", "objects", "remark")

# No time of day, no address, no session, no account: a random id, a day, what was said. Who signed is in its own table.
comment = sa.Table(
    "posting_comment",
    metadata,
    Id(primary_key=True),  # random, not in the order of time
    agency_id(),
    Id("case_id", nullable=False),
    Id("ask_id", nullable=False),
    sa.Column("stance", sa.String(16), nullable=False),  # agrees | objects | remark
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("said_on", sa.Date, nullable=False),
    sa.Column("is_signed", sa.Boolean, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # new | accepted | aside | complaint
    Id("moderated_by"),
    of_case(),
    sa.UniqueConstraint("agency_id", "id"),
    sa.Index("ix_posting_comment_ask", "ask_id", "said_on"),
    sa.Index("ix_posting_comment_case", "case_id"),
    sa.Index("ix_posting_comment_new", "agency_id", **where(f"status = '{NEW}'")),
)

commenter = sa.Table(
    "posting_commenter",
    metadata,
    Id("comment_id", primary_key=True),
    agency_id(),
    sa.Column("sealed", sa.Text, nullable=False),  # person_id, name, contact: `states.sealed`
    sa.Column("mark", sa.String(64), nullable=False, server_default=""),  # of one of the staff: `Envelope.mark`
    sa.ForeignKeyConstraint(["agency_id", "comment_id"], ["posting_comment.agency_id", "posting_comment.id"]),
    sa.Index("ix_posting_commenter_mark", "agency_id", "mark", **where("mark <> ''")),
)
