"""`neuguong compare` and `neuguong revise`: what differs, what would move, the move and the way back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cast import SEED, Cast
from tests.roads import case_at
from tests.web.commands.terminal import called


def folder_with_longer_term(cast: Cast, tmp_path: Path) -> Path:
    """The seed's folder in which a unit has 15 working days to take somebody up, not 10."""
    folder = tmp_path / "ke-hoach"
    shutil.copytree(SEED, folder)
    (folder / "organisation.yaml").unlink()  # the cast's own people are there
    file = folder / "plan.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("accept_time:      10 working_days") == 1
    file.write_text(text.replace("accept_time:      10", "accept_time:      15"), encoding="utf-8")
    return folder


def test_a_longer_term_is_compared_tried_put_in_force_moved_and_taken_back(cast: Cast, tmp_path: Path) -> None:
    case_id = case_at(cast, "identified")
    settings = cast.app.settings
    around = {"NEUGUONG_VAR": str(settings.var), "NEUGUONG_DATABASE_URL": settings.database_url}
    folder = folder_with_longer_term(cast, tmp_path)
    compared = called("compare", str(folder), "--json", **around)
    assert compared.exit_code == 0, compared.output
    told = json.loads(compared.output)
    assert [one["kind"] for one in told] == ["compare.due"] * 2, compared.output
    assert {(one["before"], one["after"]) for one in told} == {("10 ngày làm việc", "15 ngày làm việc")}
    assert "Hạn khác: 10 ngày làm việc → 15 ngày làm việc" in called("compare", str(folder), **around).output
    assert called("init", str(folder), **around).exit_code == 0
    tried = called("revise", **around)
    assert "Chạy thử, chưa đổi gì: 1 hồ sơ chuyển được, 0 hồ sơ ở lại" in tried.output, tried.output
    before = cast.open_items(case_id)[0].due_at
    done = json.loads(called("revise", "--apply", "--json", **around).output)
    assert (done["outcomes"], len(done["cases"])) == ({"moved": 1}, 1)
    assert cast.open_items(case_id)[0].due_at > before
    assert "0 hồ sơ chuyển được" in called("revise", **around).output
    back = called("revise", "--back", "1", "--apply", "--reason", "Nhầm", **around)
    assert "Đã chuyển 1 hồ sơ" in back.output, back.output
    assert cast.open_items(case_id)[0].due_at == before


def test_what_is_asked_wrongly_is_told(cast: Cast) -> None:
    settings = cast.app.settings
    around = {"NEUGUONG_VAR": str(settings.var), "NEUGUONG_DATABASE_URL": settings.database_url}
    assert called("revise", "--state", "nominee", **around).exit_code == 2
    unknown = called("revise", "--back", "7", **around)
    assert (unknown.exit_code, "số 7" in unknown.output) == (1, True)
