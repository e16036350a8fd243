"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field

from states.imports.table import Problem


@dataclass
class Tally:
    """Lines by what became of them; `problems` in the order of the list."""

    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    written: bool = False

    def count(self, outcome: str) -> None:
        """One more line: added, changed or same."""
        setattr(self, outcome, getattr(self, outcome) + 1)
