"""The tables of papers: what was ordered, each file made of it, the templates in use, the numbers given."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

document = sa.Table(
    "document",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),  # the decision that ordered it
    sa.Column("name", sa.String(64), nullable=False),  # of the plan's `documents:`
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("symbol", sa.String(60), nullable=False, server_default=""),  # what follows the number
    Id("number_id"),  # of the register, where it has one
    sa.Column("typed_number", sa.String(100), nullable=False, server_default=""),  # given outside, by a form
    sa.Column("dated_on", sa.Date, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # ordered | made | superseded
    sa.Column("error", sa.Text, nullable=False, server_default=""),  # why the last try made nothing
    Id("message_id"),  # the outbox message that is to make it
    sa.Column("ordered_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "case_id", "event_seq", "name"),
    sa.UniqueConstraint("agency_id", "id"),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_document_case", "case_id"),
)

document_version = sa.Table(
    "document_version",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("document_id", nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # 1, 2, … of the document
    Id("word_id", nullable=False),
    Id("pdf_id"),  # NULL until a LibreOffice made it
    Id("sheet_id"),  # of a list: the same as .xlsx
    sa.Column("facts", sa.String(64), nullable=False),  # sha256 of what it was filled with
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("document_id", "number"),
    sa.ForeignKeyConstraint(["agency_id", "document_id"], ["document.agency_id", "document.id"]),
)

document_template = sa.Table(
    "document_template",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # base64: in the row, so that every backup and copy has it
    sa.Column("in_use", sa.Boolean, nullable=False, server_default=sa.true()),
    Id("uploaded_by"),
    sa.Column("uploaded_at", UtcDateTime, nullable=False),
    sa.Index("ix_document_template_name", "agency_id", "name"),
)

number_counter = sa.Table(
    "number_counter",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("series", sa.String(64), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

number_entry = sa.Table(
    "number_entry",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("series", sa.String(64), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("symbol", sa.String(60), nullable=False, server_default=""),
    sa.Column("title", sa.String(300), nullable=False, server_default=""),
    Id("case_id"),
    sa.Column("status", sa.String(16), nullable=False),  # given | void | before
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),  # why void, or what was on paper before
    Id("voided_by"),
    sa.Column("voided_at", UtcDateTime),
    sa.Column("given_on", sa.Date, nullable=False),
    sa.UniqueConstraint("agency_id", "series", "year", "number"),
)
