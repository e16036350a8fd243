"""A database that is not there, not reachable or not one: a line that says so, and nothing made on the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from web.cli import main

ASKING = [
    ("case", "DH-2025-0001"), ("why", "DH-2025-0001"), ("verify",), ("incidents",), ("retry", "x"), ("invite", "x"),
    ("import", "people", __file__), ("import", "recognitions", __file__, "--as", "x"),
]  # fmt: skip
RUNNING = [("web",), ("worker",), ("clock",)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command where nothing is prepared, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    clean = {name: None for name in os.environ if name.startswith("NEUGUONG_")}
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def command(*arguments: str, **more: str) -> Result:
        result = CliRunner().invoke(main, list(arguments), env={**clean, "NEUGUONG_STRICT_TEXTS": "1", **more})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    yield command
    for number, handler in heard.items():
        signal.signal(number, handler)


def told(result: Result) -> str:
    """The one line on standard error; exit code 2."""
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    return line


@pytest.mark.parametrize("arguments", [*ASKING, *RUNNING])
def test_before_init_it_is_told_and_nothing_is_made(run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    line = told(run(*arguments, NEUGUONG_BROKER_URL="redis://127.0.0.1:1/0"))
    assert "chưa được khởi tạo: chạy `neuguong init`." in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("verify",), ("web",), ("worker",), ("clock",)])
def test_a_postgresql_without_tables_is_not_initialised(run, postgres_url: str, arguments: tuple[str, ...]) -> None:
    line = told(run(*arguments, NEUGUONG_DATABASE_URL=postgres_url, NEUGUONG_BROKER_URL="redis://127.0.0.1:1/0"))
    assert "`neuguong init`" in line


@pytest.mark.parametrize("arguments", [*ASKING, ("init",), ("up",)])
def test_a_postgresql_that_is_away_is_told(run, arguments: tuple[str, ...]) -> None:
    line = told(run(*arguments, NEUGUONG_DATABASE_URL="postgresql+psycopg://u:hush@127.0.0.1:1/x"))
    assert "postgresql+psycopg://u:***@127.0.0.1:1/x" in line
    assert "hush" not in line


@pytest.mark.parametrize("arguments", [("verify",), ("web",), ("clock",), ("init",), ("up",)])
@pytest.mark.parametrize("name", ["no/such/folder/x.db", "folder", "text.db"])
def test_a_path_that_is_no_database_is_told(run, tmp_path: Path, name: str, arguments: tuple[str, ...]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("Đây không phải cơ sở dữ liệu.\n" * 100)
    line = told(run(*arguments, NEUGUONG_DATABASE_URL=f"sqlite:///{tmp_path / name}"))
    assert name in line


@pytest.mark.parametrize("name", ["NEUGUONG_VAR", "NEUGUONG_FILES"])
@pytest.mark.parametrize("command", ["init", "up"])
def test_a_folder_that_cannot_be_made_is_told(run, name: str, command: str) -> None:
    assert told(run(command, **{name: "/proc/none"})).startswith(f"Error: {name}: /proc/none ")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "postgresql+psycopg://u@db:abc/x",
        "postgresql+psycopg://u@db:99999/x", "postgresql+psycopg://u@[db/x",
    ],
)  # fmt: skip
def test_an_address_of_no_database_is_a_bad_setting(run, url: str) -> None:
    assert told(run("verify", NEUGUONG_DATABASE_URL=url)).startswith("Error: NEUGUONG_DATABASE_URL: ")
