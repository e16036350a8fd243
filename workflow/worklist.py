"""What is asked to be done: work items, and the flat rows an inbox is read from."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import Id, UtcDateTime, agency_id, metadata, where
from workflow.message import NotFound

work_item = sa.Table(
    "work_item",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # state | ask | held | held_step
    Id("ask_id"),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # open | suspended | closed
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("due", sa.JSON),  # workflow.deadlines.Due, with its explanation
    sa.Column("due_at", UtcDateTime),
    sa.Column("sort_due_at", UtcDateTime, nullable=False),  # never NULL: what has no deadline sorts last
    Id("claimed_by"),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    Id("closed_by"),
    sa.Column("closed_how", sa.String(64), nullable=False, server_default=""),
    sa.UniqueConstraint("agency_id", "id"),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_work_item_case", "case_id", "status"),
    # Whoever had a case in hand may see it: asked with every list.
    sa.Index("ix_work_item_claimed_by", "agency_id", "claimed_by", "case_id", **where("claimed_by IS NOT NULL")),
    sa.Index("ix_work_item_closed_by", "agency_id", "closed_by", "case_id", **where("closed_by IS NOT NULL")),
)

candidate = sa.Table(
    "work_item_candidate",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("item_id", nullable=False),
    Id("case_id", nullable=False),
    sa.Column("role", sa.String(64), nullable=False, server_default=""),  # "" when handed to a person
    Id("unit_id"),
    Id("person_id"),
    sa.Column(
        "why", sa.String(16), nullable=False, server_default="owner"
    ),  # owner | steps_in | added | moved | returned
    Id("moved_by"),
    sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("sort_due_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "item_id"], ["work_item.agency_id", "work_item.id"]),
    sa.Index("ix_candidate_item", "item_id"),
    # In the order of an inbox: `workflow.reach` reads a page off them; closed ones tell who once was asked.
    sa.Index(
        "ix_candidate_role", "agency_id", "role", "unit_id", "is_open", "sort_due_at", "item_id",
        **where("person_id IS NULL"),
    ),
    sa.Index(
        "ix_candidate_person", "agency_id", "person_id", "is_open", "sort_due_at", "item_id",
        **where("person_id IS NOT NULL"),
    ),
)  # fmt: skip

# One open item of a kind per visit and ask: a racing second opening fails instead of doubling.
sa.Index(
    "uq_work_item_open", work_item.c.case_id, work_item.c.visit, work_item.c.kind,
    sa.func.coalesce(work_item.c.ask_id, ""), unique=True,
    sqlite_where=work_item.c.status != "closed", postgresql_where=work_item.c.status != "closed",
)  # fmt: skip


def find_item(connection: sa.Connection, agency: str, item_id: str) -> sa.RowMapping:
    """One work item of this agency, open or closed. Raises NotFound."""
    row = connection.execute(_ITEM, {"item": item_id, "agency": agency}).mappings().first()
    if row is None:
        raise NotFound("item")
    return row


_ITEM = sa.select(work_item).where(
    work_item.c.id == sa.bindparam("item"), work_item.c.agency_id == sa.bindparam("agency")
)


def claim_item(connection: sa.Connection, *, item_id: str, version: int, person_id: str | None) -> bool:
    """Say who is at it (None: nobody any more). A courtesy to colleagues, never a lock. False: it moved."""
    changed = connection.execute(
        sa.update(work_item)
        .where(work_item.c.id == item_id, work_item.c.version == version, work_item.c.status == "open")
        .values(claimed_by=person_id, claimed_at=wall_now() if person_id else None, version=version + 1)
    )
    return changed.rowcount == 1
