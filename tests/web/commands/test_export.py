"""`neuguong export`, `neuguong conformance` at the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.settings import SHIPPED_PLANS, Settings
from tests.cast import Cast, open_cast, prepare_seed_cast
from tests.roads import case_at
from tests.tampering import unguard
from tests.web.commands.terminal import called
from workflow.case import case


@pytest.fixture
def cast(sqlite_databases) -> Any:
    with sqlite_databases.fresh(prepare_seed_cast) as url:
        opened = open_cast(Settings(database_url=url, strict_texts=True))
        yield opened
        opened.app.dispose()


def run(cast: Cast, tmp_path: Path, *arguments: str):
    return called(
        *arguments, NEUGUONG_VAR=str(tmp_path), NEUGUONG_DATABASE_URL=cast.app.settings.database_url
    )  # fmt: skip


def test_logs_and_processes(cast: Cast, tmp_path: Path) -> None:
    case_at(cast, "cultivating")
    out = tmp_path / "log.xes"
    made = run(cast, tmp_path, "export", "log", "--format", "xes", "--process", "nominee", "-o", str(out))
    assert made.exit_code == 0, made.output
    assert out.read_text(encoding="utf-8").count("<trace>") == 1
    printed = run(cast, tmp_path, "export", "log", "--names", "--from", "01/03/2025", "--to", "2025-03-31")
    assert "Candidate Nguyễn" in printed.output
    assert json.loads(printed.output)["events"]
    assert run(cast, tmp_path, "export", "log", "--format", "xes").exit_code == 2
    wrong = run(cast, tmp_path, "export", "log", "-o", str(tmp_path / "nowhere" / "x"))
    assert (wrong.exit_code, "Không ghi được tệp" in wrong.output) == (2, True)
    living = run(cast, tmp_path, "export", "process", "nominee", "--format", "mmd").output
    assert living.startswith("stateDiagram-v2")
    folder = str(SHIPPED_PLANS / "so-tttt-2022-2025")
    asked = ("export", "process", "nominee", "--format", "mmd", "--plan", folder)
    nowhere = called(*asked, NEUGUONG_VAR=str(tmp_path / "new"), NEUGUONG_DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert nowhere.output == living, "a folder needs no database"
    unknown = run(cast, tmp_path, "export", "process", "khac")
    assert (unknown.exit_code, "nominee" in unknown.output) == (2, True)


def test_conformance(cast: Cast, tmp_path: Path) -> None:
    case_id = case_at(cast, "cultivating")
    right = run(cast, tmp_path, "conformance")
    assert (right.exit_code, "Đã đối chiếu 1 hồ sơ" in right.output) == (0, True)
    with cast.app.database.write() as connection:
        unguard(connection)
        connection.execute(sa.update(case).where(case.c.id == case_id).values(state="closed"))
    wrong = run(cast, tmp_path, "conformance", "--process", "nominee", "--json")
    assert wrong.exit_code == 1
    found = json.loads(wrong.output)
    assert {one["key"] for one in found["deviations"]} == {"stands_elsewhere", "end"}
    assert run(cast, tmp_path, "conformance", "--process", "sitting").exit_code == 0
