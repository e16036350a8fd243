"""The codes of a list: each once, and none that differs from another only in case or diacritics."""

from __future__ import annotations

from collections.abc import Collection

from states.imports.table import Line, Sorting
from workflow.folding import fold


class Codes:
    """Codes that are there, and those of the lines so far. Lists name them without regard to case and diacritics."""

    def __init__(self, stored: Collection[str]) -> None:
        self.stored = stored
        self.spelled = {fold(code): code for code in stored}
        self.seen: set[str] = set()

    def take(self, line: Line, sorting: Sorting, code: str) -> bool:
        """Whether this line may have the code; what is wrong with it goes to `sorting`."""
        if code in self.seen:
            sorting.complain(line, "code", "twice", value=code)
            return False
        self.seen.add(code)
        known = code if code in self.stored else self.spelled.setdefault(fold(code), code)
        if known != code:
            sorting.complain(line, "code", "code_like", value=code, known=known)
        return known == code
