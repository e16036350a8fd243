"""Refused at each level: back to the last level held, with the reason; and it may be tried again."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.story import COUNCIL, TODAY

pytestmark = pytest.mark.journey


def test_refused_at_the_door(introduce: Introduce) -> None:
    lan = introduce("Trần Thị Lan", Pages)
    lan.does("head", "decline", reason="Cần thêm thời gian theo dõi")
    assert lan.state == "not_taken_up"
    lan.is_written_to("nominator", "Chưa đưa vào bồi dưỡng")
    assert "Cần thêm thời gian theo dõi" in lan.reads("nominator")


def test_refused_at_every_level_and_recognised_after_all(introduce: Introduce) -> None:
    mai = introduce("Đỗ Thị Mai")
    mai.comes_to("unit_appraisal")
    mai.does("head", "refuse", reason="Tập thể phòng chưa nhất trí")
    assert (mai.state, mai.levels) == ("cultivating", [])
    mai.is_written_to("nominator", "Không công nhận")
    assert "Tập thể phòng chưa nhất trí" in mai.reads("nominator")

    mai.comes_to("office_check")
    mai.does("office2", "refuse", reason="Chưa đủ thời gian giữ danh hiệu")
    assert (mai.state, mai.levels) == ("recognized_unit", ["unit"])
    mai.comes_to("council_review")
    mai.does("office", "record_failed", reason="Không đủ phiếu", **COUNCIL | {"agreed_count": 7})
    assert mai.state == "recognized_unit"
    mai.comes_to("director_decision")
    mai.does("director", "refuse", reason="Xét lại vào kỳ sau")
    assert (mai.state, mai.levels) == ("recognized_unit", ["unit"])
    mai.is_written_to("head", "Không công nhận")
    assert "Xét lại vào kỳ sau" in mai.reads("head")

    mai.comes_to("preparing")
    mai.does("office2", "drop", reason="Năm nay Sở không trình")
    assert (mai.state, mai.levels) == ("recognized_department", ["unit", "department"])
    mai.comes_to("at_province")
    mai.does("office2", "refuse", reason="Tỉnh chưa xét", received_on=TODAY)
    assert (mai.state, mai.levels) == ("recognized_department", ["unit", "department"])
    mai.is_written_to("director", "Tỉnh không công nhận")

    mai.comes_to("recognized_province")
    request = mai.child()
    request.comes_to("at_province")
    request.does("office2", "refuse", reason="Chưa đủ tiêu chuẩn", received_on=TODAY)
    assert request.state == "refused"
    mai.hears("Không được tặng Bằng khen")
    assert mai.state == "recognized_province"
