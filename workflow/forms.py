"""What a person submits with an action: typed by the plan's fields, checked once for page, API and commands.

Every value is either taken as plain JSON or named with a sentence that says what to enter. Nothing else ever
leaves: whatever arrives, `validate` returns or raises `Invalid`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import Any

from workflow import form_values
from workflow.definition import Condition, Field, FieldType, Term
from workflow.form_values import Facts, Wrong, is_empty
from workflow.message import Invalid, Message

__all__ = ["REASON", "Facts", "applies", "is_computed", "validate"]

REASON = Field(name="reason", type="text", title="Lý do")  # what return and refuse always ask for
MOST_PARTS = 200  # lines of a list, rows of a table, files of a field
MOST_CASES = 1_000  # of a council's agenda

_MISSING: dict[FieldType, str] = {
    "choice": "form.missing_choice", "yes_no": "form.missing_choice", "person": "form.missing_choice",
    "people": "form.missing_choice",
    "unit": "form.missing_choice", "subject": "form.missing_choice", "cases": "form.missing_choice",
    "file": "form.missing_file", "files": "form.missing_file", "date": "form.missing_date",
}  # fmt: skip


def validate(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    *,
    needs: Collection[str],
    takes: Collection[str] = (),
    facts: Facts | None = None,
) -> dict[str, Any]:
    """The submitted values of `needs` and `takes`, plain JSON; Invalid names every field that is wrong.

    A key outside both is refused: nobody sets what the form did not ask. What was left empty is left out.
    """
    known = {field.name: field for field in (REASON, *fields)}
    asked = [known[name] for name in dict.fromkeys((*needs, *takes)) if name in known]
    asked_names = {field.name for field in asked if not is_computed(field)}
    errors: dict[str, Message] = {_shown(key): _unasked(key) for key in raw if key not in asked_names}
    facts = facts or Facts()
    values: dict[str, Any] = {}
    # What hangs on another answer is judged after it, wherever the form shows it.
    for field in sorted(asked, key=lambda field: bool(field.conditions or field.each)):
        if is_computed(field) or not applies(field.conditions, {**facts.fields, **values}):
            continue
        try:
            _take(field, raw.get(field.name), field.name in needs, values, facts)
        except _Parts as wrong:
            errors.update(wrong.messages)
        except Wrong as wrong:
            errors[field.name] = wrong.message
    if errors:
        raise Invalid(errors)
    return values


def is_computed(field: Field) -> bool:
    """Whether the system works the value out: nobody types it."""
    return field.type == "form" or field.compute is not None


def applies(conditions: Condition, values: Mapping[str, Any]) -> bool:
    """Whether a field is asked at all, as far as other fields' values decide it."""
    return all(_holds(term, values) for term in conditions if term.kind == "is")


def _holds(term: Term, values: Mapping[str, Any]) -> bool:
    return _words(values.get(term.name)).isdisjoint(term.values) == term.negated


def _words(value: object) -> set[str]:
    if isinstance(value, bool):
        return {"yes", "true"} if value else {"no", "false"}
    return {str(part) for part in (value if isinstance(value, list | tuple) else [value])}


class _Parts(Exception):
    """Some parts (rows, lines) of one field are wrong."""

    def __init__(self, messages: Mapping[str, Message]) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages


def _take(field: Field, raw: object, needed: bool, values: dict[str, Any], facts: Facts) -> None:
    each = None if field.each is None else values.get(field.each, facts.fields.get(field.each))
    if is_empty(raw) and not (field.each and needed):
        if needed and not (field.type in _MANY and field.minimum == 0):
            raise Wrong(_MISSING.get(field.type, "form.missing"), field=field.title)
        if needed:
            values[field.name] = []
        return
    if field.each is not None:
        values[field.name] = _aligned(field, raw, each, needed, facts)
    else:
        values[field.name] = _READERS[field.type](field, raw, facts)


# --- one value -----------------------------------------------------------------------------------------


