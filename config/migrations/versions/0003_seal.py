"""The audit: one seal over everything that was written, its anchors, a journal of who may what, rows nobody changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What is written about a row of these tables: ids, roles and days; no name, no password, no reason.
JOURNALLED = {
    "account": ("is_admin", "disabled_at"),
    "role_grant": ("person_id", "role", "unit_id", "starts_on", "ends_on"),
    "absence": ("person_id", "deputy_id", "starts_on", "ends_on", "set_by"),
    "conflict": ("person_id", "subject_id", "kind"),
    "plan_version": ("code", "hash", "is_living"),
    "definition_version": ("plan_id", "process", "hash"),
    "sign_in": ("account_id", "person_id"),
    "api_token": ("account_id", "person_id", "scopes", "expires_at", "revoked_at"),
}
WITHOUT_AGENCY = ("account",)
ERASED = {  # what may be emptied, once, and is then on record: key column, what of it is recorded
    "event_detail": ("event_id", ("case_id",)),
    "delivery_log": ("id", ("case_id", "kind")),
}
FIXED = ("event", "seal", "anchor", "journal")
KEPT = {  # may only be emptied: (columns that never change, what "emptied" means on SQLite, on PostgreSQL)
    "event_detail": (
        ("event_id", "agency_id", "case_id"),
        "NEW.key IS NULL AND coalesce(NEW.inputs, 'null') = 'null'",
        "NEW.key IS NULL AND coalesce(NEW.inputs::text, 'null') = 'null'",
    ),
    "delivery_log": (
        ("id", "agency_id", "case_id", "item_id", "person_id", "kind", "topic", "at"),
        "coalesce(json_extract(NEW.detail, '$.erased'), 0) = 1",
        "coalesce(NEW.detail->>'erased', '') = 'true'",
    ),
    "delivery_key": (("delivery_id",), "NEW.key IS NULL", "NEW.key IS NULL"),
}
NEW_TABLES = ("anchor", "delivery_key", "seal", "journal")


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_guards()
        _sqlite_journal()
        return
    _postgres_guards()
    _postgres_journal()


def _tables() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=True),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.String(length=36), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_row", "journal", ["noun", "row_id"])
    op.create_table(
        "seal",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=36), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_seal")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_seal_source_ref")),
    )
    op.create_table(
        "delivery_key",
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_key")),
    )
    op.create_table(
        "anchor",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_anchor")),
    )


# --- rows nobody changes ------------------------------------------------------------------------------


def _sqlite_guards() -> None:
    for table in (*FIXED, *KEPT):
        stop = f"SELECT RAISE(ABORT, '{table}: what was written is never changed')"
        op.execute(f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} BEGIN {stop}; END")
        when = ""
        if table in KEPT:
            columns, emptied, _ = KEPT[table]
            same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in columns)
            when = f"WHEN NOT ({same} AND {emptied}) "
        op.execute(f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} {when}BEGIN {stop}; END")


def _postgres_guards() -> None:
    op.execute(
        "CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%: what was written is never changed (%)', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in (*FIXED, *KEPT):
        run = "EXECUTE FUNCTION never_changed()"
        op.execute(f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table} FOR EACH ROW {run}")
        op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}")
        when = ""
        if table in KEPT:
            columns, _, emptied = KEPT[table]
            same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in columns)
            when = f"WHEN (NOT ({same} AND {emptied})) "
        op.execute(f"CREATE TRIGGER never_changed BEFORE UPDATE ON {table} FOR EACH ROW {when}{run}")


# --- the journal: written by the database itself, whoever changes a row by whichever way ---------------

# A UUIDv7 of the moment, as the product makes its own.
SQLITE_ID = (
    "substr(printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)), 1, 8) || '-' || "
    "substr(printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)), 9, 4) || '-7' || "
    "substr(lower(hex(randomblob(2))), 2) || '-8' || substr(lower(hex(randomblob(2))), 2) || '-' || "
    "lower(hex(randomblob(6)))"
)


def _sqlite_journal() -> None:
    for table, columns in JOURNALLED.items():
        for verb, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            of, when = "", ""
            if verb == "update":
                of = f" OF {', '.join(columns)}"
                when = f" WHEN {' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in columns)}"
            op.execute(
                f"CREATE TRIGGER {table}_journal_{verb} AFTER {verb.upper()}{of} ON {table}{when} "
                f"BEGIN {_sqlite_note(table, 'id', columns, verb, row)}; END"
            )
        op.execute(_sqlite_note(table, "id", columns, "found", table, f" FROM {table}"))
    for table, (key, columns) in ERASED.items():
        note = _sqlite_note(table, key, columns, "erase", "NEW")
        op.execute(f"CREATE TRIGGER {table}_journal_erase AFTER UPDATE ON {table} BEGIN {note}; END")
        gone = "key IS NULL" if table == "event_detail" else "json_extract(detail, '$.erased') = 1"
        op.execute(_sqlite_note(table, key, columns, "found", table, f" FROM {table} WHERE {gone}"))


def _sqlite_note(table: str, key: str, columns: tuple[str, ...], verb: str, row: str, rest: str = "") -> str:
    agency = "NULL" if table in WITHOUT_AGENCY else f"{row}.agency_id"
    body = ", ".join(f"'{name}', {row}.{name}" for name in columns)
    return (
        "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "
        f"SELECT {SQLITE_ID}, {agency}, '{table}', {row}.{key}, '{verb}', json_object({body}){rest}"
    )


POSTGRES_ID = """
CREATE FUNCTION journal_id() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    moment text := lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0');
    chance text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    RETURN substr(moment, 1, 8) || '-' || substr(moment, 9, 4) || '-7' || substr(chance, 1, 3) || '-8'
        || substr(chance, 4, 3) || '-' || substr(chance, 7, 6) || substr(chance, 21, 6);
