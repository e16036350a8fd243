"""`neuguong calendar`: the calendar out as a file, and in again as a draft that people decide on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from states.calendars import editing
from states.calendars.lines import Line, as_file, differences, with_day_off
from tests.cast import Cast
from tests.web.commands.terminal import called

SOURCE = "Công văn 1234/VPCP-KGVX ngày 01/3/2025"


@pytest.fixture
def run(sqlite_cast: Cast, tmp_path: Path):
    url = sqlite_cast.app.database.engine.url.render_as_string(hide_password=False)

    def command(*arguments: object) -> Result:
        return called("calendar", *arguments, NEUGUONG_VAR=str(tmp_path / "var"), NEUGUONG_DATABASE_URL=url)

    return command


def changed(cast: Cast, path: Path) -> Path:
    with cast.app.database.read() as connection:
        _, data = editing.in_force(connection, cast.agency_id)
    day = date(2025, 3, 6)
    path.write_text(as_file(with_day_off(data, Line(day, day, "Nghỉ bão", SOURCE, expected=False))), encoding="utf-8")
    return path


def test_a_file_is_drafted_and_moves_nothing(sqlite_cast: Cast, run, tmp_path: Path) -> None:
    file = changed(sqlite_cast, tmp_path / "lich.yaml")
    before = run().stdout
    answer = run(file, "--as", "office")
    assert (answer.exit_code, "1" in answer.stdout) == (0, True)
    assert run().stdout == before, "what is in force is as it was"
    with sqlite_cast.app.database.read() as connection:
        edit = editing.under_way(connection, sqlite_cast.agency_id)
    assert edit is not None
    assert (edit["status"], edit["made_by"]) == ("draft", sqlite_cast.people["office"])
    assert [one.first.isoformat() for one in differences(edit["before"], edit["data"])] == ["2025-03-06"]


def test_what_is_no_calendar_or_nobodys_is_refused(sqlite_cast: Cast, run, tmp_path: Path) -> None:
    file = changed(sqlite_cast, tmp_path / "lich.yaml")
    for who in ("head", "không có ai", ""):
        assert run(file, "--as", who).exit_code == 1
    bad = tmp_path / "sai.yaml"
    for text in ("a: [", "title: gì đó", file.read_text("utf-8").replace("2025-03-06", "2025-01-27", 1), "", "- 1"):
        bad.write_text(text, "utf-8")
        answer = run(bad, "--as", "office")
        assert (answer.exit_code, "Traceback" in answer.output) == (1, False), text
    with sqlite_cast.app.database.read() as connection:
        assert editing.under_way(connection, sqlite_cast.agency_id) is None


def test_it_comes_out_as_it_goes_in(sqlite_cast: Cast, run) -> None:
    data = yaml.load(run().stdout, yaml.BaseLoader)  # noqa: S506 - makes text only
    with sqlite_cast.app.database.read() as connection:
        assert differences(editing.in_force(connection, sqlite_cast.agency_id)[1], data) == []
