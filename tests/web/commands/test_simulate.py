"""`neuguong simulate`: two assumptions of one plan side by side, by real children; what is wrong is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import SHIPPED_PLANS, from_environment
from tests.web.commands.terminal import called
from tests.workflow.plans import registry
from web.commands import simulate
from web.commands.shell import Shell
from web.commands.simulate import tell
from workflow.loading import load_plan
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import Report

PLAN = SHIPPED_PLANS / "so-tttt-2022-2025"
DAYS = ("--from", "2025-03-03", "--to", "2025-03-21", "--nominees", "4", "--seed", "3")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ((), ("2025-01-01", "2025-12-31")),  # the plan's last year
        (("--from", "2025-03-03"), ("2025-03-03", "2025-12-31")),
        (("--to", "2024-06-30"), ("2024-01-01", "2024-06-30")),
        (("--to", "2022-06-30"), ("2022-01-01", "2022-06-30")),  # before it begins
        (("--from", "2026-02-01"), ("2026-02-01", "2026-02-01")),
        (("--from", "01/02/2024", "--to", "03/02/2024"), ("2024-02-01", "2024-02-03")),
    ],
)
def test_which_days_are_looked_at(
    said: tuple[str, ...], days: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Wanted] = []

    def noted(orders: list[Order], _module: str) -> list[Report]:
        asked.extend(one.wanted for one in orders)
        raise simulate.Broken("only the days were asked for")

    monkeypatch.setattr(simulate, "live_apart", noted)
    result = called("simulate", PLAN, *said)
    assert (result.exit_code, "only the days" in result.stderr) == (1, True)
    assert [(one.first.isoformat(), one.last.isoformat()) for one in asked] == [days]


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """An assumption: heads answer after eight working days."""
    path = tmp_path / "slow.yaml"
    path.write_text("people: {unit_head: {days: {8: 1}}}", "utf-8")
    return path


def test_two_assumptions_side_by_side_and_the_text_of_one(
    slow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = str(tmp_path / "var")
    both = called("simulate", PLAN, *DAYS, "--against-scenario", slow, "--json", NEUGUONG_VAR=var)
    assert both.exit_code == 0, both.output
    said = json.loads(both.stdout)
    first, second = said["reports"]
    assert [one["outcomes"][0]["began"] for one in (first, second)] == [4, 4]
    assert first["audit_head"] != second["audit_head"]
    changed = {(one["what"], one["where"]): one["change"] for one in said["differences"]}
    assert changed["half_days", "Nhân tố mới (Xét công nhận điển hình tiên tiến)"] > 3
    tell(Shell(from_environment), [Report.from_json(first)], as_json=False)
    text = capsys.readouterr().out
    for line in ("Trễ hạn ở từng bước", "Ai làm bao nhiêu", "Những ngày dồn việc nhất", first["audit_head"]):
        assert line in text
    assert not (tmp_path / "var").exists()  # no database of the installation is opened or made


def test_in_english_the_plan_s_own_english_stands_in_the_report(tmp_path: Path) -> None:
    told = called("simulate", PLAN, *DAYS, NEUGUONG_VAR=str(tmp_path / "var"), NEUGUONG_LANGUAGE="en")
    assert told.exit_code == 0, told.output
    texts = load_plan(PLAN, registry=registry()).definitions["nominee"].texts["en"]
    assert texts["title"] in told.stdout
    assert "Xét công nhận điển hình tiên tiến" not in told.stdout
    assert "4 nominations" in told.stdout


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("peple: {}\nothers: many", "utf-8")
    bad = called("simulate", PLAN, *DAYS, "--scenario", wrong)
    assert (bad.exit_code, bad.stderr) == (
        1, "Lỗi: wrong.yaml: others không thể là many\nwrong.yaml: không có khóa peple\n",
    )  # fmt: skip
    backwards = called("simulate", PLAN, "--from", "2025-05-01", "--to", "2025-04-01")
    assert backwards.exit_code == 2
    assert "01/04/2025" in backwards.stderr
    assert called("simulate", tmp_path).exit_code == 1  # no plan there: each defect a line
    assert called("simulate", PLAN, "--nominees", "-1").exit_code == 2