def _read_text(field: Field, raw: object, _facts: Facts) -> str:
    read = form_values.reason if field.name == REASON.name else form_values.text
    return read(raw, field.title)


def _read_line(field: Field, raw: object, _facts: Facts) -> str:
    return form_values.line(raw, field.title)


def _read_choice(field: Field, raw: object, _facts: Facts) -> str:
    return form_values.one_of(raw, field.title, field.choices, "form.choice")


def _read_date(field: Field, raw: object, facts: Facts) -> str:
    earliest, latest = (facts.today if limit else None for limit in (field.earliest, field.latest))
    return form_values.day(raw, field.title, earliest, latest)


def _read_number(field: Field, raw: object, _facts: Facts) -> int:
    return form_values.number(raw, field.title, field.minimum, field.maximum)


def _read_yes_no(field: Field, raw: object, _facts: Facts) -> bool:
    return form_values.yes_no(raw, field.title)


def _read_person(field: Field, raw: object, facts: Facts) -> str:
    return form_values.one_of(raw, field.title, facts.people, "form.person")


def _read_unit(field: Field, raw: object, facts: Facts) -> str:
    return form_values.one_of(raw, field.title, facts.units, "form.unit")


def _read_subject(field: Field, raw: object, facts: Facts) -> str:
    return form_values.one_of(raw, field.title, facts.subjects, "form.subject")


def _read_file(field: Field, raw: object, facts: Facts) -> str:
    only = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
    return form_values.one_of(only, field.title, facts.files, "form.file")


# --- several values ------------------------------------------------------------------------------------


def _read_files(field: Field, raw: object, facts: Facts) -> list[str]:
    return _several_ids(field, raw, facts.files, "form.file")


def _read_cases(field: Field, raw: object, facts: Facts) -> list[str]:
    return _several_ids(field, raw, facts.cases.get(field.name, ()), "form.case")


def _read_people(field: Field, raw: object, facts: Facts) -> list[str]:
    return _several_ids(field, raw, facts.groups.get(field.name, ()), "form.person")


def _several_ids(field: Field, raw: object, allowed: Container[str], key: str) -> list[str]:
    given = [part for part in (raw if isinstance(raw, list) else [raw]) if not is_empty(part)]
    ids = [form_values.one_of(part, field.title, allowed, key) for part in _counted(field, given)]
    return list(dict.fromkeys(ids))


def _read_list(field: Field, raw: object, _facts: Facts) -> list[str]:
    """One entry a line, from a text area or a JSON list."""
    given = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(given, list):
        raise Wrong("form.list", field=field.title)
    given = [part for part in given if not is_empty(part)]
    return _each_part(field, _counted(field, given), lambda part: form_values.line(part, field.title))


def _read_table(field: Field, raw: object, facts: Facts) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise Wrong("form.table", field=field.title)
    rows = [row for row in raw if not _blank_row(field, row)]
    found: list[dict[str, Any]] = []
    errors: dict[str, Message] = {}
    for position, row in enumerate(_counted(field, rows)):
        found.append(_read_row(field, position, row, facts, errors))
    if errors:
        raise _Parts(errors)
    return found


def _blank_row(field: Field, row: Mapping[Any, Any]) -> bool:
    """A row whose only mark is an untouched yes-no is a spare row of the page."""
    untouched = {name for name, kind in field.columns.items() if kind == "yes_no"}
    return all(is_empty(cell) or (key in untouched and cell in (False, "no", "0")) for key, cell in row.items())


