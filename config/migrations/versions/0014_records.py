"""The dossier of a subject: dated facts with papers that conditions of eligibility count; discipline is one of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL")
JOURNALLED = ("subject_id", "kind", "recorded_by", "withdrawn_by")
"""What the journal notes of a record: ids and its kind; no name, no number, no reason."""


def upgrade() -> None:
    op.create_table(
        "dossier_record",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(120), server_default="", nullable=False),
        sa.Column("scope", sa.String(64), server_default="", nullable=False),
        sa.Column("title", sa.String(300), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("used_for", sa.String(300), server_default="", nullable=False),
        sa.Column("decision_number", sa.String(120), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("proof_file_id", sa.String(36), nullable=True),
        sa.Column("recorded_by", sa.String(36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(36), nullable=True),
        sa.Column("withdrawn_why", sa.String(300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_record")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_dossier_record_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"], ["subject.agency_id", "subject.id"],
            name=op.f("fk_dossier_record_agency_id_subject_id"),
        ),
    )  # fmt: skip
    op.create_index("ix_dossier_record_subject", "dossier_record", ["agency_id", "subject_id"])
    op.create_index(
        "uq_dossier_record_live", "dossier_record", ["agency_id", "subject_id", "kind", "key"], unique=True,
        sqlite_where=LIVE, postgresql_where=LIVE,
    )  # fmt: skip
    # One row each: two of one number, or none at all, become one record apiece by the old row's id.
    op.execute(
        "INSERT INTO dossier_record (id, agency_id, subject_id, kind, key, starts_on, ends_on, decision_number, "
        "recorded_at) SELECT d.id, d.agency_id, d.subject_id, 'discipline', d.id, d.starts_on, d.ends_on, "
        "d.decision_number, s.created_at FROM discipline d "
        "JOIN subject s ON s.agency_id = d.agency_id AND s.id = d.subject_id"
    )
    op.drop_table("discipline")
    _journal()


def _journal() -> None:
    """Whoever records or withdraws leaves a line in the journal, by whichever way (0003 does it for rights)."""
    if op.get_bind().dialect.name != "sqlite":
        names = ", ".join(f"'{name}'" for name in ("row", "id", *JOURNALLED))
        op.execute(
            "CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON dossier_record "
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
            f"CREATE TRIGGER dossier_record_journal_{verb} AFTER {verb.upper()}{of} ON dossier_record{when} BEGIN "
            "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "
            f"SELECT {ident}, {row}.agency_id, 'dossier_record', {row}.id, '{verb}', json_object({body}); END"
        )


def downgrade() -> None:
    op.create_table(
        "discipline",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(36), nullable=False),
        sa.Column("decision_number", sa.String(120), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_discipline_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"], ["subject.agency_id", "subject.id"],
            name=op.f("fk_discipline_agency_id_subject_id"),
        ),
    )  # fmt: skip
    op.create_index("ix_discipline_subject", "discipline", ["agency_id", "subject_id"])
    op.execute(
        "INSERT INTO discipline (id, agency_id, subject_id, decision_number, starts_on, ends_on) "
        "SELECT id, agency_id, subject_id, decision_number, starts_on, ends_on FROM dossier_record "
        "WHERE kind = 'discipline' AND withdrawn_at IS NULL"
    )
    op.drop_table("dossier_record")
