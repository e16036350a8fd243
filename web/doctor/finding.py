"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from workflow.message import Message


class Weight(Enum):
    """A refusal stops an installation from being used; a warning is for the person to judge."""

    REFUSED = "refusal"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One line, and how much it weighs."""

    weight: Weight
    message: Message

    @property
    def name(self) -> str:
        """The same in every language, for scripts."""
        return self.message.key.partition(".")[2]


def refused(name: str, /, **params: object) -> Finding:
    """It may not run like this; `doctor.NAME` says why and what to do."""
    return Finding(Weight.REFUSED, Message(f"doctor.{name}", params))


def warning(name: str, /, **params: object) -> Finding:
    """It may run, but somebody should know."""
    return Finding(Weight.WARNING, Message(f"doctor.{name}", params))
