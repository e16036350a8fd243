"""What the office edits of people, units, roles and a plan's numbers, line by line; who was invited together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NOTED = ("noun", "row_id", "verb", "made_by", "digest")  # what the journal says of an amendment: no name, no value


def upgrade() -> None:
    op.create_table(
        "amendment",
        *map(_id, ("id", "agency_id")),
        sa.Column("noun", sa.String(16), nullable=False),
        _id("row_id"),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("ground", sa.String(300), nullable=False, server_default=""),
        _id("made_by"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_amendment"),
        *_of_agency("amendment", "made_by"),
    )
    op.create_index("ix_amendment_made", "amendment", ["agency_id", "made_at"])
    op.create_index("ix_amendment_row", "amendment", ["agency_id", "row_id"])
    op.create_table(
        "invitation",
        *map(_id, ("id", "agency_id")),
        sa.Column("batch", sa.String(36), nullable=False),
        _id("person_id"),
        sa.Column("outcome", sa.String(16), nullable=False),
        _id("made_by"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("agency_id", "batch", "person_id", name="uq_invitation_agency_id_batch_person_id"),
        *_of_agency("invitation", "person_id", "made_by"),
    )
    _journal()


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=False)


def _of_agency(table: str, *people: str) -> list[sa.ForeignKeyConstraint]:
    named = [
        sa.ForeignKeyConstraint(
            ["agency_id", one], ["person.agency_id", "person.id"], name=f"fk_{table}_agency_id_{one}"
        )
        for one in people
    ]
    return [sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id"), *named]


def _journal() -> None:
    """Whoever writes, changes or takes away a line of it leaves one in the journal, by whichever way (as 0028)."""
    if op.get_bind().dialect.name != "sqlite":
        names = ", ".join(f"'{name}'" for name in ("row", "id", *NOTED))
        op.execute(
            f"CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON amendment "
            f"FOR EACH ROW EXECUTE FUNCTION journal_note({names})"
        )
        return
    moment = "printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))"
    ident = (
        f"substr({moment}, 1, 8) || '-' || substr({moment}, 9, 4) || '-7' || substr(lower(hex(randomblob(2))), 2) "
        "|| '-8' || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))"
    )
    for verb, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        of = f" OF {', '.join(NOTED)}" if verb == "update" else ""
        when = f" WHEN {' OR '.join(f'NEW.{n} IS NOT OLD.{n}' for n in NOTED)}" if verb == "update" else ""
        body = ", ".join(f"'{name}', {row}.{name}" for name in NOTED)
        op.execute(
            f"CREATE TRIGGER amendment_journal_{verb} AFTER {verb.upper()}{of} ON amendment{when} BEGIN "
            "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "
            f"SELECT {ident}, {row}.agency_id, 'amendment', {row}.id, '{verb}', json_object({body}); END"
        )


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("amendment")
