"""Text as people type it, made safe to store and show: NFC, no control or direction-changing characters."""

from __future__ import annotations

import re
import unicodedata

# Letters that turn the reading direction around can make a name or a reason read as another one.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_FORBIDDEN = re.compile(
    f"[\0-\t\v-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(BIDI_CONTROLS))}]"
)  # controls, half letters


class Unreadable(ValueError):
    """The text holds characters that no keyboard means."""


def clean_line(raw: str) -> str:
    """One line: breaks and tabs become spaces, runs of spaces one."""
    return " ".join(_clean(raw).split())


def clean_text(raw: str) -> str:
    """Several lines, `\\n` between them, nothing at either end."""
    lines = (line.rstrip() for line in _clean(raw).split("\n"))
    return "\n".join(lines).strip()


def count_letters(text: str) -> int:
    """How many letters and digits; dots and dashes are no reason."""
    return sum(character.isalnum() for character in text)


def _clean(raw: str) -> str:
    text = _BREAKS.sub("\n", raw).replace("\t", " ").translate(_INVISIBLE)
    if _FORBIDDEN.search(text):
        raise Unreadable
    return unicodedata.normalize("NFC", text)
