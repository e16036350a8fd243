"""Nghị định 30/2020/NĐ-CP, Phụ lục I, as values: the one place where a size, a margin or an indent is written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

FONT: Final = "Times New Roman"
LANGUAGE: Final = "vi-VN"
PAGE: Final = (210, 297)  # mm, A4
MARGINS: Final = {"top": 20, "bottom": 20, "left": 30, "right": 16}  # mm; allowed 20-25, 20-25, 30-35, 15-20
WIDTH: Final = PAGE[0] - MARGINS["left"] - MARGINS["right"]
HEAD_COLUMNS: Final = (65, 99)  # mm: the Quốc hiệu in bold 13 needs 96
FOOT_COLUMNS: Final = (75, 89)
RULE: Final = 0.4  # of the line above it; allowed one third to one half
INDENT: Final = 12.7  # mm; allowed 10 or 12.7
NUMBER_SIZE: Final = 14  # of the page number

Align = Literal["left", "center", "both"]


@dataclass(frozen=True)
class Look:
    """How one element is set: points, and mm for the indent. `after`, `before` in points."""

    size: int
    bold: bool = False
    italic: bool = False
    align: Align = "center"
    indent: float = 0
    before: int = 0
    after: int = 0
    keep: bool = False  # on one page with what follows


LOOKS: Final[dict[str, Look]] = {
    "Quốc hiệu": Look(13, bold=True),
    "Tiêu ngữ": Look(14, bold=True),
    "Cơ quan chủ quản": Look(13),
    "Cơ quan ban hành": Look(13, bold=True),
    "Số ký hiệu": Look(13, before=6),
    "Địa danh": Look(14, italic=True, before=6),
    "Tên loại": Look(14, bold=True, before=12, keep=True),
    "Trích yếu": Look(14, bold=True, keep=True),
    "Căn cứ": Look(14, italic=True, align="both", indent=INDENT, after=6),
    "Nội dung": Look(14, align="both", indent=INDENT, after=6),
    "Mục": Look(14, bold=True, align="both", indent=INDENT, after=6, keep=True),
    "Kính gửi": Look(14, before=6, after=6),
    "Kính gửi dòng": Look(14, align="left", after=0),
    "Chức vụ ký": Look(14, bold=True, keep=True),
    "Chỗ ký": Look(14, keep=True),
    "Họ tên ký": Look(14, bold=True),
    "Nơi nhận": Look(12, bold=True, italic=True, align="left"),
    "Nơi nhận dòng": Look(11, align="left"),
    "Phụ lục": Look(14, bold=True, keep=True),
    "Kèm theo": Look(14, italic=True, after=6, keep=True),
    "Bảng đầu": Look(12, bold=True),
    "Bảng giữa": Look(12),
    "Bảng": Look(12, align="left"),
    "Số trang": Look(NUMBER_SIZE),
    "Biểu đồ": Look(14, keep=True),
    "Thường": Look(14, align="left"),
    "Giữa": Look(14),
}  # fmt: skip
"""The styles of every template, by the name a clerk sees in Word."""

SHORT_RULE, WHOLE_RULE = "Kẻ ngắn", "Kẻ dài"
"""A rule under the line before it: a part of it, or as long as it."""

# Widths of Times bold in thousandths of its size; whatever is not here is as wide as its letter without marks.
_WIDTHS = {
    220: "|", 250: " ,.", 278: "'/\\il", 333: "!()-:;[]`fjt", 389: "Is", 394: "{}", 444: "cerz",
    500: "#$*0123456789?J_agovxy–", 520: "~", 554: "ơ", 555: '"', 556: "Sbdhknpquđ", 570: "+<=>", 581: "^", 600: "ư",
    611: "FP", 667: "BELTZ", 722: "ACDNRUVXYwĐ", 778: "GHKOQƠ", 796: "Ư", 833: "&m", 930: "@", 944: "M", 1000: "%W",
}  # fmt: skip
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_USUAL = 556
_MM_PER_POINT = 25.4 / 72
_REGULAR = 0.955  # of the bold's width, on average


def text_width(text: str, size: int, *, bold: bool = True) -> float:
    """How wide a line of text is, in mm."""
    points = sum(_letter(letter) for letter in unicodedata.normalize("NFC", text)) * size / 1000
    return points * _MM_PER_POINT * (1 if bold else _REGULAR)


def lines(text: str, size: int, room: float) -> list[str]:
    """How Word breaks a text in a column of that many mm."""
    found: list[str] = []
    for word in text.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and text_width(longer, size) <= room:
            found[-1] = longer
        else:
            found.append(word)
    return found


def balanced(text: str, size: int, room: float) -> str:
    """A text that needs several lines, broken so that they are alike: no word stands alone on the last."""
    needed = len(lines(text, size, room))
    narrow = room
    while needed > 1 and narrow > 10 and len(lines(text, size, narrow - 1)) == needed:
        narrow -= 1
    broken = lines(text, size, narrow)
    for number, line in enumerate(broken[:-1]):
        if line.endswith(" VÀ"):  # it opens the next line
            broken[number], broken[number + 1] = line.removesuffix(" VÀ"), f"VÀ {broken[number + 1]}"
    return "\n".join(broken)


def _letter(letter: str) -> int:
    if letter in _WIDTH_OF:
        return _WIDTH_OF[letter]
    marks = unicodedata.normalize("NFD", letter)
    base = marks[0] + ("\u031b" if "\u031b" in marks else "")
    return _WIDTH_OF.get(unicodedata.normalize("NFC", base), _USUAL)
