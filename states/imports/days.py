"""Days that can be right: an end after its beginning, a birthday of somebody who works."""

from __future__ import annotations

from datetime import date
from typing import Any

from states.imports.table import Line, Sorting

YOUNGEST = 15  # years: the law lets nobody younger work


def in_order(line: Line, sorting: Sorting, known: Any, day: date) -> bool:
    """Whether a line's days run forwards, with those already stored (`known`) or the usual first day."""
    first = line.values.get("starts_on") or (known["starts_on"] if known else day)
    last = line.values["ends_on"] if "ends_on" in line.values else known and known["ends_on"]
    if last is None or first <= last:
        return True
    sorting.complain(line, "ends_on", "backwards", value=last, first=first)
    return False


def old_enough(line: Line, sorting: Sorting, today: date) -> None:
    """Complain of a birthday in the future, or of somebody too young to work."""
    born: date | None = line.values.get("born_on")
    if born is None:
        return
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if born > today:
        sorting.complain(line, "born_on", "ahead", value=born, today=today)
    elif age < YOUNGEST:
        sorting.complain(line, "born_on", "too_young", value=born, age=age, least=YOUNGEST)
