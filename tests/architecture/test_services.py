"""The servers that tests speak to are real, and no test sees what another wrote."""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
import threading

import pytest
import redis
from playwright.sync_api import Error, Page
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from config import migrations
from dev import ROOT
from tests.databases import Databases, PostgresDatabases
from tests.mailbox import Mailbox


def test_database_is_migrated_and_answers_as_its_kind(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    engine = create_engine(database_url)
    assert (
        engine.dialect.name
        == {"sqlite": "sqlite", "postgres": "postgresql"}[request.node.callspec.params["databases"]]
    )
    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            == migrations.newest()
        )
    engine.dispose()


def test_fresh_databases_do_not_share_rows(databases: Databases) -> None:
    with databases.fresh() as one, databases.fresh() as other:
        engine, second = create_engine(one), create_engine(other)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
        assert [inspect(e).has_table("only_here") for e in (engine, second)] == [True, False]
        engine.dispose(), second.dispose()


def test_database_used_again_is_as_the_migrations_made_it(postgres_databases: PostgresDatabases) -> None:
    with postgres_databases.fresh() as url:
        engine, name = create_engine(url), url
        with engine.begin() as connection:
            before = _everything(connection)
            for table in inspect(connection).get_table_names():
                connection.execute(text(f'DELETE FROM "{table}"'))
            connection.execute(text("INSERT INTO alembic_version VALUES ('wrong')"))
    with postgres_databases.fresh() as url:
        assert url == name
        with create_engine(url).connect() as connection:
            assert _everything(connection) == before
    with pytest.raises(OperationalError, match="terminat"), engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def test_database_whose_shape_was_changed_is_not_used_again(postgres_databases: PostgresDatabases) -> None:
    with postgres_databases.fresh() as changed, create_engine(changed).begin() as connection:
        connection.execute(text("ALTER TABLE alembic_version ADD COLUMN more INTEGER"))
    with postgres_databases.fresh() as url:
        assert url != changed


def _everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = inspect(connection).get_table_names()
    return {
        table: sorted(tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
        for table in tables
    }


def test_upgrade_by_four_processes_at_once_leaves_one_history(databases: Databases) -> None:
    with databases.fresh() as url:
        migrations.downgrade(url, "base")
        command = [
            sys.executable,
            "-c",
            "import sys; from config import migrations; migrations.upgrade(sys.argv[1])",
            url,
        ]
        started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        complaints = [process.communicate(timeout=60)[1] for process in started]
        engine = create_engine(url)
        with engine.connect() as connection:
            versions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        engine.dispose()
    assert (complaints, versions) == ([""] * 4, [migrations.newest()])


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
    with pytest.raises(Error, match="ERR_FAILED"):
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
