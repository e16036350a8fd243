"""Nobody decides: reminders, then the office joins the owners, then the Director hears; the office decides."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Introduce
from tests.journeys.hands import Pages
from tests.journeys.installation import Installation
from tests.journeys.story import PAPER

pytestmark = pytest.mark.journey


def test_a_silent_head_loses_nothing_but_the_last_word(so: Installation, introduce: Introduce) -> None:
    hoa = introduce("Vũ Thị Hoa", Pages)
    hoa.comes_to("unit_appraisal")
    hoa.is_written_to("head", "Bình xét tại phòng")
    hoa.may_not("office2", "recognize", unit_minutes=PAPER)

    until_late(so, hoa.code, "office2")
    assert any("Nhắc hạn" in letter for letter in so.letters("head", hoa.code))
    assert hoa.is_in_the_inbox_of("office2")
    assert late_letters(so, hoa.code, "director") == []
    until_late(so, hoa.code, "director")
    assert hoa.is_in_the_inbox_of("head")

    hoa.does("office2", "recognize", unit_minutes=PAPER)
    assert hoa.state == "recognized_unit"
    assert not hoa.is_in_the_inbox_of("office2")
    so.passes(minutes=1)
    heard = len(late_letters(so, hoa.code, "director"))
    so.passes(days=30)
    assert len(late_letters(so, hoa.code, "director")) == heard


def late_letters(so: Installation, code: str, who: str) -> list[str]:
    """What somebody was written of its lateness."""
    return [letter for letter in so.letters(who, code) if "Quá hạn" in letter]


def until_late(so: Installation, code: str, who: str) -> None:
    """Days pass one by one, until somebody hears that it is late."""
    for _ in range(14):
        so.passes(days=1)
        so.mail_is_out()
        if late_letters(so, code, who):
            return
    raise AssertionError(f"{who} never heard")
