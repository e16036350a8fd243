"""From a new face to the Chairman's Certificate of Merit, every step through the pages."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages

pytestmark = pytest.mark.journey


def test_a_nominee_comes_to_the_certificate_of_merit(introduce: Introduce) -> None:
    sen = introduce("Lê Thị Sen", Pages)
    assert sen.is_in_the_inbox_of("head")
    sen.is_written_to("head", "Lê Thị Sen")

    sen.comes_to("recognized_unit")
    sen.comes_to("council_review")
    assert sen.is_in_the_inbox_of("office")
    assert not sen.is_in_the_inbox_of("head")
    sen.comes_to("recognized_department")
    sen.is_written_to("head")
    assert sen.levels == ["unit", "department"]
    sen.comes_to("recognized_province")
    assert sen.levels == ["unit", "department", "province"]

    request = sen.child()
    request.comes_to("awarded")
    sen.hears("Được tặng Bằng khen")
    assert "Đã được tặng" in sen.reads("head")
    sen.is_written_to("head", "Bằng khen")
    sen.does("office", "close", end_ground="retired", note="Nghỉ hưu theo chế độ")
    assert sen.state == "closed"
