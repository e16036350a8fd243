"""A database that is not there, not reachable or not one: a line that says so, and nothing made on the way."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import Result

from tests.cast import Cast
from tests.web.commands.terminal import called
from tests.workflow.plans import SHIPPED
from web.cli import main
from web.commands import words
from web.commands.root import unusable
from workflow.clock import setting
from workflow.organisation import account, agency, person

ASKING = [
    ("case", "DH-2025-0001"), ("why", "DH-2025-0001"), ("verify",), ("incidents",), ("retry", "x"), ("invite", "x"),
    ("import", "people", __file__), ("import", "recognitions", __file__, "--as", "x"), ("backup", "x.ngb"), ("resume",),
]  # fmt: skip
RUNNING = [("web",), ("worker",), ("clock",)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command where nothing is prepared, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    yield called
    for number, handler in heard.items():
        signal.signal(number, handler)


def told(result: Result) -> str:
    """The one line on standard error; exit code 2."""
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Lỗi: ")]
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


def test_init_makes_the_tables_of_a_database_that_has_none(run, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    done = run("init", str(SHIPPED), NEUGUONG_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [("init", "--demo"), ("up", "--demo")])
def test_a_demo_over_a_real_agency_is_refused_and_touches_nothing(
    run, cast: Cast, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    def kept() -> list[Any]:
        with cast.app.database.read() as connection:
            return [connection.execute(sa.select(one)).all() for one in (agency, person, account, setting)]

    before, where = kept(), cast.app.database.url.render_as_string(hide_password=False)
    line = told(run(*arguments, NEUGUONG_DATABASE_URL=where, NEUGUONG_VAR=str(tmp_path / "var")))
    assert "đang có cơ quan thật" in line
    assert kept() == before


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(run, cast: Cast, tmp_path: Path) -> None:
    with cast.app.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    where = {"NEUGUONG_DATABASE_URL": cast.app.database.url.render_as_string(hide_password=False)}
    for arguments in (("init",), ("init", str(SHIPPED)), ("up",), ("web",), ("clock",)):
        line = told(run(*arguments, **where, NEUGUONG_VAR=str(tmp_path), NEUGUONG_REHEARSAL="1"))
        assert "phần mềm mới hơn (bản 9999)" in line
    assert "phần mềm mới hơn (bản 9999)" in run("doctor", **where, NEUGUONG_VAR=str(tmp_path)).output


@pytest.mark.parametrize("arguments", [*ASKING, ("init",), ("init", str(SHIPPED)), ("up",)])
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
    assert told(run(command, **{name: "/proc/none"})).startswith(f"Lỗi: {name}: /proc/none ")


def test_of_a_folder_that_could_not_be_copied_the_first_file_is_told(tmp_path: Path) -> None:
    source, gone = tmp_path / "source", tmp_path / "source" / "plan.yaml"
    source.mkdir()
    gone.symlink_to(tmp_path / "nowhere")
    with pytest.raises(shutil.Error) as failed:
        shutil.copytree(source, tmp_path / "copy")
    assert unusable(failed.value) == (str(gone), "No such file or directory")
    assert unusable(ConnectionRefusedError()) is None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "postgresql+psycopg://u@db:abc/x",
        "postgresql+psycopg://u@db:99999/x", "postgresql+psycopg://u@[db/x",
    ],
)  # fmt: skip
def test_an_address_of_no_database_is_a_bad_setting(run, url: str) -> None:
    assert told(run("verify", NEUGUONG_DATABASE_URL=url)).startswith("Lỗi: NEUGUONG_DATABASE_URL: ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "/no/such/folder"), "Giá trị của '[THƯ_MỤC_KẾ_HOẠCH]' không dùng được: Không có '/no/such/folder'."),
        (("check", __file__), f"'{__file__}' là tệp, cần một thư mục."),
        (("case",), "Thiếu tham số 'MÃ'."),
        (("case", "a", "b"), "Thừa tham số (b)"),
        (("verify", "--jsno"), "Không có tùy chọn '--jsno'. Có phải '--json'?"),
        (("verify", "--agency"), "Tùy chọn '--agency' cần một giá trị."),
        (("verfy",), "Không có lệnh 'verfy'. Có phải 'verify'?"),
        (("web", "--port", "cổng"), "'cổng' không phải một số."),
        (("web", "--port", "70000"), "70000 nằm ngoài khoảng 0<=x<=65535."),
        (("import", "recognitions", __file__), "Thiếu tùy chọn '--as'."),
    ],
)
def test_what_is_typed_wrong_is_told_in_vietnamese(run, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.startswith(("Cách dùng: ", "Lỗi: "))
    assert "help" not in result.stderr.replace("--help", "")


def test_help_has_vietnamese_headings_and_english_ones_where_asked(run) -> None:
    told = run("--help").stdout
    assert "Tùy chọn:" in told
    assert "Lệnh:" in told
    assert "Hiện phần trợ giúp này." in told
    assert "Usage:" in run("--help", NEUGUONG_LANGUAGE="en").stdout


def test_every_word_taught_is_one_that_click_says() -> None:
    source = "".join(Path(module.__file__).read_text() for module in words.SPEAKING)
    assert [word for word in words.WORDS if word not in source] == []


def every_command(group: click.Group, above: click.Context | None = None) -> Iterator[click.Context]:
    context = click.Context(group, parent=above, info_name="neuguong")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from every_command(command, context)


def test_help_says_what_to_type_in_the_language_of_the_installation() -> None:
    words.teach("en")
    assert "[OPTIONS] COMMAND [ARGS]..." in main.get_usage(click.Context(main))
    words.teach("vi")
    assert "[TÙY_CHỌN] LỆNH [THAM_SỐ]..." in main.get_usage(click.Context(main))
    found: set[str] = set()
    for context in every_command(main):
        shown = [one.make_metavar(context) for one in context.command.get_params(context)]
        said = (word for text in shown for word in re.findall(r"\w{3,}", text))
        found |= {word for word in said if word.isascii() and word.isupper()}
    assert found == {"BOOLEAN"}  # of switches, which show none
