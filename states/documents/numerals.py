"""Numbers in Vietnamese words, as papers write them beside the figure: 12 (mười hai)."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", " nghìn", " triệu", " tỷ")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def in_words(number: int) -> str:
    """A whole number below 10^12 in words. Raises ValueError for others."""
    if not 0 <= number < 10**12:
        raise ValueError(f"{number} is not written in words")
    if number == 0:
        return DIGITS[0]
    groups = [number // 1000**scale % 1000 for scale in range(len(SCALES))]
    highest = max(scale for scale, group in enumerate(groups) if group)
    said = [
        _group(groups[scale], whole=scale < highest) + SCALES[scale]
        for scale in range(highest, -1, -1) if groups[scale]
    ]  # fmt: skip
    return " ".join(said)


def figure(number: int) -> str:
    """A number as papers write it: two digits at least, a dot between thousands."""
    return f"{number:02d}" if number < 10 else dotted(number)


def dotted(number: int) -> str:
    """A dot between thousands: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def _group(number: int, *, whole: bool) -> str:
    """Three digits; `whole`: with the hundreds also where they are none."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens == 0:
        return " ".join([*said, *([f"linh {DIGITS[ones]}" if said else DIGITS[ones]] if ones else [])])
    said.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if ones:
        said.append(_last(tens, ones))
    return " ".join(said)


def _last(tens: int, ones: int) -> str:
    if ones == 5:
        return "lăm"
    return "mốt" if ones == 1 and tens > 1 else DIGITS[ones]
