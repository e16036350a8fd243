"""Numbers in words, against the forms that papers are written in."""

from __future__ import annotations

import pytest

from states.documents.numerals import figure, in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"), (1, "một"), (5, "năm"), (10, "mười"), (11, "mười một"), (15, "mười lăm"), (20, "hai mươi"),
        (21, "hai mươi mốt"), (24, "hai mươi bốn"), (25, "hai mươi lăm"), (99, "chín mươi chín"), (100, "một trăm"),
        (101, "một trăm linh một"), (105, "một trăm linh năm"), (110, "một trăm mười"), (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"), (1000, "một nghìn"), (1005, "một nghìn không trăm linh năm"),
        (2010, "hai nghìn không trăm mười"), (12_345, "mười hai nghìn ba trăm bốn mươi lăm"),
        (1_000_000, "một triệu"), (1_000_001, "một triệu không trăm linh một"), (3_000_000_000, "ba tỷ"),
    ],
)  # fmt: skip
def test_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


@pytest.mark.parametrize("number", [-1, 10**12])
def test_what_is_not_written_in_words_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not written"):
        in_words(number)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "00"), (7, "07"), (12, "12"), (1234, "1.234"), (1_000_000, "1.000.000")]
)
def test_as_a_figure(number: int, said: str) -> None:
    assert figure(number) == said
