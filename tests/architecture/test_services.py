"""The servers that tests speak to are real, and no test sees what another wrote."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis
from playwright.sync_api import Error, Page
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from config import migrations
from dev import ROOT
from tests.databases import Databases, PostgresDatabases
from tests.mailbox import Mailbox
from tests.tampering import unguard


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A transaction, committed at the end, on a connection that is then really closed."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        yield connection


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with connected(url) as connection:
        tables = inspect(connection).get_table_names()
        rows = {table: connection.execute(text(f'SELECT * FROM "{table}"')) for table in tables}
        return {table: sorted(tuple(row) for row in found) for table, found in rows.items()}


def test_database_is_migrated_and_answers_as_its_kind(databases: Databases, request: pytest.FixtureRequest) -> None:
    kind = {"sqlite": "sqlite", "postgres": "postgresql"}[request.node.callspec.params["databases"]]
    with databases.fresh() as url, connected(url) as connection:
        assert connection.dialect.name == kind
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert version == migrations.newest()


def test_fresh_databases_do_not_share_rows(databases: Databases) -> None:
    with databases.fresh() as one, databases.fresh() as other:
        with connected(one) as connection:
            connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
        assert set(everything(one)) - set(everything(other)) == {"only_here"}


def test_database_used_again_is_as_the_migrations_made_it(postgres_databases: PostgresDatabases) -> None:
    with postgres_databases.fresh() as first:
        before = everything(first)
        with connected(first) as connection:
            unguard(connection)
            for table in before:
                connection.execute(text(f'TRUNCATE "{table}" CASCADE'))
            connection.execute(text("INSERT INTO alembic_version VALUES ('wrong')"))
    with postgres_databases.fresh() as again:
        assert (again, everything(again)) == (first, before)


def test_prepared_database_is_prepared_once_and_each_test_gets_its_own(databases: Databases) -> None:
    calls = []

    def prepare(url: str) -> None:
        calls.append(url)
        with connected(url) as connection:
            connection.execute(text("CREATE TABLE prepared (id INTEGER)"))
            connection.execute(text("INSERT INTO prepared VALUES (1)"))

    for _ in range(3):
        with databases.fresh(prepare) as url:
            assert everything(url)["prepared"] == [(1,)]
            with connected(url) as connection:
                connection.execute(text("INSERT INTO prepared VALUES (2)"))
    with databases.fresh() as url:
        assert "prepared" not in everything(url)
    assert len(calls) == 1


def test_who_is_still_connected_to_a_used_database_is_thrown_out(
    postgres_databases: PostgresDatabases,
) -> None:
    with contextlib.ExitStack() as left_open:
        with postgres_databases.fresh() as url:
            forgotten = left_open.enter_context(contextlib.closing(psycopg.connect(url.replace("+psycopg", ""))))
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("SELECT 1")


def test_database_whose_shape_was_changed_is_not_used_again(postgres_databases: PostgresDatabases) -> None:
    with postgres_databases.fresh() as changed, connected(changed) as connection:
        connection.execute(text("ALTER TABLE alembic_version ADD COLUMN more INTEGER"))
        connection.commit()
    with postgres_databases.fresh() as url:
        assert url != changed


def test_upgrade_by_four_processes_at_once_leaves_one_history(databases: Databases) -> None:
    program = "import sys; from config import migrations; migrations.upgrade(sys.argv[1])"
    with databases.fresh() as url:
        migrations.downgrade(url, "base")
        command = [sys.executable, "-c", program, url]
        started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        complaints = [process.communicate(timeout=60)[1] for process in started]
        assert (complaints, everything(url)["alembic_version"]) == ([""] * 4, [(migrations.newest(),)])


def test_broker_is_a_redis_new_enough_for_kombu(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        version = client.info("server")["redis_version"]
        assert tuple(map(int, version.split(".")[:2])) >= (6, 2)
        assert client.dbsize() == 0


def test_mail_server_keeps_letters_and_refuses_when_told(smtp_server: Mailbox) -> None:
    smtp_server.answer("451 4.3.0 try again later")
    letter = "Subject: =?utf-8?q?Nh=E1=BA=AFc?=\r\n\r\nxin chao\r\n"
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=5) as client:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail("a@example.vn", ["b@example.vn"], letter)
        client.sendmail("a@example.vn", ["b@example.vn"], letter)
    assert refusal.value.smtp_code == 451
    (kept,) = smtp_server.wait_for(1)
    assert (kept.recipients, kept.message["Subject"]) == (("b@example.vn",), "Nhắc")


def test_browser_reaches_this_machine_only(page: Page) -> None:
    page.goto(f"http://127.0.0.1:{_serve_once('<h1>Nêu gương</h1>')}/")
    assert page.evaluate("[navigator.language, document.querySelector('h1').innerText]") == [
        "vi-VN",
        "Nêu gương",
    ]
    with pytest.raises(Error, match="ERR_PROXY_CONNECTION_FAILED"):
        page.goto("http://192.0.2.1/")


def _serve_once(body: str) -> int:
    """Answer one connection with a page; the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    answer = f"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}".encode()

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])
