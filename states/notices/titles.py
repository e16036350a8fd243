"""A plan's titles in a recipient's language."""

from __future__ import annotations

from workflow.definition import Definition
from workflow.translations import definition_texts


class Titles:
    """Called with a title as the plan writes it, gives it in the language, or as it is where nothing is said."""

    def __init__(self, definition: Definition, language: str) -> None:
        other = definition.texts.get(language, {})
        pairs = definition_texts(definition) if other else ()
        self._texts = {text: other[key] for key, text in pairs if text and key in other}

    def __call__(self, title: str) -> str:
        """The title to show."""
        return self._texts.get(title, title)
