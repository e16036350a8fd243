"""The honours board: who is shown by whose consent, and whether an agency's board is open; both leave a journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

LIVE = sa.text("taken_down_at IS NULL")
JOURNALLED = {  # ids, days and what may be shown; no sentence, no story, no reason
    "honour": ("id", ("subject_id", "case_id", "shows_photo", "shows_story", "given_as", "given_on", "recorded_by",
                      "taken_down_by")),
    "honour_board": ("agency_id", ("is_open", "changed_by")),
}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "honour",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("address", sa.String(32), nullable=False),
        sa.Column("sentence", sa.String(400), server_default="", nullable=False),
        sa.Column("story", sa.Text(), server_default="", nullable=False),
        sa.Column("field", sa.String(64), server_default="", nullable=False),
        sa.Column("shows_photo", sa.Boolean(), nullable=False),
        sa.Column("shows_story", sa.Boolean(), nullable=False),
        sa.Column("photo_id", sa.String(36), nullable=True),
        sa.Column("given_as", sa.String(16), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("paper", sa.String(300), server_default="", nullable=False),
        sa.Column("recorded_by", sa.String(36), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("taken_down_by", sa.String(36), nullable=True),
        sa.Column("taken_down_at", sa.DateTime(), nullable=True),
        sa.Column("taken_down_why", sa.String(300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour")),
        sa.UniqueConstraint("address", name=op.f("uq_honour_address")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_honour_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"], ["subject.agency_id", "subject.id"],
            name=op.f("fk_honour_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_honour_agency_id_case_id"),
            deferrable=True, initially="DEFERRED",
        ),
    )  # fmt: skip
    op.create_index(
        "uq_honour_live", "honour", ["agency_id", "subject_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_table(
        "honour_board",
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_honour_board")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_honour_board_agency_id")),
    )
    for table, (key, columns) in JOURNALLED.items():
        _journal(table, key, columns)


def _journal(table: str, key: str, columns: tuple[str, ...]) -> None:
    """Whoever shows, takes down, opens or shuts leaves a line in the journal, by whichever way (as 0014)."""
    if op.get_bind().dialect.name != "sqlite":
        names = ", ".join(f"'{name}'" for name in ("row", key, *columns))
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
        of = f" OF {', '.join(columns)}" if verb == "update" else ""
        when = f" WHEN {' OR '.join(f'NEW.{n} IS NOT OLD.{n}' for n in columns)}" if verb == "update" else ""
        body = ", ".join(f"'{name}', {row}.{name}" for name in columns)
        op.execute(
            f"CREATE TRIGGER {table}_journal_{verb} AFTER {verb.upper()}{of} ON {table}{when} BEGIN "
            "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "
            f"SELECT {ident}, {row}.agency_id, '{table}', {row}.{key}, '{verb}', json_object({body}); END"
        )


def downgrade() -> None:
    op.drop_table("honour_board")
    op.drop_table("honour")
