"""From a page's flat names to the plain values the forms read; names nobody asked for are left behind.

One value: `name`. Lists: a text area, one entry a line. Tables: `name.N.column`. A choice for each element:
`name.N`, or `name.ID` for cases. Files: ids of what was uploaded, `name` given once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from workflow.definition import Field
from workflow.forms import MOST_PARTS, is_computed

_SEVERAL = frozenset({"files", "cases", "people"})


class Form(Protocol):
    """A submitted form: names with one or several texts."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def getlist(self, key: str) -> list[str]: ...

    def __iter__(self) -> Any: ...


def read(fields: Iterable[Field], form: Form, person_id: Callable[[str], str] = str) -> dict[str, Any]:
    """What the page sent for these fields; a field it did not show is absent. `person_id`: whom typed words name."""
    given = {field.name: _read(field, form, person_id) for field in fields if not is_computed(field)}
    return {name: value for name, value in given.items() if value is not None}


def _read(field: Field, form: Form, person_id: Callable[[str], str]) -> Any:
    if field.each:
        return _parts(field.name, form) or None
    if field.type == "table":
        return [_told(row, field, person_id) for row in _rows(field, form)] or None
    if field.type in _SEVERAL:
        return [value for value in form.getlist(field.name) if value] or None
    value = form.get(field.name)
    return person_id(value) if field.type == "person" and value else value


def _told(row: dict[str, str], field: Field, person_id: Callable[[str], str]) -> dict[str, str]:
    return {name: person_id(cell) if field.columns[name] == "person" and cell else cell for name, cell in row.items()}


def _parts(name: str, form: Form) -> list[str] | dict[str, str]:
    """`name.0`, `name.1`… as a list; `name.ID` as a mapping."""
    given = {key[len(name) + 1 :]: str(form.get(key)) for key in form if key.startswith(f"{name}.")}
    if not given or not all(part.isdecimal() for part in given):
        return given
    numbers = [int(part) for part in given if len(part) < 5]
    return [given.get(str(number), "") for number in range(min(max(numbers, default=0), MOST_PARTS) + 1)]


def _rows(field: Field, form: Form) -> list[dict[str, str]]:
    """Rows in the order of their numbers; a number that was left out is no row."""
    rows: dict[int, dict[str, str]] = {}
    for key in form:
        name, _, rest = key.partition(".")
        number, _, column = rest.partition(".")
        if name == field.name and column in field.columns and number.isdecimal() and len(number) < 5:
            rows.setdefault(int(number), {})[column] = str(form.get(key))
    return [rows[number] for number in sorted(rows)]


def row_numbers(rows: Sequence[Mapping[str, Any]], spare: int) -> range:
    """The rows a table shows: those filled, and some to fill."""
    return range(max(len(rows) + 1, spare))