def _read_row(
    field: Field, position: int, row: Mapping[Any, Any], facts: Facts, errors: dict[str, Message]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    at = f"{field.name}.{position}"
    errors.update({f"{at}.{_shown(key)}": _unasked(key) for key in row if key not in field.columns})
    for name, kind in field.columns.items():
        title = field.column_titles.get(name, name)
        cell = Field.model_validate({"name": name, "type": kind, "title": title})
        try:
            if is_empty(row.get(name)):
                if kind != "yes_no":
                    raise Wrong(_MISSING.get(cell.type, "form.missing"), field=title)
                values[name] = False
            else:
                values[name] = _READERS[cell.type](cell, row[name], facts)
        except Wrong as wrong:
            errors[f"{at}.{name}"] = _in_row(position, wrong)
    return values


def _aligned(field: Field, raw: object, each: object, needed: bool, facts: Facts) -> list[Any] | dict[str, Any]:
    """A value for every element of another field: a list in its order, or case id → value for cases."""
    elements = [str(element) for element in each] if isinstance(each, list) else []
    if field.each in facts.cases or field.each in facts.groups:
        given = raw if isinstance(raw, dict) else {}
        stray = not isinstance(raw, dict) and not is_empty(raw)
        if stray or any(key not in elements for key in given):
            raise Wrong("form.each", field=field.title)
        cells = [given.get(element) for element in elements]
        return dict(zip(elements, _read_cells(field, elements, cells, needed, facts), strict=True))
    cells = list(raw) if isinstance(raw, list) else []
    if len(cells) > len(elements) or not (isinstance(raw, list) or is_empty(raw)):
        raise Wrong("form.each", field=field.title)
    cells += [None] * (len(elements) - len(cells))
    names = [str(position) for position in range(len(elements))]
    return _read_cells(field, names, cells, needed, facts)


def _in_row(position: int, wrong: Wrong) -> Message:
    return Message("form.in_row", {"row": position + 1, "what": wrong.message})


def _read_cells(field: Field, names: list[str], cells: list[Any], needed: bool, facts: Facts) -> list[Any]:
    found: list[Any] = []
    errors: dict[str, Message] = {}
    for position, (name, cell) in enumerate(zip(names, cells, strict=True)):
        try:
            if is_empty(cell) and needed:
                raise Wrong(_MISSING.get(field.type, "form.missing"), field=field.title)
            found.append(None if is_empty(cell) else _READERS[field.type](field, cell, facts))
        except Wrong as wrong:
            errors[f"{field.name}.{name}"] = _in_row(position, wrong)
    if errors:
        raise _Parts(errors)
    return found


def _each_part(field: Field, given: list[Any], read: Callable[[object], Any]) -> list[Any]:
    found: list[Any] = []
    errors: dict[str, Message] = {}
    for position, part in enumerate(given):
        try:
            found.append(read(part))
        except Wrong as wrong:
            errors[field.name] = _in_row(position, wrong)
    if errors:
        raise _Parts(errors)
    return found


def _counted(field: Field, given: list[Any]) -> list[Any]:
    limit = MOST_CASES if field.type == "cases" else MOST_PARTS
    most = limit if field.maximum is None else min(field.maximum, limit)
    if len(given) > most:
        raise Wrong("form.too_many", field=field.title, most=most)
    if len(given) < (field.minimum or 0):
        raise Wrong("form.too_few", field=field.title, least=field.minimum)
    return given


_MANY: frozenset[FieldType] = frozenset({"list", "table", "files", "cases", "people"})
_READERS: dict[FieldType, Callable[[Field, object, Facts], Any]] = {
    "line": _read_line, "text": _read_text, "choice": _read_choice, "date": _read_date,
    "number": _read_number, "yes_no": _read_yes_no, "file": _read_file, "files": _read_files,
    "list": _read_list, "table": _read_table,
    "person": _read_person, "people": _read_people, "unit": _read_unit, "subject": _read_subject, "cases": _read_cases,
}  # fmt: skip


# --- what was not asked --------------------------------------------------------------------------------


def _shown(key: object) -> str:
    """A key a stranger chose, made fit to stand in an answer."""
    return "".join(character for character in str(key)[:60] if character.isprintable()) or "?"


def _unasked(key: object) -> Message:
    return Message("form.unasked", {"field": _shown(key)})
