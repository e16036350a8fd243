"""One colleague's endorsement of one case."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata

endorsement = sa.Table(
    "endorsement",
    metadata,
    agency_id(),
    Id("case_id", primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("event_seq", sa.Integer, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    of_case(),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)
