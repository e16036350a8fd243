"""Withdrawn by who brought them forward: it ends, everybody hears, and nothing more can be done."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages

pytestmark = pytest.mark.journey


def test_withdrawn_on_the_way(introduce: Introduce) -> None:
    dung = introduce("Bùi Tiến Dũng", Pages)
    dung.comes_to("office_check")
    dung.does("nominator", "withdraw", reason="Người được giới thiệu đề nghị rút")
    assert dung.state == "withdrawn"
    dung.is_written_to("office", "Rút hồ sơ")
    assert "Người được giới thiệu đề nghị rút" in dung.reads("office")
    assert not dung.is_in_the_inbox_of("office2")
    dung.may_not("office2", "forward")
    assert "Đã rút" in dung.reads("head")
