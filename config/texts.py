"""The one renderer of texts: a key with parameters becomes a sentence in a person's language."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from workflow.clock import ZONE
from workflow.message import Message
from workflow.vocabulary import LANGUAGES

FOLDER = Path(__file__).parent / "locale"

_log = logging.getLogger(__name__)


class MissingText(KeyError):
    """No catalogue of this language says this key."""


class Texts:
    """The catalogues in memory; `strict` (tests) raises where production takes Vietnamese, then the key."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]], *, strict: bool = False) -> None:
        self.catalogues = catalogues
        self.strict = strict
        self._whole = {
            language: {key: text for key, text in said.items() if text and "{" not in text and "}" not in text}
            for language, said in catalogues.items()
        }

    def get(self, key: str, language: str = "vi", **params: Any) -> str:
        """The sentence of a key, its placeholders filled."""
        if not params and (whole := self._whole.get(language, {}).get(key)):
            return whole
        return self.render(Message(key, params), language)

    def render(self, message: Message, language: str = "vi") -> str:
        """The sentence of a message; dates are written dd/MM/yyyy, times on Việt Nam's clock."""
        pattern = self._pattern(message.key, language)
        values = {name: self.value(value, language) for name, value in message.params.items()}
        try:
            return pattern.format_map(values)
        except (KeyError, IndexError) as lacking:
            if self.strict:
                raise MissingText(f"{message.key}: no value for {lacking}") from lacking
            _log.error("text %s lacks a value for %s", message.key, lacking)
            return pattern

    def value(self, value: Any, language: str = "vi") -> str:
        """One parameter as a person reads it: nested messages, dates, lists, yes and no, numbers."""
        match value:
            case None:
                return ""
            case Message():
                return self.render(value, language)
            case bool():
                return self.get("common.yes" if value else "common.no", language)
            case datetime():
                return value.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
            case date():
                return value.strftime("%d/%m/%Y")
            case float():
                return f"{value:g}".replace(".", "," if language == "vi" else ".")
            case list() | tuple() | set() | frozenset():
                return ", ".join(self.value(one, language) for one in value)
            case _:
                return str(value)

    def has(self, key: str, language: str = "vi") -> bool:
        """Whether this language says the key itself."""
        return key in self.catalogues.get(language, {})

    def _pattern(self, key: str, language: str) -> str:
        for tried in (language, *LANGUAGES):
            if found := self.catalogues.get(tried, {}).get(key):
                return found
            if self.strict:
                break
        if self.strict:
            raise MissingText(f"{language}: {key}")
        _log.error("no text for %s", key)
        return key


@cache
def read(language: str) -> Mapping[str, str]:
    """One catalogue: key → sentence. An entry without a sentence is left out."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        pairs = [(entry.id, entry.string) for entry in read_po(file)]
    return {key: text for key, text in pairs if isinstance(key, str) and isinstance(text, str) and key and text}


def load(*, strict: bool = False, languages: Iterable[str] = LANGUAGES) -> Texts:
    """All catalogues of the product."""
    return Texts({language: read(language) for language in languages}, strict=strict)
