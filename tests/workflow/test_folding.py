"""Names as people look for them and as lists order them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.folding import fold, name_sort_key, tidy


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Đặng Thị Ánh Nguyệt", "dang thi anh nguyet"),
        ("  NGUYỄN   Văn Ưởng ", "nguyen van uong"),
        (unicodedata.normalize("NFD", "Trần Hữu Đức"), "tran huu duc"),
        ("K'Brông Niê", "k'brong nie"),
    ],
)
def test_fold_drops_what_a_keyboard_may_lack(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_a_list_is_ordered_by_given_name_then_family_then_tone() -> None:
    wanted = [
        "Trần Văn An", "Bùi Thị Ánh", "Lê Văn Ân", "Võ Bảo", "Lê Thị Dung", "Lê Đạt", "Hồ Văn Đức",
        "Đặng Thị Lan", "Lê Thị Lan", "Nguyễn Lan", "Phạm Thị Lân", "Trần Oanh", "Trần Ổn",
        "Đỗ Uyên", "Đỗ Ưng",
    ]  # fmt: skip
    mixed = wanted[::-1]
    assert sorted(mixed, key=name_sort_key) == wanted


def test_tones_decide_last() -> None:
    assert sorted(["Lê Hạ", "Lê Há", "Lê Hà", "Lê Ha", "Lê Hả", "Lê Hã"], key=name_sort_key) == [
        "Lê Ha", "Lê Hà", "Lê Hả", "Lê Hã", "Lê Há", "Lê Hạ",
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_a_sort_key_is_plain_and_the_same_for_both_spellings(name: str) -> None:
    key = name_sort_key(name)
    assert key == name_sort_key(unicodedata.normalize("NFD", name))
    assert len(key) <= 400
    assert all(sign in "0123456789abcdefghijklmnopqrstuvwxyz" for sign in key)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert tidy(tidy(name)) == tidy(name)
