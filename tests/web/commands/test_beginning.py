"""From nothing to a first link in three commands, by somebody who knows no YAML."""

from __future__ import annotations

from pathlib import Path

from tests.web.commands.terminal import called


def test_a_folder_is_asked_for_and_init_says_calmly_what_is_missing(tmp_path: Path) -> None:
    folder, home = tmp_path / "ke-hoach", {"NEUGUONG_VAR": str(tmp_path / "var")}
    told = called("new", folder, pasted="Sở Xây dựng\n\nNguyễn Thị Hạnh\n\n\n", **home)
    assert told.exit_code == 0, told.output
    assert "neuguong invite hanh.nt --admin" in told.stdout
    assert "31/12/2025" in told.stdout, "a plan that is over is said to be"
    assert "agency: so-xay-dung" in (folder / "plan.yaml").read_text(encoding="utf-8")
    assert "# lowest first; any number of them" in (folder / "plan.yaml").read_text(encoding="utf-8")
    done = called("init", folder, **home)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) <= 16, done.stdout
    assert "Đơn vị: thêm 1, sửa 0." in lines
    assert done.stdout.count("Chưa có ai giữ vai trò: Chủ tịch Hội đồng.") == 1
    assert not [line for line in lines if "units" in line or "unit_head" in line], "no word of the files"
    assert "neuguong invite hanh.nt --admin" in lines[-1]
    assert "/dat-mat-khau/" in called("invite", "hanh.nt", "--admin", **home).stdout


def test_nothing_is_written_over_and_wrong_answers_are_told(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "plan.yaml").write_text("mine", encoding="utf-8")
    assert called("new", tmp_path / "x").exit_code == 2
    assert (tmp_path / "x" / "plan.yaml").read_text(encoding="utf-8") == "mine"
    refused = called("new", tmp_path / "y", "--name", "Sở", "--code", "Sở Một")
    assert (refused.exit_code, "mã cơ quan" in refused.stderr) == (2, True)
    assert not (tmp_path / "y").exists()
    unknown = called("new", tmp_path / "y", "--like", "khong-co")
    assert (unknown.exit_code, "so-tttt-2022-2025" in unknown.stderr) == (2, True)
