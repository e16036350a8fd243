"""A form's fields as a template draws them: titles, what was typed or is known, choices, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from web.dossier import Names, Shown, show
from workflow.definition import Field
from workflow.folding import name_sort_key
from workflow.form_values import is_empty
from workflow.forms import applies
from workflow.identity import Organisation
from workflow.message import Message

SPARE_ROWS = 3
MOST_LISTED = 60  # people in a list to choose from; among more, who is meant is typed
_COPIED = frozenset({
    "line", "text", "choice", "date", "number", "yes_no", "list", "table", "person", "unit", "cases", "people",
})  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One thing to choose; `group` heads those of one unit."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Sources:
    """Where choices and values come from: the organisation, the case, what this person uploaded."""

    org: Organisation
    values: Mapping[str, Any] = field(default_factory=dict)  # the case's fields
    cases: Mapping[str, Sequence[Choice]] = field(default_factory=dict)  # by `cases` or `people` field
    files: Mapping[str, str] = field(default_factory=dict)  # id → name, uploaded and not yet carried
    computed: Mapping[str, Any] = field(default_factory=dict)  # by `form` field
    suggested: Mapping[str, Any] = field(default_factory=dict)  # where nothing was said yet
    kept: frozenset[str] = frozenset()  # cases this person has no part in
    drafts: Mapping[str, str] = field(default_factory=dict)  # by file field: where a draft of it is
    made: Mapping[str, str] = field(default_factory=dict)  # by file field: where the paper is that was made for it

    def of_ask(self) -> Sources:
        """The same for a form that asks this person alone: without the cases they have no part in."""
        if not self.kept:
            return self
        return replace(self, values={name: self._less(value) for name, value in self.values.items()})

    def _less(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [one for one in value if not (isinstance(one, str) and one in self.kept)]


@dataclass(frozen=True)
class FieldView:
    """One field on the page. `parts` are the cells of a row or of a list answered line by line."""

    name: str
    type: str
    title: str
    needed: bool
    value: Any
    error: Message | None
    choices: tuple[Choice, ...] = ()
    rows: tuple[tuple[FieldView, ...], ...] = ()
    parts: tuple[FieldView, ...] = ()
    files: tuple[Choice, ...] = ()
    counted: Shown | None = None  # of a form that the system fills in
    asked_when: tuple[str, ...] = ()
    prefilled: bool = False
    each: str = ""  # the list whose every element it asks about
    draft: str = ""  # the address of what a file is begun with
    made: str = ""  # the address of the paper made already, to be signed and handed in


@dataclass(frozen=True)
class Grid:
    """Numbers asked of every element of one list, side by side: a line an element, a column a field."""

    columns: tuple[FieldView, ...]

    @property
    def lines(self) -> tuple[tuple[str, tuple[FieldView, ...]], ...]:
        """(element, one part of each column)."""
        return tuple((parts[0].title, parts) for parts in zip(*(one.parts for one in self.columns), strict=True))


def laid_out(fields: Iterable[FieldView]) -> tuple[FieldView | Grid, ...]:
    """The form as it is drawn: several numbers about the same list become one table, where the first of them stood."""
    shown = tuple(fields)
    numbers = [one for one in shown if one.type == "number" and one.each and one.parts]
    alike = {one.each: tuple(other for other in numbers if other.each == one.each) for one in numbers}
    found: list[FieldView | Grid] = []
    for one in shown:
        columns = alike.get(one.each, ()) if one in numbers else ()
        if len(columns) < 2:
            found.append(one)
        elif one is columns[0]:
            found.append(Grid(columns))
    return tuple(found)


def views(
    needs: Iterable[Field],
    takes: Iterable[Field],
    sources: Sources,
    given: Mapping[str, Any] | None = None,
    errors: Mapping[str, Message] | None = None,
) -> tuple[FieldView, ...]:
    """The fields in the form's order, with what was typed before an error (`given`) or the case's values."""
    needed = [(one, True) for one in needs if one.compute is None]
    taken = [
        (one, False) for one in takes if one.compute is None and one.name not in {known.name for known, _ in needed}
    ]
    titles = {one.name: one for one, _ in (*needed, *taken)}
    asked = [(one, must) for one, must in (*needed, *taken) if _may_be_asked(one, titles, sources)]
    return tuple(_view(one, must, sources, given, errors or {}, titles) for one, must in asked)


def _may_be_asked(one: Field, titles: Mapping[str, Field], sources: Sources) -> bool:
    """Whether what the case already says leaves room for it; what the form itself asks is told beside the field."""
    said_before = tuple(term for term in one.conditions if term.name not in titles)
    return applies(said_before, sources.values)


def _view(
    one: Field,
    needed: bool,
    sources: Sources,
    given: Mapping[str, Any] | None,
    errors: Mapping[str, Message],
    titles: Mapping[str, Field],
) -> FieldView:
    value = _value(one, sources, given)
    choices = _choices(one.type, one.choices, sources, one.name)
    return FieldView(
        name=one.name,
        type=one.type,
        title=one.title,
        needed=needed,
        value=value,
        error=errors.get(one.name),
        choices=choices,
        rows=_rows(one, value, sources, errors) if one.type == "table" else (),
        parts=_parts(one, value, choices, sources, errors) if one.each else (),
        files=_files(value, sources) if one.type in ("file", "files") else (),
        counted=show(one, sources.computed.get(one.name), Names(sources.org), {}) if one.type == "form" else None,
        asked_when=_asked_when(one, titles),
        prefilled=given is None and not is_empty(value),
        each=one.each or "",
        draft=sources.drafts.get(one.name, ""),
        made=sources.made.get(one.name, ""),
    )


def _value(one: Field, sources: Sources, given: Mapping[str, Any] | None) -> Any:
    """What was typed; on a first look what the case holds, where the plan keeps it: a reason, a decision's number, a
    colleague's praise is never put into the next one's mouth."""
    if given is not None:
        return given.get(one.name)
    if one.type not in _COPIED or one.each:
        return None
    said = sources.values.get(one.name) if one.kept else None
    return sources.suggested.get(one.name) if is_empty(said) else said


def _choices(kind: str, own: Mapping[str, str], sources: Sources, name: str) -> tuple[Choice, ...]:
    match kind:
        case "choice":
            return tuple(Choice(value, label) for value, label in own.items())
        case "person":
            return people(sources.org)
        case "unit":
            return tuple(Choice(unit_id, str(row["name"])) for unit_id, row in sources.org.units.items())
        case "cases" | "people":
            return tuple(one for one in sources.cases.get(name, ()) if one.value not in sources.kept)
    return ()


def people(org: Organisation) -> tuple[Choice, ...]:
    """Everyone who works here today, by unit and name; none where they are too many for a list."""
    order = {unit_id: position for position, unit_id in enumerate(org.units)}
    here = [person for person in org.people.values() if person.active]
    if len(here) > MOST_LISTED:
        return ()
    here.sort(key=lambda one: (order.get(one.unit_id or "", len(order)), name_sort_key(one.name)))
    names = {unit_id: str(row["name"]) for unit_id, row in org.units.items()}
    return tuple(Choice(person.id, person.name, names.get(person.unit_id or "", "")) for person in here)


def _rows(one: Field, value: Any, sources: Sources, errors: Mapping[str, Message]) -> tuple[tuple[FieldView, ...], ...]:
    filled = [row for row in value if isinstance(row, dict) and not is_empty(row)] if isinstance(value, list) else []
    shown = filled + [{}] * max(1, SPARE_ROWS - len(filled))
    return tuple(
        tuple(
            FieldView(
                name=f"{one.name}.{number}.{column}",
                type=kind,
                title=one.column_titles.get(column) or column,
                needed=False,
                value=row.get(column),
                error=errors.get(f"{one.name}.{number}.{column}"),
                choices=_choices(kind, {}, sources, column),
            )
            for column, kind in one.columns.items()
        )
        for number, row in enumerate(shown)
    )


def _parts(
    one: Field, value: Any, choices: tuple[Choice, ...], sources: Sources, errors: Mapping[str, Message]
) -> tuple[FieldView, ...]:
    labels = {choice.value: choice.label for choice in sources.cases.get(one.each or "", ())}
    elements = sources.values.get(one.each or "") or []
    found = []
    for number, element in enumerate(elements):
        key = str(element) if labels else str(number)
        typed = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list) and number < len(value):
            typed = value[number]
        title, error = labels.get(str(element), str(element)), errors.get(f"{one.name}.{key}")
        found.append(FieldView(f"{one.name}.{key}", one.type, title, True, typed, error, choices))
    return tuple(found)


def _files(value: Any, sources: Sources) -> tuple[Choice, ...]:
    ids = value if isinstance(value, list) else [value] if value else []
    return tuple(Choice(str(one), sources.files[str(one)]) for one in ids if str(one) in sources.files)


def _asked_when(one: Field, titles: Mapping[str, Field]) -> tuple[str, ...]:
    """For a page without scripts: "Field: value" of what makes this field be asked."""
    found = []
    for term in one.conditions:
        other = titles.get(term.name)
        if term.kind == "is" and other and not term.negated:
            said = [other.choices.get(value, value) for value in term.values]
            found.append(f"{other.title}: {', '.join(said)}")
    return tuple(found)
