"""An agency's own calendar, the changes it came about by, and what each did to open deadlines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None

OPEN = "status IN ('draft', 'working_out', 'proposed', 'applying')"
JOURNALLED = ("version", "edit_id")


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _in_agency(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "calendar_edit",
        *map(_id, ("id", "agency_id")),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("base", "shipped")),
        sa.Column("version", sa.String(64)),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("data", "before")),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        _id("made_by"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        _id("proposed_by", nullable=True),
        _at("proposed_at"),
        _id("approved_by", nullable=True),
        _at("approved_at"),
        _at("applied_at"),
        _id("run_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_edit"),
        sa.UniqueConstraint("agency_id", "id", name="uq_calendar_edit_agency_id_id"),
        sa.UniqueConstraint("agency_id", "number", name="uq_calendar_edit_agency_id_number"),
        _agency("calendar_edit"),
        _in_agency("calendar_edit", "made_by", "person"),
    )
    where = {f"{one}_where": sa.text(OPEN) for one in ("sqlite", "postgresql")}
    op.create_index("uq_calendar_edit_open", "calendar_edit", ["agency_id"], unique=True, **where)
    op.create_table(
        "calendar_move",
        *map(_id, ("edit_id", "item_id", "agency_id", "case_id")),
        *(sa.Column(name, sa.Date, nullable=False) for name in ("due_from", "due_to")),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("edit_id", "item_id", name="pk_calendar_move"),
        _agency("calendar_move"),
        _in_agency("calendar_move", "edit_id", "calendar_edit"),
        _in_agency("calendar_move", "case_id", "case_"),
    )
    op.create_table(
        "agency_calendar",
        _id("agency_id"),
        sa.Column("version", sa.String(64), nullable=False),
        _id("edit_id"),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agency_calendar"),
        _agency("agency_calendar"),
        sa.ForeignKeyConstraint(["version"], ["calendar_version.version"], name="fk_agency_calendar_version"),
    )
    _journal()


def _journal() -> None:
    """Which calendar an agency counts by is noted however it is changed (as 0028)."""
    table = "agency_calendar"
    if op.get_bind().dialect.name != "sqlite":
        names = ", ".join(f"'{name}'" for name in ("row", "agency_id", *JOURNALLED))
        op.execute(
            f"CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION journal_note({names})"
        )
        return
    moment = "printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))"
    ident = (
        f"substr({moment}, 1, 8) || '-' || substr({moment}, 9, 4) || '-7' || substr(lower(hex(randomblob(2))), 2) "
        "|| '-8' || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))"
    )
    for verb, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        of = f" OF {', '.join(JOURNALLED)}" if verb == "update" else ""
        when = f" WHEN {' OR '.join(f'NEW.{n} IS NOT OLD.{n}' for n in JOURNALLED)}" if verb == "update" else ""
        body = ", ".join(f"'{name}', {row}.{name}" for name in JOURNALLED)
        op.execute(
            f"CREATE TRIGGER {table}_journal_{verb} AFTER {verb.upper()}{of} ON {table}{when} BEGIN "  # noqa: S608 - names of this file
            f"INSERT INTO journal (id, agency_id, noun, row_id, verb, body) VALUES ({ident}, {row}.agency_id, "
            f"'{table}', {row}.agency_id, '{verb}', json_object({body})); END"
        )


def downgrade() -> None:
    for name in ("agency_calendar", "calendar_move"):
        op.drop_table(name)
    op.drop_index("uq_calendar_edit_open", "calendar_edit")
    op.drop_table("calendar_edit")
