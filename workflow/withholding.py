"""What of a case its reader does not read: answers about listed cases they have no part in, and what its domain keeps
back from everybody but those who run it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow.definition import Field


@dataclass(frozen=True)
class Withheld:
    """`cases`: id → code of listed cases this reader has no part in; `fields`: names of fields kept back."""

    cases: Mapping[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()

    def without(self, fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that may be read; a list itself keeps its ids: who reads it knows that something is left out."""
        if not self.cases and not self.fields:
            return dict(values)
        return {name: self._value(fields.get(name), value) for name, value in values.items() if name not in self.fields}

    def _value(self, known: Field | None, value: Any) -> Any:
        if known is None:
            return value
        if known.each and isinstance(value, Mapping):
            return {key: answer for key, answer in value.items() if key not in self.cases}
        if known.type == "form" and isinstance(value, list):
            return [row for row in value if not self._tells(row)]
        return value

    def _tells(self, row: Any) -> bool:
        """Whether a line that the system counted is about such a case: it then says its code."""
        params = row.get("params") if isinstance(row, Mapping) else None
        return isinstance(params, Mapping) and params.get("code") in set(self.cases.values())


def listed(fields: Mapping[str, Field], values: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of all cases that lists among these values name."""
    lists = {name for name, one in fields.items() if one.type == "cases"}
    return {one for given in values for name in lists & given.keys() for one in given[name] or ()}
