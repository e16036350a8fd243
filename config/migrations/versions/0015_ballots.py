"""Secret ballots: boxes, who may vote and has, and how the program makes a box's own tables without owning any."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def upgrade() -> None:
    op.create_table(
        "ballot_box",
        *map(_id, ("id", "agency_id", "case_id")),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("papers", sa.JSON, nullable=False),
        sa.Column("most", sa.Integer),
        sa.Column("least", sa.Integer, nullable=False),
        sa.Column("chair_role", sa.String(64), nullable=False),
        sa.Column("keeper_role", sa.String(64), nullable=False),
        _id("chair_locked", nullable=True),
        _id("keeper_locked", nullable=True),
        sa.Column("root", sa.String(64)),
        sa.Column("counts", sa.JSON),
        sa.Column("closed_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_ballot_box"),
        sa.UniqueConstraint("agency_id", "id", name="uq_ballot_box_agency_id_id"),
        sa.UniqueConstraint("agency_id", "case_id", "round", name="uq_ballot_box_agency_id_case_id_round"),
        _agency("ballot_box"),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name="fk_ballot_box_agency_id_case_id",
            deferrable=True, initially="DEFERRED",
        ),
    )  # fmt: skip
    op.create_table(
        "ballot_elector",
        *map(_id, ("agency_id", "box_id", "member_id", "caster_id")),
        sa.Column("aside", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "box_id", "member_id", name="pk_ballot_elector"),
        _agency("ballot_elector"),
        sa.ForeignKeyConstraint(
            ["agency_id", "box_id"],
            ["ballot_box.agency_id", "ballot_box.id"],
            name="fk_ballot_elector_agency_id_box_id",
        ),
        *(
            sa.ForeignKeyConstraint(
                ["agency_id", who], ["person.agency_id", "person.id"], name=f"fk_ballot_elector_agency_id_{who}"
            )
            for who in ("member_id", "caster_id")
        ),
    )
    op.create_table(
        "ballot_voted",
        *map(_id, ("agency_id", "box_id", "member_id")),
        sa.PrimaryKeyConstraint("agency_id", "box_id", "member_id", name="pk_ballot_voted"),
        _agency("ballot_voted"),
        sa.ForeignKeyConstraint(
            ["agency_id", "box_id", "member_id"],
            ["ballot_elector.agency_id", "ballot_elector.box_id", "ballot_elector.member_id"],
            name="fk_ballot_voted_agency_id_box_id_member_id",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        _makers()


def _makers() -> None:
    """The program's role may create nothing (see `rights`). These two functions run with the owner's right and do one
    thing each, for a name of 32 hexadecimal digits and no other."""
    head = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$ BEGIN "
    check = "IF box !~ '^[0-9a-f]{32}$' THEN RAISE EXCEPTION 'no box: %', box; END IF; "
    make = (
        "EXECUTE format('CREATE TABLE public.ballot_%s (id char(36), paper int, mark char(1))', box); "
        "EXECUTE format('CREATE TABLE public.receipt_%s (id char(36), digest char(64))', box); "
        "EXECUTE format('GRANT SELECT, INSERT, TRUNCATE ON public.ballot_%s, public.receipt_%s TO %I', "
        "box, box, session_user); "
    )
    drop = "EXECUTE format('DROP TABLE IF EXISTS public.ballot_%s, public.receipt_%s', box, box); "
    for name, body in (("ballot_box_make", make), ("ballot_box_drop", drop)):
        op.execute(f"CREATE FUNCTION {name}(box text) RETURNS void {head}{check}{body}END $$")
        op.execute(f"REVOKE ALL ON FUNCTION {name}(text) FROM PUBLIC")


def downgrade() -> None:
    of_a_box = re.compile(r"(?:ballot|receipt)_[0-9a-f]{32}")
    for table in filter(of_a_box.fullmatch, sa.inspect(op.get_bind()).get_table_names()):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("ballot_box_make", "ballot_box_drop"):
            op.execute(f"DROP FUNCTION {name}(text)")
    for table in ("ballot_voted", "ballot_elector", "ballot_box"):
        op.drop_table(table)
