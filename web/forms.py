"""What the pages' own small forms send, read with sentences for what is wrong. Plans' forms are read by `form_data`."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import ImmutableMultiDict

from web.language import render_message
from workflow import form_values
from workflow.form_values import Wrong
from workflow.message import Message, Refused


@dataclass
class Entries:
    """One submitted form: read values, collect what is wrong, show both again."""

    given: ImmutableMultiDict[str, str]
    problems: dict[str, Message] = field(default_factory=dict)

    def line(self, name: str, title: str, *, needed: bool = True) -> str:
        """One line of text."""
        raw = self.given.get(name, "")
        if form_values.is_empty(raw):
            return self._missing(name, title) if needed else ""
        try:
            return form_values.line(raw, title)
        except Wrong as wrong:
            self.problems[name] = wrong.message
            return ""

    def day(self, name: str, title: str) -> date | None:
        """A day, needed."""
        raw = self.given.get(name, "")
        if not raw.strip():
            self._missing(name, title, "form.missing_date")
            return None
        try:
            return date.fromisoformat(form_values.day(raw, title))
        except Wrong as wrong:
            self.problems[name] = wrong.message
            return None

    def one_of(self, name: str, title: str, allowed: Container[str], meant: str | None = None) -> str:
        """One of the values offered, needed; `meant`: what was sent stands for it."""
        raw = self.given.get(name, "") if meant is None else meant
        return raw if raw in allowed else self._missing(name, title, "form.missing_choice")

    def refuse(self, name: str, refused: Refused) -> None:
        """A refusal of the domain, shown at a field."""
        self.problems[name] = refused.reasons[0]

    @property
    def errors(self) -> dict[str, str]:
        """name → sentence, for the page."""
        return {name: render_message(problem) for name, problem in self.problems.items()}

    def _missing(self, name: str, title: str, key: str = "form.missing") -> str:
        self.problems[name] = Message(key, {"field": title})
        return ""
