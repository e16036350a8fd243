"""A number of a plan in words: a deadline as people say it, the rest as written but for its small languages' words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from states.office.numbers import AMOUNT, Number
from web.deadline_words import due_words
from web.language import t
from workflow.deadline_grammar import DeadlineSyntaxError, parse_deadline
from workflow.folding import fold

_FIGURE = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_WORD = re.compile(r"[^\W\d]+")
_BOUNDS = re.compile(r"(\d*)\.\.(\d*)", re.ASCII)
WORDS = ("at_least", "at_most", "of_all", "of_present", "of_people", "rounded_up", "rounded_down", "quorum", "pass")


def said(text: str, fields: Mapping[str, str] | None = None) -> str:
    """`fields`: what those are called that a deadline may hang on."""
    if plain := AMOUNT.fullmatch(text):
        return f"{plain[1]} {unit(text)}".strip()
    if bounds := _BOUNDS.fullmatch(text):
        form = "both" if bounds[1] and bounds[2] else "least" if bounds[1] else "most"
        return t(f"numbers.bounds.{form}", least=bounds[1], most=bounds[2])
    try:
        parts = text.split(", ")
        return due_words(parts if len(parts) > 1 else text, fields or {})
    except DeadlineSyntaxError:
        for word in WORDS:
            text = text.replace(word.replace("_", " "), t(f"numbers.word.{word}"))
        return text


def typed_as(number: Number, fields: Mapping[str, str] | None = None) -> str:
    """How a number stands in its box: the amount alone, else in words; as the plan writes it where its shape may change
    or the words have other figures than the plan."""
    if plain := AMOUNT.fullmatch(number.text):
        return plain[1]
    words = said(number.text, fields)
    return words if not number.may_change_shape and _figures(words) == _figures(number.text) else number.text


def written(number: Number, shown: str, typed: str) -> str:
    """What was typed as the plan writes it: its own words with the figures that were typed.

    As it is where another word or another count of figures was typed: that no plan takes."""
    known = {*_words(shown), *_words(number.text)}
    given = _FIGURE.findall(typed)
    if number.may_change_shape or len(given) != len(_figures(number.text)) or not known.issuperset(_words(typed)):
        return typed.strip()
    left = iter(given)
    text = _FIGURE.sub(lambda _: next(left), number.text)
    return f"{text}s" if AMOUNT.fullmatch(text) and text[-1].isalpha() and text[-1] != "s" and given != ["1"] else text


def is_deadline(text: str) -> bool:
    """Whether it is of the small language of deadlines, whose complaints list all of its forms."""
    try:
        return bool(parse_deadline(parts if len(parts := text.split(", ")) > 1 else text))
    except DeadlineSyntaxError:
        return False


def _figures(text: str) -> list[str]:
    return [figure.lstrip("0") for figure in _FIGURE.findall(text)]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def unit(text: str) -> str:
    """The unit of a plain amount; empty for a bare number, and for anything else."""
    plain = AMOUNT.fullmatch(text)
    return t(f"unit.{plain[2]}s") if plain and plain[2] else ""
