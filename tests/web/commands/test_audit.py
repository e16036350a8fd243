"""`neuguong verify`, `anchor`, `grants` at the terminal: what was found, where, and on what it rests."""

from __future__ import annotations

import json
import random
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result

from config.settings import Settings
from tests.audited import sealed_past
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.forgery import cut_tail, rechain_everything
from tests.papers import with_papers
from tests.roads import case_at
from tests.tampering import unguard
from tests.web.commands.terminal import called
from workflow.anchors import Anchor, read_anchors, write_down
from workflow.files import file


@pytest.fixture
def cast(sqlite_databases) -> Any:
    with sqlite_databases.fresh(prepare_seed_cast) as url:
        opened = open_cast(Settings(database_url=url, strict_texts=True))
        with_papers(opened)
        yield opened
        opened.app.dispose()


@pytest.fixture
def run(cast: Cast, tmp_path: Path):
    here = {"NEUGUONG_VAR": str(tmp_path), "NEUGUONG_DATABASE_URL": cast.app.settings.database_url,
            "NEUGUONG_FILES": str(cast.app.files.root)}  # fmt: skip

    def command(*arguments: str, pasted: str | None = None, **more: str) -> Result:
        return called(*arguments, pasted=pasted, **here | more)

    return command


def forge(cast: Cast, kind) -> None:
    with cast.app.database.write() as connection:
        unguard(connection)
        kind(random.Random(5), connection)


def test_whole_without_an_anchor_says_on_what_it_rests(cast: Cast, run) -> None:
    sealed_past(cast)
    told = run("verify")
    assert told.exit_code == 0
    assert "đều nguyên vẹn" in told.stdout
    assert "chỉ dựa vào chính cơ sở dữ liệu" in told.stdout
    assert read(run("verify", "--json")).items() >= {"whole": True, "faults": [], "covered": 0, "unsealed": 0}.items()


def test_a_paper_altered_on_disk_is_named(cast: Cast, run) -> None:
    case_id = cast.nominate()
    with cast.app.database.read() as connection:
        digest = connection.scalar(sa.select(file.c.digest).where(file.c.case_id == case_id))
    assert run("verify", "--papers").exit_code == 0
    paper = cast.app.files.path(cast.agency_id, str(digest))
    paper.write_bytes(paper.read_bytes() + b" ")
    told = run("verify", "--papers")
    assert told.exit_code == 1
    assert str(digest)[:16] in told.stderr
    assert "đã bị sửa sau khi nộp" in told.stderr


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def test_whole_with_the_file_says_what_came_after(cast: Cast, run, tmp_path: Path) -> None:
    kept = sealed_past(cast)
    write_down(tmp_path / "anchors.txt", kept[:-1])
    told = run("verify")
    assert told.exit_code == 0
    assert f"Đến dấu {kept[-2].last} " in told.stdout
    assert f"Sau đó còn {kept[-1].last - kept[-2].last} dấu" in told.stdout


@pytest.mark.parametrize("kind", [cut_tail, rechain_everything])
def test_what_only_an_anchor_tells_is_told_in_a_sentence(cast: Cast, run, tmp_path: Path, kind) -> None:
    kept = sealed_past(cast)
    letter = "".join(f"> {part}\n" for one in kept for part in one.line.split())
    elsewhere = tmp_path / "usb.txt"
    write_down(elsewhere, kept)
    forge(cast, kind)
    assert run("verify").exit_code == 0
    for told in (run("verify", "--anchors", "-", pasted=letter), run("verify", "--anchors", str(elsewhere))):
        assert told.exit_code == 1
        assert "Dấu niêm phong" in told.stderr
        assert f"mốc neo số {kept[-1].number} ngày" in told.stderr
        assert "nguyên vẹn" not in told.stdout


def test_an_edited_letter_log_names_its_seal(cast: Cast, run) -> None:
    sealed_past(cast)
    with cast.app.database.write() as connection:
        unguard(connection)
        ident = connection.scalar(sa.text("SELECT min(id) FROM delivery_log"))
        place = connection.scalar(sa.text(f"SELECT place FROM seal WHERE ref = '{ident}'"))
        connection.execute(sa.text(f"UPDATE delivery_log SET kind = 'sent!' WHERE id = '{ident}'"))
    told = run("verify")
    assert (told.exit_code, f"Dấu niêm phong {place}: dòng nhật ký gửi thư" in told.stderr) == (1, True)


def test_what_is_no_anchor_is_one_clear_line(run, tmp_path: Path) -> None:
    for told in (run("verify", "--anchors", "-", pasted="xin chào"), run("verify", "--anchors", str(tmp_path / "x"))):
        assert told.exit_code == 2
        assert len(told.stderr.strip().splitlines()) == 1
    wrong = Anchor(1, date(2026, 1, 1), 1, 2, "a" * 64, "b" * 64).line.replace("1-2", "1-3")
    assert run("verify", "--anchors", "-", pasted=wrong).exit_code == 2


def test_an_anchor_at_will_is_printed_written_and_mailed(cast: Cast, run, tmp_path: Path) -> None:
    case_at(cast, "identified")
    made = [run("anchor", NEUGUONG_ANCHOR_MAIL="a@b.example, c@d.example").stdout for _ in range(2)]
    assert (tmp_path / "anchors.txt").read_text() == "".join(made)
    assert [one.number for one in read_anchors("".join(made))] == [1, 2]
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM outbox_message WHERE recipient LIKE 'address:%'")) == 4
    assert run("verify").exit_code == 0
    assert run("anchor", NEUGUONG_ANCHOR_MAIL="nobody").exit_code == 2
    assert run("anchor", NEUGUONG_ANCHORS=str(tmp_path)).exit_code == 2


@pytest.mark.parametrize("command", ["verify", "anchor"])
def test_a_file_of_anchors_that_cannot_be_used_is_one_line(cast: Cast, run, tmp_path: Path, command: str) -> None:
    case_at(cast, "identified")
    with socket.socket(socket.AF_UNIX) as taken:  # there, and opened by nobody
        taken.bind(str(tmp_path / "anchors.txt"))
    told = run(command)
    assert told.exit_code == 2
    [line] = told.stderr.strip().splitlines()
    assert str(tmp_path / "anchors.txt") in line
    assert "quyền của tài khoản đang chạy lệnh này" in line
    assert len(told.stdout.splitlines()) == (command == "anchor"), "the anchor is made, and is said"


def test_grants_of_a_database_without_roles_say_so(run) -> None:
    assert run("grants", "app").exit_code == 2
    assert run("grants", "a;b").exit_code == 2
    assert "SQLite" in run("grants", "app").stderr
