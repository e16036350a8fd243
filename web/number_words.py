"""A number of a plan in words: a deadline as people say it, the rest as written but for its small languages' words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from states.office.numbers import AMOUNT
from web.deadline_words import due_words
from web.language import t
from workflow.deadline_grammar import DeadlineSyntaxError

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


def unit(text: str) -> str:
    """The unit of a plain amount; empty for a bare number, and for anything else."""
    plain = AMOUNT.fullmatch(text)
    return t(f"unit.{plain[2]}s") if plain and plain[2] else ""
