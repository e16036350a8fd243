"""Ballots sealed in the browser: the tellers of a box, their keys' public halves; slips longer than a letter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0026"
branch_labels = None
depends_on = None

HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$ BEGIN "
CHECK = "IF box !~ '^[0-9a-f]{32}$' THEN RAISE EXCEPTION 'no box: %', box; END IF; "


def upgrade() -> None:
    op.create_table(
        "ballot_teller",
        *(sa.Column(name, sa.String(36), nullable=False) for name in ("agency_id", "box_id", "person_id")),
        sa.Column("public", sa.String(87)),
        sa.Column("shares", sa.JSON),
        sa.Column("report", sa.JSON),
        sa.PrimaryKeyConstraint("agency_id", "box_id", "person_id", name="pk_ballot_teller"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_ballot_teller_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "box_id"], ["ballot_box.agency_id", "ballot_box.id"], name="fk_ballot_teller_agency_id_box_id"
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name="fk_ballot_teller_agency_id_person_id"
        ),
    )
    _slips_are("text")


def _slips_are(kind: str) -> None:
    """The function that makes a box's tables, as 0015 has it but for the mark."""
    if op.get_bind().dialect.name != "postgresql":
        return
    make = (
        f"EXECUTE format('CREATE TABLE public.ballot_%s (id char(36), paper int, mark {kind})', box); "
        "EXECUTE format('CREATE TABLE public.receipt_%s (id char(36), digest char(64))', box); "
        "EXECUTE format('GRANT SELECT, INSERT, TRUNCATE ON public.ballot_%s, public.receipt_%s TO %I', "
        "box, box, session_user); "
    )
    op.execute(f"CREATE OR REPLACE FUNCTION ballot_box_make(box text) RETURNS void {HEAD}{CHECK}{make}END $$")


def downgrade() -> None:
    _slips_are("char(1)")
    op.drop_table("ballot_teller")
