"""Texts below web are keys with parameters; one renderer turns them into a person's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A sentence not yet in any language: a catalogue key and its parameters (plain values, dates, other messages)."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """For developers: logs, tracebacks. People are shown what `config.texts` makes of it."""
        values = {name: value for name, value in self.params.items() if value != ""}
        said = [f"{name}={value if isinstance(value, Message) else repr(value)}" for name, value in values.items()]
        return f"{self.key}({', '.join(said)})" if said else self.key


def joined(first: Message, then: Message) -> Message:
    """Two sentences as one, for where a single one is shown."""
    return Message("guard.both", {"first": first, "then": then})


class Refused(Exception):
    """The engine's no: every reason at once, in sentences a person can act on."""

    def __init__(self, *reasons: Message, status: str = "refused") -> None:
        super().__init__(", ".join(reason.key for reason in reasons))
        self.reasons = reasons
        self.status = status


class Invalid(Refused):
    """The inputs do not fit: `fields` maps a field's name (or name.row.column) to what is wrong with it."""

    def __init__(self, fields: Mapping[str, Message]) -> None:
        super().__init__(*fields.values(), status="invalid")
        self.fields = dict(fields)


class NotFound(Refused):
    """Nothing here under this id for this person: the same answer whether it exists elsewhere or not."""

    def __init__(self, what: str) -> None:
        super().__init__(Message(f"error.not_found.{what}"), status="not_found")


class Conflict(Refused):
    """The case or item moved since it was read; nothing was written."""

    def __init__(self, reason: Message, *, decided: bool = False) -> None:
        super().__init__(reason, status="decided" if decided else "stale")
        self.decided = decided
