"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field

from states.imports.table import Line, Problem


@dataclass
class Tally:
    """Lines by what became of them; `problems` in the order of the list, `rejected` what bad lines call themselves."""

    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    written: bool = False

    def count(self, outcome: str) -> None:
        """One more line: added, changed or same."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def reject(self, line: Line) -> None:
        """This line comes in only after a correction; lists that name what it names must not be blamed for that."""
        self.rejected |= {line.values[name] for name in ("code", "name", "login") if line.values.get(name)}
