"""`neuguong backup`, `restore`, `resume` as a person types them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from config.migrations import newest
from tests.cast import Cast
from tests.config.backup.conftest import fill, installation
from tests.databases import Databases
from tests.web.commands.terminal import called
from tests.workflow.plans import SECOND
from web.commands.backup import LEFT_BEHIND
from web.sign_in import model, sessions
from workflow import fence, outbox
from workflow.clock import wall_now
from workflow.db import Database, uuid7
from workflow.organisation_changes import add_account, change_person


@pytest.fixture
def so(sqlite_databases: Databases, tmp_path: Path) -> Iterator[Cast]:
    """A Sở at work whose office is signed in."""
    with installation(sqlite_databases, tmp_path / "first") as cast:
        fill(cast)
        with cast.app.database.write() as connection:
            account = add_account(connection, login="office")
            change_person(connection, cast.agency_id, cast.people["office"], {"account_id": account})
            sessions.begin(connection, uuid7(), account, wall_now())
        yield cast


def run(url: str, folder: Path, *arguments: str) -> Result:
    given = {"NEUGUONG_DATABASE_URL": url, "NEUGUONG_VAR": str(folder), "NEUGUONG_FILES": str(folder / "files")}
    return called(*arguments, **given)


def address(cast: Cast) -> str:
    return cast.app.database.url.render_as_string(hide_password=False)


def test_there_and_back_and_open_again(so: Cast, postgres_databases: Databases, tmp_path: Path) -> None:
    """From one machine's SQLite to a server's PostgreSQL."""
    file = tmp_path / "so.ngb"
    made = run(address(so), tmp_path / "first", "backup", str(file))
    assert made.exit_code == 0, made.stderr
    assert "đọc lại nguyên vẹn" in made.stdout
    with postgres_databases.fresh() as url:
        back = run(url, tmp_path / "second", "restore", str(file))
        assert back.exit_code == 0, back.stderr
        fingerprint = made.stdout.partition("Dấu nhận dạng: ")[2].strip(".\n")
        assert fingerprint in back.stdout
        assert "neuguong resume" in back.stdout
        shown = run(url, tmp_path, "resume")
        assert shown.exit_code == 1
        assert "có thể đã gửi" in shown.stdout
        undecided = run(url, tmp_path, "resume", "--send", "decision")
        assert (undecided.exit_code, "Còn nhóm chưa chọn" in undecided.stderr) == (1, True)
        opened = run(url, tmp_path, "resume", "--send", "decision", "--drop-all")
        assert opened.exit_code == 0, opened.stderr
        assert run(url, tmp_path, "resume").exit_code == 0
        assert run(url, tmp_path, "verify").exit_code == 0
        database = Database(url)
        with database.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(model.sign_in)) == 0
            assert fence.fenced(connection) == set()
            left = connection.scalars(sa.select(outbox.outbox.c.payload).where(outbox.outbox.c.status == "new"))
            assert {one["template"] for one in left} == {"decision"}
        database.dispose()


def test_what_is_left_behind_are_tables_of_ours() -> None:
    assert set(LEFT_BEHIND) <= set(model.sign_in.metadata.tables)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backup", "{first}/so.ngb", "again"), "so.ngb đã có"),
        (("restore", "{first}/nowhere.ngb"), "Không đọc được"),
        (("restore", __file__), "không phải bản sao lưu"),
        (("resume", "--send-all", "--drop-all"), "chỉ chọn một"),
        (("resume", "--agency", "khong-co", "--send-all"), "khong-co"),
    ],
)
def test_what_cannot_be_is_one_line(so: Cast, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    first = tmp_path / "first"
    if "again" in arguments:
        assert run(address(so), first, "backup", f"{first}/so.ngb").exit_code == 0
        arguments = arguments[:-1]
    result = run(address(so), first, *(one.format(first=first) for one in arguments))
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_backup_that_lacks_files_says_so(so: Cast, tmp_path: Path) -> None:
    so.app.files.path(so.agency_id, digests(so)[0]).unlink()
    made = run(address(so), tmp_path / "first", "backup", str(tmp_path / "so.ngb"))
    assert (made.exit_code, "1 tệp đính kèm" in made.stderr) == (1, True)
    back = run(f"sqlite:///{tmp_path}/new.db", tmp_path / "second", "restore", str(tmp_path / "so.ngb"))
    assert (back.exit_code, "1 tệp đính kèm đã thiếu" in back.stdout) == (0, True), back.stderr


def test_a_backup_without_files_that_may_not_be_read_says_so_and_what_to_do(so: Cast, tmp_path: Path) -> None:
    closed = so.app.files.path(so.agency_id, digests(so)[0])
    closed.unlink()
    closed.mkdir()
    made = run(address(so), tmp_path / "first", "backup", str(tmp_path / "so.ngb"))
    assert (made.exit_code, "thiếu 1 tệp đính kèm còn trên đĩa" in made.stderr) == (1, True)
    assert f"giao lại cả thư mục {so.app.files.root} cho tài khoản" in made.stderr
    closed.rmdir()
    assert "không còn nguyên vẹn" in run(address(so), tmp_path / "first", "backup", str(tmp_path / "2.ngb")).stderr


def digests(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.text("SELECT digest FROM file")))


def test_a_database_that_is_not_there_yet_is_made(so: Cast, tmp_path: Path) -> None:
    run(address(so), tmp_path / "first", "backup", str(tmp_path / "so.ngb"))
    url = f"sqlite:///{tmp_path}/new.db"
    assert run(url, tmp_path / "second", "restore", str(tmp_path / "so.ngb")).exit_code == 0
    database = Database(url)
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == newest()
    database.dispose()
    again = run(url, tmp_path / "second", "restore", str(tmp_path / "so.ngb"))
    assert (again.exit_code, "không trống" in again.stderr) == (1, True)
    assert run(url, tmp_path / "second", "restore", str(tmp_path / "so.ngb"), "--replace").exit_code == 0


def test_a_group_where_nothing_waits_is_told_with_the_way_on(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/new.db", str(tmp_path / "so.ngb")
    for arguments in (("init", str(SECOND)), ("backup", file), ("restore", file, "--replace")):
        assert run(url, tmp_path, *arguments).exit_code == 0
    told = run(url, tmp_path, "resume", "--send", "xyz")
    assert (told.exit_code, "không nhóm nào đang chờ" in told.stderr) == (2, True), told.output
    assert run(url, tmp_path, "resume", "--send-all").exit_code == 0
