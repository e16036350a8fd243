"""Held while a complaint is open, released only by a written clearance; or a finding of guilt ends the attempt."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.installation import Installation
from tests.journeys.story import PAPER

pytestmark = pytest.mark.journey


def test_held_and_released(so: Installation, introduce: Introduce) -> None:
    tam = introduce("Ngô Đức Tâm", Pages)
    tam.comes_to("office_check")
    tam.does("office2", "hold", hold_ground="complaint", hold_document=PAPER)
    tam.is_written_to("director", "Tạm dừng xét")
    tam.may_not("office2", "forward")
    so.passes(days=20)
    assert tam.state == "office_check"
    tam.may_not("office2", "forward")
    assert "Tạm dừng" in tam.reads("head")

    tam.does("office2", "held:clear", hold_ground="complaint", clearance=PAPER)
    tam.is_written_to("head", "Ghi kết luận không vi phạm")
    tam.comes_to("recognized_department")
    assert tam.levels == ["unit", "department"]


def test_held_and_found_guilty(introduce: Introduce) -> None:
    binh = introduce("Hồ Văn Bính")
    binh.comes_to("office_check")
    binh.does("office2", "hold", hold_ground="discipline", hold_document=PAPER)
    binh.does("office2", "held:guilty", hold_document=PAPER, reason="Bị kỷ luật khiển trách")
    assert (binh.state, binh.levels) == ("recognized_unit", ["unit"])
    binh.is_written_to("director", "Kết luận có vi phạm")
    assert "Bị kỷ luật khiển trách" in binh.reads("director")
