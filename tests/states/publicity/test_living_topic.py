"""Once a month each unit says what it talked about; the month ends by itself."""

from __future__ import annotations

from tests.cast import Cast, sound

HEADS = {"vp": "head_office", "cntt": "head", "bcvt": "head2", "ttbc": "press"}


def test_each_unit_says_each_month_what_it_talked_about(cast: Cast) -> None:
    cast.at("2025-04-01T00:00:01")
    cast.run_due()
    (month,) = cast.cases("living_topic")
    assert month.code == "SH-2025-04"
    for head in list(HEADS.values())[:-1]:
        cast.answer(head, month.id, "held", talked="Gương chị Mai; phong trào sáng kiến số.", attended=7)
    cast.answer("press", month.id, "held", nil=True, reason="Tháng này cả phòng đi công tác.")
    assert cast.row(month.id).ended_at is not None
    sound(cast)


def test_a_month_nobody_told_of_is_over_too(cast: Cast) -> None:
    cast.at("2025-04-01T00:00:01")
    cast.run_due()
    cast.at("2025-05-06")
    cast.run_due()
    april, may = cast.cases("living_topic")
    assert (april.ended_at is None, may.ended_at is None) == (False, True)
    sound(cast)
