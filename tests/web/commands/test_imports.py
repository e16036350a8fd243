"""`neuguong import`: lists in, whole or not at all, with honest exit codes and JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from click.testing import CliRunner, Result

from config.settings import Settings
from tests.cast import make_cast, prepare_seed_cast
from tests.databases import Databases
from tests.web.commands.terminal import called
from tests.workflow.plans import SECOND
from web.cli import main
from workflow.db import Database
from workflow.organisation import person

HEAD = ["Mã người", "Họ và tên", "Đơn vị"]


@pytest.fixture
def url(databases: Databases):
    with databases.fresh(prepare_seed_cast) as address:
        yield address


@pytest.fixture
def run(url: str, tmp_path: Path):
    def command(*arguments: object) -> Result:
        return called("import", *arguments, NEUGUONG_VAR=str(tmp_path / "var"), NEUGUONG_DATABASE_URL=url)

    return command


def _list(path: Path, rows: list[list[str]], sheet: str = "Người") -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def _names(url: str, code: str) -> list[Any]:
    database = Database(url)
    with database.read() as connection:
        found = connection.scalars(sa.select(person.c.name).where(person.c.code == code)).all()
    database.dispose()
    return list(found)


def test_tried_then_written_then_again(run, url: str, tmp_path: Path):
    file = _list(tmp_path / "people.xlsx", [HEAD, ["CB1", "Lê Thị Hiền", "cntt"]])
    tried = run("people", file, "--dry-run")
    assert (tried.exit_code, tried.stdout.strip()) == (
        0, "Thử xong, chưa ghi gì: sẽ có 1 mới, 0 sửa, 0 giữ nguyên.",
    )  # fmt: skip
    assert _names(url, "CB1") == []
    assert run("people", file).stdout.strip() == "Đã ghi: 1 mới, 0 sửa, 0 giữ nguyên."
    assert _names(url, "CB1") == ["Lê Thị Hiền"]
    again = json.loads(run("people", file, "--json").stdout)
    assert again == {"written": True, "added": 0, "changed": 0, "same": 1, "problems": []}


def test_a_mistake_is_an_exit_code_a_sentence_and_a_place(run, url: str, tmp_path: Path):
    file = _list(tmp_path / "people.xlsx", [HEAD, ["CB1", "Lê Thị Hiền", "cntx"], ["CB2", "Võ Ba", "cntt"]])
    result = run("people", file)
    assert result.exit_code == 1
    assert "Dòng 2, cột C (Đơn vị): không có «cntx» trong danh mục. Có phải là «cntt»?" in result.stderr
    assert _names(url, "CB2") == []
    told = json.loads(run("people", file, "--json").stdout)
    assert [(p["row"], p["column"], p["heading"]) for p in told["problems"]] == [(2, "C", "Đơn vị")]
    assert told["written"] is False


def test_recognitions_with_their_papers_in_another_folder(run, tmp_path: Path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "qd.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    head = ["Loại", "Tên", "Cấp", "Số quyết định", "Ngày quyết định", "Tệp"]
    row = ["Cá nhân", "mentor", "Cấp Sở", "1/QĐ", "20/12/2022", "qd.pdf"]
    file = _list(tmp_path / "exemplars.xlsx", [head, row], "Điển hình")
    assert run("recognitions", file, "--as", "office").exit_code == 1
    assert run("recognitions", file, "--as", "nobody", "--files", papers).exit_code == 2
    tried = run("recognitions", file, "--as", "office", "--files", papers, "--dry-run")
    assert tried.stdout.startswith("Thử xong, chưa ghi gì: sẽ có 1 mới")
    assert [path for path in (tmp_path / "var").rglob("*") if path.is_file()] == [], "trying keeps no file"
    refused = run("recognitions", file, "--as", "clerk", "--files", papers)
    assert refused.exit_code == 1
    assert "Dòng 2: chưa nhận được" in refused.stderr
    assert run("recognitions", file, "--as", "office", "--files", papers).stdout.strip().startswith("Đã ghi: 1 mới")
    assert run("recognitions", file, "--as", "office", "--files", papers).stdout.strip().endswith("1 giữ nguyên.")


def test_no_excel_file(run, tmp_path: Path):
    (tmp_path / "people.xlsx").write_text("Mã,Tên\n", encoding="utf-8")
    result = run("people", tmp_path / "people.xlsx")
    assert (result.exit_code, "Không phải tệp Excel" in result.stderr) == (1, True)


def test_a_filled_in_template_comes_in(run, tmp_path: Path):
    for kind in ("units", "people", "roles", "recognitions"):
        assert run("template", kind, tmp_path / f"{kind}.xlsx").exit_code == 0
        assert (tmp_path / f"{kind}.xlsx").read_bytes().startswith(b"PK")
    assert run("units", tmp_path / "units.xlsx").stdout.strip() == "Đã ghi: 0 mới, 0 sửa, 0 giữ nguyên."


def test_a_template_that_cannot_be_written_is_said_so(run, tmp_path: Path):
    result = run("template", "people", tmp_path / "nowhere" / "people.xlsx")
    assert result.exit_code == 1
    assert f"Không ghi được tệp {tmp_path}/nowhere/people.xlsx" in result.stderr


def test_exemplars_under_a_plan_that_brings_none_in(databases: Databases, tmp_path: Path, monkeypatch):
    file = _list(
        tmp_path / "exemplars.xlsx", [["Loại", "Tên", "Cấp", "Số quyết định", "Ngày quyết định", "Tệp"]], "Điển hình"
    )
    with databases.fresh() as url:
        make_cast(
            Settings(database_url=url), folder=SECOND, cast={"office": ("tp", ())}, units={"tp": "Tư pháp"}
        ).app.dispose()
        for name, value in (("VAR", str(tmp_path / "var")), ("STRICT_TEXTS", "1"), ("DATABASE_URL", url)):
            monkeypatch.setenv(f"NEUGUONG_{name}", value)
        result = CliRunner().invoke(main, ["import", "recognitions", str(file), "--as", "office"])
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "không có cách bắt đầu nào để đưa vào điển hình đã công nhận từ trước" in result.stderr
