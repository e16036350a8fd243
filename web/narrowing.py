"""How an inbox is narrowed: kept in the address, so that it can be shared and survives a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

DUE = ("late", "today", "week")


@dataclass(frozen=True)
class Filter:
    """What the address of an inbox says; unknown words say nothing."""

    search: str = ""
    process: str = ""
    due: str = ""
    put_off: bool = False

    @property
    def address(self) -> dict[str, str]:
        """The same as what follows the question mark of an address."""
        given = {"tim": self.search, "loai": self.process, "han": self.due, "hoan": "1" if self.put_off else ""}
        return {name: said for name, said in given.items() if said}

    @property
    def query(self) -> str:
        """The same as one text."""
        return urlencode(self.address)

    @property
    def narrows(self) -> bool:
        """Whether something may be hidden by it."""
        return bool(self.address)


def read(given: Mapping[str, str]) -> Filter:
    """A filter of an address, or of a form's copy of one."""
    due = given.get("han", "")
    search, process = given.get("tim", "").strip()[:100], given.get("loai", "")[:64]
    return Filter(search, process, due if due in DUE else "", given.get("hoan") == "1")


def carried(query: str) -> Filter:
    """The filter of the list a form was opened from."""
    return read(dict(parse_qsl(query[:300])))