END $$
"""
POSTGRES_NOTE = """
CREATE FUNCTION journal_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    said json;
    before json;
BEGIN
    SELECT json_object_agg(name, changed->name ORDER BY name) INTO said FROM unnest(TG_ARGV[2:]) AS name;
    IF TG_OP = 'UPDATE' AND TG_ARGV[0] <> 'erase' THEN
        SELECT json_object_agg(name, to_jsonb(OLD)->name ORDER BY name) INTO before FROM unnest(TG_ARGV[2:]) AS name;
        IF before::text = said::text THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO journal (id, agency_id, noun, row_id, verb, body) VALUES (
        journal_id(), changed->>'agency_id', TG_TABLE_NAME, changed->>TG_ARGV[1],
        CASE TG_ARGV[0] WHEN 'erase' THEN 'erase' ELSE lower(TG_OP) END, said
    );
    RETURN NULL;
END $$
"""


def _postgres_journal() -> None:
    op.execute(POSTGRES_ID)
    op.execute(POSTGRES_NOTE)
    for table, columns in JOURNALLED.items():
        _postgres_trigger(table, "INSERT OR UPDATE OR DELETE", "row", "id", columns)
        _postgres_found(table, "id", columns, "true")
    for table, (key, columns) in ERASED.items():
        _postgres_trigger(table, "UPDATE", "erase", key, columns)
        gone = "key IS NULL" if table == "event_detail" else "detail->>'erased' = 'true'"
        _postgres_found(table, key, columns, gone)


def _postgres_trigger(table: str, verbs: str, how: str, key: str, columns: tuple[str, ...]) -> None:
    arguments = ", ".join(f"'{one}'" for one in (how, key, *columns))
    op.execute(
        f"CREATE TRIGGER journal AFTER {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION journal_note({arguments})"
    )


def _postgres_found(table: str, key: str, columns: tuple[str, ...], where: str) -> None:
    agency = "NULL" if table in WITHOUT_AGENCY else "agency_id"
    body = ", ".join(f"'{name}', {name}" for name in columns)
    op.execute(
        "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "  # noqa: S608 - names of this file
        f"SELECT journal_id(), {agency}, '{table}', {key}, 'found', json_build_object({body}) "
        f"FROM {table} WHERE {where}"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            if table not in NEW_TABLES:
                op.execute(f"DROP TRIGGER {table}_never_changed")
                op.execute(f"DROP TRIGGER {table}_never_deleted")
        for verb in ("changed", "deleted"):
            op.execute(f"DROP TRIGGER event_never_{verb}")
        for table in JOURNALLED:
            for verb in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_journal_{verb}")
        for table in ERASED:
            op.execute(f"DROP TRIGGER {table}_journal_erase")
    else:
        op.execute("DROP FUNCTION never_changed() CASCADE")
        op.execute("DROP FUNCTION journal_note() CASCADE")
        op.execute("DROP FUNCTION journal_id()")
    for table in NEW_TABLES:
        op.drop_table(table)
