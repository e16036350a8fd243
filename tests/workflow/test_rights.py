"""What was written is never changed: not by the program's role, not by a slip of the owner; erasing works."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError

from config.settings import Settings
from states.ballots import boxes, store
from tests.ballots import ballot, box_at, closed
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.databases import PostgresDatabases
from tests.roads import case_at
from workflow import history, rights
from workflow.anchors import make_due
from workflow.seal import Sealer
from workflow.verification import verify_seals

WRITTEN = ("event", "seal", "anchor", "journal", "event_detail", "delivery_log", "delivery_key")


def attempt(cast: Cast, statement: str) -> str:
    """What the database answers; empty when it does it."""
    try:
        with cast.app.database.write() as connection:
            connection.execute(sa.text(statement))
    except DBAPIError as refused:
        return str(refused.orig)
    return ""


@pytest.fixture
def written(cast: Cast) -> Cast:
    """A case with a past, sealed and anchored, a line in every table."""
    case_at(cast, "unit_appraisal")
    with cast.app.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO delivery_log (id, agency_id, kind, topic, detail, at) "
                "SELECT 'a letter', agency_id, 'sent', '', '{\"text\": 1}', at FROM event LIMIT 1"
            )
        )
    Sealer(cast.app.database).run()
    make_due(cast.app.database)
    return cast


def test_no_row_is_changed_or_deleted(written: Cast):
    columns = {"event_detail": "case_id", "delivery_log": "kind", "delivery_key": "delivery_id", "anchor": "root",
               "event": "hash", "seal": "hash", "journal": "verb"}  # fmt: skip
    for table in WRITTEN:
        assert "never changed" in attempt(written, f"UPDATE {table} SET {columns[table]} = 'x'")
        assert "never changed" in attempt(written, f"DELETE FROM {table}")
        if not written.app.database.is_sqlite:
            assert "never changed" in attempt(written, f"TRUNCATE {table} CASCADE")
    for table, emptied in (("event_detail", "inputs"), ("delivery_log", "detail")):
        assert "never changed" in attempt(written, f"UPDATE {table} SET {emptied} = '{{\"x\": 1}}'")


@pytest.fixture
def program(postgres_databases: PostgresDatabases) -> Iterator[Cast]:
    """The cast on PostgreSQL, signed in as a role that owns nothing."""
    role = f"neuguong_app_{os.getpid()}"
    with postgres_databases.fresh(prepare_seed_cast) as url:
        owner = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            connection.execute(sa.text(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'"))
            assert rights.grant(connection, role) > 30
        address = sa.make_url(url).set(username=role, password="secret").render_as_string(hide_password=False)
        opened = open_cast(Settings(database_url=address, strict_texts=True))
        try:
            yield opened
        finally:
            opened.app.dispose()
            with owner.connect() as connection:
                connection.execute(sa.text(f"DROP OWNED BY {role}"))
                connection.execute(sa.text(f"DROP ROLE {role}"))
            owner.dispose()


def test_the_program_does_its_work_and_cannot_change_what_it_wrote(program: Cast):
    case_id = case_at(program, "office_check")
    program.settle()
    assert Sealer(program.app.database).run() > 10
    assert make_due(program.app.database, ["thanh.tra@tinh.example"]) is not None
    program.app.watch()
    program.app.reach()
    with program.app.database.write() as connection:
        assert history.erase_inputs(connection, case_ids=[case_id]) > 3
    Sealer(program.app.database).run()
    with program.app.database.read() as connection:
        assert (history.verify(connection), verify_seals(connection).faults) == ([], [])
    for table in WRITTEN:
        assert "permission denied" in attempt(program, f"DELETE FROM {table}"), table
        assert "permission denied" in attempt(program, f"TRUNCATE {table} CASCADE"), table
    for statement in (
        "UPDATE event SET kind = 'x'", "UPDATE seal SET hash = 'x'", "UPDATE anchor SET root = 'x'",
        "UPDATE journal SET verb = 'x'", "UPDATE event_detail SET case_id = 'x'", "UPDATE delivery_log SET kind = 'x'",
        "DROP TABLE event", "DROP TRIGGER never_changed ON event", "ALTER TABLE event DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)", "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = ''",
    ):  # fmt: skip
        assert any(word in attempt(program, statement) for word in ("permission denied", "must be owner")), statement


def test_the_program_votes_in_a_box_whose_tables_it_does_not_own(program: Cast):
    box = box_at(program, names=2)
    for name in ("director", "deputy"):
        ballot(program, box, name, "ag")
    table = f"ballot_{box.id.replace('-', '')}"
    for statement in (f"UPDATE {table} SET mark = 'a'", f"DELETE FROM {table}", f"DROP TABLE {table}"):
        assert any(word in attempt(program, statement) for word in ("permission denied", "must be owner")), statement
    assert "no box" in attempt(program, "SELECT ballot_box_drop('event')")
    assert [one.by_word["agreed"] for one in closed(program, box).papers] == [2, 0]
    with program.app.database.read() as connection:
        assert f"GRANT SELECT, INSERT, TRUNCATE ON {table} TO app" in rights.grants("app", rights.tables(connection))
    with program.app.database.write() as connection:
        boxes.certify(connection, box.agency_id, box.case_id)
        assert not store.exists(connection, box.id)


def test_every_table_is_granted_and_a_strange_name_is_no_role(program: Cast):
    with program.app.database.read() as connection:
        told = rights.grants("app", rights.tables(connection))
    assert "GRANT SELECT, INSERT ON event TO app" in told
    assert "GRANT SELECT, INSERT, UPDATE (key, inputs) ON event_detail TO app" in told
    assert "GRANT SELECT, INSERT, UPDATE, DELETE ON case_ TO app" in told
    assert not [name for name in ("", "a b", "x;y", "Ab", 'a"') if rights.is_role_name(name)]
    with pytest.raises(ProgrammingError), program.app.database.write() as connection:
        rights.grant(connection, "nobody_at_all")
