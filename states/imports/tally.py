"""What an import did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from states.imports.table import Column, Line, Problem

MOST_ROWS = 500  # lines told one by one; beyond them the numbers must do


@dataclass(frozen=True)
class Row:
    """A line that adds or changes something: what it is called, and by heading what stood there and what will."""

    number: int
    outcome: str
    name: str
    changes: tuple[tuple[str, Any, Any], ...] = ()


@dataclass
class Tally:
    """Lines by what became of them; `problems` in the order of the list, `rejected` what bad lines call themselves."""

    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    written: bool = False
    rows: list[Row] = field(default_factory=list)

    def count(
        self, outcome: str, line: Line | None = None, changes: Mapping[str, tuple[Any, Any]] | None = None,
        name: str = "",
    ) -> None:  # fmt: skip
        """One more line: added, changed or same. `changes`: heading → what was there, what will be; `name`: what the
        line is about in full, where it only names it."""
        setattr(self, outcome, getattr(self, outcome) + 1)
        if line is not None and outcome != "same" and len(self.rows) < MOST_ROWS:
            told = tuple((heading, *values) for heading, values in (changes or {}).items())
            self.rows.append(Row(line.number, outcome, name or called(line), told))

    def reject(self, line: Line) -> None:
        """This line comes in only after a correction; lists that name what it names must not be blamed for that."""
        self.rejected |= {line.values[name] for name in ("code", "name", "login") if line.values.get(name)}


def called(line: Line) -> str:
    """What a line calls the thing it is about: its code and name, its person and role."""
    names = ("code", "name", "person", "role", "subject", "kind")
    return " · ".join(str(line.values[name]) for name in names if line.values.get(name))


def told(
    columns: Mapping[str, Column], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Heading → (before, after) of what differs, for columns that a list shows as they are stored."""
    return {
        columns[name].heading: (before[name], value)
        for name, value in after.items() if name in columns and before[name] != value
    }  # fmt: skip
