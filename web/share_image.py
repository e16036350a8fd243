"""The picture that goes with a shared link: 1200 by 630 PNG, drawn with the pages' own typeface, no photo in it.

A share copies the picture to places nobody can take it back from: so it has words only.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "static" / "vendor" / "be-vietnam-pro" / "5.3.0"
SIZE, MARGIN = (1200, 630), 80
PAPER, INK, QUIET, BRAND, GOLD = "#f6f5f1", "#1c2025", "#535c66", "#9d1c20", "#b9852a"
TITLE = ((68, 2), (54, 2), (44, 3))  # a name is written smaller before any of it is left out: size, lines
PARTS = ("latin", "vietnamese", "latin-ext")  # a typeface for the web comes in parts, each with its letters


@lru_cache(maxsize=64)
def draw(eyebrow: str, title: str, under: str, sentence: str) -> bytes:
    """The PNG. Long texts are cut with an ellipsis; letters the typeface lacks become a box, never an error."""
    picture = Image.new("RGB", SIZE, PAPER)
    sheet = ImageDraw.Draw(picture)
    sheet.rectangle((0, 0, SIZE[0], 18), fill=BRAND)
    sheet.rectangle((0, 18, SIZE[0], 24), fill=GOLD)
    down = _lines(sheet, eyebrow, 84, (32, 600), GOLD, 1)
    size, most = next(((size, most) for size, most in TITLE if len(_wrapped(title, size, 600)) <= most), TITLE[-1])
    down = _lines(sheet, title, down + 22, (size, 600), BRAND, most)
    down = _lines(sheet, under, down + 16, (34, 400), QUIET, 2)
    _lines(sheet, sentence, down + 30, (36, 400), INK, max(1, (SIZE[1] - down - 80) // 50))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(sheet: Any, text: str, down: int, type_: tuple[int, int], colour: str, most: int) -> int:
    """Write at most so many lines; how far down it came."""
    size, weight = type_
    lines = _wrapped(text, size, weight)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1], size, weight)]
    for line in lines:
        right = float(MARGIN)
        for run, part in _runs(line):
            sheet.text((right, down), run, font=_font(part, weight, size), fill=colour, anchor="la")
            right += _font(part, weight, size).getlength(run)
        down += round(size * 1.36)
    return down


def _wrapped(text: str, size: int, weight: int) -> list[str]:
    lines: list[str] = []
    for whole in text.split():
        word = whole[:80]
        while _width(word, size, weight) > SIZE[0] - 2 * MARGIN:
            word = word[:-1]
        if lines and _width(f"{lines[-1]} {word}", size, weight) <= SIZE[0] - 2 * MARGIN:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(line: str, size: int, weight: int) -> str:
    while line and _width(f"{line}…", size, weight) > SIZE[0] - 2 * MARGIN:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _width(text: str, size: int, weight: int) -> float:
    return sum(_font(part, weight, size).getlength(run) for run, part in _runs(text))


def _runs(text: str) -> list[tuple[str, str]]:
    """The text in stretches that one part of the typeface has letters for."""
    runs: list[tuple[str, str]] = []
    for sign in text:
        part = next((one for one in PARTS if sign in _letters(one)), PARTS[0])
        if runs and runs[-1][1] == part:
            runs[-1] = (runs[-1][0] + sign, part)
        else:
            runs.append((sign, part))
    return runs


@cache
def _letters(part: str) -> frozenset[str]:
    """Which letters a part has: those it draws otherwise than one that nobody has."""
    font = _font(part, 400, 20)
    lacking = bytes(font.getmask("\U0010fffd"))
    wanted = (*map(chr, range(0x20, 0x250)), *map(chr, range(0x1E00, 0x1F00)), *"–—‘’“”…•₫")
    return frozenset(one for one in wanted if one == " " or bytes(font.getmask(one)) != lacking)


@cache
def _font(part: str, weight: int, size: int) -> Any:
    """Laid out letter by letter: names are composed letters, and shaping text refuses some signs with an error."""
    return ImageFont.truetype(str(FONTS / f"{part}-{weight}.woff2"), size, layout_engine=ImageFont.Layout.BASIC)
