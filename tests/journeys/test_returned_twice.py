"""Returned twice for completion, then accepted."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.story import PAPER

pytestmark = pytest.mark.journey


def test_returned_twice_then_accepted(introduce: Introduce) -> None:
    ngoc = introduce("Phạm Minh Ngọc", Pages)
    ngoc.comes_to("office_check")
    for reason in ("Báo cáo chưa có xác nhận", "Biên bản thiếu chữ ký"):
        ngoc.does("office2", "send_back", reason=reason)
        assert ngoc.state == "completion"
        ngoc.is_written_to("head", "Đơn vị bổ sung hồ sơ")
        assert ngoc.is_in_the_inbox_of("head")
        assert reason in ngoc.reads("head")
        ngoc.does("head", "resubmit", report=PAPER)
        assert ngoc.is_in_the_inbox_of("office2")
    ngoc.comes_to("recognized_department")
    assert ngoc.history().count("Trả lại bổ sung") == 2
    ngoc.is_written_to("nominator", "Công nhận cấp Sở")
