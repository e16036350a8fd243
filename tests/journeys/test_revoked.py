"""Recognition revoked with its ground and decision: one level at a time, to the last."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.story import DECISION

pytestmark = pytest.mark.journey


def test_revoked_level_by_level(introduce: Introduce) -> None:
    khoa = introduce("Lý Anh Khoa", Pages)
    khoa.comes_to("recognized_department")
    khoa.may_not("head", "revoke", revoke_ground="false_merit", **DECISION)
    khoa.does("director", "revoke", revoke_ground="false_merit", **DECISION)
    assert (khoa.state, khoa.levels) == ("recognized_unit", ["unit"])
    khoa.is_written_to("office", "Hủy bỏ công nhận")
    khoa.does("head", "revoke", revoke_ground="false_papers", **DECISION)
    assert (khoa.state, khoa.levels) == ("struck_off", [])
    assert khoa.history().count("Hủy bỏ công nhận") == 2
