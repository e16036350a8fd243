"""Text as people type it, made safe to store and show: NFC, without controls and changes of direction."""

from __future__ import annotations

import re
import unicodedata

# Letters that turn the reading direction around can make a name or a reason read as another one.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n")}
_INVISIBLE = dict.fromkeys([*map(ord, "\u00ad\u200b\u2060\ufeff"), *map(ord, BIDI_CONTROLS), *_CONTROLS])
"""Left out without a word: they come along when text is pasted, and nobody finds what they cannot see."""

_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_HALF_LETTERS = re.compile("[\ud800-\udfff]")


class Unreadable(ValueError):
    """The text holds characters that no keyboard means."""


def clean_line(raw: str) -> str:
    """One line: breaks and tabs become spaces, runs of spaces one."""
    return " ".join(_clean(raw).split())


def clean_text(raw: str) -> str:
    """Several lines, `\\n` between them, nothing at either end."""
    lines = (line.rstrip() for line in _clean(raw).split("\n"))
    return "\n".join(lines).strip()


def is_blank(raw: str) -> bool:
    """Whether nothing of it can be seen."""
    return not raw.translate(_INVISIBLE).strip()


def count_letters(text: str) -> int:
    """How many letters and digits; dots and dashes are no reason."""
    return sum(character.isalnum() for character in text)


def _clean(raw: str) -> str:
    text = _BREAKS.sub("\n", raw).replace("\t", " ").translate(_INVISIBLE)
    if _HALF_LETTERS.search(text):
        raise Unreadable
    return unicodedata.normalize("NFC", text)
