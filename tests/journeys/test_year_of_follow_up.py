"""Recognised is not the end: followed for a year, then climbed again."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey


def test_followed_for_a_year_and_climbed_again(so: Installation, introduce: Introduce) -> None:
    thu = introduce("Cao Thị Thu", Pages)
    thu.comes_to("recognized_unit")
    for growth in ("Nhân rộng ra ba phòng", "Hướng dẫn hai đồng nghiệp mới"):
        so.passes(days=184)
        thu.is_asked("follow_up")
        thu.answers("head", "follow_up", growth=growth)
        assert growth in so.page("head", f"/ho-so/{thu.code}/lich-su")
    thu.comes_to("recognized_department")
    assert thu.levels == ["unit", "department"]
    assert thu.history().count("Ghi nhận theo dõi điển hình") == 2
