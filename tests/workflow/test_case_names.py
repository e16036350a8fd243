"""A case that is about no one in particular is called by what it is, and by its new day when that moves."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.roads import case_at, do
from tests.states.councils.test_sittings import convene
from workflow.case_names import called, fields_in
from workflow.definition import Definition


@pytest.mark.parametrize(
    ("phrase", "fields", "said"),
    [
        ("", {"on": "2026-05-12"}, ""),
        ("topic", {"topic": "Chuyển đổi số"}, "Chuyển đổi số"),
        ("topic", {}, ""),
        ("Phiên xét {on:quarter}, {on}", {"on": "2026-05-12"}, "Phiên xét Quý II/2026, 12/05/2026"),
        ("Phiên xét {on:quarter}, {on}", {}, ""),
        ("Họp {topic}", {"topic": "12 việc"}, "Họp 12 việc"),
        ("Quý {on:quarter}", {"on": "2025-12-31"}, "Quý Quý IV/2025"),
    ],
)
def test_a_phrase_is_said_whole_or_not_at_all(phrase: str, fields: dict[str, str], said: str) -> None:
    definition = Definition.model_construct(called=phrase)
    assert called(definition, fields) == said
    assert set(fields_in(phrase)) <= {"on", "topic"}


def test_a_sitting_is_called_by_its_quarter_and_day(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    sitting = convene(cast, [case_at(cast, "council_review")])
    first = cast.row(sitting)
    assert first.label.startswith("Phiên xét Quý I/2025, ")
    do(
        cast,
        "office",
        sitting,
        "set_day",
        sits_on="2025-04-01",
        place="Phòng họp A",
        form="meeting",
        sits_at="08 giờ 00",
    )
    moved = cast.row(sitting)
    assert (moved.label, moved.folded) == ("Phiên xét Quý II/2025, 01/04/2025", "phien xet quy ii/2025, 01/04/2025")
