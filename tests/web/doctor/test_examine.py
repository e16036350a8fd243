"""Bad configurations, each refused with a line of its own; and a good one that is not."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from psycopg import sql

from config import migrations, wiring
from config.demo.building import PASSWORD
from config.keys import new_identity_key
from config.settings import Settings, from_environment
from config.texts import load
from tests.cast import Cast
from tests.databases import PostgresDatabases
from tests.mailbox import Mailbox
from tests.servers import free_port
from web.cli import main
from web.doctor import around, configuration, stored
from web.doctor.finding import Finding, Weight
from web.sign_in import passwords
from workflow import pulse
from workflow.clock import wall_now
from workflow.organisation_changes import add_account

SECRET = "k3y-0f-a-r3al-1nstallat10n-2025-abcdef"
GOOD = {
    "NEUGUONG_DATABASE_URL": "postgresql+psycopg://neuguong:p@127.0.0.1/neuguong",
    "NEUGUONG_BROKER_URL": "redis://127.0.0.1:6379/0",
    "NEUGUONG_SMTP_URL": "smtp+tls://may:p@mail.so.vn",
    "NEUGUONG_MAIL_FROM": "neuguong@so.vn",
    "NEUGUONG_BASE_URL": "https://neuguong.so.vn",
    "NEUGUONG_TRUSTED_PROXY": "127.0.0.1",
    "NEUGUONG_SECRET_KEY": SECRET,
    "NEUGUONG_IDENTITY_KEYS": new_identity_key(),
    "NEUGUONG_LOG": "json",
    "NEUGUONG_OFFICE": sys.executable,
}
BAD = [  # what is changed; what is found
    ({"SECRET_KEY": "a" * 40}, "secret_weak"),
    ({"BASE_URL": "http://neuguong.so.vn"}, "plain_http"),
    ({"BASE_URL": "http://127.0.0.1:8080"}, "links_nowhere"),
    ({"BASE_URL": "https://localhost", "SMTP_URL": "", "HOST": "0.0.0.0"}, "links_nowhere"),
    ({"DEMO": "1"}, "demo_public"),
    ({"DEMO": "1", "HOST": "::", "BASE_URL": "http://localhost"}, "demo_public"),
    ({"DATABASE_URL": "sqlite:////tmp/x.db"}, "sqlite_apart"),
    ({"BROKER_URL": "redis://10.0.0.5:6379/0"}, "broker_open"),
    ({"BROKER_URL": "rediss://10.0.0.5:6379/0"}, "broker_open"),
    ({"BROKER_URL": "amqp://mq.so.vn//"}, "broker_open"),
    ({"BROKER_URL": "amqp://guest:guest@mq.so.vn//"}, "broker_default"),
    ({"SMTP_URL": "smtp://may:p@mail.so.vn"}, "mail_plain"),
]
WORTH_KNOWING = [
    ({"HOST": "0.0.0.0", "TRUSTED_PROXY": ""}, "no_proxy"),
    ({"TRUSTED_PROXY": ""}, "proxy_unknown"),
    ({"REHEARSAL": "1"}, "rehearsal"),
    ({"SMTP_URL": ""}, "no_mail"),
    ({"SECRET_KEY": ""}, "secret_kept"),
    ({"IDENTITY_KEYS": ""}, "identity_keys_kept"),
    ({"OFFICE": "none"}, "no_office"),
    ({"DATABASE_URL": "postgresql+psycopg://u@db.so.vn/x?sslmode=require"}, "database_open"),
    ({"DATABASE_URL": "postgresql+psycopg://u:p@db.so.vn/x"}, "database_plain"),
    ({"BROKER_URL": "redis://:p@10.0.0.5:6379/0"}, "broker_plain"),
    ({"TRUSTED_PROXI": "127.0.0.1"}, "unknown_setting"),
]


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    return {**GOOD, **{f"NEUGUONG_{name}": value for name, value in changes.items()}}


def names(found: list[Finding], weight: Weight = Weight.REFUSED) -> list[str]:
    """Their names, after each has been said in both languages, in one line."""
    for one in found:
        for language in ("vi", "en"):
            line = load(strict=True).render(one.message, language)
            assert "\n" not in line
            assert "{" not in line
    return [one.name for one in found if one.weight is weight]


def looked_over(given: Mapping[str, str]) -> list[Finding]:
    return list(configuration.examine(from_environment(given), given))


def test_a_good_configuration_has_no_refusal_and_no_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert looked_over(GOOD) == []
    assert looked_over({"NEUGUONG_DEMO": "1"}) == [], "the demo on one's own machine"


@pytest.mark.parametrize("changes, name", BAD)
def test_a_bad_setting_is_refused(changes: Mapping[str, str], name: str):
    assert name in names(looked_over(environment(changes)))


@pytest.mark.parametrize("changes, name", WORTH_KNOWING)
def test_a_doubtful_setting_is_told(changes: Mapping[str, str], name: str):
    found = looked_over(environment(changes))
    assert name in names(found, Weight.WARNING)
    assert name not in names(found)


@pytest.mark.parametrize("name", ["FLASK_DEBUG", "PYTHONDEVMODE"])
def test_debugging_is_refused(name: str):
    assert names(looked_over({**GOOD, name: "1"})) == ["debug"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path):
    settings = from_environment({"NEUGUONG_VAR": str(tmp_path)})
    assert settings.secret_key
    assert names(list(configuration.examine(settings, {}))) == []
    (tmp_path / "secret_key").chmod(0o644)
    assert names(list(configuration.examine(settings, {}))) == ["secret_open"]
    (tmp_path / "secret_key").chmod(0o600)
    assert settings.identity_keys
    settings.identity_file.chmod(0o644)
    assert names(list(configuration.examine(settings, {}))) == ["secret_open"]


# --- around -------------------------------------------------------------------------------------------


def settings_with(tmp_path: Path, **changes: str) -> Settings:
    return from_environment({f"NEUGUONG_{name}": value for name, value in {"VAR": str(tmp_path), **changes}.items()})


def test_a_folder_that_takes_nothing_is_refused(tmp_path: Path):
    (found,) = around.examine(settings_with(tmp_path, FILES="/proc/self/neuguong"))
    assert names([found]) == ["folder"]
    assert found.message.params["name"] == "NEUGUONG_FILES"


def test_anchors_that_cannot_be_written_down_are_refused(tmp_path: Path):
    stick, file = tmp_path / "stick", tmp_path / "anchors.txt"
    (found,) = around.examine(settings_with(tmp_path, ANCHORS=str(stick / "anchors.txt")))
    assert names([found]) == ["anchors"]
    assert not stick.exists(), "looking makes nothing"
    assert list(around.examine(settings_with(tmp_path))) == []
    file.touch()
    assert list(around.examine(settings_with(tmp_path))) == []
    file.unlink()
    file.symlink_to(stick / "anchors.txt")
    assert names(list(around.examine(settings_with(tmp_path)))) == ["anchors"]
    file.unlink()
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(file))
        assert names(list(around.examine(settings_with(tmp_path)))) == ["anchors"]


@pytest.mark.parametrize("free, name, weight", [(5, "disk_full", Weight.REFUSED), (50, "disk_tight", Weight.WARNING)])
def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, name: str, weight: Weight):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")(1000, 1000 - free, free)
    monkeypatch.setattr(around.shutil, "disk_usage", lambda _: usage)
    assert name in names(list(around.examine(settings_with(tmp_path))), weight)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Etc/UTC", "No/Such"])
def test_wrong_time_zone_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str):
    monkeypatch.setattr(around, "ZoneInfo", lambda _: ZoneInfo(zone))
    assert names(list(around.examine(settings_with(tmp_path)))) == ["time_zone"]


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_refused(tmp_path: Path, scheme: str):
    settings = settings_with(tmp_path, BROKER_URL=f"{scheme}://:p@127.0.0.1:{free_port()}/0")
    assert names(list(around.examine(settings))) == ["broker_away"]


def test_a_broker_that_forgets_is_told(tmp_path: Path, redis_url: str):
    import redis

    settings = settings_with(tmp_path, BROKER_URL=redis_url)
    assert names(list(around.examine(settings))) == []
    with redis.Redis.from_url(redis_url) as client:
        before = client.config_get("maxmemory-policy")["maxmemory-policy"]
        try:
            client.config_set("maxmemory-policy", "allkeys-lru")
            assert names(list(around.examine(settings)), Weight.WARNING) == ["broker_forgets"]
        finally:
            client.config_set("maxmemory-policy", before)


def test_mail_that_cannot_leave_is_refused(tmp_path: Path, smtp_server: Mailbox):
    def found(url: str) -> list[str]:
        return names(list(around.examine(settings_with(tmp_path, SMTP_URL=url, MAIL_FROM="a@so.vn"))))

    assert found(f"smtp://{smtp_server.host}:{smtp_server.port}") == []
    assert found(f"smtp://127.0.0.1:{free_port()}") == ["mail_away"]
    assert found(f"smtp+tls://{smtp_server.host}:{smtp_server.port}") == ["mail_away"], "it offers no encryption"
    assert smtp_server.letters == []


# --- stored -------------------------------------------------------------------------------------------


def stored_names(url: str, tmp_path: Path, *, running: bool = False, weight: Weight = Weight.REFUSED, **more: bool):
    application = wiring.build(Settings(database_url=url, var=tmp_path, strict_texts=True, **more))
    try:
        return names(list(stored.examine(application, running=running)), weight)
    finally:
        application.dispose()


def test_a_database_that_is_away_is_refused(tmp_path: Path):
    url = f"postgresql+psycopg://u@127.0.0.1:{free_port()}/x"
    assert stored_names(url, tmp_path) == ["database_away"]
    assert stored_names(f"sqlite:///{tmp_path}/no/such.db", tmp_path) == ["database_away"]


def test_a_database_without_tables_or_of_another_shape_is_refused(database_url: str, tmp_path: Path):
    forgetful = {"postgres_forgets"}  # the tests' own server does not wait for its disk
    assert set(stored_names(database_url, tmp_path)) - forgetful == {"no_plan"}
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert set(stored_names(database_url, tmp_path)) - forgetful == {"not_migrated"}
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    assert set(stored_names(database_url, tmp_path)) - forgetful == {"not_initialised"}
    engine.dispose()


def test_a_postgres_that_cannot_serve_is_refused(
    postgres_databases: PostgresDatabases, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with postgres_databases.fresh() as url:
        assert "postgres_forgets" in stored_names(url, tmp_path), "fsync is off there"
        assert "postgres_superuser" in stored_names(url, tmp_path, weight=Weight.WARNING)
        monkeypatch.setattr(stored, "OLDEST_POSTGRES", 99)
        assert "postgres_old" in stored_names(url, tmp_path)
        monkeypatch.setattr(stored, "wall_now", lambda: wall_now() + timedelta(minutes=3))
        assert "clocks_apart" in stored_names(url, tmp_path)
    name = sql.Identifier(f"ascii_{os.getpid()}")
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            sql.SQL(
                "CREATE DATABASE {} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
            ).format(name)
        )
        try:
            url = sa.make_url(postgres_url).set(database=f"ascii_{os.getpid()}").render_as_string(hide_password=False)
            assert "postgres_encoding" in stored_names(url, tmp_path)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_moved_clock_is_refused_in_real_work(cast: Cast, tmp_path: Path):
    url = cast.app.database.url.render_as_string(hide_password=False)
    assert "clock_moved" in stored_names(url, tmp_path)
    assert "clock_moved" not in stored_names(url, tmp_path, rehearsal=True)


def test_the_demos_password_is_refused_elsewhere(cast: Cast, tmp_path: Path):
    url = cast.app.database.url.render_as_string(hide_password=False)
    assert "nobody_signs_in" in stored_names(url, tmp_path, rehearsal=True, weight=Weight.WARNING)
    with cast.app.database.write() as connection:
        add_account(connection, login="quen", password_hash=passwords.hash_password(PASSWORD))
    assert "demo_password" in stored_names(url, tmp_path, rehearsal=True)
    assert "demo_password" not in stored_names(url, tmp_path, demo=True)


def test_silence_of_clock_and_worker_is_told_and_in_operation_refused(sqlite_cast: Cast, tmp_path: Path):
    database = sqlite_cast.app.database
    url = str(database.url)
    silent = ["clock_unseen", "worker_unseen"]
    assert stored_names(url, tmp_path, rehearsal=True, running=True) == silent
    assert stored_names(url, tmp_path, rehearsal=True) == []
    with database.write() as connection:
        pulse.beat(connection, pulse.CLOCK)
        pulse.beat(connection, pulse.WORKER)
    assert stored_names(url, tmp_path, rehearsal=True, running=True) == []
    with database.write() as connection:
        connection.execute(sa.update(pulse.setting).where(pulse.setting.c.key == pulse.WORKER).values(
            changed_at=wall_now() - timedelta(seconds=70)))  # fmt: skip
    assert stored_names(url, tmp_path, rehearsal=True, running=True) == ["worker_unseen"]


# --- the command --------------------------------------------------------------------------------------


def run(*arguments: str, **variables: str):
    given = {f"NEUGUONG_{name}": value for name, value in variables.items()}
    return CliRunner().invoke(main, ["doctor", *arguments], env=given)


def test_the_command_says_a_line_each_and_ends_with_1(tmp_path: Path):
    told = run(VAR=str(tmp_path), BASE_URL="http://so.vn")
    assert told.exit_code == 1
    assert [line[:9] for line in told.output.splitlines()][:2] == ["PHẢI SỬA ", "PHẢI SỬA "]
    assert "http://so.vn" in told.output
    assert not (tmp_path / "neuguong.db").exists(), "looking makes no database"
    english = run(VAR=str(tmp_path), BASE_URL="http://so.vn", LANGUAGE="en")
    assert english.output.startswith("REFUSED")


def test_the_command_ends_with_0_when_there_are_warnings_only(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/neuguong.db"
    migrations.upgrade(url)
    found = run("--json", VAR=str(tmp_path), DEMO="1", DATABASE_URL=url)
    assert '"name": "no_plan"' in found.output
    assert found.exit_code == 1
    CliRunner().invoke(main, ["init", "config/plans/so-tttt-2022-2025"], env={"NEUGUONG_VAR": str(tmp_path)})
    found = run(VAR=str(tmp_path))
    assert found.exit_code == 0, found.output
    assert "NÊN BIẾT" in found.output


def test_a_setting_that_cannot_be_read_is_one_line(tmp_path: Path):
    told = run(VAR=str(tmp_path), SECRET_KEY="short")
    assert told.exit_code == 2
    assert "NEUGUONG_SECRET_KEY: khóa bí mật dài ít nhất 32 byte." in told.output


def test_a_legal_text_that_ends_is_told(sqlite_cast: Cast, tmp_path: Path):
    sqlite_cast.at("2026-10-30")
    assert "basis_ends" not in {one.name for one in stored.examine(sqlite_cast.app, running=False)}
    sqlite_cast.at("2026-11-27")
    [found] = [one for one in stored.examine(sqlite_cast.app, running=False) if one.name == "basis_ends"]
    assert found.weight is Weight.WARNING
    assert found.message.params["day"].isoformat() == "2027-03-01"
    sqlite_cast.at("2027-03-02")
    assert "basis_ended" in {one.name for one in stored.examine(sqlite_cast.app, running=False)}
