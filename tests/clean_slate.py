"""Brings a used PostgreSQL database back to what its template was: far faster than a new copy."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import Connection, sql

LARGEST = 50_000_000  # bytes; what a load test filled is dropped, not emptied

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
SHAPE = """
    SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT nspname::text AS line FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL SELECT concat(relname, relkind, relpersistence) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat(relname, '.', attname, atttypid, attnotnull) FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT concat(conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat(tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat(proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS everything
"""
END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
        last_value IS NOT NULL
    FROM pg_sequences
"""


@dataclass(frozen=True)
class CleanSlate:
    """A template's shape, its tables, their rows, where its sequences stand."""

    shape: str
    tables: tuple[str, ...]
    rows: dict[str, bytes]
    sequences: tuple[tuple[str, int, bool], ...]

    @classmethod
    def of(cls, address: str) -> CleanSlate:
        """Read it from the template; `address` is a plain postgresql:// one."""
        with psycopg.connect(address) as connection:
            connection.execute(END_OTHERS)  # a template with connections cannot be copied
            tables = tuple(row[0] for row in connection.execute(TABLES))
            copies = {table: _copy_out(connection, table) for table in tables}
            rows = {table: copied for table, copied in copies.items() if copied}
            return cls(_shape(connection), tables, rows, tuple(connection.execute(SEQUENCES)))

    def restore(self, address: str) -> bool:
        """End whoever is still connected, empty all tables; False if the database is not worth keeping."""
        with psycopg.connect(address) as connection:
            connection.execute(END_OTHERS)
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            if _shape(connection) != self.shape or size is None or size[0] > LARGEST:
                return False
            connection.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
            for table in self.tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, rows in self.rows.items():
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(rows)
            for sequence in self.sequences:
                connection.execute("SELECT setval(%s, %s, %s)", sequence)
        return True


def _shape(connection: Connection) -> str:
    row = connection.execute(SHAPE).fetchone()
    return row[0] if row else ""


def _copy_out(connection: Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(copy)
