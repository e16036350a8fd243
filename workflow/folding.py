"""Vietnamese names, found without diacritics and sorted by given name, the same on both databases."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng
_SHAPES = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: part of the letter, not a tone
_LONGEST = 400


def fold(text: str) -> str:
    """What a search compares: lower case, no diacritics, đ as d, single spaces."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "d"))
    kept = "".join(letter for letter in bare if unicodedata.category(letter) != "Mn")
    return " ".join(kept.lower().split())


def spoken(word: str) -> str:
    """The same of a word that a plan's file writes as a name: `don_vi` is what people write as "Đơn vị"."""
    return fold(word.replace("_", " "))


def tidy(text: str) -> str:
    """Composed letters (NFC) and single spaces: two spellings of one name become equal."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=20_000)  # lists of colleagues are sorted on every page
def name_sort_key(name: str) -> str:
    """The order of a Vietnamese list: given name, then family and middle name; letters before tones.

    Only digits and small letters, two per letter, so that no server's collation can reorder it.
    """
    words = tidy(name).lower().split()
    if not words:
        return ""
    ordered = [words[-1], *words[:-1]]
    letters = "0".join("".join(_letter(sign) for sign in word) for word in ordered)
    tones = "".join(_tone(sign) for word in ordered for sign in word)
    return f"{letters}00{tones}"[:_LONGEST]


@lru_cache(maxsize=2_000)
def _letter(sign: str) -> str:
    parts = unicodedata.normalize("NFD", sign)
    shaped = unicodedata.normalize("NFC", parts[0] + "".join(mark for mark in parts[1:] if mark in _SHAPES))
    if shaped not in _LETTERS:
        return "9" + shaped if shaped.isascii() and shaped.isalnum() else ""
    base = "d" if shaped == "đ" else unicodedata.normalize("NFD", shaped)[0]
    nth = [letter for letter in _LETTERS if fold(letter) == base].index(shaped)
    return f"{base}{nth}"


def _tone(sign: str) -> str:
    return next((_TONES[mark] for mark in unicodedata.normalize("NFD", sign)[1:] if mark in _TONES), "0")
